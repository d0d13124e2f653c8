#include "report/picture_grid.h"

#include <algorithm>
#include <set>

#include "base/build_info.h"
#include "base/error.h"
#include "plot/axes.h"
#include "plot/contours.h"
#include "plot/shades.h"

namespace tandem::report {
namespace {

using plot::Align;
using plot::Canvas;
using records::Picture;
using records::PictureFigure;
using records::Shade;

constexpr double kWidth = 510, kLabels = 32, kRight = 6, kGap = 3, kLargest = 84;
constexpr double kHeight = 640;  // of all rows together, so that the figure fits a page
constexpr double kSmall = 7, kNormal = 8, kTitle = 10;
constexpr int kClasses = 3;  // LV, MYO, RV

plot::Shading shading_of(Shade shade) {
  switch (shade) {
    case Shade::Change:
      return {plot::ShadeKind::Diverging, -0.5, 0.5};
    case Shade::Entropy:
      return {plot::ShadeKind::Heat, 0, 2};  // log2 of four classes
    case Shade::Image:
      break;
  }
  return {plot::ShadeKind::Gray, 0, 1};
}

/// The square to show as an image of its own.
template <class T>
Image<T> cut(const Image<T>& plane, const std::array<std::int64_t, 3>& shown) {
  const auto [row, column, side] = shown;
  if (side == 0 || plane.values.empty()) return plane;
  Image<T> out(side, side);
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c) out.at(r, c) = plane.at(row + r, column + c);
  return out;
}

/// Borders of a class in points on the sheet.
std::vector<std::vector<plot::Point>> borders(const Image<std::uint8_t>& labels, int klass,
                                              plot::Point corner, double scale) {
  auto loops = plot::class_borders(labels, std::uint8_t(klass));
  for (auto& loop : loops)
    for (auto& point : loop) point = {corner.x + scale * point.x, corner.y + scale * point.y};
  return loops;
}

/// One picture as wide as `side` points; returns its height.
double draw_picture(Canvas& canvas, plot::Point corner, double side, const Picture& picture) {
  const auto values = cut(picture.values, picture.shown);
  const auto areas = cut(picture.areas, picture.shown), outlines = cut(picture.outlines, picture.shown);
  const double scale = side / double(values.columns), height = scale * double(values.rows);
  canvas.image(corner, side, height, plot::shaded(values, shading_of(picture.shade)));
  canvas.clipped(corner, side, height, [&] {
    // The myocardium last but one: where it meets a cavity, the cavity's colour is on top.
    for (const int klass : {2, 3, 1}) {
      const auto color = plot::class_color(klass);
      const auto filled = borders(areas, klass, corner, scale);
      canvas.fill_loops(filled, color.with_alpha(0.45));
      if (outlines.values.empty()) canvas.trace_loops(filled, color, 0.5);
      canvas.trace_loops(borders(outlines, klass, corner, scale), color, 0.9);
    }
  });
  return height;
}

/// A figure laid out: where rows and columns are.
class Layout {
 public:
  explicit Layout(const PictureFigure& figure) : figure_(figure) {
    const double room = (kWidth - kLabels - kRight) / double(figure.columns.size());
    const double captions = kSmall + 2, high = kHeight / double(figure.rows.size()) - captions;
    side_ = std::min({room, high, kLargest + kGap}) - kGap;
    width_ = std::max(300.0, kLabels + kRight + (side_ + kGap) * double(figure.columns.size()));
  }
  double width() const { return width_; }
  double draw(Canvas& canvas, const std::string& provenance) const;

 private:
  double draw_column_names(Canvas& canvas, double top) const;
  double draw_row(Canvas& canvas, const std::string& row, double top, bool first) const;
  double draw_key(Canvas& canvas, double top) const;
  double x_of(size_t column) const { return kLabels + (side_ + kGap) * double(column); }

  const PictureFigure& figure_;
  double side_, width_;
};

double Layout::draw_column_names(Canvas& canvas, double top) const {
  std::vector<std::vector<std::string>> names;
  size_t most = 0;
  const double size = side_ < 64 ? kSmall : kNormal;
  for (const auto& name : figure_.columns) {
    names.push_back(plot::broken_lines(canvas, name, size, side_));
    most = std::max(most, names.back().size());
  }
  for (size_t c = 0; c < names.size(); ++c)
    for (size_t i = 0; i < names[c].size(); ++i)
      canvas.text({x_of(c) + side_ / 2, top + 9 * double(most - names[c].size() + i + 1)}, names[c][i], size,
                  Align::Centre);
  return top + 9 * double(most) + 4;
}

double Layout::draw_row(Canvas& canvas, const std::string& row, double top, bool first) const {
  double height = 0;
  bool captions = false, barred = !first;
  for (size_t c = 0; c < figure_.columns.size(); ++c)
    for (const auto& picture : figure_.pictures) {
      if (picture.row != row || picture.column != figure_.columns[c]) continue;
      height = std::max(height, draw_picture(canvas, {x_of(c), top}, side_, picture));
      if (!picture.caption.empty())
        canvas.text({x_of(c) + side_ / 2, top + side_ + kSmall + 1}, picture.caption, kSmall, Align::Centre);
      captions |= !picture.caption.empty();
      const auto pixels = double(picture.shown[2] > 0 ? picture.shown[2] : picture.values.columns);
      const double shown_mm = pixels * figure_.pixel_mm, bar_mm = plot::scale_bar_mm(shown_mm, 0.45);
      if (!barred)
        plot::draw_scale_bar(canvas, {x_of(c) + 4, top + side_ - 4}, side_ * bar_mm / shown_mm, bar_mm);
      barred = true;
    }
  const double size = height < 64 ? kSmall : kNormal;
  const auto lines = plot::broken_lines(canvas, row, size, height);
  for (size_t i = 0; i < lines.size(); ++i)
    canvas.text({kLabels - 5 - 9 * double(lines.size() - 1 - i), top + height / 2}, lines[i], size,
                Align::Centre, true);
  return top + height + kGap + (captions ? kSmall + 2 : 0);
}

double Layout::draw_key(Canvas& canvas, double top) const {
  std::set<Shade> shades;
  bool areas = false, outlines = false;
  for (const auto& picture : figure_.pictures) {
    shades.insert(picture.shade);
    areas |= !picture.areas.values.empty(), outlines |= !picture.outlines.values.empty();
  }
  double x = kLabels, bottom = top;
  const std::vector<std::string> names = {"LV cavity", "myocardium", "RV cavity"};
  for (int klass = 1; (areas || outlines) && klass <= kClasses; ++klass) {
    const auto color = plot::class_color(klass);
    canvas.rectangle({x, top + 3}, 12, 7, color.with_alpha(areas ? 0.6 : 0), color, outlines ? 1.3 : 0.6);
    canvas.text({x + 16, top + 9.5}, names[size_t(klass - 1)], kNormal);
    x += 16 + canvas.text_width(names[size_t(klass - 1)], kNormal) + 12;
    bottom = top + 16;
  }
  for (const auto& [shade, label] :
       {std::pair(Shade::Change, "change of intensity"), std::pair(Shade::Entropy, "entropy, bits")}) {
    if (!shades.contains(shade)) continue;
    bottom = std::max(bottom, plot::draw_color_bar(canvas, {x, top}, 84, shading_of(shade), label));
    x += 84 + 14;
  }
  return bottom + 10;
}

double Layout::draw(Canvas& canvas, const std::string& provenance) const {
  double y = 12;
  for (const auto& line : plot::broken_lines(canvas, figure_.title, kTitle, width_ - 16))
    canvas.text({8, y}, line, kTitle), y += 12;
  y = draw_column_names(canvas, y - 6);
  for (size_t r = 0; r < figure_.rows.size(); ++r) y = draw_row(canvas, figure_.rows[r], y, r == 0);
  y = draw_key(canvas, y + 3);
  return plot::draw_note(canvas, 8, y, figure_.note + " " + provenance) - 3;
}

}  // namespace

std::string picture_provenance(const records::PictureFile& file) {
  std::string text;
  for (const auto& [name, value] : file.about)
    if (name != "commit") text += fmt::format("{} {}, ", name, value);
  const auto commit = file.about.find("commit");
  return fmt::format("From {}commit of pictures {}, of figure {}.", text,
                     commit == file.about.end() ? "unknown" : commit->second, build_info::kCommit);
}

void save_picture_grid(const std::filesystem::path& prefix, const PictureFigure& figure,
                       const std::string& provenance) {
  require(!figure.pictures.empty() && !figure.rows.empty() && !figure.columns.empty(),
          "no picture to draw for {}", prefix.string());
  const auto known = [](const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const auto& picture : figure.pictures)
    require(known(figure.rows, picture.row) && known(figure.columns, picture.column),
            "a picture of '{}' stands in row '{}', column '{}', which the figure has not", figure.title,
            picture.row, picture.column);
  const Layout layout(figure);
  plot::save_figure(prefix, layout.width(), [&](Canvas& canvas) { return layout.draw(canvas, provenance); });
}

}  // namespace tandem::report
