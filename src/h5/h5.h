#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace tandem::h5 {

/// Element types that files of this project use.
enum class Type { Float32, Float64, Int64, Int32, UInt8, Other };

template <class T>
constexpr Type type_of() {
  if constexpr (std::is_same_v<T, float>)
    return Type::Float32;
  else if constexpr (std::is_same_v<T, double>)
    return Type::Float64;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return Type::Int64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return Type::Int32;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return Type::UInt8;
  else
    return Type::Other;
}

/// How a data set is laid out: empty chunk = contiguous; chunked sets are deflated and carry a Fletcher-32
/// checksum.
struct Layout {
  std::vector<std::int64_t> chunk;
  int deflate_level = 4;
};

struct PackedSet;

/// One HDF5 file, the only door to the HDF5 C library. Paths are absolute inside the file
/// ("/cases/p_ED/image"); groups on the way are made when writing. Every failure is an Error that names the
/// file, the path and HDF5's reason. Values are converted to the asked-for element type on reading (HDF5
/// conversion), never on writing.
class File {
 public:
  enum class Mode { Read, Create };
  /// Create truncates: give it the temporary() of an AtomicFile. Read refuses missing, truncated and foreign
  /// files.
  File(const std::filesystem::path& path, Mode mode);
  ~File();
  File(File&&) noexcept;
  File& operator=(File&&) noexcept;

  const std::filesystem::path& path() const { return path_; }
  /// Flushes and closes; throws Error (70) when the disk is full. The destructor closes silently.
  void close();

  bool exists(const std::string& path) const;
  bool is_group(const std::string& path) const;
  /// Names in a group, in alphabetical order.
  std::vector<std::string> list(const std::string& group) const;
  void make_group(const std::string& path);
  /// Copies a group or data set of another file, with all that is in it, to a path that is still free. What
  /// could not be copied whole is removed again.
  void copy_from(const File& source, const std::string& source_path, const std::string& path);

  std::vector<std::int64_t> shape(const std::string& path) const;
  template <class T>
  std::vector<T> read(const std::string& path) const {
    std::vector<T> values(size_t(element_count(path)));
    read_raw(path, type_of<T>(), values.data());
    return values;
  }
  /// A block of a data set: start and count per axis.
  template <class T>
  std::vector<T> read_block(const std::string& path, const std::vector<std::int64_t>& start,
                            const std::vector<std::int64_t>& count) const {
    std::int64_t n = 1;
    for (const auto c : count) n *= c;
    std::vector<T> values(static_cast<size_t>(n));
    read_block_raw(path, type_of<T>(), start, count, values.data());
    return values;
  }
  template <class T>
  T read_scalar(const std::string& path) const {
    return read<T>(path).at(0);
  }
  std::vector<std::string> read_strings(const std::string& path) const;

  template <class T>
  void write(const std::string& path, const T* values, const std::vector<std::int64_t>& shape,
             const Layout& layout = {}) {
    write_raw(path, type_of<T>(), values, shape, layout);
  }
  template <class T>
  void write(const std::string& path, const std::vector<T>& values, const Layout& layout = {}) {
    write_raw(path, type_of<T>(), values.data(), {std::int64_t(values.size())}, layout);
  }
  /// A set that was packed before, perhaps by another thread (packed_set.h).
  void write(const std::string& path, const PackedSet& packed);
  /// A 1-D set of UTF-8 strings, all as long as the longest and deflated: columns of words repeat themselves,
  /// and variable lengths would make them tenfold larger and slower. An embedded zero ends a string.
  void write_strings(const std::string& path, const std::vector<std::string>& values);

  /// Attributes belong to a group or data set; "/" is the root. Vectors of length 1 are written as scalars.
  bool has_attribute(const std::string& path, const std::string& name) const;
  std::vector<std::string> list_attributes(const std::string& path) const;
  template <class T>
  std::vector<T> attribute_vector(const std::string& path, const std::string& name) const {
    std::vector<T> values(size_t(attribute_count(path, name)));
    read_attribute_raw(path, name, type_of<T>(), values.data());
    return values;
  }
  template <class T>
  T attribute(const std::string& path, const std::string& name) const {
    return attribute_vector<T>(path, name).at(0);
  }
  std::string attribute_string(const std::string& path, const std::string& name) const {
    return attribute_strings(path, name).at(0);
  }
  std::vector<std::string> attribute_strings(const std::string& path, const std::string& name) const;

  template <class T>
  void set_attribute(const std::string& path, const std::string& name, const std::vector<T>& values) {
    write_attribute_raw(path, name, type_of<T>(), values.data(), std::int64_t(values.size()));
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void set_attribute(const std::string& path, const std::string& name, T value) {
    write_attribute_raw(path, name, type_of<T>(), &value, 1);
  }
  void set_attribute(const std::string& path, const std::string& name, const std::string& value) {
    write_attribute_strings(path, name, {value});
  }
  void set_attribute(const std::string& path, const std::string& name, const char* value) {
    write_attribute_strings(path, name, {value});
  }
  void set_attribute(const std::string& path, const std::string& name,
                     const std::vector<std::string>& values) {
    write_attribute_strings(path, name, values);
  }

 private:
  std::int64_t element_count(const std::string& path) const;
  std::int64_t attribute_count(const std::string& path, const std::string& name) const;
  void read_raw(const std::string& path, Type type, void* values) const;
  void read_block_raw(const std::string& path, Type type, const std::vector<std::int64_t>& start,
                      const std::vector<std::int64_t>& count, void* values) const;
  void write_raw(const std::string& path, Type type, const void* values,
                 const std::vector<std::int64_t>& shape, const Layout& layout);
  void read_attribute_raw(const std::string& path, const std::string& name, Type type, void* values) const;
  void write_attribute_raw(const std::string& path, const std::string& name, Type type, const void* values,
                           std::int64_t count);
  void write_attribute_strings(const std::string& path, const std::string& name,
                               const std::vector<std::string>& values);

  std::filesystem::path path_;
  std::int64_t id_ = -1;  // hid_t
};

/// The version of the HDF5 library in use, "1.10.8".
std::string library_version();

}  // namespace tandem::h5
