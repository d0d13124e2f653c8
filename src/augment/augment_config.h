#pragma once
#include <vector>

#include "config/visitor.h"

namespace tandem::augment {

/// Which image-space augmentation training slices get.
enum class Policy { AffineElasticIntensity, None };

/// How validation slices are made.
enum class ValidationSlices { Plain, Augmented };

/// What the STN reads beside the labels in separate training.
enum class LabelCorruption {
  None,      ///< the FTN's predictions
  HandMade,  ///< corrupted labels, as in [larrazabal2019]
};

/// Settings of the image-space augmentation, section [augmentation]. Ranges are [low, high] of a uniform
/// draw.
struct AugmentConfig {
  Policy policy = Policy::AffineElasticIntensity;
  ValidationSlices validation = ValidationSlices::Plain;
  std::int64_t pad = 224, crop = 192;
  double flip_left_right = 0.2, flip_up_down = 0.2;
  double intensity = 0.5;
  std::vector<double> contrast = {0.8, 1.2}, brightness = {-0.1, 0.1};
  std::vector<double> rotation = {-15, 15};
  std::vector<double> shift = {-0.1, 0.1};
  std::vector<double> zoom = {0.8, 1.1};
  double turn_step = 45;
  double elastic = 0.5;
  std::vector<double> elastic_alpha = {1.5, 2.0}, elastic_sigma = {0.075, 0.15};
  LabelCorruption label_corruption = LabelCorruption::None;

  void describe(config::Visitor& v);
  /// Throws Error where single keys are fine but do not fit together.
  void check() const;
};

}  // namespace tandem::augment
