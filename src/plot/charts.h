#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::plot {

/// What a box shows: quartiles, whiskers to the last values within 1.5 interquartile ranges, values beyond.
struct Box {
  double low = 0, first = 0, median = 0, third = 0, high = 0, mean = 0;
  std::vector<double> outliers;
};

/// The box of some finite values (one or more).
Box box_of(std::vector<double> values);

/// Boxes side by side: groups along the axis, one box per series in each; an empty list leaves a gap.
struct BoxChart {
  std::string title, y_label, note;
  std::vector<std::string> groups, series;
  std::vector<std::vector<std::vector<double>>> values;  ///< [group][series][value]
};

/// One line with, where known, a band of mean +- deviation. NaN breaks the line.
struct Curve {
  std::string label;
  std::vector<double> x, y, deviation;  ///< deviation: as long as y, or empty
};
struct CurveChart {
  std::string title, x_label, y_label, note;
  std::vector<Curve> curves;
  bool marks = false;  ///< a dot at every point
};

/// Draw into PREFIX.svg, .pdf and .png. Error if there is nothing to draw.
void save_boxes(const std::filesystem::path& prefix, const BoxChart& chart);
void save_curves(const std::filesystem::path& prefix, const CurveChart& chart);

/// Round numbers that divide [low, high] into about `wanted` parts; ascending, inside the interval.
std::vector<double> round_ticks(double low, double high, int wanted);

}  // namespace tandem::plot
