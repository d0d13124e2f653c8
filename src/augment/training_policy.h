#pragma once
#include <optional>

#include "augment/augment_config.h"
#include "base/random.h"
#include "data/slice_dataset.h"
#include "equations/affine_map.h"

namespace tandem::augment {

using data::SlicePair;

/// All random numbers that one augmented slice needs.
struct PolicyDraw {
  struct Intensity {
    double contrast = 1, brightness = 0;
  };
  struct Elastic {
    double alpha = 0, sigma = 0;             ///< fractions of the padded slice's rows
    Image<float> noise_columns, noise_rows;  ///< in (-1, 1), [rows, columns] of the padded slice
  };
  bool flip_left_right = false, flip_up_down = false;
  std::optional<Intensity> intensity;
  equations::AffineParameters affine;
  double turn_degrees = 0;
  std::optional<Elastic> elastic;
};

/// Draws for a slice of rows x columns pixels before padding.
PolicyDraw draw_policy(const AugmentConfig& config, RandomStream& random, std::int64_t rows,
                       std::int64_t columns);

/// The policy "ACDC_affine_elastic_intensity" of the official code: pad, flip, brightness and contrast,
/// affine map, turn by a multiple of 45 degrees, elastic deformation, central crop, min-max scaling; two or
/// three interpolations in turn.
/// @return image in [0,1] and label in 0..3, both [crop,crop]
SlicePair augment(const SlicePair& pair, const PolicyDraw& draw, const AugmentConfig& config);

/// Pad, crop and min-max scaling without augmentation: validation slices, and training slices under policy
/// none.
SlicePair plain_pair(const SlicePair& pair, const AugmentConfig& config);

/// The un-augmented partner of an augmented slice: cropped or zero-padded to [crop,crop], intensities as
/// stored.
SlicePair original_pair(const SlicePair& pair, const AugmentConfig& config);

}  // namespace tandem::augment
