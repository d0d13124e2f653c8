#include "report/derived_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/run_summary.h"
#include "sample_runs.h"

namespace tandem::report {
namespace {

/// Adds volumes in ml of one class at one frame.
void add_volumes(std::vector<records::ScoreRow>& rows, const std::string& case_id, const std::string& frame,
                 const std::string& klass, double label, double prediction) {
  rows.push_back({"a", case_id, "p1", frame, "FTN", klass, "volume_label_ml", label});
  rows.push_back({"a", case_id, "p1", frame, "FTN", klass, "volume_prediction_ml", prediction});
}

std::vector<records::ScoreRow> one_heart() {
  std::vector<records::ScoreRow> rows;
  add_volumes(rows, "p1_ED_c0", "ED", "LV", 120, 100);
  add_volumes(rows, "p1_ED_c0", "ED", "MYO", 100, 80);
  add_volumes(rows, "p1_ES_c0", "ES", "LV", 48, 50);
  add_volumes(rows, "p1_ES_c0", "ES", "MYO", 90, 95);
  add_volumes(rows, "p2_ED", "ED", "LV", 10, 10);  // no ES
  return rows;
}

TEST(DerivedMetrics, EjectionFractionFromBothFrames) {
  const auto rows = rows_of_metric(one_heart(), "ejection_fraction_error");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_DOUBLE_EQ(rows[0].value, 10);  // 60 % against 50 %
  EXPECT_EQ(rows[0].case_id, "p1_c0");
  EXPECT_EQ(rows[0].frame, "ED-ES");
  EXPECT_EQ(rows[0].klass, "LV");
  EXPECT_EQ(rows[0].metric, "ejection_fraction_error");
  EXPECT_DOUBLE_EQ(rows_of_metric(one_heart(), "ejection_fraction")[0].value, 50);
  EXPECT_DOUBLE_EQ(rows_of_metric(one_heart(), "ejection_fraction_label")[0].value, 60);
  EXPECT_DOUBLE_EQ(rows_of_metric(one_heart(), "stroke_volume_error_ml")[0].value, 22);
}

TEST(DerivedMetrics, MassAtEdAndVolumeErrorsOfEveryCase) {
  const auto mass = rows_of_metric(one_heart(), "myocardial_mass_error_g");
  ASSERT_EQ(mass.size(), 1u);
  EXPECT_DOUBLE_EQ(mass[0].value, 21);
  const auto volumes = rows_of_metric(one_heart(), "volume_error_ml");
  ASSERT_EQ(volumes.size(), 5u);
  EXPECT_DOUBLE_EQ(volumes[0].value, 20);
  EXPECT_EQ(volumes[3].case_id, "p1_ES_c0");
  EXPECT_DOUBLE_EQ(volumes[3].value, 5);
}

TEST(DerivedMetrics, StoredMetricsComeAsTheyAre) {
  EXPECT_EQ(rows_of_metric(one_heart(), "volume_label_ml").size(), 5u);
  EXPECT_TRUE(rows_of_metric(one_heart(), "dice").empty());
}

TEST(DerivedMetrics, SummariesAskForTheClassesOfTheMetric) {
  auto run = test::sample_run("x", "1");
  run.scores = one_heart();
  EXPECT_FALSE(summarise(run, "ejection_fraction_error").find("a", "FTN")->value);  // RV is lacking
  add_volumes(run.scores, "p1_ED_c0", "ED", "RV", 100, 100);
  add_volumes(run.scores, "p1_ES_c0", "ES", "RV", 50, 50);
  EXPECT_DOUBLE_EQ(summarise(run, "ejection_fraction_error").find("a", "FTN")->value.value(), 5);
}

TEST(Filter, SelectsVendorsAndClasses) {
  auto run = test::sample_run("x", "1");
  test::add_scores(run, "mnms", "FTN", {{"LV", {0.9, 0.7}}, {"MYO", {0.5, 0.5}}, {"RV", {0.4, 0.6}}});
  for (auto& row : run.scores) row.vendor = row.frame == "ED" ? "A" : "B";
  const Filter vendor_a{.vendor = "A"}, lv{.klass = "LV"}, nobody{.vendor = "C"};
  const auto summary = summarise(run, "dice", {Filter{}, vendor_a, lv, nobody});
  EXPECT_DOUBLE_EQ(summary.find("mnms", "FTN")->value.value(), 0.6);
  EXPECT_DOUBLE_EQ(summary.find({"mnms", "FTN", vendor_a})->value.value(), 0.6);
  EXPECT_DOUBLE_EQ(summary.find({"mnms", "FTN", lv})->value.value(), 0.8);
  EXPECT_EQ(summary.find({"mnms", "FTN", nobody}), nullptr);
  EXPECT_EQ((Selection{"mnms", "FTN", {.vendor = "A", .klass = "LV"}}.place()), "mnms (vendor A, class LV)");
}

}  // namespace
}  // namespace tandem::report
