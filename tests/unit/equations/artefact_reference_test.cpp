// Numbers that TorchIO 0.18.29 gave for two volumes made by whole-number arithmetic.
#include <gtest/gtest.h>

#include <cmath>

#include "equations/artefact_sampling.h"

namespace tandem::equations {
namespace {

Volume<float> small_input() {  // [5,8,12]
  Volume<float> a(5, 8, 12);
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 8; ++j)
      for (std::int64_t k = 0; k < 12; ++k)
        a.at(i, j, k) = float((7 * i + 11 * j + 13 * k + 3 * i * j + 5 * j * k) % 32) / 32;
  return a;
}

Volume<float> full_input() {  // [10,192,192], the size of ACDC-C
  Volume<float> b(10, 192, 192);
  for (std::int64_t i = 0; i < 10; ++i)
    for (std::int64_t j = 0; j < 192; ++j)
      for (std::int64_t k = 0; k < 192; ++k)
        b.at(i, j, k) = float((131 * i + 17 * j + 29 * k + (j * k) % 97) % 256) / 256;
  return b;
}

BiasField bias() {
  BiasField out;
  for (int q = 0; q < 20; ++q) out.coefficients.push_back(((7 * q + 3) % 20 - 9.5) / 20);
  return out;
}
const Motion kMotion{
    {{{5, -3, 8}, {0.5F, -1.25F, 2}, 0.3125F}, {{-6, 4, -10}, {-0.75F, 1.5F, -2.5F}, 0.6875F}}};
const Spike kOneSpike{{{0.1F, 0.7F, 0.35F}}, 2};
const Spike kTwoSpikes{{{0.1F, 0.7F, 0.35F}, {0.8F, 0.25F, 0.6F}}, 1.5};

/// Sum, sum of squares, smallest, largest, and the values at the first, a middle and the last voxel.
using Summary = std::array<double, 7>;

Summary summary(const Volume<float>& v) {
  Summary s{0, 0, INFINITY, -INFINITY, v.values.front(), 0, v.values.back()};
  for (const double x : v.values)
    s = {s[0] + x, s[1] + x * x, std::min(s[2], x), std::max(s[3], x), s[4], 0, s[6]};
  s[5] = v.slices == 5 ? v.at(2, 3, 5) : v.at(4, 96, 100);
  return s;
}

void expect_summary(const char* what, const Volume<float>& volume, const Summary& expected) {
  const auto ours = summary(volume);
  for (size_t i = 0; i < ours.size(); ++i)
    EXPECT_NEAR(ours[i], expected[i], i < 2 ? 1e-6 * expected[i] : 1e-6) << what << ", number " << i;
}

using NamedVolume = std::pair<const char*, Volume<float>>;

/// A volume with every artefact of this file.
std::vector<NamedVolume> corrupted(const Volume<float>& volume) {
  return {{"bias", apply_artefact(volume, bias())},
          {"ghosting axis 0", apply_artefact(volume, Ghosting{4, 0, 0.75})},
          {"ghosting axis 1", apply_artefact(volume, Ghosting{5, 1, 0.625})},
          {"ghosting axis 2, all removed", apply_artefact(volume, Ghosting{4, 2, 1.0})},
          {"ghosting axis 2", apply_artefact(volume, Ghosting{7, 2, 0.5})},
          {"one spike", apply_artefact(volume, kOneSpike)},
          {"two spikes", apply_artefact(volume, kTwoSpikes)},
          {"first movement", moved(volume, kMotion.movements[0])},
          {"second movement", moved(volume, kMotion.movements[1])},
          {"motion", apply_artefact(volume, kMotion)}};
}

void expect_summaries(const Volume<float>& volume, const std::vector<Summary>& expected) {
  const auto volumes = corrupted(volume);
  ASSERT_EQ(volumes.size(), expected.size());
  for (size_t i = 0; i < volumes.size(); ++i)
    expect_summary(volumes[i].first, volumes[i].second, expected[i]);
}

// The numbers stand in the order of corrupted().
TEST(ArtefactReference, SmallVolume) {
  const auto a = small_input();
  expect_summary("input", a, {236.75, 156.507812, 0, 0.96875, 0, a.at(2, 3, 5), a.at(4, 7, 11)});
  expect_summaries(
      a, {{283.109574, 333.766766, 0, 4.52798557, 0, 0.293023437, 0.40625},
          {236.75, 137.956866, 0.0229199026, 0.977080107, 0.1640625, 0.648955107, 0.5},
          {236.75, 146.592713, -0.0239927173, 0.996371388, 0.05859375, 0.40625, 0.311944783},
          {236.75, 144.707031, -0.203125, 1.078125, 0.109375, 0.34375, 0.65625},
          {236.75, 150.93428, -0.00483439164, 0.994417727, 0.0364583321, 0.385416657, 0.53125},
          {236.749999, 401.925294, -0.953856409, 1.90692759, 0.986458361, 0.354622751, -0.514688194},
          {236.75, 607.893122, -1.78119218, 2.74379325, 1.86841631, -0.737677097, -0.160286099},
          {129.479889, 67.2859818, 0, 0.882067084, 0.3828125, 0.550913274, 0},
          {110.878273, 60.5551194, 0, 0.923610985, 0, 0.833161712, 0},
          {236.75, 131.376361, -0.0924313888, 1.14201343, 0.340046048, 0.506929517, 0.65625}});
}

TEST(ArtefactReference, FullSizeVolume) {
  expect_summaries(
      full_input(),
      {{194183.681, 178436.423, 0, 5.93297386, 0, 0.0836749598, 0.9609375},
       {183990.352, 102299.853, 0.0243164059, 0.97177732, 0.200683594, 0.317871094, 0.760253906},
       {183990.352, 118031.368, -0.0515926108, 1.04112566, 0.0439127386, 0.275855422, 0.961768389},
       {183990.352, 117565.514, -0.122456871, 1.16727698, 0.083984375, 0.311787933, 0.820129395},
       {183990.352, 119844.274, -0.0556034856, 1.06290531, 0.0264912732, 0.131572977, 0.928237915},
       {183990.352, 306325.546, -0.998190165, 1.99430525, 0.998211563, -0.166319892, 0.358460993},
       {183990.352, 458505.369, -1.87147796, 2.8671155, 1.87183118, 0.830215216, 1.17516577},
       {52024.1974, 28650.0511, 0, 0.988649487, 0.319335938, 0, 0},
       {44638.2529, 24569.7085, 0, 0.981258512, 0, 0, 0},
       {183990.352, 110689.982, -0.208785191, 1.16651404, 0.328822017, 0.228464171, 0.69925642}});
}

TEST(ArtefactReference, RigidMaps) {
  const std::array<double, 9> first = {0.989545762, -0.138643504, 0.039713517,  0.134465380, 0.986499800,
                                       0.093473023, -0.052136804, -0.087155740, 0.994829448};
  const std::array<double, 9> second = {0.981142650,  0.172696910, -0.086803677, -0.180405937, 0.979412874,
                                        -0.090576602, 0.069374340, 0.104528466,  0.992099290};
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(rigid_map(kMotion.movements[0]).matrix[i], first[i], 1e-8);
    EXPECT_NEAR(rigid_map(kMotion.movements[1]).matrix[i], second[i], 1e-8);
  }
  EXPECT_EQ(rigid_map(kMotion.movements[0]).offset, (std::array<double, 3>{-0.5, 1.25, 2}));
  EXPECT_EQ(rigid_map(kMotion.movements[1]).offset, (std::array<double, 3>{0.75, -1.5, -2.5}));
}

// float32 values printed with nine digits name one float each.
TEST(ArtefactReference, DrawsAfterManualSeed) {
  const auto b0 = sample_bias_field(torch_generator(0)).coefficients;
  EXPECT_EQ(b0[0], 0.268221796F);
  EXPECT_EQ(b0[1], -0.411522567F);
  EXPECT_EQ(b0[4], 0.134078681F);
  EXPECT_EQ(b0[19], 0.181608558F);
  EXPECT_EQ(sample_bias_field(torch_generator(1234)).coefficients[19], 0.101222634F);
  EXPECT_EQ(sample_ghosting(torch_generator(0)), (Ghosting{7, 2, 0.566015244F}));
  EXPECT_EQ(sample_ghosting(torch_generator(1234)), (Ghosting{8, 0, 0.683320642F}));
  EXPECT_EQ(sample_spike(torch_generator(0)),
            (Spike{{{0.132030487F, 0.307422817F, 0.634078681F}}, 1.17695487F}));
  EXPECT_EQ(sample_spike(torch_generator(1234)),
            (Spike{{{0.366641343F, 0.0583007336F, 0.700644732F}}, 1.51968837F}));
  EXPECT_EQ(
      sample_motion(torch_generator(0)),
      (Motion{
          {{{16.0933075F, -24.6913548F, -22.0781708F}, {7.928895F, -0.887440443F, 2.64612556F}, 0.267105132F},
           {{-11.5546312F, 8.04472065F, -0.594395399F},
            {-3.02213073F, -1.9656539F, -9.55348492F},
            0.625444353F}}}));
  EXPECT_EQ(sample_motion(torch_generator(1234)).movements[1].time, 0.622521996F);
}

}  // namespace
}  // namespace tandem::equations
