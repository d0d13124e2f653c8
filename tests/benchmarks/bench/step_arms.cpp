#include <ATen/ATen.h>
#include <fmt/format.h>

#include <numeric>

#include "bench/arms.h"
#include "evaluation/predictor.h"
#include "model/initialization.h"

namespace tandem::bench {
namespace {

model::Networks networks() {
  model::Networks net({});
  model::initialise(net, 1);
  net.to(at::kCPU, at::kFloat);
  return net;
}

const char* word(model::Formulation formulation) {
  return formulation == model::Formulation::Optimised ? "optimised" : "reference";
}

}  // namespace

StepBench::StepBench(const StepSetting& setting)
    : setting_(setting),
      net_(networks()),
      adam_(net_.parameters(), 1e-4, 0.9, 0.999, 1e-8),
      in_{at::rand({setting.batch, 1, setting.size, setting.size}).contiguous(at::MemoryFormat::ChannelsLast),
          at::randint(model::kClasses, {setting.batch, setting.size, setting.size}, at::kLong),
          {},
          setting.formulation},
      ids_(size_t(setting.batch)) {
  std::iota(ids_.begin(), ids_.end(), 0U);
}

double StepBench::step() {
  augment::LatentConfig latent;
  latent.latent_DA = setting_.cooperative;
  latent.image_mask_type = latent.shape_mask_type = setting_.scheme;
  const auto draws = training::draw_step(latent, {1, 0, number_++}, ids_, in_.x.sizes());
  return training::train_step(net_, adam_, /*reducer=*/nullptr, in_, draws, latent, {}).sum().item<double>();
}

std::string name_of(const StepSetting& s) {
  const std::array schemes = {"random", "dropout", "spatial", "channel"};
  const std::array types = {augment::MaskType::Random, augment::MaskType::Dropout, augment::MaskType::Spatial,
                            augment::MaskType::Channel};
  const auto scheme = schemes[size_t(std::ranges::find(types, s.scheme) - types.begin())];
  return s.cooperative ? fmt::format("cooperative/{}/{}", scheme, word(s.formulation))
                       : fmt::format("standard/{}", word(s.formulation));
}

std::vector<Arm> inference_arms(std::int64_t size) {
  const auto net = std::make_shared<model::Networks>(networks());
  const auto volume = std::make_shared<Volume<float>>(10, size, size);
  for (size_t i = 0; i < volume->values.size(); ++i) volume->values[i] = float(i * 2654435761U % 1000) / 1000;
  std::vector<Arm> arms;
  for (const auto formulation : {model::Formulation::Optimised, model::Formulation::Reference})
    arms.push_back({.name = fmt::format("inference/{}", word(formulation)),
                    .run = [=] { evaluation::predict_volume(*net, *volume, formulation); },
                    .items = 10,
                    .unit = "s a slice"});
  return arms;
}

}  // namespace tandem::bench
