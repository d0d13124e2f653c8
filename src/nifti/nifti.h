#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

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
  bool oriented = false;                   ///< the file says where its axes point; else the affine is made up
  bool unit_scale_sform = false;           ///< the affine says 1 mm although pixdim does not (files of ACDC)
  bool sheared_slices = false;             ///< slices are shifted against each other (see ReadOptions)
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

struct ReadOptions {
  /// Which time point of a 4-D file, from 0; a 3-D file is its own time point 0. Absent: there must be one.
  std::optional<std::int64_t> frame;
  /// Takes files whose slice axis leans against the slices: pixels keep their shape, slices only shift. Rows
  /// and columns must stand at right angles in any case.
  bool sheared_slices = false;
};

/// Reads an image (.nii or .nii.gz; 3-D, or 4-D with one time point). A scl_slope of 0 or NaN counts as 1, a
/// scl_inter of NaN as 0. Throws Error (65) naming the file: missing, no NIfTI, truncated or damaged gzip,
/// complex or RGB data, several time points or not the one asked for, sheared affine, spacing not above 0,
/// NaN or infinite voxels.
FloatFile read_image(const std::filesystem::path& path, const ReadOptions& options = {});

/// Reads a label map: as read_image, and every value must be a whole number in 0..255.
LabelFile read_label(const std::filesystem::path& path, const ReadOptions& options = {});

/// Number of time points of a file, from its header.
std::int64_t count_frames(const std::filesystem::path& path);

/// Writes an image as float32 or a mask as uint8, gzip-compressed, complete or not at all. The grid's shape
/// must be the volume's. Throws Error (70) when the disk is full.
void write_image(const std::filesystem::path& path, const Volume<float>& volume, const Grid& grid);
void write_mask(const std::filesystem::path& path, const Volume<std::uint8_t>& volume, const Grid& grid);

}  // namespace tandem::nifti
