#include "evaluation/scoring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "config/settings.h"
#include "support/expect_error.h"

namespace tandem::evaluation {
namespace {

constexpr std::array<double, 3> kSpacing = {10, 1, 2};

/// LV: 2 of 2 voxels found and 1 too much, 2 mm away; MYO missed; RV in neither.
struct Example {
  Volume<std::uint8_t> label{1, 3, 4}, prediction{1, 3, 4};
  Example() {
    label.at(0, 0, 0) = label.at(0, 0, 1) = data::kLV;
    label.at(0, 2, 2) = data::kMYO;
    prediction.at(0, 0, 0) = prediction.at(0, 0, 1) = prediction.at(0, 0, 2) = data::kLV;
  }
  std::map<std::string, double> scores(const EvaluationConfig& config) const {
    std::map<std::string, double> out;
    for (const auto& row : score_prediction({}, label, prediction, kSpacing, config))
      out[row.klass + " " + row.metric] = row.value;
    return out;
  }
};

TEST(Scoring, OverlapAndVolumes) {
  EvaluationConfig config;
  config.metrics = {"dice", "iou", "volume_ml"};
  const auto scores = Example().scores(config);
  EXPECT_EQ(scores.size(), 3u * 4);
  EXPECT_DOUBLE_EQ(scores.at("LV dice"), 4.0 / 5);
  EXPECT_DOUBLE_EQ(scores.at("LV iou"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.at("LV volume_label_ml"), 0.04);
  EXPECT_DOUBLE_EQ(scores.at("LV volume_prediction_ml"), 0.06);
  EXPECT_EQ(scores.at("MYO dice"), 0);
  EXPECT_EQ(scores.at("RV dice"), 0);
}

TEST(Scoring, SurfaceMetricsOnDemandAndNotANumberForMissingClasses) {
  EvaluationConfig config;
  config.metrics = kSurfaceMetrics;
  config.surface_tolerance_mm = 1.5;
  const auto scores = Example().scores(config);
  EXPECT_EQ(scores.size(), 3 * kSurfaceMetrics.size());
  EXPECT_DOUBLE_EQ(scores.at("LV hd_mm"), 2);
  EXPECT_DOUBLE_EQ(scores.at("LV assd_mm"), 2.0 / 5);
  EXPECT_DOUBLE_EQ(scores.at("LV assd_two_means_mm"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.at("LV hd95_mm"), 0.8 * 2);         // position 3.8 of 0 0 0 0 2
  EXPECT_DOUBLE_EQ(scores.at("LV hd95_larger_mm"), 0.9 * 2);  // position 1.9 of 0 0 2
  EXPECT_DOUBLE_EQ(scores.at("LV nsd_1.5mm"), 4.0 / 5);
  EXPECT_TRUE(std::isnan(scores.at("MYO hd95_mm")));
  EXPECT_TRUE(std::isnan(scores.at("RV nsd_1.5mm")));
}

TEST(Scoring, RowsSayWhatTheyAreAbout) {
  data::Case c;
  c.id = "A0S9_ED", c.patient = "A0S9", c.frame = "ED", c.group = "HCM", c.vendor = "A", c.centre = "1";
  auto about = row_of_case(c, "mnms");
  about.network = "FTN";
  const Example example;
  for (const auto& row : score_prediction(about, example.label, example.prediction, kSpacing, {})) {
    EXPECT_EQ(row.domain, "mnms");
    EXPECT_EQ(row.case_id, "A0S9_ED");
    EXPECT_EQ(row.patient, "A0S9");
    EXPECT_EQ(row.frame, "ED");
    EXPECT_EQ(row.network, "FTN");
    EXPECT_EQ(row.group, "HCM");
    EXPECT_EQ(row.vendor, "A");
    EXPECT_EQ(row.centre, "1");
  }
}

TEST(Scoring, UnknownMetricsAreRefusedWithTheNearestName) {
  auto settings = config::Settings::from_text("[evaluation]\nmetrics = [\"dice\", \"hd95_m\"]\n", "x.toml");
  EvaluationConfig config;
  const auto error = test::error_of([&] { settings.read("evaluation", config); });
  EXPECT_THAT(error, ::testing::HasSubstr("'hd95_m' is not one of dice, iou"));
  EXPECT_THAT(error, ::testing::HasSubstr("did you mean 'hd95_mm'"));
}

}  // namespace
}  // namespace tandem::evaluation
