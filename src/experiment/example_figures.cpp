#include "experiment/example_figures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "augment/training_policy.h"
#include "equations/losses.h"
#include "equations/overlap_metrics.h"
#include "experiment/example_baselines.h"

namespace tandem::experiment {
namespace {

using augment::Scheme;
using records::Picture;
using records::PictureFigure;
using records::Shade;

/// A masking scheme under its name in figures.
struct NamedScheme {
  const char* name;
  Scheme scheme;
  bool soft;
};
constexpr std::array<NamedScheme, 5> kVariants = {{{"dropout", Scheme::Dropout, false},
                                                   {"channel, hard", Scheme::Channel, false},
                                                   {"channel, soft", Scheme::Channel, true},
                                                   {"spatial, hard", Scheme::Spatial, false},
                                                   {"spatial, soft", Scheme::Spatial, true}}};
constexpr std::array<NamedScheme, 3> kHard = {{{"dropout", Scheme::Dropout, false},
                                               {"channel-wise", Scheme::Channel, false},
                                               {"spatial-wise", Scheme::Spatial, false}}};

// Said below the figures.
constexpr const char* kMarks =
    "Areas: prediction, contours: reference; Dice: mean over the classes in this slice; k of n: masked "
    "channels, "
    "or positions for spatial masks.";
constexpr const char* kThresholds =
    "Fixed thresholds; p = 0 decodes the unmasked code. Hard: masked values 0; soft: times a in [0, 0.5).";

std::string dice_words(double dice) {
  return std::isfinite(dice) ? fmt::format("Dice {:.2f}", dice) : std::string("no reference");
}

/// Pictures of one slice: what they have in common is filled in.
class Sheet {
 public:
  Sheet(const ExampleScene& scene, std::string title, std::vector<std::string> rows,
        std::vector<std::string> columns)
      : reference_(classes_of(scene.slice.y)), shown_(square_around(reference_)) {
    figure_.title = std::move(title), figure_.pixel_mm = scene.pixel_mm;
    figure_.rows = std::move(rows), figure_.columns = std::move(columns);
    figure_.note = fmt::format("Case {}, slice {}; input scaled to [0, 1]; BatchNorm by running statistics.",
                               scene.slice.case_id, scene.slice.slice);
  }

  Picture& add(const std::string& row, const std::string& column, const at::Tensor& values,
               Shade shade = Shade::Image) {
    auto& picture = figure_.pictures.emplace_back();
    picture.row = row, picture.column = column, picture.values = plane_of(values), picture.shade = shade;
    picture.shown = shown_;
    return picture;
  }

  /// An image with the prediction as areas, the reference as contours, and their Dice.
  void add_prediction(const std::string& row, const std::string& column, const at::Tensor& values,
                      const at::Tensor& logits) {
    auto& picture = add(row, column, values);
    picture.areas = classes_of(logits), picture.outlines = reference_;
    picture.numbers["dice"] = slice_dice(reference_, picture.areas);
    picture.caption = dice_words(picture.numbers["dice"]);
  }

  void note(const std::string& words) { figure_.note = words + " " + figure_.note; }
  const Image<std::uint8_t>& reference() const { return reference_; }
  PictureFigure take() { return std::move(figure_); }

 private:
  Image<std::uint8_t> reference_;
  std::array<std::int64_t, 3> shown_;
  PictureFigure figure_;
};

void add_masked(Picture& picture, double p, std::int64_t masked, std::int64_t of) {
  picture.numbers["p"] = p;
  picture.numbers["masked"] = double(masked);
  picture.numbers["of"] = double(of);
  picture.caption = fmt::format("{} of {}", masked, of);
}

constexpr size_t kThresholdCount = 6;  // p = 0, 0.1 ... 0.5

/// A figure over thresholds: for each variant two rows, filled by `add` for every p.
PictureFigure over_thresholds(
    const ExampleScene& scene, const std::vector<MaskedExample>& examples, const std::string& title,
    const std::string& note, const std::array<std::string, 2>& kinds,
    const std::function<void(Sheet&, const std::array<std::string, 2>& rows, const std::string& column,
                             const MaskedExample&)>& add) {
  std::vector<std::string> rows, columns;
  for (const auto& variant : kVariants)
    for (const auto& kind : kinds) rows.push_back(fmt::format("{}: {}", variant.name, kind));
  for (size_t t = 0; t < kThresholdCount; ++t) columns.push_back(fmt::format("p = {:g}", double(t) / 10));
  Sheet sheet(scene, title, rows, columns);
  sheet.note(note);
  for (size_t v = 0; v < kVariants.size(); ++v)
    for (size_t t = 0; t < kThresholdCount; ++t)
      add(sheet, {rows[2 * v], rows[2 * v + 1]}, columns[t], examples.at(v * kThresholdCount + t));
  return sheet.take();
}

AugmentedExample apply_policy(const ExampleScene& scene, const augment::AugmentConfig& policy) {
  auto config = policy;
  config.policy = augment::Policy::AffineElasticIntensity;
  config.crop = scene.slice.x.size(2), config.pad = std::max(config.pad, config.crop);
  const data::SlicePair pair{plane_of(scene.slice.x), classes_of(scene.slice.y)};
  RandomStream random({scene.seed, Purpose::Augmentation, 0, 0, scene.slice.id()});
  const auto moved = augment::augment(
      pair, augment::draw_policy(config, random, pair.image.rows, pair.image.columns), config);
  return {
      at::from_blob(const_cast<float*>(moved.image.values.data()), scene.slice.x.sizes(), at::kFloat)
          .to(scene.slice.x.options(), /*non_blocking=*/false, /*copy=*/true),
      at::from_blob(const_cast<std::uint8_t*>(moved.label.values.data()), scene.slice.y.sizes(), at::kByte)
          .to(scene.slice.y.options(), /*non_blocking=*/false, /*copy=*/true)};
}

}  // namespace

Image<float> plane_of(const at::Tensor& values) {
  const auto flat = values.detach().to(at::kCPU, at::kFloat).contiguous();
  Image<float> plane(flat.size(-2), flat.size(-1));
  std::copy_n(flat.const_data_ptr<float>(), plane.values.size(), plane.values.begin());
  return plane;
}

Image<std::uint8_t> classes_of(const at::Tensor& logits_or_labels) {
  const auto labels = logits_or_labels.dim() == 4 ? logits_or_labels.argmax(1) : logits_or_labels;
  const auto flat = labels.to(at::kCPU, at::kByte).contiguous();
  Image<std::uint8_t> plane(flat.size(-2), flat.size(-1));
  std::copy_n(flat.const_data_ptr<std::uint8_t>(), plane.values.size(), plane.values.begin());
  return plane;
}

std::array<std::int64_t, 3> square_around(const Image<std::uint8_t>& labels, std::int64_t wanted_side) {
  std::int64_t top = labels.rows, bottom = -1, left = labels.columns, right = -1;
  for (std::int64_t r = 0; r < labels.rows; ++r)
    for (std::int64_t c = 0; c < labels.columns; ++c) {
      if (labels.at(r, c) == 0) continue;
      top = std::min(top, r), bottom = std::max(bottom, r), left = std::min(left, c),
      right = std::max(right, c);
    }
  const std::int64_t whole = std::min(labels.rows, labels.columns);
  if (bottom < 0) return {(labels.rows - whole) / 2, (labels.columns - whole) / 2, whole};
  const std::int64_t extent = std::max(bottom - top, right - left) + 1;
  const std::int64_t ample = std::max<std::int64_t>(64, extent * 17 / 10);
  const std::int64_t side = std::min(whole, wanted_side > 0 ? wanted_side : ample);
  const auto first = [&](std::int64_t low, std::int64_t high, std::int64_t size) {
    return std::clamp<std::int64_t>((low + high + 1 - side) / 2, 0, size - side);
  };
  return {first(top, bottom, labels.rows), first(left, right, labels.columns), side};
}

double slice_dice(const Image<std::uint8_t>& reference, const Image<std::uint8_t>& prediction) {
  double sum = 0;
  int present = 0;
  for (std::uint8_t klass = 1; klass < model::kClasses; ++klass) {
    const auto counts = equations::count_overlap(reference.values, prediction.values, klass);
    if (counts.label > 0) sum += equations::dice(counts), ++present;
  }
  return present > 0 ? sum / present : std::nan("");
}

PictureFigure hard_examples_figure(const ExampleScene& scene) {
  const double p = scene.latent.max_threshold;
  const std::string image = "image", change = "change of image", on_image = "prediction on image",
                    shape = "decoded from shape code", input = "input", plain = "not masked";
  Sheet sheet(scene, "Hard examples of the three masking schemes", {image, change, on_image, shape},
              {input, plain, kHard[0].name, kHard[1].name, kHard[2].name});
  sheet.note(
      fmt::format("Masks: p = {:g}, a = 0. Image: Di of the masked z_i; change: against the unmasked "
                  "reconstruction; prediction: FTN on that image; last row: Ds of the masked z_s over the "
                  "input. {}",
                  p, kMarks));
  const auto& x = scene.slice.x;
  sheet.add(image, input, x).outlines = sheet.reference();
  const auto unmasked =
      mask_example(scene.net, scene.latent, scene.slice, {Scheme::Dropout, 0, false}, scene.seed);
  sheet.add(image, plain, unmasked.x_hat);
  sheet.add_prediction(on_image, input, x, unmasked.p_m);  // Ds of the unmasked z_s is the FTN on the input
  sheet.add_prediction(on_image, plain, unmasked.x_hat, unmasked.p_hat);
  sheet.add_prediction(shape, plain, x, unmasked.p_m);
  for (const auto& [name, scheme, soft] : kHard) {
    const auto made = mask_example(scene.net, scene.latent, scene.slice, {scheme, p, soft}, scene.seed);
    add_masked(sheet.add(image, name, made.x_hat), p, made.masked_image, made.of);
    sheet.add(change, name, made.x_hat - unmasked.x_hat, Shade::Change);
    sheet.add_prediction(on_image, name, made.x_hat, made.p_hat);
    sheet.add_prediction(shape, name, x, made.p_m);
  }
  return sheet.take();
}

std::vector<MaskedExample> threshold_examples(const ExampleScene& scene) {
  std::vector<MaskedExample> examples;
  for (const auto& [name, scheme, soft] : kVariants)
    for (size_t t = 0; t < kThresholdCount; ++t)
      examples.push_back(
          mask_example(scene.net, scene.latent, scene.slice, {scheme, double(t) / 10, soft}, scene.seed));
  return examples;
}

PictureFigure thresholds_figure(const ExampleScene& scene, const std::vector<MaskedExample>& examples) {
  return over_thresholds(
      scene, examples, "Images from masked image codes, and predictions on them",
      fmt::format("{} Prediction: FTN on the image. {}", kThresholds, kMarks), {"image", "prediction"},
      [](Sheet& sheet, const auto& rows, const std::string& column, const MaskedExample& made) {
        add_masked(sheet.add(rows[0], column, made.x_hat), made.p, made.masked_image, made.of);
        sheet.add_prediction(rows[1], column, made.x_hat, made.p_hat);
      });
}

PictureFigure corrupted_shapes_figure(const ExampleScene& scene, const std::vector<MaskedExample>& examples) {
  const double temperature = scene.net.config().stn_temperature;
  return over_thresholds(
      scene, examples, "Segmentations from masked shape codes, and their entropy",
      fmt::format("{} Shape: Ds of the masked z_s, over the input. {} Entropy of softmax(logits / {:g}).",
                  kThresholds, kMarks, temperature),
      {"shape", "entropy"},
      [&](Sheet& sheet, const auto& rows, const std::string& column, const MaskedExample& made) {
        sheet.add_prediction(rows[0], column, scene.slice.x, made.p_m);
        auto& entropy =
            sheet.add(rows[1], column, equations::entropy_map(made.p_m, temperature), Shade::Entropy);
        add_masked(entropy, made.p, made.masked_shape, made.of);
      });
}

std::vector<ImageAugmentation> image_augmentations(const augment::AugmentConfig& policy,
                                                   const augment::ImageAugmentationConfig& baselines) {
  using augment::ImageMethod;
  const auto baseline = [&](const char* name, ImageMethod method) {
    return ImageAugmentation{
        name, [=](const ExampleScene& scene) { return apply_baseline(scene, baselines, method); }};
  };
  return {{"training policy", [policy](const ExampleScene& scene) { return apply_policy(scene, policy); }},
          {"input noise",
           [](const ExampleScene& s) {
             return AugmentedExample{noisy_slice(s), s.slice.y};
           }},
          baseline("Rand MWM", ImageMethod::MultiWindow),
          baseline("Rand Conv", ImageMethod::RandomConvolution),
          baseline("Adv Noise", ImageMethod::AdversarialNoise),
          baseline("Adv Bias", ImageMethod::AdversarialBias)};
}

PictureFigure augmentations_figure(const ExampleScene& scene,
                                   const std::vector<ImageAugmentation>& image_space) {
  const std::string image = "image", change = "change of image", prediction = "prediction";
  std::vector<std::string> columns = {"input"};
  for (const auto& method : image_space) columns.push_back(method.name);
  for (const auto* name : {"dropout", "channel", "spatial"})  // of kHard; columns are narrow here
    columns.push_back(fmt::format("latent: {}", name));
  Sheet sheet(scene, "Augmentation in image space and in latent space", {image, change, prediction}, columns);
  const double p = scene.latent.max_threshold;
  sheet.note(
      fmt::format("Image space: one draw each. Latent: hard masks of z_i, p = {:g}. Change: against the "
                  "input; none where the augmentation moves pixels. {}",
                  p, kMarks));
  const auto add = [&](const std::string& column, const AugmentedExample& made) {
    const auto logits = scene.net.ftn(made.x, model::PassMode::Evaluation);
    auto& shown = sheet.add(image, column, made.x).shown;
    if (made.y.equal(scene.slice.y)) {
      if (column != "input") sheet.add(change, column, made.x - scene.slice.x, Shade::Change);
      return sheet.add_prediction(prediction, column, made.x, logits);
    }
    const auto moved = classes_of(made.y);
    shown = square_around(moved, shown[2]);
    auto& picture = sheet.add(prediction, column, made.x);
    picture.areas = classes_of(logits), picture.outlines = moved;
    picture.shown = square_around(moved, picture.shown[2]);
    picture.numbers["dice"] = slice_dice(picture.outlines, picture.areas);
    picture.caption = dice_words(picture.numbers["dice"]);
  };
  const at::NoGradGuard no_graph;
  add("input", {scene.slice.x, scene.slice.y});
  for (const auto& method : image_space) add(method.name, method.apply(scene));
  for (size_t i = 0; i < kHard.size(); ++i) {
    const MaskRule rule{kHard[i].scheme, p, kHard[i].soft};
    add(columns[columns.size() - kHard.size() + i],
        {mask_example(scene.net, scene.latent, scene.slice, rule, scene.seed).x_hat, scene.slice.y});
  }
  return sheet.take();
}

}  // namespace tandem::experiment
