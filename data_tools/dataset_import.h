#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/case_file.h"
#include "nifti/nifti.h"
#include "program/program.h"

namespace tandem::data_tools {

/// How the class codes of the source become those of data::Label: meaning[code], codes beyond the list are
/// faults.
struct LabelCodes {
  std::vector<std::uint8_t> meaning;
  std::string words;  ///< for messages: "0 background, 1 RV, 2 MYO, 3 LV"
};

/// One volume to import.
struct SourceCase {
  std::string id, patient, frame, group;
  std::filesystem::path image, label;  ///< label may be empty
  std::string vendor = {}, centre = {};
  nifti::ReadOptions read = {};  ///< which time point, what is tolerated
};

/// All frames of one patient; they are imported together or not at all.
struct SourcePatient {
  std::string name;
  std::filesystem::path folder;
  /// Finds the frames; called by a worker, throws Error when the folder is faulty.
  std::function<std::vector<SourceCase>()> find_cases;
};

struct ImportOptions {
  std::filesystem::path out;
  bool skip_faulty = false;
  bool preprocess =
      true;         ///< percentile normalisation and resampling; else the volumes are taken as they are
  bool n4 = false;  ///< bias-field correction of the scan as read, before the normalisation
  LabelCodes labels;
  data::DataSetInfo info;
};

/// Imports patients on all usable cores, writing in the given order: the file's bytes do not depend on
/// timing.
///
/// Prints progress, a summary and warnings. Faulty patients: an Error (65) that names every fault, and
/// nothing is written; or, with skip_faulty, a warning for each.
void import_patients(const std::vector<SourcePatient>& patients, const ImportOptions& options);

/// What is odd about files but no fault; counted for the warnings at the end.
struct HeaderCounts {
  int unit_scale = 0, sheared_slices = 0;
  int right_handed = 0, left_handed = 0;  ///< images by the sign of their affine's determinant
};

/// Reads, checks and prepares one volume.
data::Case import_case(const SourceCase& source, const ImportOptions& options, HeaderCounts& counts);

/// Folders in a folder, by name; Error (65) when it cannot be read.
std::vector<std::filesystem::path> list_folders(const std::filesystem::path& folder);

/// --out, --domain, --force, --skip-faulty and --n4, which the import commands share.
void declare_import_options(program::po::options_description& options, const std::string& domain);
ImportOptions import_options(const program::po::variables_map& map);

}  // namespace tandem::data_tools
