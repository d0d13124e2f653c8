#pragma once
#include <nifti1.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tandem::test {

/// A NIfTI-1 file built byte by byte, so that tests can make the odd and the broken ones. Default: 4 x 3 x 2
/// voxels (file axes i, j, k), int16, 1.5 x 1.25 x 8 mm, no affine.
struct RawNifti {
  nifti_1_header header{};
  std::string voxels;

  RawNifti() {
    header.sizeof_hdr = sizeof header;
    std::memcpy(header.magic, "n+1", 4);
    header.vox_offset = 352;
    set_dims({3, 4, 3, 2, 1, 1, 1, 1});
    const std::array<float, 8> pixdim = {1, 1.5f, 1.25f, 8, 0, 0, 0, 0};
    std::copy(pixdim.begin(), pixdim.end(), header.pixdim);
    std::vector<std::int16_t> values(24);
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::int16_t(i);
    set_values(values, DT_INT16);
  }
  void set_dims(const std::array<short, 8>& dims) { std::copy(dims.begin(), dims.end(), header.dim); }
  template <class T>
  void set_values(const std::vector<T>& values, int datatype) {
    header.datatype = short(datatype);
    header.bitpix = short(8 * sizeof(T));
    voxels.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  /// A matrix for voxel indices to mm, without a shift.
  void set_sform(const std::array<float, 9>& m) {
    header.sform_code = NIFTI_XFORM_SCANNER_ANAT;
    for (size_t j = 0; j < 3; ++j)
      header.srow_x[j] = m[j], header.srow_y[j] = m[3 + j], header.srow_z[j] = m[6 + j];
  }
  std::string bytes() const {
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + std::string(4, '\0') + voxels;
  }
  /// gzip if the name ends in .gz.
  void write(const std::filesystem::path& path) const {
    const auto data = bytes();
    gzFile file = gzopen(path.c_str(), path.extension() == ".gz" ? "wb" : "wbT");
    gzwrite(file, data.data(), unsigned(data.size()));
    gzclose(file);
  }
};

/// Keeps the first bytes of a file.
inline void truncate_file(const std::filesystem::path& path, double share) {
  std::filesystem::resize_file(path, std::uintmax_t(double(std::filesystem::file_size(path)) * share));
}

}  // namespace tandem::test
