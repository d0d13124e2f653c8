#include "experiment/predict_run.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/timer.h"
#include "equations/preprocessing.h"
#include "evaluation/predictor.h"
#include "nifti/nifti.h"

namespace tandem::experiment {
namespace {

bool is_nifti(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".nii") || name.ends_with(".nii.gz");
}

std::string stem_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.rfind(".nii"));
}

std::vector<std::filesystem::path> scans_in(const std::filesystem::path& input) {
  require(std::filesystem::exists(input), "{} does not exist", input.string());
  if (!std::filesystem::is_directory(input)) return {input};
  std::vector<std::filesystem::path> scans;
  for (const auto& entry : std::filesystem::directory_iterator(input))
    if (is_nifti(entry.path())) scans.push_back(entry.path());
  std::sort(scans.begin(), scans.end());
  require(!scans.empty(), "{} holds no .nii or .nii.gz file", input.string());
  return scans;
}

/// One line of volumes.csv; warns about slices in which nothing was found.
std::string volumes_line(const std::filesystem::path& scan, const Volume<std::uint8_t>& mask,
                         const nifti::Grid& grid) {
  std::array<std::int64_t, 4> voxels{};
  std::int64_t empty = 0;
  for (std::int64_t s = 0; s < mask.slices; ++s) {
    bool any = false;
    for (const auto label : mask.slice(s)) ++voxels.at(label), any |= label != 0;
    empty += !any;
  }
  if (empty == mask.slices)
    console::warn(fmt::format("{}: no heart was found", scan.filename().string()));
  else if (empty > 0)
    console::warn(
        fmt::format("{}: {} of {} slices have no heart", scan.filename().string(), empty, mask.slices));
  const auto& mm = grid.spacing_mm;
  const double ml = mm[0] * mm[1] * mm[2] / 1000;
  return fmt::format("{},{:.3f},{:.3f},{:.3f},{}\n", scan.filename().string(), double(voxels[1]) * ml,
                     double(voxels[2]) * ml, double(voxels[3]) * ml, empty);
}

}  // namespace

Volume<std::uint8_t> segment_scan(model::Networks& net, const Volume<float>& scan,
                                  const std::array<double, 3>& mm, PredictWith with,
                                  const evaluation::EvaluationConfig& config,
                                  model::Formulation formulation) {
  // The way in: intensities, spacing, size; as for the training data.
  const equations::PlaneGrid native{scan.rows, scan.columns, mm[1], mm[2]};
  const auto working = equations::working_grid(native);
  const auto resampled = equations::resample_linear(equations::normalise_percentiles(scan), native, working);
  const auto cropped =
      evaluation::prepare(equations::centre_crop_or_pad(resampled, config.crop, config.crop), config);
  const auto prediction = evaluation::predict_volume(net, cropped, formulation);
  // The way back.
  const auto& labels = with == PredictWith::FTN ? prediction.ftn : prediction.ftn_stn;
  return equations::resample_nearest(equations::paste_back(labels, working.rows, working.columns), working,
                                     native);
}

void predict_run(const RunFolder& folder, const std::filesystem::path& input,
                 const std::filesystem::path& output, PredictWith with, bool force,
                 const std::vector<std::string>& overrides) {
  const auto config = folder.read_config(overrides);
  const auto scans = scans_in(input);
  const auto mask_path = [&](const std::filesystem::path& scan) {
    return output / (stem_of(scan) + "_seg.nii.gz");
  };
  for (const auto& scan : scans) {
    require(is_nifti(scan), "{} is not a .nii or .nii.gz file", scan.string());
    refuse_overwrite(mask_path(scan), force);
    nifti::read_image(scan);  // a bad file stops the work before anything is written
  }
  const auto alone = comm::make_self_communicator();
  auto net = load_networks({*alone}, folder, config, config.training.device);
  Timer timer;
  std::string csv = "file,lv_ml,myo_ml,rv_ml,slices_without_heart\n";
  {
    console::Progress progress("predicting", std::int64_t(scans.size()));
    for (const auto& scan : scans) {
      const auto file = nifti::read_image(scan);
      const auto mask =
          segment_scan(net, file.volume, file.grid.spacing_mm, with, config.evaluation, config.training.step);
      nifti::write_mask(mask_path(scan), mask, file.grid);
      csv += volumes_line(scan, mask, file.grid);
      progress.advance();
    }
  }
  write_text_file(output / "volumes.csv", csv);
  console::say("{} files, {:.1f} s; masks on the original grids, labels LV=1 MYO=2 RV=3; volumes in {}",
               scans.size(), timer.seconds(), (output / "volumes.csv").string());
}

}  // namespace tandem::experiment
