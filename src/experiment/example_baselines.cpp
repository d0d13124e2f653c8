#include "experiment/example_baselines.h"

#include <ATen/ATen.h>

#include "equations/losses.h"
#include "training/image_augmentation_step.h"

namespace tandem::experiment {

at::Tensor noisy_slice(const ExampleScene& scene) {
  const auto noise = augment::normal_pixels(Purpose::InputNoise, {.seed = scene.seed}, {scene.slice.id()},
                                            scene.slice.x.sizes());
  return equations::noisy_input(scene.slice.x, noise.to(scene.slice.x.options()), 0.05, true);
}

AugmentedExample apply_baseline(const ExampleScene& scene, augment::ImageAugmentationConfig config,
                                augment::ImageMethod method) {
  config.da.method = method, config.da.p_apply = 1;
  const auto draw = augment::draw_image_augmentation(config, {.seed = scene.seed}, {scene.slice.id()},
                                                     scene.slice.x.sizes());
  training::StepInputs in{scene.slice.x, scene.slice.y};
  in.formulation = model::Formulation::Reference;
  const auto reference = scene.net.ftn(scene.slice.x, model::PassMode::Evaluation);
  const auto image = training::augmented_image(scene.net, in, noisy_slice(scene), reference, draw, config);
  return {image.detach(), scene.slice.y};
}

}  // namespace tandem::experiment
