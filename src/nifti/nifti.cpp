#include "nifti/nifti.h"

#include <nifti2_io.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>

#include "base/atomic_file.h"
#include "base/error.h"
#include "deflate/deflate.h"

namespace tandem::nifti {
namespace {

struct FreeImage {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using Header = std::unique_ptr<nifti_image, FreeImage>;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, CloseGzip>;

/// The header through the NIfTI library (all byte orders, NIfTI-1 and -2, single files and pairs). The voxels
/// are read below: the library replaces NaN by 0 and fills what a truncated file lacks with zeros.
Header read_header(const std::filesystem::path& path) {
  std::error_code code;
  require(std::filesystem::is_regular_file(path, code), "{} does not exist or is not a file", path.string());
  if (GzipFile probe{gzopen(path.c_str(), "rb")}; !probe)
    fail("cannot read {}: {}", path.string(), std::strerror(errno));
  static std::mutex mutex;  // the library keeps global options and says nothing about threads
  const std::lock_guard lock(mutex);
  nifti_set_debug_level(0);  // errors become exceptions here, no chatter on standard error
  Header header(nifti_image_read(path.c_str(), 0));
  require(header != nullptr, "{} is not a NIfTI file, or its header is truncated", path.string());
  const auto frames = std::max<std::int64_t>(header->nt, 1);
  require(header->nx > 0 && header->ny > 0 && header->nz > 0 &&
              header->nvox == header->nx * header->ny * header->nz * frames,
          "{}: expected a volume over time at most, found {} axes of {} x {} x {} x {}", path.string(),
          header->ndim, header->nx, header->ny, header->nz, header->nt);
  return header;
}

/// The time point to read, from 0.
std::int64_t chosen_frame(const nifti_image& header, const ReadOptions& options) {
  const auto frames = std::max<std::int64_t>(header.nt, 1);
  require(options.frame || frames == 1, "{}: expected one 3-D volume, found {} axes of {} x {} x {} x {}",
          header.iname, header.ndim, header.nx, header.ny, header.nz, header.nt);
  const auto frame = options.frame.value_or(0);
  require(frame >= 0 && frame < frames, "{} has {} time points; there is no number {} (from 0)", header.iname,
          frames, frame);
  return frame;
}

/// Refuses axes that are not at right angles; returns whether the slice axis leans where that is allowed.
bool check_affine(const std::filesystem::path& path, const std::array<double, 16>& affine,
                  bool sheared_slices_allowed) {
  std::array<double, 3> length{};
  for (size_t j = 0; j < 3; ++j) {
    for (size_t i = 0; i < 3; ++i) length[j] += affine[4 * i + j] * affine[4 * i + j];
    length[j] = std::sqrt(length[j]);
    require(std::isfinite(length[j]) && length[j] > 0, "{}: the affine of the header has no axis {}",
            path.string(), j);
  }
  bool leaning = false;
  for (size_t a = 0; a < 3; ++a)
    for (size_t b = a + 1; b < 3; ++b) {
      double dot = 0;
      for (size_t i = 0; i < 3; ++i) dot += affine[4 * i + a] * affine[4 * i + b];
      const double cosine = dot / (length[a] * length[b]);
      if (b == 2 && sheared_slices_allowed && std::abs(cosine) > kShearTolerance) {
        leaning = true;
        continue;
      }
      require(std::abs(cosine) <= kShearTolerance,
              "{}: sheared affine, axes {} and {} meet at {:.3f} degrees instead of 90 (tolerance {:.2f}). "
              "Resample the "
              "scan to a right-angled grid first",
              path.string(), a, b, std::acos(cosine) * 180 / M_PI, std::asin(kShearTolerance) * 180 / M_PI);
    }
  return leaning;
}

Grid grid_of(const nifti_image& header, const std::filesystem::path& path, const ReadOptions& options) {
  Grid grid;
  grid.shape = {header.nz, header.ny, header.nx};
  grid.spacing_mm = {header.dz, header.dy, header.dx};
  for (const double mm : grid.spacing_mm)
    require(std::isfinite(mm) && mm > 0, "{}: voxel size {} mm in the header; it must be above 0",
            path.string(), mm);
  require(header.xyz_units == NIFTI_UNITS_UNKNOWN || header.xyz_units == NIFTI_UNITS_MM,
          "{}: the header's unit of length is {}; only mm is read", path.string(),
          nifti_units_string(header.xyz_units));
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) {
      double value = i == j ? (j < 3 ? grid.spacing_mm[2 - j] : 1.0) : 0.0;
      if (header.sform_code > 0)
        value = header.sto_xyz.m[i][j];
      else if (header.qform_code > 0)
        value = header.qto_xyz.m[i][j];
      grid.affine[4 * i + j] = value;
    }
  grid.oriented = header.sform_code > 0 || header.qform_code > 0;
  grid.sheared_slices = check_affine(path, grid.affine, options.sheared_slices);
  for (size_t j = 0; j < 3; ++j) {
    const double length = std::hypot(grid.affine[j], grid.affine[4 + j], grid.affine[8 + j]);
    if (std::abs(length - 1) < 1e-6 && std::abs(grid.spacing_mm[2 - j] - 1) > 1e-3)
      grid.unit_scale_sform = true;
  }
  return grid;
}

/// The voxels of all time points as stored, with what stands before them in the file.
struct StoredVoxels {
  deflate::Buffer file;
  size_t start = 0;  ///< where the voxels begin
  char* data() const { return reinterpret_cast<char*>(file.bytes.get()) + start; }
};

size_t voxel_bytes(const nifti_image& header) { return size_t(header.nvox) * size_t(header.nbyper); }

/// The voxels by way of zlib, which takes all kinds of gzip files and plain ones, and finds the words for
/// what is wrong; reads to the end so that gzip's own checksum is checked.
StoredVoxels read_voxels_by_zlib(const nifti_image& header) {
  const std::string path = header.iname;
  GzipFile file(gzopen(path.c_str(), "rb"));
  if (!file) fail("cannot read {}: {}", path, std::strerror(errno));
  gzbuffer(file.get(), 1 << 17);
  const size_t size = voxel_bytes(header);
  StoredVoxels voxels{{std::make_unique_for_overwrite<unsigned char[]>(size), size}};
  bool good = gzseek(file.get(), header.iname_offset, SEEK_SET) == header.iname_offset;
  size_t done = 0;
  while (good && done < size) {
    const int got =
        gzread(file.get(), voxels.data() + done, unsigned(std::min<size_t>(size - done, 1 << 30)));
    if (got <= 0)
      good = false;
    else
      done += size_t(got);
  }
  std::array<char, 4096> rest;
  int got = 1;
  while (good && got > 0) got = gzread(file.get(), rest.data(), unsigned(rest.size()));
  int code = Z_OK;
  std::string reason = gzerror(file.get(), &code);
  if (reason.starts_with(path + ": ")) reason.erase(0, path.size() + 2);
  require(good && got == 0 && code == Z_OK,
          "{} is truncated or damaged: {} of {} bytes of voxels could be read{}", path, done, size,
          code == Z_OK ? "" : " (" + reason + ")");
  return voxels;
}

/// The voxels of a file that is one whole gzip member, as nearly all are, in half of zlib's time.
std::optional<StoredVoxels> read_gzip_voxels(const nifti_image& header) {
  std::ifstream in(header.iname, std::ios::binary | std::ios::ate);
  const auto size = in ? std::streamoff(in.tellg()) : 0;
  constexpr int kFirstByteOfGzip = 0x1f;
  if (size <= 0 || !in.seekg(0) || in.peek() != kFirstByteOfGzip) return {};
  const auto packed = std::make_unique_for_overwrite<unsigned char[]>(size_t(size));
  if (!in.read(reinterpret_cast<char*>(packed.get()), size)) return {};
  auto file = deflate::inflate_gzip({packed.get(), size_t(size)});
  // Voxels are read as what they are, which an odd place in memory does not allow.
  const auto start = size_t(header.iname_offset);
  if (!file || header.iname_offset < 0 || start % alignof(double) != 0) return {};
  if (file->size < start || file->size - start < voxel_bytes(header)) return {};
  return StoredVoxels{std::move(*file), start};
}

/// The voxels as stored, in the byte order of this machine.
StoredVoxels read_voxels(const nifti_image& header) {
  auto quick = read_gzip_voxels(header);
  auto voxels = quick ? std::move(*quick) : read_voxels_by_zlib(header);
  if (header.swapsize > 1 && header.byteorder != nifti_short_order())
    nifti_swap_Nbytes(std::int64_t(voxel_bytes(header)) / header.swapsize, header.swapsize, voxels.data());
  return voxels;
}

/// Calls use(const T*) with the element type of the file.
template <class Use>
void with_type(const nifti_image& header, const char* data, const Use& use) {
  switch (header.datatype) {
    case DT_UINT8:
      return use(reinterpret_cast<const std::uint8_t*>(data));
    case DT_INT8:
      return use(reinterpret_cast<const std::int8_t*>(data));
    case DT_UINT16:
      return use(reinterpret_cast<const std::uint16_t*>(data));
    case DT_INT16:
      return use(reinterpret_cast<const std::int16_t*>(data));
    case DT_UINT32:
      return use(reinterpret_cast<const std::uint32_t*>(data));
    case DT_INT32:
      return use(reinterpret_cast<const std::int32_t*>(data));
    case DT_UINT64:
      return use(reinterpret_cast<const std::uint64_t*>(data));
    case DT_INT64:
      return use(reinterpret_cast<const std::int64_t*>(data));
    case DT_FLOAT32:
      return use(reinterpret_cast<const float*>(data));
    case DT_FLOAT64:
      return use(reinterpret_cast<const double*>(data));
    default:
      fail("{}: voxels of type {} are not supported; use integers or floating point", header.iname,
           nifti_datatype_string(header.datatype));
  }
}

/// How stored values become values: value = slope * stored + intercept.
struct Scaling {
  double slope = 1, intercept = 0;
  bool operator==(const Scaling&) const = default;
};

/// The NIfTI standard: a slope of 0 (here also NaN) means that the stored values are the values.
Scaling scaling_of(const nifti_image& header) {
  if (!std::isfinite(header.scl_slope) || header.scl_slope == 0) return {};
  return {header.scl_slope, std::isfinite(header.scl_inter) ? header.scl_inter : 0.0};
}

/// Calls use(const T*, Scaling) with the stored voxels of a time point. The file's first axis varies fastest,
/// as the columns of a Volume do, so that the order in memory is the same.
template <class Use>
void with_frame(const nifti_image& header, const Grid& grid, std::int64_t frame, const Use& use) {
  const auto voxels = read_voxels(header);
  const auto start = size_t(frame) * size_t(grid.shape[0] * grid.shape[1] * grid.shape[2]);
  with_type(header, voxels.data(), [&](const auto* stored) { use(stored + start, scaling_of(header)); });
}

std::string voxel_name(const Grid& grid, size_t index) {
  const auto columns = size_t(grid.shape[2]), rows = size_t(grid.shape[1]);
  return fmt::format("slice {}, row {}, column {} (from 0)", index / columns / rows, index / columns % rows,
                     index % columns);
}

Header make_header(const Grid& grid, int datatype) {
  const std::array<std::int64_t, 8> dims = {3, grid.shape[2], grid.shape[1], grid.shape[0], 1, 1, 1, 1};
  Header header(nifti_make_new_nim(dims.data(), datatype, 0));
  if (!header)
    fail_system("the NIfTI library could not make a header of {} x {} x {}", dims[1], dims[2], dims[3]);
  header->dx = header->pixdim[1] = grid.spacing_mm[2];
  header->dy = header->pixdim[2] = grid.spacing_mm[1];
  header->dz = header->pixdim[3] = grid.spacing_mm[0];
  header->xyz_units = NIFTI_UNITS_MM;
  header->sform_code = NIFTI_XFORM_SCANNER_ANAT;
  header->qform_code = NIFTI_XFORM_UNKNOWN;
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) header->sto_xyz.m[i][j] = grid.affine[4 * i + j];
  header->nifti_type = NIFTI_FTYPE_NIFTI1_1;
  return header;
}

void write_file(const std::filesystem::path& path, const Grid& grid, int datatype, const void* voxels,
                size_t bytes) {
  require(grid.shape[0] <= INT16_MAX && grid.shape[1] <= INT16_MAX && grid.shape[2] <= INT16_MAX,
          "{}: a NIfTI-1 file holds at most {} voxels along an axis", path.string(), INT16_MAX);
  nifti_1_header raw;
  nifti_convert_nim2n1hdr(make_header(grid, datatype).get(), &raw);
  raw.vox_offset = 352;
  raw.scl_slope = 1;
  AtomicFile target(path);
  // "T" writes plain bytes for names that do not end in .gz.
  GzipFile file(gzopen(target.temporary().c_str(), path.extension() == ".gz" ? "wb6" : "wbT"));
  if (!file) fail_system("cannot create {}: {}", path.string(), std::strerror(errno));
  const std::array<char, 4> no_extensions{};
  const auto put = [&](const void* data, size_t size) {
    const auto* from = static_cast<const char*>(data);
    for (size_t done = 0; done < size;) {
      const auto part = unsigned(std::min<size_t>(size - done, 1 << 30));
      if (gzwrite(file.get(), from + done, part) != int(part))
        fail_system("cannot write {}: {}", path.string(), std::strerror(errno));
      done += part;
    }
  };
  put(&raw, sizeof raw);
  put(no_extensions.data(), no_extensions.size());
  put(voxels, bytes);
  if (gzclose(file.release()) != Z_OK)
    fail_system("cannot finish writing {}: {}", path.string(), std::strerror(errno));
  target.commit();
}

template <class T>
void check_shape(const std::filesystem::path& path, const Volume<T>& volume, const Grid& grid) {
  require(volume.shape() == grid.shape, "{}: the volume's shape {} is not its grid's {}", path.string(),
          fmt::join(volume.shape(), "x"), fmt::join(grid.shape, "x"));
}

}  // namespace

FloatFile read_image(const std::filesystem::path& path, const ReadOptions& options) {
  const auto header = read_header(path);
  const auto frame = chosen_frame(*header, options);
  const auto grid = grid_of(*header, path, options);
  Volume<float> volume(grid.shape[0], grid.shape[1], grid.shape[2]);
  with_frame(*header, grid, frame, [&](const auto* stored, const Scaling& scaling) {
    const auto value = [&](size_t i) { return double(stored[i]) * scaling.slope + scaling.intercept; };
    // Faults are only counted here, so that this is vector code: 0 times what is not finite is not 0.
    std::uint32_t faults = 0;
    for (size_t i = 0; i < volume.values.size(); ++i) {
      volume.values[i] = float(value(i));
      faults += volume.values[i] * 0.0f != 0.0f;
    }
    if (faults == 0) return;
    const auto is_fault = [](float v) { return !std::isfinite(v); };
    const auto place = size_t(std::ranges::find_if(volume.values, is_fault) - volume.values.begin());
    fail("{}: the voxel at {} is {}, not a finite number", path.string(), voxel_name(grid, place),
         value(place));
  });
  return {grid, std::move(volume)};
}

LabelFile read_label(const std::filesystem::path& path, const ReadOptions& options) {
  const auto header = read_header(path);
  const auto frame = chosen_frame(*header, options);
  const auto grid = grid_of(*header, path, options);
  Volume<std::uint8_t> volume(grid.shape[0], grid.shape[1], grid.shape[2]);
  with_frame(*header, grid, frame, [&](const auto* stored, const Scaling& scaling) {
    if constexpr (std::is_same_v<decltype(stored), const std::uint8_t*>)
      if (scaling == Scaling{}) {  // every value is a label
        std::copy_n(stored, volume.values.size(), volume.values.begin());
        return;
      }
    for (size_t i = 0; i < volume.values.size(); ++i) {
      const double value = double(stored[i]) * scaling.slope + scaling.intercept;
      if (!(value >= 0 && value <= 255 && value == std::floor(value)))
        fail("{}: the label at {} is {}, not a whole number from 0 to 255", path.string(),
             voxel_name(grid, i), value);
      volume.values[i] = std::uint8_t(value);
    }
  });
  return {grid, std::move(volume)};
}

std::int64_t count_frames(const std::filesystem::path& path) {
  return std::max<std::int64_t>(read_header(path)->nt, 1);
}

void write_image(const std::filesystem::path& path, const Volume<float>& volume, const Grid& grid) {
  check_shape(path, volume, grid);
  write_file(path, grid, DT_FLOAT32, volume.values.data(), volume.values.size() * sizeof(float));
}

void write_mask(const std::filesystem::path& path, const Volume<std::uint8_t>& volume, const Grid& grid) {
  check_shape(path, volume, grid);
  write_file(path, grid, DT_UINT8, volume.values.data(), volume.values.size());
}

}  // namespace tandem::nifti
