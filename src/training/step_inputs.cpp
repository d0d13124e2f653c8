#include "training/step_inputs.h"

#include <ATen/ATen.h>

#include "equations/losses.h"

namespace tandem::training {

at::Tensor segmentation_loss(const at::Tensor& logits, const StepInputs& in) {
  const auto samples = parallel::samples_of(&in.part, in.x);
  return parallel::stack_shards(&in.part, logits, in.y, [&](const at::Tensor& l, const at::Tensor& y) {
    return equations::cross_entropy(l, y, samples);
  });
}

at::Tensor image_loss(const at::Tensor& reconstruction, const StepInputs& in, double weight) {
  const auto samples = parallel::samples_of(&in.part, in.x);
  return parallel::stack_shards(&in.part, reconstruction, in.x,
                                [&](const at::Tensor& r, const at::Tensor& x) {
                                  return equations::reconstruction_loss(r, x, weight, samples);
                                });
}

StepDraws draw_step(const augment::LatentConfig& latent, const augment::StepKey& key,
                    const std::vector<std::uint32_t>& ids, at::IntArrayRef shape,
                    const augment::ImageAugmentationConfig& image) {
  StepDraws draws;
  draws.noise = augment::normal_pixels(Purpose::InputNoise, key, ids, shape);
  draws.augmented = augment::draw_image_augmentation(image, key, ids, shape);
  if (!latent.latent_DA) return draws;
  const std::vector<std::int64_t> code = {shape[0], model::kCodeChannels, shape[2] / model::kDownsampling,
                                          shape[3] / model::kDownsampling};
  draws.image = augment::draw_latent(latent, augment::Code::Image, key, ids, code);
  draws.shape = augment::draw_latent(latent, augment::Code::Shape, key, ids, code);
  return draws;
}

}  // namespace tandem::training
