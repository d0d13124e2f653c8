#include <algorithm>
#include <charconv>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "data_tools/commands.h"
#include "data_tools/dataset_import.h"

namespace tandem::data_tools {
namespace {

namespace fs = std::filesystem;

/// ACDC's codes are 1 = RV, 2 = MYO, 3 = LV.
const LabelCodes kAcdcLabels = {{data::kBackground, data::kRV, data::kMYO, data::kLV},
                                "0 background, 1 RV, 2 MYO, 3 LV"};

std::string trim(std::string text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

/// The lines "Key: value" of an Info.cfg.
std::map<std::string, std::string> read_info(const fs::path& path) {
  std::map<std::string, std::string> info;
  for (const auto& line : split_words(read_text_file(path), '\n'))
    if (const auto colon = line.find(':'); colon != std::string::npos)
      info[trim(line.substr(0, colon))] = trim(line.substr(colon + 1));
  return info;
}

int frame_number(const std::map<std::string, std::string>& info, const std::string& frame,
                 const fs::path& path) {
  const auto entry = info.find(frame);
  require(entry != info.end(), "{}: no line '{}: number' names the {} frame", path.string(), frame, frame);
  const auto& text = entry->second;
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  require(error == std::errc() && end == text.data() + text.size() && number >= 0,
          "{}: the {} frame is '{}', expected a number", path.string(), frame, text);
  return number;
}

/// The compressed file, or the plain one if only that exists.
fs::path existing_volume(const fs::path& folder, const std::string& stem, const std::string& frame) {
  const auto compressed = folder / (stem + ".nii.gz"), plain = folder / (stem + ".nii");
  if (fs::exists(compressed)) return compressed;
  require(fs::exists(plain), "{} is missing: Info.cfg names it as the {} frame", compressed.string(), frame);
  return plain;
}

std::vector<SourceCase> find_cases(const fs::path& folder) {
  const std::string patient = folder.filename().string();
  const auto info_path = folder / "Info.cfg";
  const auto info = read_info(info_path);
  const auto group = info.find("Group");
  std::vector<SourceCase> cases;
  for (const std::string frame : {"ED", "ES"}) {
    const auto stem = fmt::format("{}_frame{:02}", patient, frame_number(info, frame, info_path));
    cases.push_back({patient + "_" + frame, patient, frame, group == info.end() ? "" : group->second,
                     existing_volume(folder, stem, frame), existing_volume(folder, stem + "_gt", frame)});
  }
  return cases;
}

std::vector<SourcePatient> find_patients(const fs::path& given) {
  std::error_code unreadable;  // list_folders says so
  const auto folder = fs::is_directory(given / "training", unreadable) ? given / "training" : given;
  std::vector<SourcePatient> patients;
  for (const auto& path : list_folders(folder)) {
    const auto name = path.filename().string();
    if (name.starts_with("patient")) patients.push_back({name, path, [path] { return find_cases(path); }});
  }
  require(!patients.empty(), "{} holds no folders patient001, patient002, ...: not the layout of ACDC",
          folder.string());
  return patients;
}

void run(const program::po::variables_map& map) {
  auto options = import_options(map);
  options.labels = kAcdcLabels;
  import_patients(find_patients(map["folder"].as<std::string>()), options);
}

}  // namespace

program::Command import_acdc_command() {
  return {.name = "import acdc",
          .synopsis = "FOLDER --out FILE [--force] [--skip-faulty]",
          .summary = "ACDC as distributed (patientXXX/Info.cfg and frames): normalise, resample, relabel",
          .declare = [](auto& options) { declare_import_options(options, "acdc"); },
          .positional = {"folder"},
          .run = run};
}

}  // namespace tandem::data_tools
