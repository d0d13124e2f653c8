#include "experiment/experiment_config.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace tandem::experiment {
namespace {

ExperimentConfig read(const std::vector<std::string>& overrides,
                      const std::string& file = "table1/proposed.toml") {
  return ExperimentConfig::from_file(std::filesystem::path(TANDEM_SOURCE_DIR) / "experiments" / file,
                                     overrides);
}

TEST(ExperimentConfigs, ALossOnCorruptedSegmentationsNeedsThem) {
  const std::string loss = "loss.corrupted_segmentation=true";
  EXPECT_TRUE(read({loss}).loss.corrupted_segmentation);
  test::expect_error(
      [&] {
        read({loss, "latent.mask_scope=[\"image\"]"});
      },
      "\"shape\" in latent.mask_scope");
  test::expect_error([&] { read({loss}, "table1/standard.toml"); }, "latent.latent_DA = true");
}

TEST(ExperimentConfigs, HandMadeCorruptionsBelongToSeparateTraining) {
  const std::string corrupt = "augmentation.label_corruption=hand_made";
  EXPECT_EQ(read({corrupt}, "table2/separate.toml").augmentation.label_corruption,
            augment::LabelCorruption::HandMade);
  test::expect_error([&] { read({corrupt}, "table1/standard.toml"); }, "loss.separate_training = true");
}

}  // namespace
}  // namespace tandem::experiment
