// A step on a GPU must not wait for the device: no value may be read on the host. What would wait there is
// counted here by the operators that do it; copies between devices are told by their `device` argument.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "model/initialization.h"
#include "support/operator_watch.h"
#include "training/train_step.h"

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

/// Names of operators that would make the host wait, in the order of their calls.
std::vector<std::string> waits_in(const std::function<void()>& work) {
  std::vector<std::string> waits;
  std::string outer;
  const test::OperatorWatch watch([&](const at::RecordFunction& f) {
    const std::string name = f.name();
    const auto in = f.inputs();
    if (belongs_to(outer, name)) return;
    outer = name;
    const bool reads = name == "aten::_local_scalar_dense" || name == "aten::is_nonzero" ||
                       name == "aten::equal" || name == "aten::nonzero" || name == "aten::masked_select" ||
                       name == "aten::unique_dim";
    // _to_copy(self, dtype, layout, device, pin_memory, non_blocking, memory_format)
    const bool blocking_copy =
        name == "aten::_to_copy" && in.size() > 5 && in[3].isDevice() && !in[5].toBool();
    if (reads || blocking_copy) waits.push_back(name);
  });
  work();
  return waits;
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

TEST(HostSynchronisationWatch, SeesWhatWouldWait) {
  const auto x = at::rand({3});
  EXPECT_EQ(waits_in([&] { (void)x.sum().item<float>(); }).size(), 1u);
  EXPECT_EQ(waits_in([&] { (void)x.to(at::TensorOptions(at::kCPU).dtype(at::kDouble)); }).size(), 1u);
  EXPECT_EQ(waits_in([&] { (void)x.to(at::TensorOptions(at::kCPU).dtype(at::kDouble), true); }).size(), 0u);
  EXPECT_EQ(waits_in([&] { (void)(x + 1).to(at::kDouble); }).size(), 0u);
}

}  // namespace
}  // namespace tandem::training
