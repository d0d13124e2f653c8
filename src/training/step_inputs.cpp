#include "training/step_inputs.h"

#include <ATen/ATen.h>

#include "equations/losses.h"
#include "training/upload.h"

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

DrawTensors tensors_of(StepDraws& draws) {
  auto& augmented = draws.augmented;
  DrawTensors all{{&draws.noise, &augmented.pixels, &augmented.control_points, &augmented.spline.rows,
                   &augmented.spline.columns},
                  {&augmented.inside, &augmented.outside}};
  for (auto* code : {&draws.image, &draws.shape}) {
    for (auto* value : {&code->soft_u, &code->keep, &code->kept_scale}) all.values.push_back(value);
    all.choices.push_back(&code->ranks);
  }
  for (auto& kernel : augmented.kernels) all.values.push_back(&kernel.weight);
  for (auto* list : {&all.values, &all.choices})
    std::erase_if(*list, [](const at::Tensor* t) { return !t->defined(); });
  return all;
}

StepDraws on_device(StepDraws draws, const at::Tensor& like) {
  const auto all = tensors_of(draws);
  for (auto* t : all.values) *t = upload(*t, like.options());
  for (auto* t : all.choices) *t = upload(*t, like.options().dtype(t->scalar_type()));
  return draws;
}

}  // namespace tandem::training
