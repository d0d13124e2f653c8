#pragma once
#include "experiment/example_figures.h"

namespace tandem::experiment {

/// The input of standard training, with noise: random convolutions start from it, the other baselines from
/// the clean image.
at::Tensor noisy_slice(const ExampleScene& scene);

/// A baseline of Table 1, with the settings of its section.
AugmentedExample apply_baseline(const ExampleScene& scene, augment::ImageAugmentationConfig config,
                                augment::ImageMethod method);

}  // namespace tandem::experiment
