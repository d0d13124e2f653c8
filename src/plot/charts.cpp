#include "plot/charts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "equations/statistics.h"
#include "plot/axes.h"

namespace tandem::plot {
namespace {

constexpr double kLeft = 52, kTop = 28, kRight = 10, kPlotHeight = 210;

/// Grows with every finite value.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double value) {
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

void draw_box(Canvas& canvas, const Frame& f, double centre, double width, const Box& box, size_t index) {
  const auto color = series_color(index);
  const bool dashed = series_dashed(index);
  const double left = centre - width / 2, right = centre + width / 2;
  canvas.line({centre, f.y(box.low)}, {centre, f.y(box.first)}, color, 1, dashed);
  canvas.line({centre, f.y(box.third)}, {centre, f.y(box.high)}, color, 1, dashed);
  for (const double end : {box.low, box.high})
    canvas.line({centre - width / 4, f.y(end)}, {centre + width / 4, f.y(end)}, color);
  canvas.rectangle({left, f.y(box.third)}, width, f.y(box.first) - f.y(box.third),
                   color.with_alpha(dashed ? 0 : 0.35), color);
  canvas.line({left, f.y(box.median)}, {right, f.y(box.median)}, kInk, 1.6);
  canvas.diamond({centre, f.y(box.mean)}, std::min(3.0, width / 3), {1, 1, 1}, kInk);
  for (const double value : box.outliers) canvas.dot({centre, f.y(value)}, 1.3, color);
}

/// Gives the height of the whole figure.
double draw_boxes(Canvas& canvas, const Frame& f, const BoxChart& chart) {
  draw_y_axis(canvas, f, chart.title, chart.y_label);
  const double slot = (f.right - f.left) / double(chart.groups.size());
  const double step = slot * 0.8 / double(chart.series.size());
  for (size_t g = 0; g < chart.groups.size(); ++g) {
    const double start = f.left + slot * (double(g) + 0.1);
    for (size_t s = 0; s < chart.series.size(); ++s)
      if (!chart.values[g][s].empty())
        draw_box(canvas, f, start + step * (double(s) + 0.5), std::min(step * 0.8, 26.0),
                 box_of(chart.values[g][s]), s);
    canvas.text({f.left + slot * (double(g) + 0.5), f.bottom + 14}, chart.groups[g], 9, Align::Centre);
  }
  return draw_note(canvas, f.left, draw_legend(canvas, f.left, f.bottom + 34, chart.series), chart.note);
}

/// Band and line of each stretch without gaps.
void draw_curve(Canvas& canvas, const Frame& f, const Curve& curve, size_t index, bool marks) {
  const auto color = series_color(index);
  std::vector<Point> line, upper, lower;
  const auto flush = [&] {
    if (upper.size() > 1) {
      upper.insert(upper.end(), lower.rbegin(), lower.rend());
      canvas.fill(upper, color.with_alpha(0.18));
    }
    if (line.size() > 1) canvas.path(line, color, 1.5, series_dashed(index));
    if (marks || line.size() == 1)
      for (const auto& p : line) canvas.dot(p, 2.4, color);
    line.clear(), upper.clear(), lower.clear();
  };
  for (size_t i = 0; i < curve.y.size(); ++i) {
    if (!std::isfinite(curve.y[i])) {
      flush();
      continue;
    }
    const double x = f.x(curve.x[i]);
    line.push_back({x, f.y(curve.y[i])});
    if (curve.deviation.empty() || !std::isfinite(curve.deviation[i])) continue;
    const auto inside = [&](double value) { return f.y(std::clamp(value, f.y_low, f.y_high)); };
    upper.push_back({x, inside(curve.y[i] + curve.deviation[i])});
    lower.push_back({x, inside(curve.y[i] - curve.deviation[i])});
  }
  flush();
}

}  // namespace

Box box_of(std::vector<double> values) {
  require(!values.empty(), "a box needs a value");
  std::sort(values.begin(), values.end());
  Box box{.first = equations::percentile(values, 25),
          .median = equations::percentile(values, 50),
          .third = equations::percentile(values, 75),
          .mean = equations::mean(values),
          .outliers = {}};
  const double reach = 1.5 * (box.third - box.first);
  Extent inside;
  for (const double v : values)
    if (v < box.first - reach || v > box.third + reach)
      box.outliers.push_back(v);
    else
      inside.add(v);
  box.low = inside.low, box.high = inside.high;
  return box;
}

void save_boxes(const std::filesystem::path& prefix, const BoxChart& chart) {
  Extent y;
  for (const auto& group : chart.values)
    for (const auto& series : group)
      for (const double v : series) y.add(v);
  require(!y.empty(), "no score to draw for {}", prefix.string());
  fit(y.low, y.high);
  const double width =
      std::max(360.0, kLeft + kRight +
                          double(chart.groups.size()) * std::max(64.0, 15.0 * double(chart.series.size())));
  const Frame frame{kLeft, kTop, width - kRight, kTop + kPlotHeight, 0, 1, y.low, y.high};
  save_figure(prefix, width, [&](Canvas& canvas) { return draw_boxes(canvas, frame, chart); });
}

void save_curves(const std::filesystem::path& prefix, const CurveChart& chart) {
  Extent x, y;
  for (const auto& curve : chart.curves)
    for (size_t i = 0; i < curve.y.size(); ++i) {
      if (!std::isfinite(curve.y[i])) continue;
      const double spread =
          i < curve.deviation.size() && std::isfinite(curve.deviation[i]) ? curve.deviation[i] : 0;
      x.add(curve.x[i]), y.add(curve.y[i] - spread), y.add(curve.y[i] + spread);
    }
  require(!y.empty(), "no number to draw for {}", prefix.string());
  fit(y.low, y.high);
  if (x.low == x.high) x.low -= 0.5, x.high += 0.5;
  const Frame frame{kLeft, kTop, 440 - kRight, kTop + kPlotHeight, x.low, x.high, y.low, y.high};
  save_figure(prefix, 440, [&](Canvas& canvas) {
    draw_y_axis(canvas, frame, chart.title, chart.y_label);
    draw_x_axis(canvas, frame, chart.x_label);
    std::vector<std::string> names;
    for (size_t i = 0; i < chart.curves.size(); ++i) {
      draw_curve(canvas, frame, chart.curves[i], i, chart.marks);
      names.push_back(chart.curves[i].label);
    }
    return draw_note(canvas, frame.left, draw_legend(canvas, frame.left, frame.bottom + 46, names),
                     chart.note);
  });
}

}  // namespace tandem::plot
