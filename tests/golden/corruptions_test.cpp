// Artefacts, the pipeline around them and the random draws against TorchIO 0.18.29.
#include <gtest/gtest.h>

#include <cmath>

#include "equations/artefact_sampling.h"
#include "equations/corruption_pipeline.h"
#include "equations/preprocessing.h"
#include "h5/h5.h"
#include "support/golden.h"

namespace tandem::equations {
namespace {

class Corruptions : public ::testing::Test {
 protected:
  h5::File file{test::golden_dir() / "corruptions.h5", h5::File::Mode::Read};

  Volume<float> volume(const std::string& path) const {
    const auto shape = file.shape(path);
    Volume<float> out(shape.at(0), shape.at(1), shape.at(2));
    out.values = file.read<float>(path);
    return out;
  }
  std::vector<std::array<float, 3>> triples(const std::string& path) const {
    const auto values = file.read<float>(path);
    std::vector<std::array<float, 3>> out;
    for (size_t i = 0; i + 2 < values.size(); i += 3)
      out.push_back({values[i], values[i + 1], values[i + 2]});
    return out;
  }
  Motion motion(const std::string& group) const {
    const auto degrees = triples(group + "/degrees"), translation = triples(group + "/translation");
    const auto times = file.read<float>(group + "/times");
    Motion out;
    for (size_t q = 0; q < times.size(); ++q) out.movements.push_back({degrees[q], translation[q], times[q]});
    return out;
  }
  Artefact artefact(const std::string& kind, const std::string& group) const {
    if (kind == "bias")
      return BiasField{int(file.attribute<std::int64_t>(group, "order")),
                       file.read<double>(group + "/coefficients")};
    if (kind == "ghosting")
      return Ghosting{file.attribute<std::int64_t>(group, "num_ghosts"),
                      int(file.attribute<std::int64_t>(group, "axis")),
                      file.attribute<double>(group, "intensity")};
    if (kind == "spike")
      return Spike{triples(group + "/spikes_positions"), file.attribute<double>(group, "intensity")};
    return motion(group);
  }

  /// The stored raw volume against ours; movements too, where stored.
  void check_raw(const std::string& kind, const std::string& group, const Volume<float>& input) const {
    SCOPED_TRACE(group);
    const auto parameters = artefact(kind, group);
    const auto ours = apply_artefact(input, parameters), theirs = volume(group + "/raw");
    ASSERT_EQ(ours.shape(), theirs.shape());
    // Bias is a product, hence relative; the others add waves of the size of the volume.
    const double tolerance = kind == "motion" ? 3e-7 : kind == "bias" ? 1e-6 : 2e-7;
    for (size_t i = 0; i < ours.values.size(); ++i) {
      const double scale = kind == "bias" ? std::abs(double(theirs.values[i])) : 1;
      ASSERT_NEAR(ours.values[i], theirs.values[i], tolerance * scale) << "element " << i;
    }
    if (kind == "motion" && file.exists(group + "/moved")) check_moved(group, input);
  }
  void check_moved(const std::string& group, const Volume<float>& input) const {
    const auto theirs = file.read<float>(group + "/moved");
    const auto movements = motion(group).movements;
    ASSERT_EQ(theirs.size(), movements.size() * input.values.size());
    for (size_t q = 0; q < movements.size(); ++q) {
      const auto ours = moved(input, movements[q]);
      for (size_t i = 0; i < ours.values.size(); ++i)
        ASSERT_NEAR(ours.values[i], theirs[q * ours.values.size() + i], 1e-6)
            << "movement " << q << " element " << i;
    }
  }
  static void expect_near(const Volume<float>& ours, const Volume<float>& theirs, double tolerance) {
    ASSERT_EQ(ours.shape(), theirs.shape());
    for (size_t i = 0; i < ours.values.size(); ++i)
      ASSERT_NEAR(ours.values[i], theirs.values[i], tolerance) << "element " << i;
  }
};

TEST_F(Corruptions, PipelineStepsMatchOnTheSmallVolume) {
  const auto source = volume("/small/source"), input = volume("/small/input");
  ASSERT_EQ(
      file.attribute_vector<std::int64_t>("/small", "crop_offset_rc"),
      (std::vector<std::int64_t>{(source.rows - input.rows) >> 1, (source.columns - input.columns) >> 1}));
  const auto crop = centre_crop_or_pad(source, input.rows, input.columns);
  expect_near(corruption_step::scale_slices(crop), input, 2e-7);

  for (const auto& kind : kArtefactKinds)
    for (const auto& seed : file.list("/small/" + kind)) {
      const std::string group = "/small/" + kind + "/" + seed;
      SCOPED_TRACE(group);
      check_raw(kind, group, input);
      const auto rescaled = volume(group + "/rescaled");
      expect_near(corruption_step::rescale_slices(volume(group + "/raw")), rescaled, 2e-7);
      expect_near(corruption_step::rescale_slices(apply_artefact(input, artefact(kind, group))), rescaled,
                  2e-6);
      if (!file.exists(group + "/canvas")) continue;
      expect_near(paste_back(rescaled, source.rows, source.columns),
                  volume(group + "/canvas"), 0);
    }
}

TEST_F(Corruptions, EdgeCasesMatch) {
  int cases = 0;
  for (const auto& name : file.list("/edge")) {
    const std::string group = "/edge/" + name;
    if (!file.is_group(group)) continue;
    check_raw(file.attribute_string(group, "transform"), group,
              volume("/edge/" + file.attribute_string(group, "input")));
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

TEST_F(Corruptions, FullSizeMatches) {
  if (!file.exists("/full")) GTEST_SKIP() << "this corruptions.h5 holds no full-size volumes";
  const auto source = volume("/full/source");
  for (const auto& kind : kArtefactKinds)
    for (const auto& seed : file.list("/full/" + kind)) {
      const std::string group = "/full/" + kind + "/" + seed;
      const auto shape = file.shape(group + "/raw");
      const auto input = corruption_step::scale_slices(
          centre_crop_or_pad(source, shape.at(1), shape.at(2)));
      check_raw(kind, group, input);
    }
}

TEST_F(Corruptions, DrawsAreThoseOfTorchIo) {
  const auto seeds = file.read<std::int64_t>("/draws/seeds");
  ASSERT_FALSE(seeds.empty());
  const auto coefficients = file.read<double>("/draws/bias/coefficients");
  const auto ghosts = file.read<std::int64_t>("/draws/ghosting/num_ghosts");
  const auto axes = file.read<std::int64_t>("/draws/ghosting/axis");
  const auto strengths = file.read<double>("/draws/ghosting/intensity");
  const auto raises = file.read<double>("/draws/spike/intensity");
  const auto positions = triples("/draws/spike/spikes_positions");
  const auto degrees = triples("/draws/motion/degrees"), translation = triples("/draws/motion/translation");
  const auto times = file.read<float>("/draws/motion/times");
  const size_t per_seed = times.size() / seeds.size(), terms = coefficients.size() / seeds.size();
  for (size_t i = 0; i < seeds.size(); ++i) {
    SCOPED_TRACE(seeds[i]);
    const auto fresh = [&] { return torch_generator(std::uint64_t(seeds[i])); };
    const auto bias = sample_bias_field(fresh());
    ASSERT_EQ(bias.coefficients.size(), terms);
    for (size_t q = 0; q < terms; ++q) EXPECT_EQ(bias.coefficients[q], coefficients[i * terms + q]);
    EXPECT_EQ(sample_ghosting(fresh()), (Ghosting{ghosts[i], int(axes[i]), strengths[i]}));
    EXPECT_EQ(sample_spike(fresh()), (Spike{{positions[i]}, raises[i]}));
    const auto motion = sample_motion(fresh());
    ASSERT_EQ(motion.movements.size(), per_seed);
    for (size_t q = 0; q < per_seed; ++q) {
      const size_t at = i * per_seed + q;
      EXPECT_EQ(motion.movements[q], (Motion::Movement{degrees[at], translation[at], times[at]}));
    }
  }
}

}  // namespace
}  // namespace tandem::equations
