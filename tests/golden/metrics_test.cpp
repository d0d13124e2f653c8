// Overlap, surface and clinical metrics against MedPy, SciPy and SimpleITK (metrics.h5).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "equations/clinical_metrics.h"
#include "equations/overlap_metrics.h"
#include "equations/statistics.h"
#include "equations/surface_metrics.h"
#include "h5/h5.h"
#include "support/golden.h"

namespace tandem {
namespace {

namespace eq = equations;
using Mask = Volume<std::uint8_t>;
constexpr std::uint8_t kRV = 1, kLV = 3;  // ACDC's codes, as in the file

Mask read_mask(const h5::File& file, const std::string& path) {
  const auto shape = file.shape(path);
  Mask mask(shape.at(0), shape.at(1), shape.at(2));
  mask.values = file.read<std::uint8_t>(path);
  return mask;
}

template <class Rule>
Mask each_voxel(const Mask& like, const Rule& rule) {
  Mask out(like.slices, like.rows, like.columns);
  for (std::int64_t s = 0; s < out.slices; ++s)
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (std::int64_t c = 0; c < out.columns; ++c) out.at(s, r, c) = rule(s, r, c);
  return out;
}

/// The value there, 0 beyond the array.
std::uint8_t value_at(const Mask& m, std::int64_t s, std::int64_t r, std::int64_t c) {
  const bool inside = s >= 0 && r >= 0 && c >= 0 && s < m.slices && r < m.rows && c < m.columns;
  return inside ? m.at(s, r, c) : std::uint8_t(0);
}

/// The voxel and its four neighbours in the slice.
std::array<std::uint8_t, 5> cross_at(const Mask& m, std::int64_t s, std::int64_t r, std::int64_t c) {
  return {value_at(m, s, r, c), value_at(m, s, r - 1, c), value_at(m, s, r + 1, c), value_at(m, s, r, c - 1),
          value_at(m, s, r, c + 1)};
}

Mask eroded(const Mask& m) {
  return each_voxel(m, [&](auto s, auto r, auto c) {
    const auto cross = cross_at(m, s, r, c);
    const bool same = std::ranges::all_of(cross, [&](std::uint8_t v) { return v == cross[0]; });
    return same ? cross[0] : std::uint8_t(0);
  });
}

Mask with_dilated_lv(const Mask& m) {
  return each_voxel(m, [&](auto s, auto r, auto c) {
    const auto cross = cross_at(m, s, r, c);
    return std::ranges::find(cross, kLV) != cross.end() ? kLV : cross[0];
  });
}

Mask damaged(const Mask& m) {
  return each_voxel(m, [&](auto s, auto r, auto c) {
    if (s == m.slices - 1 && r < 5 && c < 5) return kLV;
    return s < m.slices / 2 ? std::uint8_t(0) : m.at(s, r, c);
  });
}

/// A prediction from the label, by its name's rule; the last words of a name are numbers.
Mask predicted(const Mask& label, const std::string& name) {
  const auto words = split_words(name, '_');
  const auto number = [&](size_t i) { return std::int64_t(std::stoi(words.at(i))); };
  Mask out = label;
  if (name == "identical") return out;
  if (words[0] == "shift")
    return each_voxel(label, [&](auto s, auto r, auto c) {
      return value_at(label, s - number(1), r - number(2), c - number(3));
    });
  if (name == "next_slice")
    return each_voxel(
        label, [&](auto s, auto r, auto c) { return label.at(std::min(s + 1, label.slices - 1), r, c); });
  if (name == "no_rv")
    return each_voxel(label, [&](auto s, auto r, auto c) {
      return label.at(s, r, c) == kRV ? std::uint8_t(0) : label.at(s, r, c);
    });
  if (name == "damaged") return damaged(label);
  if (words[0] == "erode")
    for (std::int64_t i = 0; i < number(1); ++i) out = eroded(out);
  else if (name.starts_with("dilate_lv"))
    for (std::int64_t i = 0; i < number(2); ++i) out = with_dilated_lv(out);
  else
    ADD_FAILURE() << "no rule for " << name;
  return out;
}

using Metrics = std::map<std::string, double>;

/// All columns of the file for one class.
Metrics compute(const Mask& label, const Mask& prediction, std::uint8_t klass,
                const std::array<double, 3>& spacing) {
  const auto counts = eq::count_overlap(label.values, prediction.values, klass);
  const auto distances = eq::surface_distances(label, prediction, klass, spacing);
  return {{"dice", eq::dice(counts)},
          {"hd95_mm", eq::hausdorff_95(distances)},
          {"hd_mm", eq::hausdorff(distances)},
          {"assd_mm", eq::assd(distances)},
          {"assd_two_means_mm", eq::assd_of_two_means(distances)},
          {"hd95_larger_mm", eq::hausdorff_95_larger(distances)},
          {"volume_label_ml", eq::volume_ml(counts.label, spacing)},
          {"volume_prediction_ml", eq::volume_ml(counts.prediction, spacing)},
          {"voxels_label", double(counts.label)},
          {"voxels_prediction", double(counts.prediction)},
          {"voxels_both", double(counts.both)},
          {"surface_label", double(distances.label_voxels)},
          {"surface_prediction", double(distances.prediction_voxels)}};
}

double tolerance(const std::string& column, double expected) {
  if (column.starts_with("voxels") || column.starts_with("surface")) return 0;
  const bool distance = column.starts_with("hd") || column.starts_with("assd");
  return distance ? 1e-9 : 1e-12 * std::abs(expected);
}

void expect_value(double value, double expected, double tolerance, const std::string& what) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(value)) << what << " is " << value;
  else
    EXPECT_NEAR(value, expected, tolerance) << what;
}

class GoldenMetrics : public testing::Test {
 protected:
  std::vector<std::string> patients() const {
    auto names = file_.list("/segmentation");
    std::erase(names, "pooled");
    return names;
  }
  std::vector<std::string> predictions() const {
    return file_.attribute_strings("/segmentation", "predictions");
  }
  std::array<double, 3> spacing(const std::string& group) const {
    const auto mm = file_.attribute_vector<double>(group, "spacing_zyx_mm");
    return {mm.at(0), mm.at(1), mm.at(2)};
  }
  /// The stored prediction, which the rule must give too, or what the rule gives.
  Mask prediction(const Mask& label, const std::string& phase_path, const std::string& name) const {
    const auto path = phase_path + "/" + name + "/prediction";
    const auto built = predicted(label, name);
    if (file_.exists(path)) {
      EXPECT_EQ(built, read_mask(file_, path)) << path;
    }
    return built;
  }
  void expect_row(const Metrics& metrics, const std::vector<double>& table, size_t row) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const double expected = table.at(row * columns_.size() + i);
      expect_value(metrics.at(columns_[i]), expected, tolerance(columns_[i], expected), columns_[i]);
    }
  }

  h5::File file_{test::golden_dir() / "metrics.h5", h5::File::Mode::Read};
  std::vector<std::string> columns_ = file_.attribute_strings("/segmentation", "columns");
  std::vector<std::int64_t> codes_ = file_.attribute_vector<std::int64_t>("/segmentation", "class_codes");
};

TEST_F(GoldenMetrics, EveryMetricOfEveryPredictionAndTheirMeans) {
  std::map<std::string, std::vector<std::vector<double>>> pooled;  // by prediction, then class x column
  for (const auto& patient : patients())
    for (const std::string phase : {"ED", "ES"}) {
      const auto path = "/segmentation/" + patient + "/" + phase;
      const auto label = read_mask(file_, path + "/label");
      for (const auto& name : predictions()) {
        SCOPED_TRACE(path + " " + name);
        const auto shifted = prediction(label, path, name);
        const auto table = file_.read<double>(path + "/" + name + "/metrics");
        auto& pool = pooled[name];
        pool.resize(codes_.size() * 6);
        for (size_t k = 0; k < codes_.size(); ++k) {
          const auto metrics = compute(label, shifted, std::uint8_t(codes_[k]), spacing(path));
          expect_row(metrics, table, k);
          for (size_t i = 0; i < 6; ++i)
            if (const double v = metrics.at(columns_[i]); !std::isnan(v)) pool[6 * k + i].push_back(v);
        }
      }
    }
  const size_t frames = 2 * patients().size();
  for (const auto& [name, pool] : pooled) {
    const auto path = "/segmentation/pooled/" + name;
    const auto means = file_.read<double>(path + "/mean");
    const auto population = file_.read<double>(path + "/sd_population");
    const auto sample = file_.read<double>(path + "/sd_sample");
    const auto missing = file_.read<std::int64_t>(path + "/missing");
    for (size_t i = 0; i < pool.size(); ++i) {
      SCOPED_TRACE(path + " " + std::to_string(i));
      EXPECT_EQ(std::int64_t(frames - pool[i].size()), missing[i]);
      if (pool[i].size() < 2) continue;
      EXPECT_NEAR(eq::mean(pool[i]), means[i], 1e-9);
      EXPECT_NEAR(eq::population_deviation(pool[i]), population[i], 1e-9);
      EXPECT_NEAR(eq::sample_deviation(pool[i]), sample[i], 1e-9);
    }
  }
}

TEST_F(GoldenMetrics, ClinicalNumbers) {
  for (const auto& patient : patients()) {
    const auto path = "/segmentation/" + patient;
    const auto ed = read_mask(file_, path + "/ED/label"), es = read_mask(file_, path + "/ES/label");
    const auto ml = [&](const Mask& m, std::uint8_t klass, const std::string& phase) {
      return eq::volume_ml(eq::count_overlap(m.values, m.values, klass).label, spacing(path + "/" + phase));
    };
    for (const auto& name : predictions()) {
      SCOPED_TRACE(path + " " + name);
      const auto clinical = path + "/clinical/" + name;
      const auto fractions = file_.read<double>(clinical + "/ejection_fraction_percent");
      const auto strokes = file_.read<double>(clinical + "/stroke_volume_ml");
      const auto masses = file_.read<double>(clinical + "/myocardial_mass_ed_g");
      const std::array<std::pair<Mask, Mask>, 2> maps = {
          {{ed, es}, {predicted(ed, name), predicted(es, name)}}};
      for (size_t column = 0; column < 2; ++column) {
        const auto& [at_ed, at_es] = maps[column];
        for (size_t row = 0; row < 2; ++row) {
          const std::uint8_t klass = row == 0 ? kRV : kLV;
          const double edv = ml(at_ed, klass, "ED"), esv = ml(at_es, klass, "ES");
          const double ef = fractions.at(2 * row + column), sv = strokes.at(2 * row + column);
          expect_value(eq::ejection_fraction(edv, esv), ef, 1e-12 * std::abs(ef), "ejection fraction");
          expect_value(eq::stroke_volume(edv, esv), sv, 1e-12 * edv, "stroke volume");
        }
        expect_value(eq::myocardial_mass(ml(at_ed, 2, "ED")), masses.at(column), 1e-12 * masses.at(column),
                     "mass");
      }
    }
  }
}

TEST_F(GoldenMetrics, SmallMasks) {
  int checked = 0;
  for (const auto& name : file_.list("/small_masks")) {
    SCOPED_TRACE(name);
    const auto path = "/small_masks/" + name;
    const auto label = read_mask(file_, path + "/label"), prediction = read_mask(file_, path + "/prediction");
    expect_row(compute(label, prediction, 1, spacing("/small_masks")), file_.read<double>(path + "/metrics"),
               0);
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace tandem
