#include "plot/axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "plot/charts.h"

namespace tandem::plot {
namespace {

constexpr double kSmall = 8, kNormal = 9, kTitle = 11;

}  // namespace

std::vector<double> round_ticks(double low, double high, int wanted) {
  const double raw = (high - low) / wanted, power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= raw * 0.999) step = factor * power;
  std::vector<double> ticks;
  for (auto i = std::int64_t(std::ceil(low / step - 1e-9)); double(i) * step <= high + 1e-9 * step; ++i)
    ticks.push_back(double(i) * step);
  return ticks;
}

void fit(double& low, double& high) {
  const bool share = low >= 0 && high <= 1;
  const double air = high > low ? 0.05 * (high - low) : std::max(0.05, std::abs(low) * 0.05);
  low -= air, high += air;
  if (share) low = std::max(low, 0.0), high = std::min(high, 1.0);
}

void draw_y_axis(Canvas& canvas, const Frame& f, const std::string& title, const std::string& label) {
  for (const double tick : round_ticks(f.y_low, f.y_high, 6)) {
    canvas.line({f.left, f.y(tick)}, {f.right, f.y(tick)}, kGrid, 0.7);
    canvas.text({f.left - 5, f.y(tick) + 3}, fmt::format("{:.4g}", tick), kSmall, Align::Right);
  }
  canvas.line({f.left, f.top}, {f.left, f.bottom}, kInk, 0.8);
  canvas.line({f.left, f.bottom}, {f.right, f.bottom}, kInk, 0.8);
  canvas.text({14, (f.top + f.bottom) / 2}, label, kNormal, Align::Centre, true);
  const double room = (canvas.width() - f.left - 4) / canvas.text_width(title, kTitle);
  canvas.text({f.left, f.top - 9}, title, kTitle * std::min(1.0, room));  // long titles are set smaller
}

void draw_x_axis(Canvas& canvas, const Frame& f, const std::string& label) {
  for (const double tick : round_ticks(f.x_low, f.x_high, 8)) {
    canvas.line({f.x(tick), f.bottom}, {f.x(tick), f.bottom + 3}, kInk, 0.8);
    canvas.text({f.x(tick), f.bottom + 13}, fmt::format("{:.4g}", tick), kSmall, Align::Centre);
  }
  canvas.text({(f.left + f.right) / 2, f.bottom + 27}, label, kNormal, Align::Centre);
}

double draw_legend(Canvas& canvas, double left, double top, const std::vector<std::string>& names) {
  double x = left, y = top;
  for (size_t i = 0; i < names.size(); ++i) {
    const double width = 22 + canvas.text_width(names[i], kNormal) + 14;
    if (x > left && x + width > canvas.width()) x = left, y += 14;
    if (series_dashed(i))
      canvas.line({x, y - 3}, {x + 14, y - 3}, series_color(i), 1.5, true);
    else
      canvas.rectangle({x, y - 7}, 14, 8, series_color(i).with_alpha(0.6), series_color(i));
    canvas.text({x + 19, y}, names[i], kNormal);
    x += width;
  }
  return y + 14;
}

std::vector<std::string> broken_lines(Canvas& canvas, const std::string& words, double size, double width) {
  std::vector<std::string> lines;
  for (const auto& word : split_words(words, ' ')) {
    const auto longer = lines.empty() ? word : lines.back() + " " + word;
    if (lines.empty() || canvas.text_width(longer, size) > width)
      lines.push_back(word);
    else
      lines.back() = longer;
  }
  return lines;
}

double draw_note(Canvas& canvas, double left, double top, const std::string& note) {
  double y = top;
  for (const auto& line : broken_lines(canvas, note, kSmall, canvas.width() - left - 8))
    canvas.text({left, y}, line, kSmall, Align::Left, false, {0.35, 0.35, 0.35}), y += 11;
  return y;
}

}  // namespace tandem::plot
