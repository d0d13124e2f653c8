// A step on a GPU must not wait for the device: no value may be read on the host. What would wait there is
// counted here by the operators that do it; copies between devices are told by their `device` argument.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "model/initialization.h"
#include "support/operator_watch.h"
#include "training/train_step.h"
#include "training/upload.h"

namespace tandem::training {
namespace {

/// Whether the CPU form of an operator calls this one, where its form for GPUs reads nothing: the fused Adam
/// reads its step counts, one_hot looks whether the labels are in range.
bool belongs_to(const std::string& outer, const std::string& name) {
  static const std::set<std::string> adam = {"aten::item",  "aten::_local_scalar_dense", "aten::contiguous",
                                             "aten::clone", "aten::empty_like",          "aten::empty",
                                             "aten::copy_"};
  static const std::set<std::string> one_hot = {"aten::aminmax", "aten::fill_", "aten::item",
                                                "aten::_local_scalar_dense"};
  return (outer == "aten::_fused_adam_" && adam.contains(name)) ||
         (outer == "aten::one_hot" && one_hot.contains(name));
}

/// Whether an operator moves a tensor to a device: _to_copy(self, dtype, layout, device, pin_memory,
/// non_blocking, memory_format).
bool moves(const at::RecordFunction& f) {
  const auto in = f.inputs();
  return std::string(f.name()) == "aten::_to_copy" && in.size() > 5 && in[3].isDevice();
}

/// Names of operators that would make the host wait, in the order of their calls.
std::vector<std::string> waits_in(const std::function<void()>& work) {
  std::vector<std::string> waits;
  std::string outer;
  const test::OperatorWatch watch([&](const at::RecordFunction& f) {
    const std::string name = f.name();
    if (belongs_to(outer, name)) return;
    outer = name;
    const bool reads = name == "aten::_local_scalar_dense" || name == "aten::is_nonzero" ||
                       name == "aten::equal" || name == "aten::nonzero" || name == "aten::masked_select" ||
                       name == "aten::unique_dim";
    if (reads || (moves(f) && !f.inputs()[5].toBool())) waits.push_back(name);
  });
  work();
  return waits;
}

/// How many tensors are moved to a device, which is where they are already.
int moves_in(const std::function<void()>& work) {
  int count = 0;
  const test::OperatorWatch watch([&](const at::RecordFunction& f) { count += moves(f); });
  work();
  return count;
}

class HostSynchronisation : public testing::TestWithParam<model::Formulation> {};
INSTANTIATE_TEST_SUITE_P(Forms, HostSynchronisation,
                         testing::Values(model::Formulation::Optimised, model::Formulation::Reference));

TEST_P(HostSynchronisation, DoesNotHappenInAStepOfAnyScheme) {
  model::Networks net{model::ModelConfig{}};
  model::initialise(net, 1);
  net.to(at::kCPU, at::kFloat);
  Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  const StepInputs in{at::rand({2, 1, 32, 32}), at::randint(4, {2, 32, 32}, at::kLong), {}, GetParam()};
  for (const auto scheme :
       {augment::MaskType::Dropout, augment::MaskType::Channel, augment::MaskType::Spatial}) {
    augment::LatentConfig latent;
    latent.image_mask_type = latent.shape_mask_type = scheme;
    const auto draws = draw_step(latent, {1, 0, 0}, {1, 2}, in.x.sizes());
    const auto waits = waits_in([&] { train_step(net, adam, nullptr, in, draws, latent, {}); });
    EXPECT_TRUE(waits.empty()) << "scheme " << int(scheme) << ": " << waits.size() << " waits, first "
                               << (waits.empty() ? "" : waits.front());
  }
}

TEST_P(HostSynchronisation, AStepCopiesNothingFromTheHostOnceItsDrawsAreOnTheDevice) {
  model::Networks net{model::ModelConfig{}};
  model::initialise(net, 1);
  net.to(at::kCPU, at::kFloat);
  Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  const StepInputs in{at::rand({2, 1, 32, 32}), at::randint(4, {2, 32, 32}, at::kLong), {}, GetParam()};
  const auto expect_none = [&](const augment::LatentConfig& latent,
                               const augment::ImageAugmentationConfig& image) {
    const auto draws = on_device(draw_step(latent, {1, 0, 0}, {1, 2}, in.x.sizes(), image), in.x);
    EXPECT_EQ(moves_in([&] { train_step(net, adam, nullptr, in, draws, latent, {}, image); }), 0)
        << "scheme " << int(latent.image_mask_type) << ", " << image.method_name();
  };
  augment::LatentConfig latent;
  for (const auto scheme :
       {augment::MaskType::Dropout, augment::MaskType::Channel, augment::MaskType::Spatial}) {
    latent.image_mask_type = latent.shape_mask_type = scheme;
    expect_none(latent, {});
  }
  latent.latent_DA = false;
  augment::ImageAugmentationConfig image;
  for (const auto method : {augment::ImageMethod::MultiWindow, augment::ImageMethod::RandomConvolution,
                            augment::ImageMethod::AdversarialNoise, augment::ImageMethod::AdversarialBias}) {
    image.da.method = method;
    expect_none(latent, image);
  }
}

TEST(Upload, GivesTheStepItsOwnCopyInItsElementType) {
  std::vector<float> memory = {1, 2, 3};
  const auto host = at::from_blob(memory.data(), {3}, at::kFloat);
  const auto like = at::zeros({1}, at::kDouble).requires_grad_(true);
  const auto same = upload(host, host.options()), wide = upload(host, like.options());
  memory.assign(3, 0.F);
  EXPECT_TRUE(at::equal(same, at::tensor({1.F, 2.F, 3.F})));
  EXPECT_TRUE(at::equal(wide, at::tensor({1., 2., 3.}, at::kDouble)));
  EXPECT_FALSE(wide.requires_grad());
}

TEST(Upload, OfDrawsKeepsTheTypeOfWhatChooses) {
  augment::ImageAugmentationConfig image;
  image.da.method = augment::ImageMethod::MultiWindow;
  augment::LatentConfig latent;
  latent.image_mask_type = augment::MaskType::Dropout, latent.shape_mask_type = augment::MaskType::Channel;
  const auto draws = on_device(draw_step(latent, {1, 0, 0}, {1, 2}, {2, 1, 32, 32}, image),
                               at::zeros({2, 1, 32, 32}, at::kDouble));
  for (const auto& value : {draws.noise, draws.image.keep, draws.shape.soft_u, draws.augmented.pixels})
    EXPECT_EQ(value.scalar_type(), at::kDouble);
  EXPECT_EQ(draws.augmented.inside.scalar_type(), at::kBool);
  EXPECT_EQ(draws.augmented.outside.scalar_type(), at::kBool);
}

TEST(HostSynchronisationWatch, SeesWhatWouldWait) {
  const auto x = at::rand({3});
  EXPECT_EQ(moves_in([&] { (void)x.to(at::TensorOptions(at::kCPU).dtype(at::kDouble), true); }), 1);
  EXPECT_EQ(waits_in([&] { (void)x.sum().item<float>(); }).size(), 1u);
  EXPECT_EQ(waits_in([&] { (void)x.to(at::TensorOptions(at::kCPU).dtype(at::kDouble)); }).size(), 1u);
  EXPECT_EQ(waits_in([&] { (void)x.to(at::TensorOptions(at::kCPU).dtype(at::kDouble), true); }).size(), 0u);
  EXPECT_EQ(waits_in([&] { (void)(x + 1).to(at::kDouble); }).size(), 0u);
}

}  // namespace
}  // namespace tandem::training
