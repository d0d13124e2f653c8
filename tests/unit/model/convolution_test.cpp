#include "model/convolution.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace tandem::model {
namespace {

struct Sample {
  const char* name;
  std::vector<std::int64_t> x, weight;
  ConvolutionShape shape;
};

const std::vector<Sample> kSamples = {
    {"3x3", {2, 16, 9, 14}, {5, 16, 3, 3}, {1, 1, false}},
    {"3x3, stride 2", {2, 32, 10, 12}, {16, 32, 3, 3}, {2, 1, false}},
    {"1x1", {2, 16, 7, 7}, {4, 16, 1, 1}, {1, 0, false}},
    {"transposed 4x4", {2, 8, 5, 6}, {8, 16, 4, 4}, {2, 1, true}},
    {"transposed 2x2", {2, 16, 5, 6}, {16, 16, 2, 2}, {2, 0, true}},
    {"channels without a kernel", {2, 1, 9, 9}, {16, 1, 3, 3}, {1, 1, false}}};

std::vector<at::Tensor> gradients(const Sample& s, at::ScalarType type, Formulation formulation) {
  at::manual_seed(1);
  const auto leaf = [&](at::IntArrayRef sizes) {
    return at::randn(sizes, at::kDouble)
        .to(type)
        .contiguous(at::MemoryFormat::ChannelsLast)
        .requires_grad_(true);
  };
  const auto x = leaf(s.x), weight = leaf(s.weight);
  const auto bias =
      at::randn({s.weight[s.shape.transposed ? 1 : 0]}, at::kDouble).to(type).requires_grad_(true);
  const auto y = convolution(x, weight, bias, s.shape, {PassMode::Tracked, nullptr, formulation});
  const auto g = at::randn(y.sizes(), at::kDouble).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  auto all = torch::autograd::grad({y}, {x, weight, bias}, {g});
  all.push_back(y.detach());
  return all;
}

TEST(Convolutions, GiveTheGradientsOfThePlainOperatorInSinglePrecision) {
  for (const auto& s : kSamples) {
    const auto expected = gradients(s, at::kDouble, Formulation::Reference);
    const auto single = gradients(s, at::kFloat, Formulation::Optimised);
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto error = (single[i].to(at::kDouble) - expected[i]).norm() / expected[i].norm();
      EXPECT_LE(error.item<double>(), 1e-6) << s.name << ", of x, weight, bias, result: " << i;
    }
  }
}

TEST(Convolutions, ComputeWhatIsAskedForOnly) {
  const auto x = at::randn({1, 16, 6, 6}).requires_grad_(true),
             weight = at::randn({16, 16, 3, 3}).requires_grad_(true);
  const ConvolutionShape shape{1, 1, false};
  const auto y = convolution(x, weight, {}, shape, {PassMode::Tracked, nullptr, Formulation::Optimised});
  const auto of_x = torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true)[0];
  EXPECT_TRUE(at::allclose(of_x, torch::autograd::grad({at::conv2d(x, weight, {}, 1, 1).sum()}, {x})[0]));
  const auto of = convolution_gradients(at::ones_like(y), x, weight, shape,
                                        {.x = false, .weight = true, .bias = false}, Formulation::Optimised);
  EXPECT_FALSE(of.x.defined());
  EXPECT_FALSE(of.bias.defined());
  EXPECT_EQ(of.weight.sizes(), weight.sizes());
}

}  // namespace
}  // namespace tandem::model
