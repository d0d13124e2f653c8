// Contours, colours of numbers, and pixels on the sheet.
#include <cairo/cairo.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/atomic_file.h"
#include "base/random.h"
#include "plot/contours.h"
#include "plot/shades.h"
#include "support/temporary_folder.h"

namespace tandem::plot {
namespace {

using Loop = std::vector<Point>;

/// Area within a loop by Gauss's formula, positive when it runs clockwise on the sheet.
double signed_area(const Loop& loop) {
  double twice = 0;
  for (size_t i = 0; i < loop.size(); ++i) {
    const auto &a = loop[i], &b = loop[(i + 1) % loop.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2;
}

Image<std::uint8_t> map_of(std::int64_t rows, std::int64_t columns, std::vector<std::uint8_t> values) {
  Image<std::uint8_t> map(rows, columns);
  map.values = std::move(values);
  return map;
}

TEST(Contours, OnePixelIsASquareAndARectangleKeepsItsCornersOnly) {
  EXPECT_EQ(class_borders(map_of(2, 2, {0, 0, 0, 2}), 2),
            (std::vector<Loop>{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}}));
  EXPECT_EQ(class_borders(map_of(2, 3, {1, 1, 1, 1, 1, 1}), 1),
            (std::vector<Loop>{{{0, 0}, {3, 0}, {3, 2}, {0, 2}}}));
  EXPECT_TRUE(class_borders(map_of(2, 2, {0, 0, 0, 2}), 1).empty());
}

TEST(Contours, ARingHasAHoleThatRunsTheOtherWay) {
  const auto loops = class_borders(map_of(3, 3, {2, 2, 2, 2, 1, 2, 2, 2, 2}), 2);
  ASSERT_EQ(loops.size(), 2u);
  EXPECT_EQ(signed_area(loops[0]), 9);
  EXPECT_EQ(signed_area(loops[1]), -1);
}

TEST(Contours, PixelsThatTouchAtACornerAreApart) {
  EXPECT_EQ(class_borders(map_of(2, 2, {1, 0, 0, 1}), 1).size(), 2u);
  EXPECT_EQ(class_borders(map_of(2, 2, {0, 1, 1, 0}), 1).size(), 2u);
}

TEST(Contours, LoopsEncloseAsManyPixelsAsTheClassHas) {
  RandomStream random({5, Purpose::Test});
  Image<std::uint8_t> map(17, 23);
  for (auto& label : map.values) label = std::uint8_t(random.integer(0, 3));
  for (std::uint8_t klass = 1; klass <= 3; ++klass) {
    double area = 0;
    for (const auto& loop : class_borders(map, klass)) area += signed_area(loop);
    EXPECT_EQ(area, double(std::count(map.values.begin(), map.values.end(), klass)));
  }
}

TEST(Shades, TellTheOrderByLightness) {
  const auto lightness = [](Color c) { return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue; };
  for (const auto kind : {ShadeKind::Gray, ShadeKind::Heat})
    for (int i = 0; i < 50; ++i)
      EXPECT_LT(lightness(shade(kind, i / 50.0)), lightness(shade(kind, (i + 1) / 50.0))) << i;
  for (int i = 0; i < 25; ++i) {  // the middle is lightest
    EXPECT_LT(lightness(shade(ShadeKind::Diverging, i / 50.0)),
              lightness(shade(ShadeKind::Diverging, (i + 1) / 50.0)));
    EXPECT_LT(lightness(shade(ShadeKind::Diverging, 1 - i / 50.0)),
              lightness(shade(ShadeKind::Diverging, 1 - (i + 1) / 50.0)));
  }
}

TEST(Shades, CutOffAtTheEndsOfTheWindow) {
  Image<float> values(1, 5);
  values.values = {-3, -0.5f, 0, 0.5f, NAN};
  const auto pixels = shaded(values, {ShadeKind::Gray, -0.5, 0.5});
  EXPECT_EQ(pixels.values, (std::vector<std::uint32_t>{0, 0, 0x808080, 0xFFFFFF, 0}));
}

TEST(Shades, ClassesDifferInHueAndLightness) {
  std::set<std::uint32_t> colors;
  for (int klass = 1; klass <= 3; ++klass) colors.insert(packed(class_color(klass)));
  EXPECT_EQ(colors.size(), 3u);
  EXPECT_EQ(class_color(0).alpha, 0);
}

TEST(ScaleBar, IsRoundAndFits) {
  EXPECT_EQ(scale_bar_mm(100, 0.45), 20);
  EXPECT_EQ(scale_bar_mm(120, 0.45), 50);
  EXPECT_EQ(scale_bar_mm(23, 0.45), 10);
  EXPECT_EQ(scale_bar_mm(4, 0.5), 2);
}

/// Pixel 0xRRGGBB of a PNG at a place in points.
class Png {
 public:
  explicit Png(const std::filesystem::path& path)
      : surface_(cairo_image_surface_create_from_png(path.c_str())) {}
  ~Png() { cairo_surface_destroy(surface_); }
  int width() const { return cairo_image_surface_get_width(surface_); }
  int height() const { return cairo_image_surface_get_height(surface_); }
  std::uint32_t at(double x, double y) const {
    const auto* row = cairo_image_surface_get_data(surface_) +
                      std::int64_t(y * 200 / 72) * cairo_image_surface_get_stride(surface_);
    return reinterpret_cast<const std::uint32_t*>(row)[std::int64_t(x * 200 / 72)] & 0xFFFFFF;
  }

 private:
  cairo_surface_t* surface_;
};

TEST(Sheet, ShowsPixelsAreasAndClippedDrawingWhereTheyBelong) {
  const test::TemporaryFolder folder;
  save_figure(folder / "f", 72, [](Canvas& canvas) {
    Image<std::uint32_t> pixels(2, 2);
    pixels.values = {0xFF0000, 0x00FF00, 0x0000FF, 0x000000};
    canvas.image({0, 0}, 40, 40, pixels);
    canvas.fill_loops({{{50, 0}, {70, 0}, {70, 20}, {50, 20}}, {{55, 5}, {55, 15}, {65, 15}, {65, 5}}},
                      {0, 0, 0});
    canvas.clipped({0, 50}, 10, 10, [&] { canvas.fill({{0, 50}, {72, 50}, {72, 72}, {0, 72}}, {0, 0, 0}); });
    return 72;
  });
  const Png png(folder / "f.png");
  EXPECT_EQ(png.width(), 200);
  EXPECT_EQ(png.height(), 200);
  EXPECT_EQ(png.at(5, 5), 0xFF0000u);
  EXPECT_EQ(png.at(35, 5), 0x00FF00u);
  EXPECT_EQ(png.at(5, 35), 0x0000FFu);
  EXPECT_EQ(png.at(45, 5), 0xFFFFFFu);
  EXPECT_EQ(png.at(52, 10), 0x000000u);
  EXPECT_EQ(png.at(60, 10), 0xFFFFFFu);  // the hole
  EXPECT_EQ(png.at(5, 55), 0x000000u);
  EXPECT_EQ(png.at(15, 55), 0xFFFFFFu);  // cut off
}

TEST(Sheet, SvgTellsItsWords) {
  const test::TemporaryFolder folder;
  save_figure(folder / "f", 72, [](Canvas& canvas) {
    canvas.text({5, 10}, "p < 0.5 & soft", 8);
    return 20;
  });
  const auto svg = read_text_file(folder / "f.svg");
  EXPECT_NE(svg.find("<desc>p &lt; 0.5 &amp; soft\n</desc>"), std::string::npos);
  EXPECT_LT(svg.find("<desc>"), svg.find("<g"));
}

}  // namespace
}  // namespace tandem::plot
