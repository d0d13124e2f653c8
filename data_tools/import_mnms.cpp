#include <algorithm>
#include <charconv>
#include <map>

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data_tools/commands.h"
#include "data_tools/csv_table.h"
#include "data_tools/dataset_import.h"

namespace tandem::data_tools {
namespace {

namespace fs = std::filesystem;

/// The order of M&Ms is already ours.
const LabelCodes kMnmsLabels = {{data::kBackground, data::kLV, data::kMYO, data::kRV},
                                "0 background, 1 LV, 2 MYO, 3 RV"};

/// What the table of the data set says about a patient.
struct Record {
  std::string vendor, centre, pathology;
  std::map<std::string, std::string> frames;  ///< text of the columns ED and ES
};
using Records = std::map<std::string, Record>;

Records read_records(const fs::path& path) {
  const auto table = read_csv(path);
  const auto code = table.column("External code"), ed = table.column("ED"), es = table.column("ES");
  Records records;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    require(!row[code].empty(), "{}: record {} has no external code", path.string(), i + 1);
    const Record record{table.optional_field(i, "Vendor"),
                        table.optional_field(i, "Centre"),
                        table.optional_field(i, "Pathology"),
                        {{"ED", row[ed]}, {"ES", row[es]}}};
    require(records.emplace(row[code], record).second, "{} names {} twice", path.string(), row[code]);
  }
  return records;
}

/// The only table in the folder, or in one of the two folders around it.
fs::path find_table(const fs::path& folder) {
  auto place = fs::absolute(folder).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  for (int up = 0; up < 3; ++up, place = place.parent_path()) {
    std::vector<fs::path> tables;
    for (const auto& entry : fs::directory_iterator(place))
      if (entry.path().extension() == ".csv") tables.push_back(entry.path());
    require(tables.size() <= 1, "{} holds {} .csv files; name the one with the frames by --info",
            place.string(), tables.size());
    if (!tables.empty()) return tables[0];
  }
  fail(
      "no .csv file with the columns External code, ED, ES in {} or the two folders above it; name it by "
      "--info",
      folder.string());
}

/// A frame number from 0; whole numbers written as "12.0" count.
std::int64_t frame_number(const std::string& text, const std::string& patient, const std::string& frame) {
  double number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  require(error == std::errc() && end == text.data() + text.size() && number >= 0 &&
              number == double(std::int64_t(number)),
          "{}: the table gives '{}' as the {} frame, expected a number from 0", patient, text, frame);
  return std::int64_t(number);
}

/// "1, 10": the time points of a label file that hold any label.
std::string labelled_frames(const fs::path& label, std::int64_t count, nifti::ReadOptions read) {
  std::vector<std::string> frames;
  for (std::int64_t t = 0; t < count; ++t) {
    read.frame = t;
    const auto volume = nifti::read_label(label, read).volume;
    if (std::ranges::any_of(volume.values, [](auto v) { return v != 0; }))
      frames.push_back(std::to_string(t));
  }
  return frames.empty() ? "none" : join(frames, ", ");
}

fs::path scan_of(const fs::path& folder) { return folder / (folder.filename().string() + "_sa.nii.gz"); }
fs::path label_of(const fs::path& folder) { return folder / (folder.filename().string() + "_sa_gt.nii.gz"); }

std::vector<SourceCase> find_cases(const fs::path& folder, const Records& records, const fs::path& table) {
  const std::string patient = folder.filename().string();
  const auto found = records.find(patient);
  require(found != records.end(), "{}: {} does not name this patient", patient, table.string());
  const auto& record = found->second;
  const auto count = nifti::count_frames(scan_of(folder));
  const auto labelled = nifti::count_frames(label_of(folder));
  require(labelled == count, "{} has {} time points, its scan {}", label_of(folder).string(), labelled,
          count);
  std::vector<SourceCase> cases;
  for (const std::string frame : {"ED", "ES"}) {
    const auto t = frame_number(record.frames.at(frame), patient, frame);
    require(t < count, "{}: the table gives {} as the {} frame, but the scan has {} time points (from 0)",
            patient, t, frame, count);
    cases.push_back({.id = patient + "_" + frame,
                     .patient = patient,
                     .frame = frame,
                     .group = record.pathology,
                     .image = scan_of(folder),
                     .label = label_of(folder),
                     .vendor = record.vendor,
                     .centre = record.centre,
                     .read = {.frame = t, .sheared_slices = true}});
    const auto label = nifti::read_label(label_of(folder), cases.back().read).volume;
    require(
        std::ranges::any_of(label.values, [](auto v) { return v != 0; }),
        "{}: no label at the {} frame {} (from 0); labelled time points: {}. Does the table count from 1?",
        patient, frame, t, labelled_frames(label_of(folder), count, cases.back().read));
  }
  require(cases[0].read.frame != cases[1].read.frame,
          "{}: the table gives {} as both the ED and the ES frame", patient, *cases[0].read.frame);
  return cases;
}

/// Patients of a folder with scan and label; counts those without a label.
std::vector<SourcePatient> find_patients(const fs::path& folder, const Records& records,
                                         const fs::path& table, int& unlabelled) {
  std::vector<SourcePatient> patients;
  for (const auto& path : list_folders(folder)) {
    if (!fs::exists(scan_of(path))) continue;
    if (!fs::exists(label_of(path))) {
      ++unlabelled;
      continue;
    }
    patients.push_back({path.filename().string(), path,
                        [path, &records, table] { return find_cases(path, records, table); }});
  }
  return patients;
}

void run(const program::po::variables_map& map) {
  auto options = import_options(map);
  options.labels = kMnmsLabels;
  const fs::path given = map["folder"].as<std::string>();
  const auto labelled_part = given / "Training" / "Labeled";
  const auto folder = fs::is_directory(labelled_part) ? labelled_part : given;
  list_folders(folder);  // says at once if the folder cannot be read
  const fs::path table = map.count("info") ? fs::path(map["info"].as<std::string>()) : find_table(folder);
  const auto records = read_records(table);
  int unlabelled = 0;
  const auto patients = find_patients(folder, records, table, unlabelled);
  if (unlabelled > 0)
    console::warn(fmt::format("{} patients of {} have no label (_sa_gt.nii.gz) and are left out", unlabelled,
                              folder.string()));
  require(!patients.empty(),
          "{} holds no folder CODE with CODE_sa.nii.gz and CODE_sa_gt.nii.gz: not the layout of M&Ms, or "
          "unlabelled",
          folder.string());
  const auto unnamed = std::ranges::count_if(patients, [&](const auto& p) {
    const auto found = records.find(p.name);
    return found != records.end() && found->second.vendor.empty();
  });
  if (unnamed > 0) console::warn(fmt::format("{}: {} patients have no vendor", table.string(), unnamed));
  import_patients(patients, options);
}

}  // namespace

program::Command import_mnms_command() {
  return {.name = "import mnms",
          .synopsis = "FOLDER --out FILE [--info CSV] [--force] [--skip-faulty]",
          .summary = "M&Ms as distributed (CODE/CODE_sa.nii.gz and table): ED and ES of each scan over time",
          .declare =
              [](auto& options) {
                declare_import_options(options, "mnms");
                options.add_options()(
                    "info", program::po::value<std::string>(),
                    "table with External code, ED, ES, Vendor, Centre; default: the only .csv "
                    "in FOLDER or above");
              },
          .positional = {"folder"},
          .run = run};
}

}  // namespace tandem::data_tools
