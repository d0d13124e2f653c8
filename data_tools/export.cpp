#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/stop.h"
#include "data/case_file.h"
#include "data/preprocess.h"
#include "data_tools/commands.h"
#include "nifti/nifti.h"

namespace tandem::data_tools {
namespace {

namespace po = program::po;
namespace fs = std::filesystem;

/// The NIfTI files of one case.
struct Files {
  fs::path image, label;
};

Files files_of(const fs::path& folder, const std::string& id) {
  return {folder / (id + ".nii.gz"), folder / (id + "_gt.nii.gz")};
}

void export_case(const data::Case& c, const Files& files) {
  const nifti::Grid grid{c.original.shape, c.original.spacing_mm, c.original.affine};
  nifti::write_image(files.image, data::to_original_grid(c.image, c.spacing_mm, c.original), grid);
  if (c.label)
    nifti::write_mask(files.label, data::to_original_grid(*c.label, c.spacing_mm, c.original), grid);
}

void run(const po::variables_map& map) {
  const data::CaseFile file(map["file"].as<std::string>());
  const fs::path folder = map["out"].as<std::string>();
  auto ids = file.ids();
  if (map.count("case")) ids = map["case"].as<std::vector<std::string>>();
  for (const auto& id : ids) {
    require(file.contains(id), "{} has no case {}", file.path().string(), id);
    const auto files = files_of(folder, id);
    for (const auto& path : {files.image, files.label})
      refuse_overwrite(path.string(), map.count("force") > 0);
  }
  {
    console::Progress progress("exporting", std::int64_t(ids.size()));
    for (const auto& id : ids) {
      if (stop_requested()) throw Error("stopped; the files written so far are complete", ExitCode::Stopped);
      export_case(file.read(id), files_of(folder, id));
      progress.advance();
    }
  }
  console::say("wrote {} cases to {} (labels: 1 LV, 2 MYO, 3 RV; intensities normalised to 0..1)", ids.size(),
               folder.string());
}

void declare(po::options_description& options) {
  options.add_options()("file", po::value<std::string>()->required(), "data set file")(
      "out", po::value<std::string>()->required(), "folder for CASE.nii.gz and CASE_gt.nii.gz")(
      "case", po::value<std::vector<std::string>>()->multitoken(), "only these case ids")(
      "force", "replace files that exist");
}

}  // namespace

program::Command export_command() {
  return {.name = "export",
          .synopsis = "FILE --out FOLDER [--case ID...] [--force]",
          .summary = "Back to NIfTI on the grid of the original files",
          .declare = declare,
          .positional = {"file"},
          .run = run};
}

}  // namespace tandem::data_tools
