#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "data/case.h"
#include "h5/h5.h"
#include "h5/packed_set.h"

namespace tandem::data {

inline constexpr const char* kCaseFormat = "tandem-cases";
inline constexpr std::int64_t kCaseFormatVersion = 1;

/// Facts about a whole data set (root attributes).
struct DataSetInfo {
  std::string domain;         ///< "acdc", "acdc-c_bias", "mnms", ...: the column name in tables
  std::string preprocessing;  ///< one line for people: what was done to the images
  std::string tool_version;   ///< version and commit of the program that wrote it
  std::string source;         ///< folder or parent data set, base name only
};

/// True if every voxel of the image is a finite number.
bool has_finite_image(const Case& c);

/// A case whose voxels are packed as the file holds them.
struct PackedCase {
  Case header;  ///< without voxels
  h5::PackedSet image;
  std::optional<h5::PackedSet> label;
};

/// Packs a case; most of the time that writing takes goes here, and any thread may do it. Error if the label
/// has another shape than the image.
PackedCase pack(const Case& c);

/// Writes a data set file (schema: src/data/README.md), case by case; the file appears only with commit().
class CaseFileWriter {
 public:
  CaseFileWriter(const std::filesystem::path& path, const DataSetInfo& info);
  void add(const PackedCase& packed);
  void add(const Case& c) { add(pack(c)); }
  void commit();

 private:
  AtomicFile file_;
  h5::File h5_;
};

/// Reads a data set file. Refuses another format or version with a message that says which tool to rerun.
class CaseFile {
 public:
  explicit CaseFile(const std::filesystem::path& path);
  const std::filesystem::path& path() const { return file_.path(); }
  const DataSetInfo& info() const { return info_; }
  /// Case ids in alphabetical order.
  const std::vector<std::string>& ids() const { return ids_; }
  bool contains(const std::string& id) const;
  /// Everything but image and label.
  Case read_header(const std::string& id) const;
  Case read(const std::string& id) const;
  const h5::File& h5() const { return file_; }

 private:
  h5::File file_;
  DataSetInfo info_;
  std::vector<std::string> ids_;
};

}  // namespace tandem::data
