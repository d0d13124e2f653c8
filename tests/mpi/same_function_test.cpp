// Training on n ranks is the function that one process computes on the whole batch.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "mpi/training_fixture.h"
#include "support/ranks.h"

namespace tandem::test {
namespace {

using Setting = SmallTraining::Setting;

/// Largest relative L2 difference of the gradients, over parameters whose gradient is not zero by
/// construction.
double gradient_difference(model::Networks& a, model::Networks& b) {
  const auto left = a.parameters(), right = b.parameters();
  double norm = 0, worst = 0;
  for (const auto& p : right)
    if (p.grad().defined()) norm = std::max(norm, p.grad().norm().item<double>());
  for (size_t i = 0; i < left.size(); ++i) {
    const auto gradient = [&](const at::Tensor& p) {
      return p.grad().defined() ? p.grad() : at::zeros_like(p);
    };
    const double size = gradient(right[i]).norm().item<double>();
    if (size > 1e-10 * norm)
      worst = std::max(worst, (gradient(left[i]) - gradient(right[i])).norm().item<double>() / size);
    else
      EXPECT_LE(gradient(left[i]).norm().item<double>(), 1e-10 * norm) << i;
  }
  return worst;
}

double buffer_difference(model::Networks& a, model::Networks& b) {
  const auto left = tensors_of(a), right = tensors_of(b);
  double worst = 0;
  a.visit([&, i = size_t(0)](const std::string&, at::Tensor&, model::Role role) mutable {
    if (!model::is_trained(role)) {
      const auto difference = (left[i].second - right[i].second).abs().max().to(at::kDouble).item<double>();
      worst =
          std::max(worst, difference / (1e-12 + right[i].second.abs().max().to(at::kDouble).item<double>()));
    }
    ++i;
  });
  return worst;
}

/// One step by all ranks against one by this process alone.
void expect_same_step(const Setting& setting, const std::string& what) {
  const auto self = comm::make_self_communicator();
  Setting plain = setting;
  plain.parallel = {};
  plain.formulation = model::Formulation::Reference;
  SmallTraining alone(*self, plain), together(*ranks(), setting);
  const auto expected = alone.step(0), terms = together.step(0);
  EXPECT_LE(((terms - expected).abs() / (expected.abs() + 1e-300)).max().item<double>(), 1e-10) << what;
  EXPECT_LE(gradient_difference(together.net, alone.net), 1e-7) << what;
  EXPECT_LE(buffer_difference(together.net, alone.net), 1e-9) << what;
  together.spread.check_replicas();
}

TEST(SameFunction, StandardTraining) {
  Setting setting;
  setting.latent.latent_DA = false;
  expect_same_step(setting, "standard");
}

TEST(SameFunction, EverySchemeOfBothCodes) {
  using augment::MaskType;
  Setting setting;
  const std::array schemes = {MaskType::Dropout, MaskType::Spatial, MaskType::Channel};
  for (const auto image : schemes)
    for (const auto shape : schemes) {
      setting.latent.image_mask_type = image, setting.latent.shape_mask_type = shape;
      expect_same_step(setting, fmt::format("schemes {} {}", int(image), int(shape)));
    }
  setting.latent.mask_scope = {"shape"};
  expect_same_step(setting, "shape code alone");
  setting.latent.mask_scope = {"image"};
  expect_same_step(setting, "image code alone");
}

TEST(SameFunction, SlicesOfUnequalSizeAndRanksWithoutAny) {
  Setting setting;
  for (const std::int64_t items : {1, 2, 5}) {
    setting.items = items;
    expect_same_step(setting, fmt::format("{} items", items));
  }
  setting.items = 3, setting.rows_per_item = 1;
  expect_same_step(setting, "no pairs");
}

TEST(SameFunction, Variants) {
  Setting setting;
  setting.loss.separate_training = true;
  expect_same_step(setting, "separate training");
  setting.loss = {};
  setting.loss.bn_policy = training::BnPolicy::TrackAll;
  expect_same_step(setting, "track_all");
  setting.loss = {};
  setting.latent.threshold_sampling = augment::ThresholdSampling::PerSample;
  expect_same_step(setting, "thresholds per sample");
  setting.latent = {};
  setting.latent.image_mask_type = setting.latent.shape_mask_type = augment::MaskType::Channel;
  setting.model.network_type = model::NetworkType::WithoutFilter;
  expect_same_step(setting, "without decoupler");
  setting.model.network_type = model::NetworkType::ShareCode;
  expect_same_step(setting, "shared shape code");
}

TEST(SameFunction, FirstRelease) {  // as preset release1 sets it
  Setting setting;
  setting.model.image_decoder_last_act = model::LastActivation::None;
  setting.model.decoupler_bias = false;
  setting.loss.gt_shape_loss = setting.loss.input_noise_clamp = false;
  setting.loss.bn_policy = training::BnPolicy::TrackAll;
  for (const auto scheme : {augment::MaskType::Dropout, augment::MaskType::Channel}) {
    setting.latent.image_mask_type = setting.latent.shape_mask_type = scheme;
    expect_same_step(setting, fmt::format("release1, scheme {}", int(scheme)));
  }
}

TEST(SameFunction, WithoutReconstructionLossTheImageMaskStillHasItsGradient) {
  Setting setting;
  setting.loss.rec_weight = 0;
  setting.latent.image_mask_type = augment::MaskType::Channel;
  expect_same_step(setting, "rec_weight 0");
}

constexpr std::array kImageMethods = {
    augment::ImageMethod::MultiWindow, augment::ImageMethod::RandomConvolution,
    augment::ImageMethod::AdversarialNoise, augment::ImageMethod::AdversarialBias};

TEST(SameFunction, EveryImageSpaceAugmentation) {
  Setting setting;
  setting.latent.latent_DA = false;
  for (const auto method : kImageMethods)
    for (const std::int64_t items : {2, 3}) {
      setting.image.da.method = method;
      setting.items = items;
      expect_same_step(setting, fmt::format("{}, {} items", setting.image.method_name(), items));
    }
}

TEST(SameFunction, ImageSpaceAugmentationBesideHardExamples) {
  Setting setting;
  setting.image.da.method = augment::ImageMethod::AdversarialBias;
  setting.image.advbias.constraint = augment::AdversarialBiasConfig::Constraint::MinMax;
  setting.loss.bn_policy = training::BnPolicy::TrackAll;
  expect_same_step(setting, "advbias and hard examples");
}

TEST(SameFunction, ManySmallBuckets) {
  Setting setting;
  setting.parallel.bucket_mb = 0.05;
  expect_same_step(setting, "buckets");
}

TEST(SameFunction, Shards) {
  const int n = ranks()->size();
  if ((n & (n - 1)) != 0) GTEST_SKIP() << n << " is no power of two";
  Setting setting;
  setting.parallel.deterministic = parallel::Deterministic::Shards;
  setting.parallel.shards = 4;
  setting.items = 5;
  expect_same_step(setting, "shards");
}

TEST(SameFunction, InSinglePrecisionTheLossesAgreeToRounding) {
  const auto self = comm::make_self_communicator();
  Setting setting;
  setting.type = at::kFloat;
  SmallTraining alone(*self, setting), together(*ranks(), setting);
  const auto expected = alone.step(0), terms = together.step(0);
  // Only what precedes the masks: near-ties in the ranking may fall the other way.
  EXPECT_LE(((terms - expected).abs() / expected.abs()).slice(0, 0, 4).max().item<double>(), 5e-5);
}

TEST(SameFunction, LocalStatisticsAreAnotherFunctionAndJoinAfterwards) {
  Setting setting;
  setting.parallel.bn = parallel::BnScope::Local;
  setting.items = 4;
  SmallTraining together(*ranks(), setting);
  together.step(0);
  together.spread.join_statistics();
  parallel::check_replicas(*ranks(), tensors_of(together.net));
  if (ranks()->size() == 1) return;
  const auto self = comm::make_self_communicator();
  SmallTraining alone(*self, {});
  alone.step(0);
  EXPECT_GT(gradient_difference(together.net, alone.net), 1e-3);
}

TEST(SameFunction, GroupsOfAllRanksAreTheGlobalBatch) {
  Setting setting;
  setting.parallel.bn = parallel::BnScope::Group;
  setting.parallel.bn_group = ranks()->size();
  expect_same_step(setting, "group of all");
}

}  // namespace
}  // namespace tandem::test
