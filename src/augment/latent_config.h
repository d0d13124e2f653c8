#pragma once
#include <string>
#include <vector>

#include "config/visitor.h"

namespace tandem::augment {

/// How a latent code is masked.
enum class Scheme { Dropout, Spatial, Channel };
/// The scheme asked for; Random draws one of the three, per code and step.
enum class MaskType { Random, Dropout, Spatial, Channel };
/// Over what one annealing factor a is shared.
enum class Annealing { PerElement, PerSample, PerBatch };
/// Over what one threshold p is shared.
enum class ThresholdSampling { PerBatch, PerSample };

/// Settings of the latent-space data augmentation, section [latent].
struct LatentConfig {
  bool latent_DA = true;
  std::vector<std::string> mask_scope = {"image", "shape"};
  MaskType image_mask_type = MaskType::Random, shape_mask_type = MaskType::Random;
  double max_threshold = 0.5;
  bool random_threshold = true;
  bool if_soft = true;
  bool dropout_rescale = true;
  bool dropout_random_p = false;
  bool mask_strict = true;
  Annealing annealing = Annealing::PerElement;
  ThresholdSampling threshold_sampling = ThresholdSampling::PerBatch;
  bool shared_scheme = false;
  bool abs_gradient = false;
  bool rescale_x_hat = false;

  void describe(config::Visitor& v);
  bool masks_image() const;
  bool masks_shape() const;
};

}  // namespace tandem::augment
