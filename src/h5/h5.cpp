#include "h5/h5.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "h5/handle.h"
#include "h5/packed_set.h"

namespace tandem::h5 {
namespace {

hid_t native_type(Type type) {
  switch (type) {
    case Type::Float32:
      return H5T_NATIVE_FLOAT;
    case Type::Float64:
      return H5T_NATIVE_DOUBLE;
    case Type::Int64:
      return H5T_NATIVE_INT64;
    case Type::Int32:
      return H5T_NATIVE_INT32;
    case Type::UInt8:
      return H5T_NATIVE_UINT8;
    case Type::Other:
      break;
  }
  fail_system("unsupported HDF5 element type");
}

herr_t collect_reason(unsigned, const H5E_error2_t* entry, void* out) {
  auto& text = *static_cast<std::string*>(out);
  if (text.empty() && entry->desc && *entry->desc) text = entry->desc;
  return 0;
}

/// HDF5's own words about the innermost failure.
std::string library_reason() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_reason, &text);
  H5Eclear2(H5E_DEFAULT);
  // The file driver's text is long; the system's own words stand in quotes.
  const std::string mark = "error message = '";
  if (const auto at = text.find(mark); at != std::string::npos)
    text = text.substr(at + mark.size(), text.find('\'', at + mark.size()) - at - mark.size());
  return text.empty() ? "unknown reason" : text;
}

/// HDF5 does not insist on file locks that network disks lack, and prints nothing itself. The second is a
/// setting of each thread, so everything that may fail in a worker calls this first.
void prepare_library() {
  [[maybe_unused]] static const bool opened = [] {
    ::setenv("HDF5_USE_FILE_LOCKING", "BEST_EFFORT", 0);
    // Every file is closed by its owner. HDF5's own clean-up at exit crashes after a write that failed on a
    // full disk.
    H5dont_atexit();
    return H5open() >= 0;
  }();
  [[maybe_unused]] thread_local const bool silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
}

Handle check_open(hid_t id, Handle::Closer closer, const std::filesystem::path& file,
                  const std::string& what) {
  if (id < 0) fail("{}: cannot open {}: {}", file.string(), what, library_reason());
  return {id, closer};
}

Handle open_set(hid_t file, const std::filesystem::path& file_path, const std::string& path) {
  prepare_library();
  return check_open(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, file_path, path);
}

void check_write(bool good, const std::filesystem::path& file, const std::string& what) {
  if (!good) fail_system("{}: cannot write {}: {}", file.string(), what, library_reason());
}

Handle variable_string_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Handle create_groups_property() {
  Handle property(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(property.get(), 1);
  return property;
}

std::vector<hsize_t> to_hsize(const std::vector<std::int64_t>& values) {
  return std::vector<hsize_t>(values.begin(), values.end());
}

/// Bytes of text that are deflated as one piece.
constexpr std::int64_t kTextChunkBytes = 1 << 20;

/// Makes a data set that holds nothing yet.
Handle create_set(hid_t file, const std::filesystem::path& file_path, const std::string& path, hid_t type,
                  const std::vector<hsize_t>& dims, const Layout& layout) {
  const Handle space(H5Screate_simple(int(dims.size()), dims.data(), nullptr), H5Sclose);
  const Handle property(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(property.get(), false);  // equal content gives equal bytes
  if (!layout.chunk.empty()) {
    const auto chunk = to_hsize(layout.chunk);
    H5Pset_chunk(property.get(), int(chunk.size()), chunk.data());
    // PackedSet follows this order.
    H5Pset_deflate(property.get(), unsigned(layout.deflate_level));
    H5Pset_fletcher32(property.get());
  }
  const auto groups = create_groups_property();
  Handle set(H5Dcreate2(file, path.c_str(), type, space.get(), groups.get(), property.get(), H5P_DEFAULT),
             H5Dclose);
  check_write(set.valid(), file_path, path);
  return set;
}

void write_set(hid_t file, const std::filesystem::path& file_path, const std::string& path, hid_t type,
               const void* values, const std::vector<hsize_t>& dims, const Layout& layout) {
  const auto set = create_set(file, file_path, path, type, dims, layout);
  check_write(H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, file_path, path);
}

/// Reads strings of either kind (variable or fixed length) with a reader callback for data sets and
/// attributes.
template <class Reader>
std::vector<std::string> read_string_values(hid_t stored_type, hid_t space, const Reader& reader) {
  const auto count = size_t(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0));
  std::vector<std::string> out;
  if (H5Tis_variable_str(stored_type) > 0) {
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5Tget_cset(stored_type));
    std::vector<char*> raw(count, nullptr);
    if (count > 0) reader(type.get(), raw.data());
    for (char* text : raw) out.emplace_back(text ? text : "");
    H5Dvlen_reclaim(type.get(), space, H5P_DEFAULT, raw.data());
    return out;
  }
  const size_t size = H5Tget_size(stored_type);
  std::vector<char> raw(count * size);
  if (count > 0) reader(stored_type, raw.data());
  for (size_t i = 0; i < count; ++i)
    out.emplace_back(raw.data() + i * size, strnlen(raw.data() + i * size, size));
  return out;
}

}  // namespace

File::File(const std::filesystem::path& path, Mode mode) : path_(path) {
  prepare_library();
  if (mode == Mode::Create) {
    id_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (id_ < 0) fail_system("cannot create {}: {}", path.string(), library_reason());
    return;
  }
  std::error_code code;
  require(std::filesystem::exists(path, code), "{} does not exist", path.string());
  id_ = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id_ < 0)
    fail("cannot read {}: {} (not an HDF5 file, or truncated: copy it again or make it anew)", path.string(),
         library_reason());
}

File::~File() {
  if (id_ >= 0) H5Fclose(id_);
}

File::File(File&& other) noexcept : path_(std::move(other.path_)), id_(std::exchange(other.id_, -1)) {}
File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(id_, other.id_);
  return *this;
}

void File::close() {
  if (id_ < 0) return;
  const bool flushed = H5Fflush(id_, H5F_SCOPE_GLOBAL) >= 0;
  const std::string reason = flushed ? "" : library_reason();
  const bool closed = H5Fclose(std::exchange(id_, -1)) >= 0;
  if (!flushed || !closed)
    fail_system("{}: cannot finish writing: {}", path_.string(), flushed ? library_reason() : reason);
}

bool File::exists(const std::string& path) const {
  prepare_library();
  if (path == "/") return true;
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (H5Lexists(id_, part.c_str(), H5P_DEFAULT) <= 0) return H5Eclear2(H5E_DEFAULT), false;
    if (end == std::string::npos) return true;
  }
}

bool File::is_group(const std::string& path) const {
  if (!exists(path)) return false;
  const Handle object(H5Oopen(id_, path.c_str(), H5P_DEFAULT), H5Oclose);
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

std::vector<std::string> File::list(const std::string& group) const {
  const auto handle =
      check_open(H5Gopen2(id_, group.c_str(), H5P_DEFAULT), H5Gclose, path_, "group " + group);
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  hsize_t index = 0;
  H5Literate(handle.get(), H5_INDEX_NAME, H5_ITER_INC, &index, visit, &names);
  return names;
}

void File::make_group(const std::string& path) {
  if (exists(path)) return;
  const auto property = create_groups_property();
  const Handle group(H5Gcreate2(id_, path.c_str(), property.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  check_write(group.valid(), path_, "group " + path);
}

void File::copy_from(const File& source, const std::string& source_path, const std::string& path) {
  const Handle groups = create_groups_property();
  if (H5Ocopy(source.id_, source_path.c_str(), id_, path.c_str(), H5P_DEFAULT, groups.get()) >= 0) return;
  const auto reason = library_reason();
  H5Ldelete(id_, path.c_str(), H5P_DEFAULT);
  H5Eclear2(H5E_DEFAULT);
  fail_system("{}: cannot copy {} of {}: {}", path_.string(), source_path, source.path_.string(), reason);
}

std::vector<std::int64_t> File::shape(const std::string& path) const {
  const auto set = open_set(id_, path_, path);
  const Handle space(H5Dget_space(set.get()), H5Sclose);
  std::vector<hsize_t> dims(size_t(H5Sget_simple_extent_ndims(space.get())));
  H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
  return std::vector<std::int64_t>(dims.begin(), dims.end());
}

std::int64_t File::element_count(const std::string& path) const {
  std::int64_t count = 1;
  for (const auto n : shape(path)) count *= n;
  return count;
}

void File::read_raw(const std::string& path, Type type, void* values) const {
  const auto set = open_set(id_, path_, path);
  if (H5Dread(set.get(), native_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    fail("{}: cannot read {}: {}", path_.string(), path, library_reason());
}

void File::read_block_raw(const std::string& path, Type type, const std::vector<std::int64_t>& start,
                          const std::vector<std::int64_t>& count, void* values) const {
  const auto set = open_set(id_, path_, path);
  const Handle space(H5Dget_space(set.get()), H5Sclose);
  const auto from = to_hsize(start), size = to_hsize(count);
  require(H5Sget_simple_extent_ndims(space.get()) == int(size.size()),
          "{}: {} has another number of axes than asked for", path_.string(), path);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, from.data(), nullptr, size.data(), nullptr);
  const Handle memory(H5Screate_simple(int(size.size()), size.data(), nullptr), H5Sclose);
  if (H5Dread(set.get(), native_type(type), memory.get(), space.get(), H5P_DEFAULT, values) < 0)
    fail("{}: cannot read {}: {}", path_.string(), path, library_reason());
}

void File::write_raw(const std::string& path, Type type, const void* values,
                     const std::vector<std::int64_t>& shape, const Layout& layout) {
  write_set(id_, path_, path, native_type(type), values, to_hsize(shape), layout);
}

void File::write(const std::string& path, const PackedSet& packed) {
  const auto set =
      create_set(id_, path_, path, native_type(packed.type), to_hsize(packed.shape), packed.layout);
  std::vector<hsize_t> start(packed.shape.size(), 0);
  for (const auto& chunk : packed.chunks) {
    check_write(H5Dwrite_chunk(set.get(), H5P_DEFAULT, 0, start.data(), chunk.size(), chunk.data()) >= 0,
                path_, path);
    start[0] += hsize_t(packed.layout.chunk[0]);
  }
}

std::vector<std::string> File::read_strings(const std::string& path) const {
  const auto set = open_set(id_, path_, path);
  const Handle type(H5Dget_type(set.get()), H5Tclose), space(H5Dget_space(set.get()), H5Sclose);
  require(H5Tget_class(type.get()) == H5T_STRING, "{}: {} does not hold text", path_.string(), path);
  return read_string_values(type.get(), space.get(), [&](hid_t memory, void* out) {
    if (H5Dread(set.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0)
      fail("{}: cannot read {}: {}", path_.string(), path, library_reason());
  });
}

void File::write_strings(const std::string& path, const std::vector<std::string>& values) {
  size_t longest = 1;
  for (const auto& value : values) longest = std::max(longest, value.size());
  std::vector<char> raw(longest * values.size(), '\0');
  for (size_t i = 0; i < values.size(); ++i) std::copy(values[i].begin(), values[i].end(), &raw[i * longest]);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), longest);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const auto count = std::int64_t(values.size());
  Layout layout;
  if (count > 1)
    layout.chunk = {std::min(count, std::max<std::int64_t>(1, kTextChunkBytes / std::int64_t(longest)))};
  write_set(id_, path_, path, type.get(), raw.data(), {hsize_t(count)}, layout);
}

bool File::has_attribute(const std::string& path, const std::string& name) const {
  return exists(path) && H5Aexists_by_name(id_, path.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> File::list_attributes(const std::string& path) const {
  const auto object = check_open(H5Oopen(id_, path.c_str(), H5P_DEFAULT), H5Oclose, path_, path);
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  hsize_t index = 0;
  H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_INC, &index, visit, &names);
  return names;
}

namespace {

Handle open_attribute(hid_t file, const std::filesystem::path& file_path, const std::string& path,
                      const std::string& name) {
  prepare_library();
  return check_open(H5Aopen_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                    file_path, "attribute '" + name + "' of " + path);
}

Handle create_attribute(hid_t file, const std::filesystem::path& file_path, const std::string& path,
                        const std::string& name, hid_t type, std::int64_t count) {
  const hsize_t dims = hsize_t(count);
  const Handle space(count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &dims, nullptr), H5Sclose);
  if (H5Aexists_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT) > 0)
    H5Adelete_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT);
  Handle attribute(H5Acreate_by_name(file, path.c_str(), name.c_str(), type, space.get(), H5P_DEFAULT,
                                     H5P_DEFAULT, H5P_DEFAULT),
                   H5Aclose);
  check_write(attribute.valid(), file_path, "attribute '" + name + "' of " + path);
  return attribute;
}

}  // namespace

std::int64_t File::attribute_count(const std::string& path, const std::string& name) const {
  const auto attribute = open_attribute(id_, path_, path, name);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  return std::max<hssize_t>(H5Sget_simple_extent_npoints(space.get()), 0);
}

void File::read_attribute_raw(const std::string& path, const std::string& name, Type type,
                              void* values) const {
  const auto attribute = open_attribute(id_, path_, path, name);
  if (attribute_count(path, name) > 0 && H5Aread(attribute.get(), native_type(type), values) < 0)
    fail("{}: cannot read attribute '{}' of {}: {}", path_.string(), name, path, library_reason());
}

std::vector<std::string> File::attribute_strings(const std::string& path, const std::string& name) const {
  const auto attribute = open_attribute(id_, path_, path, name);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose), space(H5Aget_space(attribute.get()), H5Sclose);
  require(H5Tget_class(type.get()) == H5T_STRING, "{}: attribute '{}' of {} is not text", path_.string(),
          name, path);
  return read_string_values(type.get(), space.get(), [&](hid_t memory, void* out) {
    if (H5Aread(attribute.get(), memory, out) < 0)
      fail("{}: cannot read attribute '{}' of {}: {}", path_.string(), name, path, library_reason());
  });
}

void File::write_attribute_raw(const std::string& path, const std::string& name, Type type,
                               const void* values, std::int64_t count) {
  const auto attribute = create_attribute(id_, path_, path, name, native_type(type), count);
  check_write(count == 0 || H5Awrite(attribute.get(), native_type(type), values) >= 0, path_,
              "attribute '" + name + "'");
}

void File::write_attribute_strings(const std::string& path, const std::string& name,
                                   const std::vector<std::string>& values) {
  const auto type = variable_string_type();
  const auto attribute = create_attribute(id_, path_, path, name, type.get(), std::int64_t(values.size()));
  std::vector<const char*> raw;
  for (const auto& value : values) raw.push_back(value.c_str());
  check_write(raw.empty() || H5Awrite(attribute.get(), type.get(), raw.data()) >= 0, path_,
              "attribute '" + name + "'");
}

std::string library_version() {
  prepare_library();
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace tandem::h5
