#include "experiment/masked_example.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "experiment/example_figures.h"
#include "experiment/network_stages.h"
#include "model/initialization.h"

namespace tandem::experiment {
namespace {

using augment::Scheme;

/// Networks with weights of their start, and a slice of noise with a square of each class.
class MaskedExamples : public testing::Test {
 protected:
  MaskedExamples() {
    model::initialise(net, 3);
    net.to(at::kCPU, at::kFloat);
    at::manual_seed(1);
    slice.case_id = "a_ED", slice.slice = 2;
    slice.x = at::rand({1, 1, 64, 64});
    slice.y = at::zeros({1, 64, 64}, at::kLong);
    for (int k = 1; k < 4; ++k) slice.y.slice(2, 10 * k, 10 * k + 10).slice(1, 20, 30).fill_(k);
  }
  MaskedExample make(Scheme scheme, double p, bool soft = false, std::uint64_t seed = 0) {
    return mask_example(net, latent, slice, {scheme, p, soft}, seed);
  }

  model::Networks net{model::ModelConfig{}};
  augment::LatentConfig latent;
  ExampleSlice slice;
};

TEST_F(MaskedExamples, ThresholdZeroIsThePlainDecode) {
  const at::NoGradGuard no_graph;
  const auto codes = net.encode(slice.x, model::PassMode::Evaluation);
  const auto x_rec = net.decode_image(codes.z_i, model::PassMode::Evaluation);
  const auto p = net.decode_shape(codes.z_s, model::PassMode::Evaluation);
  for (const auto scheme : {Scheme::Dropout, Scheme::Channel, Scheme::Spatial}) {
    const auto made = make(scheme, 0, true);
    EXPECT_TRUE(made.x_hat.equal(x_rec));
    EXPECT_TRUE(made.p_m.equal(p));
    EXPECT_TRUE(made.p_hat.equal(net.ftn(x_rec, model::PassMode::Evaluation)));
    EXPECT_EQ(made.masked_image, 0);
    EXPECT_FALSE(make(scheme, 0.3).x_hat.equal(x_rec));
    EXPECT_FALSE(make(scheme, 0.3).p_m.equal(p));
  }
}

TEST_F(MaskedExamples, TargetedSchemesMaskTheirShare) {
  for (const auto& [p, channels, positions] : {std::tuple(0.1, 12, 1), std::tuple(0.5, 64, 8)}) {
    const auto channel = make(Scheme::Channel, p), spatial = make(Scheme::Spatial, p);
    EXPECT_EQ(channel.of, 128);
    EXPECT_EQ(channel.masked_image, channels);
    EXPECT_EQ(channel.masked_shape, channels);
    EXPECT_EQ(spatial.of, 16);  // a code of 4 x 4
    EXPECT_EQ(spatial.masked_image, positions);
    EXPECT_EQ(spatial.masked_shape, positions);
  }
}

TEST_F(MaskedExamples, DropoutDropsMoreWithGrowingRateAndIsDrawnByTheSeed) {
  std::int64_t before = 0;
  for (const double p : {0.1, 0.3, 0.5}) {
    const auto made = make(Scheme::Dropout, p);
    EXPECT_GT(made.masked_image, before);
    EXPECT_NEAR(double(made.masked_image), 128 * p, 20);
    before = made.masked_image;
  }
  EXPECT_TRUE(make(Scheme::Dropout, 0.3).x_hat.equal(make(Scheme::Dropout, 0.3).x_hat));
  EXPECT_FALSE(make(Scheme::Dropout, 0.3).x_hat.equal(make(Scheme::Dropout, 0.3, false, 1).x_hat));
}

TEST_F(MaskedExamples, SoftMasksLieBetweenHardOnesAndNone) {
  const auto none = make(Scheme::Channel, 0), hard = make(Scheme::Channel, 0.5),
             soft = make(Scheme::Channel, 0.5, true);
  EXPECT_EQ(hard.masked_image, soft.masked_image);
  const auto change = [&](const MaskedExample& made) {
    return (made.p_m - none.p_m).abs().mean().item<double>();
  };
  EXPECT_GT(change(soft), 0);
  EXPECT_LT(change(soft), change(hard));
}

TEST_F(MaskedExamples, SettingsOfTrainingThatDrawThresholdsHaveNoSay) {
  const auto expected = make(Scheme::Spatial, 0.5);
  latent.random_threshold = true, latent.max_threshold = 0.2, latent.if_soft = true;
  latent.image_mask_type = augment::MaskType::Dropout;
  EXPECT_TRUE(make(Scheme::Spatial, 0.5).x_hat.equal(expected.x_hat));
}

TEST(NetworkStages, HaveThePublishedShapesAndCounts) {
  model::Networks net(model::ModelConfig{});
  const auto record = network_stages(net, 192);
  const auto find = [&](const std::string& module, const std::string& name) {
    for (const auto& stage : record.stages)
      if (stage.module == module && stage.name == name) return stage;
    ADD_FAILURE() << module << " " << name;
    return records::NetworkStage{};
  };
  const auto expect = [&](const std::string& module, const std::string& name, std::int64_t channels,
                          std::int64_t side, std::int64_t parameters) {
    const auto stage = find(module, name);
    EXPECT_EQ(stage.channels, channels) << module << " " << name;
    EXPECT_EQ(stage.rows, side) << module << " " << name;
    EXPECT_EQ(stage.columns, side) << module << " " << name;
    EXPECT_EQ(stage.parameters, parameters) << module << " " << name;
  };
  expect("E", "input", 1, 192, 0);
  expect("E", "inc", 16, 192, 2544);
  expect("E", "down3", 128, 24, 267200);
  expect("E", "final_conv", 128, 12, 16768);
  expect("F", "code_decoupler", 128, 12, 295680);
  expect("Di", "up1", 64, 24, 184896);
  expect("Di", "final_conv", 1, 192, 17);
  expect("Ds", "up4", 16, 192, 4976);
  expect("Ds", "final_conv", 4, 192, 68);
  expect("Se", "input", 4, 192, 0);
  expect("Se", "inc", 16, 192, 2976);
  expect("Sd", "up2", 32, 48, 29920);
  EXPECT_EQ(record.type, "standard");
}

TEST(ExampleParts, TheSquareHoldsTheClassesAndStaysInside) {
  Image<std::uint8_t> labels(100, 120);
  labels.at(95, 60) = 1, labels.at(99, 80) = 3;
  const auto [row, column, side] = square_around(labels);
  EXPECT_EQ(side, 64);
  EXPECT_EQ(row, 36);  // as far down as the map allows
  EXPECT_EQ(column, 38);
  EXPECT_EQ(square_around(labels, 20), (std::array<std::int64_t, 3>{80, 60, 20}));
  EXPECT_EQ(square_around(Image<std::uint8_t>(100, 120)), (std::array<std::int64_t, 3>{0, 10, 100}));
}

TEST(ExampleParts, SliceDiceLeavesOutClassesThatTheReferenceLacks) {
  Image<std::uint8_t> reference(1, 6), prediction(1, 6);
  reference.values = {1, 1, 2, 2, 0, 0};
  prediction.values = {1, 0, 2, 2, 3, 0};
  EXPECT_DOUBLE_EQ(slice_dice(reference, prediction), (2.0 / 3 + 1) / 2);
  EXPECT_TRUE(std::isnan(slice_dice(Image<std::uint8_t>(1, 6), prediction)));
}

}  // namespace
}  // namespace tandem::experiment
