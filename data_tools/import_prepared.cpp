#include <algorithm>

#include "base/error.h"
#include "data/preprocess.h"
#include "data_tools/commands.h"
#include "data_tools/dataset_import.h"

namespace tandem::data_tools {
namespace {

namespace fs = std::filesystem;

const LabelCodes kOwnLabels = {{data::kBackground, data::kLV, data::kMYO, data::kRV},
                               "0 background, 1 LV, 2 MYO, 3 RV"};

/// "007_2" is copy 2 of patient 007 (corrupted sets); other names are patients themselves.
std::string patient_of(const std::string& name) {
  const auto bar = name.find_last_of('_');
  if (bar == std::string::npos) return name;
  const auto digits = [](const std::string& s) { return !s.empty() && std::ranges::all_of(s, ::isdigit); };
  return digits(name.substr(0, bar)) && digits(name.substr(bar + 1)) ? name.substr(0, bar) : name;
}

/// The frames whose image exists; a frame without one is left out, as the official loaders do.
std::vector<SourceCase> find_cases(const fs::path& folder) {
  const std::string name = folder.filename().string();
  std::vector<SourceCase> cases;
  for (const std::string frame : {"ED", "ES"}) {
    const auto image = folder / (frame + "_img.nii.gz"), label = folder / (frame + "_seg.nii.gz");
    if (!fs::exists(image)) continue;
    cases.push_back(
        {name + "_" + frame, patient_of(name), frame, "", image, fs::exists(label) ? label : fs::path()});
  }
  return cases;
}

void run(const program::po::variables_map& map) {
  auto options = import_options(map);
  options.labels = kOwnLabels;
  options.preprocess = map.count("preprocess") > 0;
  require(options.preprocess || !options.n4,
          "--n4 goes before the normalisation, which import prepared leaves out; add --preprocess");
  if (!options.preprocess) options.info.preprocessing = "as found (prepared elsewhere)";
  std::vector<SourcePatient> patients;
  const fs::path folder = map["folder"].as<std::string>();
  for (const auto& path : list_folders(folder))
    if (!find_cases(path).empty())
      patients.push_back({path.filename().string(), path, [path] { return find_cases(path); }});
  require(!patients.empty(), "no folder of {} holds ED_img.nii.gz or ES_img.nii.gz", folder.string());
  import_patients(patients, options);
}

}  // namespace

program::Command import_prepared_command() {
  return {.name = "import prepared",
          .synopsis = "FOLDER --out FILE --domain NAME [--preprocess] [--force] [--skip-faulty]",
          .summary = "Folders CASE/{ED,ES}_{img,seg}.nii.gz with labels 1 LV, 2 MYO, 3 RV, taken as they are",
          .declare =
              [](auto& options) {
                declare_import_options(options, "prepared");
                options.add_options()("preprocess", "normalise and resample, as import acdc does");
              },
          .positional = {"folder"},
          .run = run};
}

}  // namespace tandem::data_tools
