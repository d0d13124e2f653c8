#include "data/case_file.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace tandem::data {
namespace {

std::string group_of(const std::string& id) { return "/cases/" + id; }

template <size_t N, class T>
std::vector<T> to_vector(const std::array<T, N>& values) {
  return {values.begin(), values.end()};
}

template <size_t N, class T>
void read_array(const h5::File& file, const std::string& path, const std::string& name,
                std::array<T, N>& out) {
  const auto values = file.attribute_vector<T>(path, name);
  require(values.size() == N, "{}: attribute '{}' of {} has {} values, expected {}", file.path().string(),
          name, path, values.size(), N);
  std::copy(values.begin(), values.end(), out.begin());
}

/// The text attributes of a case, by name: written and read from this one list.
std::vector<std::pair<const char*, std::string Case::*>> text_attributes() {
  return {{"patient", &Case::patient},
          {"frame", &Case::frame},
          {"group", &Case::group},
          {"vendor", &Case::vendor},
          {"centre", &Case::centre},
          {"source_sha256_image", &Case::source_sha256_image},
          {"source_sha256_label", &Case::source_sha256_label},
          {"corruption", &Case::corruption},
          {"corruption_parameters", &Case::corruption_parameters}};
}

std::vector<std::pair<const char*, std::string DataSetInfo::*>> info_attributes() {
  return {{"domain", &DataSetInfo::domain},
          {"preprocessing", &DataSetInfo::preprocessing},
          {"tool_version", &DataSetInfo::tool_version},
          {"source", &DataSetInfo::source}};
}

Case without_voxels(const Case& c) {
  Case header;
  header.id = c.id;
  for (const auto& [name, member] : text_attributes()) header.*member = c.*member;
  header.spacing_mm = c.spacing_mm, header.original = c.original;
  return header;
}

template <class T>
Volume<T> read_volume(const h5::File& file, const std::string& path) {
  const auto shape = file.shape(path);
  require(shape.size() == 3, "{}: {} has {} axes, expected [D,H,W]", file.path().string(), path,
          shape.size());
  Volume<T> volume(shape[0], shape[1], shape[2]);
  volume.values = file.read<T>(path);
  return volume;
}

}  // namespace

bool has_finite_image(const Case& c) {
  return std::ranges::all_of(c.image.values, [](float v) { return std::isfinite(v); });
}

CaseFileWriter::CaseFileWriter(const std::filesystem::path& path, const DataSetInfo& info)
    : file_(path), h5_(file_.temporary(), h5::File::Mode::Create) {
  h5_.set_attribute("/", "format", kCaseFormat);
  h5_.set_attribute("/", "format_version", kCaseFormatVersion);
  h5_.set_attribute("/", "label_names", kLabelNames);
  for (const auto& [name, member] : info_attributes()) h5_.set_attribute("/", name, info.*member);
  h5_.make_group("/cases");
}

PackedCase pack(const Case& c) {
  const auto& v = c.image;
  require(!c.label || c.label->shape() == v.shape(), "{}: label shape {} differs from image shape {}", c.id,
          fmt::join(c.label ? c.label->shape() : v.shape(), "x"), fmt::join(v.shape(), "x"));
  // Floats deflate by a third at any level; the higher ones only take longer.
  const h5::Layout layout{.chunk = {1, v.rows, v.columns}, .deflate_level = 1};
  PackedCase packed{without_voxels(c), h5::pack(v.values.data(), to_vector(v.shape()), layout), {}};
  if (c.label) packed.label = h5::pack(c.label->values.data(), to_vector(v.shape()), layout);
  return packed;
}

void CaseFileWriter::add(const PackedCase& packed) {
  const Case& c = packed.header;
  const std::string group = group_of(c.id);
  require(!c.id.empty() && c.id.find('/') == std::string::npos, "'{}' cannot be the name of a case", c.id);
  require(!h5_.exists(group), "case {} appears twice", c.id);
  h5_.write(group + "/image", packed.image);
  if (packed.label) h5_.write(group + "/label", *packed.label);
  for (const auto& [name, member] : text_attributes()) h5_.set_attribute(group, name, c.*member);
  h5_.set_attribute(group, "spacing_mm", to_vector(c.spacing_mm));
  h5_.set_attribute(group, "original_shape", to_vector(c.original.shape));
  h5_.set_attribute(group, "original_spacing_mm", to_vector(c.original.spacing_mm));
  h5_.set_attribute(group, "original_affine", to_vector(c.original.affine));
  file_.begin_flush();
}

void CaseFileWriter::commit() {
  h5_.close();
  file_.commit();
}

CaseFile::CaseFile(const std::filesystem::path& path) : file_(path, h5::File::Mode::Read) {
  require(file_.has_attribute("/", "format") && file_.attribute_string("/", "format") == kCaseFormat,
          "{} is not a Tandem data set. Make one with: tandem-data import ...", path.string());
  const auto version = file_.attribute<std::int64_t>("/", "format_version");
  require(version == kCaseFormatVersion,
          "{} was written by format version {}; this program reads version {}. Make it anew with: "
          "tandem-data import "
          "(or corrupt, phantom)",
          path.string(), version, kCaseFormatVersion);
  const auto labels = file_.attribute_strings("/", "label_names");
  require(labels == kLabelNames, "{} has the labels {}; this program needs {}", path.string(),
          join(labels, ", "), join(kLabelNames, ", "));
  for (const auto& [name, member] : info_attributes()) info_.*member = file_.attribute_string("/", name);
  ids_ = file_.list("/cases");
}

bool CaseFile::contains(const std::string& id) const {
  return std::binary_search(ids_.begin(), ids_.end(), id);
}

Case CaseFile::read_header(const std::string& id) const {
  require(contains(id), "{} has no case {}", path().string(), id);
  const std::string group = group_of(id);
  Case c;
  c.id = id;
  for (const auto& [name, member] : text_attributes()) c.*member = file_.attribute_string(group, name);
  read_array(file_, group, "spacing_mm", c.spacing_mm);
  read_array(file_, group, "original_shape", c.original.shape);
  read_array(file_, group, "original_spacing_mm", c.original.spacing_mm);
  read_array(file_, group, "original_affine", c.original.affine);
  return c;
}

Case CaseFile::read(const std::string& id) const {
  Case c = read_header(id);
  const std::string group = group_of(id);
  c.image = read_volume<float>(file_, group + "/image");
  if (file_.exists(group + "/label")) {
    c.label = read_volume<std::uint8_t>(file_, group + "/label");
    require(c.label->shape() == c.image.shape(), "{}: label and image of {} differ in shape", path().string(),
            id);
  }
  return c;
}

}  // namespace tandem::data
