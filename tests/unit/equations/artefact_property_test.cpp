#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "equations/artefact_json.h"
#include "equations/artefact_sampling.h"
#include "equations/corruption_pipeline.h"
#include "equations/fft.h"
#include "equations/preprocessing.h"

namespace tandem::equations {
namespace {

Volume<float> noise(std::int64_t d, std::int64_t h, std::int64_t w, double low = 0) {
  RandomStream random({.seed = 3});
  Volume<float> out(d, h, w);
  for (float& v : out.values) v = float(random.uniform(low, 1));
  return out;
}

WordSource own_words(std::uint64_t seed) {
  return [stream = RandomStream({.seed = seed, .purpose = Purpose::Corruption})]() mutable {
    return stream.bits();
  };
}

double mean(const Volume<float>& v) {
  double sum = 0;
  for (const double x : v.values) sum += x;
  return sum / double(v.values.size());
}

void expect_near(const Volume<float>& a, const Volume<float>& b, double tolerance) {
  ASSERT_EQ(a.shape(), b.shape());
  for (size_t i = 0; i < a.values.size(); ++i)
    ASSERT_NEAR(a.values[i], b.values[i], tolerance) << "element " << i;
}

BiasField bias_with(std::initializer_list<std::pair<int, double>> entries) {
  BiasField bias{3, std::vector<double>(20, 0.0)};
  for (const auto& [q, value] : entries) bias.coefficients[size_t(q)] = value;
  return bias;
}

TEST(BiasFieldArtefact, NoCoefficientsChangeNothingAndTheConstantScales) {
  const auto x = noise(4, 9, 10);
  EXPECT_EQ(apply_artefact(x, bias_with({})), x);
  auto scaled = x;
  for (float& v : scaled.values) v *= float(std::exp(0.4));
  expect_near(apply_artefact(x, bias_with({{0, 0.4}})), scaled, 1e-7);
}

TEST(BiasFieldArtefact, LastCornerIsScaledByExpOfTheSum) {
  const Volume<float> ones(4, 9, 10, 1.0F);
  BiasField bias = sample_bias_field(own_words(1));
  double sum = 0;
  for (const double c : bias.coefficients) sum += c;
  EXPECT_NEAR(apply_artefact(ones, bias).values.back(), std::exp(sum), 1e-6 * std::exp(sum));
}

TEST(BiasFieldArtefact, NegatingOddTermsMirrorsTheField) {
  const Volume<float> ones(5, 8, 7, 1.0F);
  const BiasField bias = sample_bias_field(own_words(2));
  BiasField mirrored = bias;
  size_t q = 0;
  for (int a = 0; a <= 3; ++a)
    for (int b = 0; a + b <= 3; ++b)
      for (int c = 0; a + b + c <= 3; ++c, ++q)
        if ((a + b + c) % 2 == 1) mirrored.coefficients[q] *= -1;
  auto reversed = apply_artefact(ones, bias);
  std::reverse(reversed.values.begin(), reversed.values.end());  // all three axes at once
  expect_near(apply_artefact(ones, mirrored), reversed, 2e-6);
}

TEST(BiasFieldArtefact, RefusesAWrongNumberOfCoefficients) {
  EXPECT_THROW(apply_artefact(noise(2, 3, 4), BiasField{3, {1, 2}}), Error);
}

TEST(GhostingArtefact, WithoutGhostsOrStrengthReturnsTheInput) {
  const auto x = noise(4, 9, 10);
  EXPECT_EQ(apply_artefact(x, Ghosting{0, 1, 0.7}), x);
  EXPECT_EQ(apply_artefact(x, Ghosting{4, 1, 0.0}), x);
}

TEST(GhostingArtefact, KeepsTheMeanAndConstantVolumes) {
  const auto x = noise(5, 12, 14);
  const Volume<float> constant(5, 12, 14, 0.625F);
  for (int axis = 0; axis < 3; ++axis)
    for (const std::int64_t n : {1, 2, 3, 4, 7, 20}) {
      EXPECT_NEAR(mean(apply_artefact(x, Ghosting{n, axis, 0.8})), mean(x), 1e-8);
      expect_near(apply_artefact(constant, Ghosting{n, axis, 0.8}), constant, 1e-7);
    }
}

TEST(GhostingArtefact, MoreGhostsThanPlanesScalesTheLowestFrequencyOnly) {
  // On an even axis shifted index 0 is the Nyquist frequency: the alternating wave is scaled, others are not.
  Volume<float> alternating(1, 1, 8), slow(1, 1, 8);
  for (std::int64_t k = 0; k < 8; ++k) {
    alternating.at(0, 0, k) = k % 2 == 0 ? 1.0F : -1.0F;
    slow.at(0, 0, k) = float(std::cos(2 * std::numbers::pi * double(k) / 8));
  }
  auto expected = alternating;
  for (float& v : expected.values) v *= 0.25F;
  expect_near(apply_artefact(alternating, Ghosting{9, 2, 0.75}), expected, 1e-7);
  expect_near(apply_artefact(slow, Ghosting{9, 2, 0.75}), slow, 1e-7);
}

TEST(GhostingArtefact, ImpulseGivesTheCirculantKernel) {
  constexpr std::int64_t kN = 9, kGhosts = 2;
  Volume<float> impulse(1, 1, kN);
  impulse.at(0, 0, 4) = 1;
  const auto kernel = apply_artefact(impulse, Ghosting{kGhosts, 2, 0.5});
  for (std::int64_t k = 0; k < kN; ++k) {
    double expected = 0;  // real part of the inverse of the gains
    for (std::int64_t m = 0; m < kN; ++m) {
      const double gain = m % kGhosts == 0 && m != kN / 2 ? 0.5 : 1;
      expected += gain * std::cos(2 * std::numbers::pi * double((m - kN / 2) * (k - 4)) / kN) / kN;
    }
    EXPECT_NEAR(kernel.at(0, 0, k), expected, 1e-7);
  }
}

TEST(GhostingArtefact, RefusesAForeignAxis) {
  EXPECT_THROW(apply_artefact(noise(2, 3, 4), Ghosting{4, 3, 0.5}), Error);
}

/// The definition: raise the coefficient in the full spectrum, transform back, keep the real part.
Volume<float> spike_by_definition(const Volume<float>& x, const Spike& spike) {
  std::vector<double> re(x.values.begin(), x.values.end()), im(re.size(), 0.0);
  forward_fft3(re, im, x.slices, x.rows, x.columns);
  const auto shape = x.shape();
  for (const auto& position : spike.positions) {
    size_t largest = 0, element = 0;
    for (size_t i = 0; i < re.size(); ++i)
      if (re[i] > re[largest]) largest = i;
    for (size_t d = 0; d < 3; ++d) {
      const auto shifted = std::int64_t(double(position[d]) * double(shape[d]));
      element = element * size_t(shape[d]) + size_t((shifted + shape[d] - shape[d] / 2) % shape[d]);
    }
    const double raise_re = spike.intensity * re[largest], raise_im = spike.intensity * im[largest];
    re[element] += raise_re;
    im[element] += raise_im;
  }
  forward_fft3(im, re, x.slices, x.rows, x.columns);  // swapped parts: the inverse
  Volume<float> out(x.slices, x.rows, x.columns);
  for (size_t i = 0; i < re.size(); ++i) out.values[i] = float(re[i] / double(re.size()));
  return out;
}

TEST(SpikeArtefact, EqualsTheDefinitionInKSpace) {
  const auto x = noise(5, 12, 9);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto spike = sample_spike(own_words(seed));
    expect_near(apply_artefact(x, spike), spike_by_definition(x, spike), 2e-7);
  }
  const Spike several{{{0.1F, 0.7F, 0.35F}, {0.8F, 0.25F, 0.6F}, {0.2F, 0.9F, 0.1F}}, 0.5};
  expect_near(apply_artefact(x, several), spike_by_definition(x, several), 2e-6);
}

TEST(SpikeArtefact, KeepsTheMeanExceptAtTheCentre) {
  const auto x = noise(6, 12, 10);
  EXPECT_NEAR(mean(apply_artefact(x, Spike{{{0.1F, 0.7F, 0.35F}}, 2})), mean(x), 1e-7);
  EXPECT_NEAR(mean(apply_artefact(x, Spike{{{0.5F, 0.5F, 0.5F}}, 2})), 3 * mean(x), 1e-6);
}

TEST(SpikeArtefact, ConstantVolumeBecomesAWave) {
  const Volume<float> constant(2, 4, 8, 0.25F);
  // Index 5 of 8 is frequency 1 along the columns; index 1 of 2 and 2 of 4 are frequency 0.
  const auto out = apply_artefact(constant, Spike{{{0.5F, 0.5F, 0.625F}}, 1.5});
  for (std::int64_t k = 0; k < 8; ++k)
    EXPECT_NEAR(out.at(1, 2, k), 0.25 * (1 + 1.5 * std::cos(2 * std::numbers::pi * double(k) / 8)), 1e-7);
}

TEST(SpikeArtefact, EqualRealPartsAreDecidedByTheImaginaryPart) {
  // cos(2 pi k / 8 + 0.5) has its two largest coefficients, 4 exp(+-0.5i), at frequencies 1 and -1.
  Volume<float> wave(1, 1, 8);
  for (std::int64_t k = 0; k < 8; ++k)
    wave.at(0, 0, k) = float(std::cos(2 * std::numbers::pi * double(k) / 8 + 0.5));
  const auto out = apply_artefact(wave, Spike{{{0, 0, 0.75F}}, 2});  // shifted index 6: frequency 2
  for (std::int64_t k = 0; k < 8; ++k)
    EXPECT_NEAR(out.at(0, 0, k), wave.at(0, 0, k) + std::cos(2 * std::numbers::pi * double(2 * k) / 8 + 0.5),
                1e-6);
}

TEST(SpikeArtefact, RefusesAPositionOutside) {
  EXPECT_THROW(apply_artefact(noise(2, 3, 4), Spike{{{0.5F, 1.0F, 0.5F}}, 1}), Error);
}

Motion motion_of(std::array<float, 3> degrees, std::array<float, 3> translation) {
  return {{{degrees, translation, 0.3F}, {degrees, translation, 0.7F}}};
}

TEST(MotionArtefact, WithoutMovementChangesNothing) {
  const auto x = noise(4, 9, 10);
  expect_near(apply_artefact(x, motion_of({}, {})), x, 1e-6);
  expect_near(apply_artefact(x, Motion{}), x, 1e-6);
}

TEST(MotionArtefact, WholeTranslationShiftsAndFillsWithTheMinimum) {
  const auto x = noise(4, 9, 10, 0.2);
  const float fill = *std::min_element(x.values.begin(), x.values.end());
  const auto out = moved(x, {{}, {1, -2, 3}, 0});
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 9; ++j)
      for (std::int64_t k = 0; k < 10; ++k) {
        const bool in = i - 1 >= 0 && j + 2 < 9 && k + 3 < 10;
        EXPECT_EQ(out.at(i, j, k), in ? x.at(i - 1, j + 2, k + 3) : fill);
      }
}

TEST(MotionArtefact, HalfVoxelsFollowTheHalfOpenRule) {
  const auto x = noise(2, 3, 6, 0.2);
  const float fill = *std::min_element(x.values.begin(), x.values.end());
  EXPECT_EQ(moved(x, {{}, {0, 0, 0.5F}, 0}).at(1, 1, 5), fill);
  EXPECT_EQ(moved(x, {{}, {0, 0, -0.5F}, 0}).at(1, 1, 0), x.at(1, 1, 0));
}

TEST(MotionArtefact, ConstantVolumeStaysConstant) {
  const Volume<float> constant(5, 12, 14, 0.625F);
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    expect_near(apply_artefact(constant, sample_motion(own_words(seed))), constant, 1e-7);
}

// Every voxel is tested on its own here; moved() looks only at the part of a row that can be inside.
TEST(MotionArtefact, NoInsideVoxelIsMissed) {
  const Volume<float> ones(7, 16, 18, 1.0F);
  auto probe = ones;
  probe.at(0, 0, 0) = 0;  // the fill
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto movement = sample_motion(own_words(seed), seed < 25 ? 30.0F : 180.0F).movements[0];
    const auto [a, b] = rigid_map(movement);
    const auto out = moved(probe, movement);
    for (std::int64_t i = 0; i < 7; ++i)
      for (std::int64_t j = 0; j < 16; ++j)
        for (std::int64_t k = 0; k < 18; ++k) {
          bool well_inside = true, well_outside = false;
          for (size_t d = 0; d < 3; ++d) {
            const double c =
                a[3 * d] * double(i) + a[3 * d + 1] * double(j) + a[3 * d + 2] * double(k) + b[d];
            const double n = double(ones.shape()[d]);
            well_inside = well_inside && c > 1 + 1e-6 && c < n - 0.5 - 1e-6;
            well_outside = well_outside || c < -0.5 - 1e-6 || c > n - 0.5 + 1e-6;
          }
          if (well_inside) {
            ASSERT_EQ(out.at(i, j, k), 1) << seed;
          }
          if (well_outside) {
            ASSERT_EQ(out.at(i, j, k), 0) << seed;
          }
        }
  }
}

TEST(Sampling, RangesAndMeansOfOwnDraws) {
  double intensity = 0, axis = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const auto g = sample_ghosting(own_words(seed));
    ASSERT_TRUE(g.num_ghosts >= 4 && g.num_ghosts <= 10 && g.axis >= 0 && g.axis <= 2);
    ASSERT_TRUE(g.intensity >= 0.5 && g.intensity < 1);
    intensity += g.intensity / 3000;
    axis += g.axis / 3000.0;
    const auto m = sample_motion(own_words(seed));
    for (size_t q = 0; q < 2; ++q) {
      ASSERT_NEAR(m.movements[q].time, double(q + 1) / 3, 0.1 + 1e-6);
      for (size_t d = 0; d < 3; ++d) {
        ASSERT_LE(std::abs(m.movements[q].degrees[d]), 30);
        ASSERT_LE(std::abs(m.movements[q].translation[d]), 10);
      }
    }
    const auto s = sample_spike(own_words(seed));
    ASSERT_EQ(s.positions.size(), 1);
    ASSERT_TRUE(s.intensity >= 1 && s.intensity < 3);
  }
  EXPECT_NEAR(intensity, 0.75, 0.01);
  EXPECT_NEAR(axis, 1, 0.06);
}

TEST(Sampling, EachDrawCostsAsManyWordsAsInTorchIo) {
  const std::vector<std::pair<std::string, int>> words_used = {
      {"bias", 22}, {"ghosting", 5}, {"motion", 16}, {"spike", 7}};
  for (const auto& [kind, expected] : words_used) {
    int count = 0;
    sample_artefact(kind, [&count] { return std::uint32_t(++count); });
    EXPECT_EQ(count, expected) << kind;
  }
}

TEST(Sampling, UnknownKindIsNamed) {
  try {
    sample_artefact("ghostin", torch_generator(0));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'ghosting'"), std::string::npos) << error.what();
  }
}

TEST(ArtefactJson, ReadsBackToTheSameBits) {
  for (const auto& kind : kArtefactKinds)
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const auto artefact = sample_artefact(kind, own_words(seed));
      EXPECT_EQ(kind_of(artefact), kind);
      const auto json = to_json(artefact);
      EXPECT_EQ(artefact_from_json(json), artefact) << json;
    }
}

TEST(ArtefactJson, FaultsAreNamed) {
  const auto message = [](const std::string& json) {
    try {
      artefact_from_json(json);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message("nonsense").find("not JSON"), std::string::npos);
  EXPECT_NE(
      message(R"({"kind": "spike", "profile": "torchio-0.18", "intensity": 2})").find("spikes_positions"),
      std::string::npos);
  EXPECT_NE(message(R"({"kind": "bias", "profile": "torchio-2.0"})").find("torchio-2.0"), std::string::npos);
  EXPECT_NE(
      message(
          R"({"kind": "ghosting", "profile": "torchio-0.18", "num_ghosts": "x", "axis": 1, "intensity": 1})")
          .find("no number"),
      std::string::npos);
}

TEST(CorruptionPipeline, SlicesRunFromZeroToOneAndOutsideTheCropIsZero) {
  for (const auto& kind : kArtefactKinds) {
    const auto source = noise(3, 40, 35);
    const auto out = corrupt(source, sample_artefact(kind, own_words(9)), 24);
    ASSERT_EQ(out.shape(), source.shape());
    for (std::int64_t s = 0; s < 3; ++s) {
      const auto [low, high] = std::minmax_element(out.slice(s).begin(), out.slice(s).end());
      EXPECT_EQ(*low, 0) << kind;
      EXPECT_EQ(*high, 1) << kind;
      for (std::int64_t r = 0; r < 40; ++r)
        for (std::int64_t c = 0; c < 35; ++c)
          if (r < 8 || r >= 32 || c < 5 || c >= 29) {
            ASSERT_EQ(out.at(s, r, c), 0);
          }
    }
  }
}

TEST(CorruptionPipeline, SmallAndExactSizesComeBackInPlace) {
  // Weak bias: each slice keeps its order of values, so a wrong offset would show.
  for (const auto& [rows, columns] : {std::pair<int, int>{24, 24}, {17, 24}, {30, 19}, {23, 25}}) {
    const auto source = noise(2, rows, columns);
    const auto identity = corrupt(source, bias_with({}), 24);
    ASSERT_EQ(identity.shape(), source.shape());
    const std::int64_t r0 = std::max(0, (rows - 24) >> 1), c0 = std::max(0, (columns - 24) >> 1);
    // Zero padding joins the slice's range, so values are divided by the maximum alone where there was
    // padding.
    const auto crop = centre_crop_or_pad(source, 24, 24);
    for (std::int64_t s = 0; s < 2; ++s) {
      const auto [low, high] = std::minmax_element(crop.slice(s).begin(), crop.slice(s).end());
      for (std::int64_t r = r0; r < std::min<std::int64_t>(rows, r0 + 24); ++r)
        for (std::int64_t c = c0; c < std::min<std::int64_t>(columns, c0 + 24); ++c)
          ASSERT_NEAR(identity.at(s, r, c), (source.at(s, r, c) - *low) / (*high - *low), 1e-6)
              << rows << "x" << columns;
    }
  }
}

TEST(CorruptionPipeline, UnevenDifferencesAreRoundedDown) {
  Volume<float> one(1, 5, 5);
  one.at(0, 0, 0) = 1;
  // Start floor((5 - 8) / 2) = -2 puts source row 0 at row 2; start floor((5 - 2) / 2) = 1.
  EXPECT_EQ(centre_crop_or_pad(one, 8, 8).at(0, 2, 2), 1);
  one.at(0, 1, 1) = 2;
  EXPECT_EQ(centre_crop_or_pad(one, 2, 2).at(0, 0, 0), 2);
}

TEST(CorruptionPipeline, ConstantSlicesBecomeZeros) {
  auto source = noise(2, 30, 30);
  std::fill(source.slice(1).begin(), source.slice(1).end(), 0.5F);
  const auto out = corrupt(source, bias_with({{0, 0.3}}), 24);
  for (const float v : out.slice(1)) ASSERT_EQ(v, 0);
}

}  // namespace
}  // namespace tandem::equations
