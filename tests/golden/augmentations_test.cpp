// Random convolutions, divergences, adversarial noise and bias fields against the published codes' numbers.
// The carried file lacks some of the large arrays: what follows from others is then not compared.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "augment/adversarial_images.h"
#include "equations/bias_field.h"
#include "equations/consistency.h"
#include "equations/image_perturbation.h"
#include "h5/h5.h"
#include "support/golden.h"

namespace tandem {
namespace {

using equations::contour_divergence, equations::kl_divergence;

class Augmentations : public testing::Test {
 protected:
  h5::File file{test::golden_dir() / "augmentations.h5", h5::File::Mode::Read};
  at::Tensor input = tensor("/input");
  at::Tensor conv0 = tensor("/network/conv0_weight"), bias0 = tensor("/network/conv0_bias");
  at::Tensor conv1 = tensor("/network/conv1_weight"), bias1 = tensor("/network/conv1_bias");

  at::Tensor tensor(const std::string& path) const {
    return at::tensor(file.read<double>(path), at::kDouble).view(file.shape(path));
  }
  double number(const std::string& group, const std::string& name) const {
    return file.attribute<double>(group, name);
  }
  /// Compares with a stored array; nothing if the file has none.
  void expect_stored(const at::Tensor& actual, const std::string& path, double tolerance) const {
    if (!file.exists(path)) return;
    const auto expected = tensor(path);
    ASSERT_EQ(actual.sizes(), expected.sizes()) << path;
    EXPECT_LE((actual - expected).abs().max().item<double>(), tolerance) << path;
  }
  void expect_number(const at::Tensor& actual, const std::string& group, const std::string& name,
                     double tolerance = 1e-8) const {
    EXPECT_NEAR(actual.item<double>(), number(group, name), tolerance * (1 + std::abs(number(group, name))))
        << group << " " << name;
  }
  at::Tensor network(const at::Tensor& x) const {
    return at::conv2d(at::conv2d(x, conv0, bias0, 1, 2).tanh(), conv1, bias1, 1, 1);
  }
  /// Attributes of a group, in the order of the search's iterations.
  void expect_search(const augment::AdversarialImages& search, const std::string& group,
                     const std::vector<std::string>& gradients, const std::vector<std::string>& divergences) {
    ASSERT_EQ(search.gradients.size(), gradients.size());
    for (size_t t = 0; t < gradients.size(); ++t) {
      const double scale = search.gradients[t].abs().max().item<double>();
      expect_stored(search.gradients[t], group + "/" + gradients[t], 1e-8 * scale);
      EXPECT_NEAR(search.divergences[t].item<double>(), number(group, divergences[t]),
                  1e-8 * number(group, divergences[t]));
    }
  }
  /// The consistency of a found image, and its gradient in the second convolution.
  void expect_consistency(const at::Tensor& consistency, const std::string& group) {
    expect_number(consistency, group, "consistency");
    expect_stored(torch::autograd::grad({consistency}, {conv1})[0], group + "/conv1_weight_gradient", 1e-8);
  }
};

TEST_F(Augmentations, RandomConvolutionsMixAndRescale) {
  int compared = 0;
  for (const auto& name : file.list("/randconv")) {
    const auto group = "/randconv/" + name;
    if (!file.exists(group + "/weight")) continue;
    const auto mixed =
        equations::random_convolution(input, tensor(group + "/weight"), number(group, "alpha"));
    expect_stored(mixed, group + "/mixed", 1e-6);
    expect_stored(equations::scale_to_unit_range(mixed), group + "/rescaled", 1e-6);
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST_F(Augmentations, DivergenceFromTheMeanOfThreePredictions) {
  const std::string group = "/randconv/consistency";
  std::vector<at::Tensor> logits;
  for (const char* k : {"/logits_0", "/logits_1", "/logits_2"})
    logits.push_back(tensor(group + k).requires_grad_(true));
  const auto kl = equations::divergences_from_mean(logits, logits[0].size(0));
  const auto expected = file.attribute_vector<double>(group, "kl");
  for (size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(kl[std::int64_t(k)].item<double>(), expected[k], 1e-10);
  expect_number(kl.mean(), group, "loss_without_weight", 1e-10);
  const auto gradients = torch::autograd::grad({kl.mean()}, {logits[0], logits[1], logits[2]});
  for (size_t k = 0; k < gradients.size(); ++k)
    expect_stored(gradients[k], group + "/gradient_" + std::to_string(k), 1e-10);
}

TEST_F(Augmentations, DivergencesAndTheirGradients) {
  const std::string group = "/divergence";
  const auto p = tensor(group + "/reference_logits").requires_grad_(true),
             q = tensor(group + "/perturbed_logits").requires_grad_(true);
  const auto kl = kl_divergence(p, q, q.size(0)), contour = contour_divergence(p, q, q.size(0));
  for (const auto& [name, value] :
       {std::pair{"kl", kl}, std::pair{"contour", contour}, std::pair{"kl_contour", kl + 0.5 * contour}}) {
    expect_number(value, group, name, 1e-10);
    const auto gradients = torch::autograd::grad({value}, {q, p}, {}, /*retain_graph=*/true,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    expect_stored(gradients[0], group + "/gradient_" + name, 1e-10);
    EXPECT_FALSE(gradients[1].defined()) << "the reference has a gradient";
  }
}

TEST_F(Augmentations, BiasFieldsFromControlPoints) {
  int compared = 0;
  for (const auto& name : file.list("/bias_field")) {
    const auto group = "/bias_field/" + name;
    const auto spacing = file.attribute_vector<std::int64_t>(group, "spacing_hw");
    const auto downscale = file.attribute<std::int64_t>(group, "downscale");
    const auto h = file.shape(group + "/matrix_h")[0], w = file.shape(group + "/matrix_w")[0];
    const auto rows = equations::spline_matrix(h, spacing.at(0), downscale),
               columns = equations::spline_matrix(w, spacing.at(1), downscale);
    expect_stored(rows, group + "/matrix_h", 1e-12);
    expect_stored(columns, group + "/matrix_w", 1e-12);
    for (const std::string kind : {"", "_wide"}) {
      const auto surface = equations::spline_surface(tensor(group + "/control_points" + kind), rows, columns);
      expect_stored(equations::clamped_bias_field(surface, number(group, "epsilon")), group + "/field" + kind,
                    1.5e-6);
    }
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST_F(Augmentations, TheNetworkOfTheSearches) {
  if (!file.exists("/network/reference_logits")) GTEST_SKIP() << "the carried file has no reference logits";
  expect_stored(network(input), "/network/reference_logits", 1e-10);
}

TEST_F(Augmentations, AdversarialNoise) {
  conv1.requires_grad_(true);
  const auto reference = network(input).detach();
  for (const auto& name : file.list("/adv_noise")) {
    const auto group = "/adv_noise/" + name;
    const augment::AdversarialNoiseConfig config{
        .eps = number(group, "epsilon"),
        .xi = number(group, "xi"),
        .iters = 1,
        .renorm = file.attribute<std::int64_t>(group, "renorm") != 0};
    const auto divergence_of = [&](const at::Tensor& x) {
      return kl_divergence(reference, network(x), x.size(0));
    };
    const auto search = augment::adversarial_noise(input, tensor(group + "/d0"), config, divergence_of);
    expect_search(search, group, {"search_gradient"}, {"search_divergence"});
    expect_stored(search.found, group + "/d1", 1e-8);
    expect_stored(search.image, group + "/adversarial_image", 1e-8);
    expect_consistency(divergence_of(search.image), group);
  }
}

TEST_F(Augmentations, AdversarialBias) {
  conv1.requires_grad_(true);
  const auto reference = network(input).detach();
  for (const auto& name : file.list("/adv_bias")) {
    const auto group = "/adv_bias/" + name;
    augment::AdversarialBiasConfig config{.eps = number(group, "epsilon"),
                                          .downscale = file.attribute<std::int64_t>(group, "downscale"),
                                          .step = number(group, "step")};
    std::vector<std::string> gradients, divergences;
    for (config.iters = 0; file.exists(group + "/search_gradient_" + std::to_string(config.iters));
         ++config.iters) {
      gradients.push_back("search_gradient_" + std::to_string(config.iters));
      divergences.push_back("search_divergence_" + std::to_string(config.iters));
    }
    ASSERT_GT(config.iters, 0);
    const auto spacing = file.attribute_vector<std::int64_t>(group, "spacing_hw");
    ASSERT_EQ(spacing.at(0), config.spacing_of(input.size(2)));
    ASSERT_EQ(spacing.at(1), config.spacing_of(input.size(3)));
    const auto divergence_of = [&](const at::Tensor& x) {
      const auto q = network(x);
      return kl_divergence(reference, q, x.size(0)) + 0.5 * contour_divergence(reference, q, x.size(0));
    };
    const auto search = augment::adversarial_bias(
        input, tensor(group + "/c0"), augment::spline_basis(config, input.sizes()), config, divergence_of);
    expect_search(search, group, gradients, divergences);
    expect_stored(search.found, group + "/c1", 1e-8);
    expect_stored(search.field, group + "/field", 1e-8);
    expect_stored(search.image, group + "/adversarial_image", 1e-8);
    expect_consistency(divergence_of(search.image), group);
  }
}

}  // namespace
}  // namespace tandem
