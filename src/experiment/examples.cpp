#include "experiment/examples.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/build_info.h"
#include "base/error.h"
#include "base/text.h"
#include "data/split.h"
#include "equations/intensity.h"
#include "equations/preprocessing.h"
#include "evaluation/evaluator.h"
#include "experiment/example_figures.h"
#include "experiment/example_montage.h"
#include "experiment/network_stages.h"

namespace tandem::experiment {
namespace {

/// The case that the options mean.
std::string chosen_case(const data::CaseFile& file, const ExampleOptions& options) {
  if (file.contains(options.of)) return options.of;
  std::vector<std::string> patients;
  if (!options.of.empty()) patients = {options.of};
  for (const auto& id : evaluation::cases_to_evaluate(file, patients))
    if (file.read_header(id).frame == options.frame) return id;
  const auto wanted = options.of.empty() ? std::string("labelled case") : "labelled case of " + options.of;
  fail("{} holds no {} at frame {}; its cases: {}", file.path().string(), wanted, options.frame,
       join(file.ids(), ", "));
}

/// Refuses pixels of another size than all data are prepared to.
void check_grid(const data::Case& c, const std::filesystem::path& path) {
  for (const int axis : {1, 2})
    require(
        std::abs(c.spacing_mm[size_t(axis)] - equations::kWorkingSpacingMm) < 1e-3,
        "case {} of {} has pixels of {:g} x {:g} mm; the networks take {:g} mm. Prepare it with tandem-data "
        "import",
        c.id, path.string(), c.spacing_mm[1], c.spacing_mm[2], equations::kWorkingSpacingMm);
}

std::int64_t chosen_slice(const data::Case& c, const ExampleOptions& options) {
  std::vector<std::int64_t> labelled;
  for (std::int64_t s = 0; s < c.label->slices; ++s)
    if (std::ranges::any_of(c.label->slice(s), [](auto v) { return v != 0; })) labelled.push_back(s);
  require(!labelled.empty(), "case {} has no labelled slice", c.id);
  if (!options.slice) return labelled[labelled.size() / 2];
  require(*options.slice >= 0 && *options.slice < c.image.slices, "case {} has slices 0 to {}, no slice {}",
          c.id, c.image.slices - 1, *options.slice);
  require(std::ranges::find(labelled, *options.slice) != labelled.end(),
          "slice {} of case {} has no label; labelled are {} to {}", *options.slice, c.id, labelled.front(),
          labelled.back());
  return *options.slice;
}

/// Cropped, scaled to [0,1] and moved to where the networks are.
ExampleSlice take_slice(model::Networks& net, const data::Case& c, std::int64_t s, std::int64_t crop) {
  auto image = equations::centre_crop_or_pad(c.image, crop, crop).slice_image(s);
  equations::scale_min_max(image);
  auto label = equations::centre_crop_or_pad(*c.label, crop, crop).slice_image(s);
  data::drop_unknown_labels(label.values);
  const auto like = net.general_encoder.inc0.weight.options().requires_grad(false);
  ExampleSlice out{c.id, s, {}, {}};
  out.x = at::from_blob(image.values.data(), {1, 1, crop, crop}, at::kFloat)
              .to(like, /*non_blocking=*/false, /*copy=*/true);
  out.y = at::from_blob(label.values.data(), {1, crop, crop}, at::kByte).to(like.device(), at::kLong);
  return out;
}

}  // namespace

records::PictureFile make_examples(const Team& team, const RunFolder& folder, const ExampleOptions& options,
                                   const std::vector<std::string>& overrides) {
  const auto config = folder.read_config(overrides);
  const data::CaseFile file(options.data);
  const auto wants = [&](const char* figure) {
    return std::ranges::find(options.figures, figure) != options.figures.end();
  };
  const auto c = file.read(chosen_case(file, options));
  require(c.label.has_value(), "case {} of {} has no label", c.id, options.data.string());
  check_grid(c, options.data);
  const auto slice = chosen_slice(c, options);
  auto net = load_networks(team, folder, config, config.training.device);

  records::PictureFile out;
  out.about = {{"experiment", config.name},
               {"run", folder.name()},
               {"data", file.info().domain},
               {"commit", std::string(build_info::kCommit)}};
  out.network = network_stages(net, config.evaluation.crop);
  const ExampleScene scene{net, config.latent, take_slice(net, c, slice, config.evaluation.crop),
                           c.spacing_mm[2], options.seed};
  if (wants("hard_examples")) out.figures["hard_examples"] = hard_examples_figure(scene);
  if (wants("thresholds") || wants("corrupted_shapes")) {
    const auto examples = threshold_examples(scene);
    if (wants("thresholds")) out.figures["thresholds"] = thresholds_figure(scene, examples);
    if (wants("corrupted_shapes")) out.figures["corrupted_shapes"] = corrupted_shapes_figure(scene, examples);
  }
  if (wants("augmentations"))
    out.figures["augmentations"] =
        augmentations_figure(scene, image_augmentations(config.augmentation, config.image));
  if (wants("montage"))
    out.figures["montage"] = montage_figure(net, folder, file, config.evaluation, options.montage_cases);
  return out;
}

}  // namespace tandem::experiment
