#pragma once
#include <array>
#include <cstdint>
#include <filesystem>

#include "base/array.h"

namespace tandem::nifti {

/// Where the voxels of a file lie.
///
/// Axis order as in Volume: slices, rows, columns = third, second, first axis of the file; nothing is
/// flipped.
struct Grid {
  std::array<std::int64_t, 3> shape = {};  ///< slices, rows, columns
  std::array<double, 3> spacing_mm = {};   ///< z, y, x, from pixdim
  std::array<double, 16> affine = {};      ///< file axes (i,j,k) to mm, row-major 4 x 4 (sform, else qform)
  bool unit_scale_sform = false;           ///< the affine says 1 mm although pixdim does not (files of ACDC)
};

struct FloatFile {
  Grid grid;
  Volume<float> volume;  ///< [D,H,W], scl_slope and scl_inter applied
};
struct LabelFile {
  Grid grid;
  Volume<std::uint8_t> volume;  ///< [D,H,W]
};

/// Largest |cosine| between two axes of an affine that counts as a right angle (0.06 degrees).
inline constexpr double kShearTolerance = 1e-3;

/// Reads an image (.nii or .nii.gz; 3-D, or 4-D with one time point). A scl_slope of 0 or NaN counts as 1, a
/// scl_inter of NaN as 0. Throws Error (65) naming the file: missing, no NIfTI, truncated or damaged gzip,
/// complex or RGB data, several time points, sheared affine, spacing not above 0, NaN or infinite voxels.
FloatFile read_image(const std::filesystem::path& path);

/// Reads a label map: as read_image, and every value must be a whole number in 0..255.
LabelFile read_label(const std::filesystem::path& path);

/// Writes an image as float32 or a mask as uint8, gzip-compressed, complete or not at all. The grid's shape
/// must be the volume's. Throws Error (70) when the disk is full.
void write_image(const std::filesystem::path& path, const Volume<float>& volume, const Grid& grid);
void write_mask(const std::filesystem::path& path, const Volume<std::uint8_t>& volume, const Grid& grid);

}  // namespace tandem::nifti
