#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/error.h"
#include "data/case_file.h"
#include "data_tools/commands.h"
#include "equations/preprocessing.h"
#include "equations/statistics.h"
#include "h5/h5.h"
#include "support/golden.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem {
namespace {

h5::File golden() { return {test::golden_dir() / "preprocess.h5", h5::File::Mode::Read}; }

template <class T>
Volume<T> read_volume(const h5::File& file, const std::string& path) {
  const auto shape = file.shape(path);
  Volume<T> volume(shape.at(0), shape.at(1), shape.at(2));
  volume.values = file.read<T>(path);
  return volume;
}

double largest_difference(const Volume<float>& a, const Volume<float>& b) {
  EXPECT_EQ(a.shape(), b.shape());
  double largest = 0;
  for (size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i)
    largest = std::max(largest, std::abs(double(a.values[i]) - b.values[i]));
  return largest;
}

/// ACDC's codes 1 RV, 2 MYO, 3 LV to ours.
Volume<std::uint8_t> relabelled(Volume<std::uint8_t> label) {
  for (auto& v : label.values) v = v == 1 ? 3 : v == 3 ? 1 : v;
  return label;
}

std::vector<std::string> case_groups(const h5::File& file) {
  auto groups = file.list("/");
  std::erase(groups, "percentile");
  EXPECT_FALSE(groups.empty());
  return groups;
}

TEST(GoldenPreprocess, Percentiles) {
  const auto file = golden();
  int checked = 0;
  for (const auto& name : file.list("/percentile")) {
    const auto values = file.read<float>("/percentile/" + name);
    const auto expected =
        file.attribute_vector<double>("/percentile", "p2_p98_" + name.substr(name.find('_') + 1));
    EXPECT_NEAR(equations::percentile(values, 2), expected.at(0), 1e-9 * std::abs(expected[0])) << name;
    EXPECT_NEAR(equations::percentile(values, 98), expected.at(1), 1e-9 * std::abs(expected[1])) << name;
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

TEST(GoldenPreprocess, NormalisationAndResamplingOfSlices) {
  const auto file = golden();
  for (const auto& group : case_groups(file)) {
    SCOPED_TRACE(group);
    const auto path = "/" + group;
    const auto image = read_volume<float>(file, path + "/image");
    const auto [p2, p98] = equations::clip_thresholds(image.values);
    EXPECT_NEAR(p2, file.attribute<double>(path, "p2"), 1e-9 * std::abs(p2));
    EXPECT_NEAR(p98, file.attribute<double>(path, "p98"), 1e-9 * std::abs(p98));
    const auto normalised = equations::normalise_percentiles(image);
    EXPECT_LE(largest_difference(normalised, read_volume<float>(file, path + "/normalised")), 1e-7);

    const auto spacing = file.attribute_vector<double>(path, "spacing_xyz_mm");
    const equations::PlaneGrid from{image.rows, image.columns, spacing.at(1), spacing.at(0)};
    const auto to = equations::working_grid(from);
    EXPECT_EQ(to == from, file.attribute<std::int64_t>(path, "no_op") != 0);
    EXPECT_LE(largest_difference(equations::resample_linear(normalised, from, to),
                                 read_volume<float>(file, path + "/expected_image")),
              2e-7);
    const auto label = relabelled(read_volume<std::uint8_t>(file, path + "/label"));
    EXPECT_EQ(equations::resample_nearest(label, from, to),
              read_volume<std::uint8_t>(file, path + "/expected_label"));
  }
}

/// "patient901_ED" for the group "patient901_frame01", by the patient's Info.cfg.
std::string case_id(const std::filesystem::path& training, const std::string& group) {
  const auto bar = group.find("_frame");
  const auto patient = group.substr(0, bar);
  const int frame = std::stoi(group.substr(bar + 6));
  std::ifstream info(training / patient / "Info.cfg");
  for (std::string line; std::getline(info, line);)
    for (const std::string kind : {"ED", "ES"})
      if (line.starts_with(kind + ":") && std::stoi(line.substr(3)) == frame) return patient + "_" + kind;
  ADD_FAILURE() << "Info.cfg of " << patient << " does not name frame " << frame;
  return "";
}

void compare_whole_volume(const h5::File& file, const std::string& path, const data::Case& c) {
  const auto shape = file.attribute_vector<std::int64_t>(path, "size_shw");
  EXPECT_EQ(shape, (std::vector<std::int64_t>{c.image.slices, c.image.rows, c.image.columns}));
  double sum = 0, sum_sq = 0;
  for (const double v : c.image.values) sum += v, sum_sq += v * v;
  const auto expected_sum = file.attribute<double>(path, "sum");
  const auto expected_sum_sq = file.attribute<double>(path, "sum_sq");
  EXPECT_NEAR(sum, expected_sum, 1e-6 * expected_sum);
  EXPECT_NEAR(sum_sq, expected_sum_sq, 1e-6 * expected_sum_sq);
  std::vector<std::int64_t> counts(data::kClassCount);
  for (const auto v : c.label->values) ++counts.at(v);
  EXPECT_EQ(counts, file.attribute_vector<std::int64_t>(path, "label_counts_0_to_3"));
  const auto probes = file.attribute_vector<std::int64_t>(path, "probes_shw");
  const auto values = file.attribute_vector<double>(path, "probe_values");
  ASSERT_EQ(probes.size(), 3 * values.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(c.image.at(probes[3 * i], probes[3 * i + 1], probes[3 * i + 2]), values[i], 2e-7);
}

TEST(GoldenPreprocess, WholeVolumesThroughTheImport) {
  const test::TemporaryFolder folder;
  const auto source = test::golden_dir() / "synthetic_acdc";
  const auto out = (folder / "acdc.h5").string();
  const auto result = test::run_program(data_tools::import_acdc_command(), {source.string(), "--out", out});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const auto file = golden();
  const data::CaseFile cases(out);
  int checked = 0;
  for (const auto& group : case_groups(file)) {
    const auto path = "/" + group + "/whole_volume";
    if (!file.exists(path)) continue;
    SCOPED_TRACE(group);
    compare_whole_volume(file, path, cases.read(case_id(source / "training", group)));
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace tandem
