#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/array.h"

namespace tandem::plot {

struct Color {
  double red = 0, green = 0, blue = 0, alpha = 1;
  Color with_alpha(double a) const { return {red, green, blue, a}; }
};

/// Eight colours that people with any colour vision tell apart (Okabe and Ito), for series 0, 1, ...;
/// repeats.
Color series_color(size_t index);
/// True for the series that take the colours a second time: their lines are dashed, their boxes empty.
bool series_dashed(size_t index);
inline constexpr Color kInk = {0.13, 0.13, 0.13}, kGrid = {0.88, 0.88, 0.88};

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

/// The colour as 0xRRGGBB, opaque.
std::uint32_t packed(const Color& color);

enum class Align { Left, Centre, Right };

/// A sheet to draw on, in points (1/72 inch) from the upper left corner.
class Canvas {
 public:
  double width() const { return width_; }
  void line(Point from, Point to, Color color, double thickness = 1, bool dashed = false);
  void path(const std::vector<Point>& points, Color color, double thickness = 1.5, bool dashed = false);
  void fill(const std::vector<Point>& outline, Color color);
  /// Closed loops together: a loop inside another is a hole.
  void fill_loops(const std::vector<std::vector<Point>>& loops, Color color);
  void trace_loops(const std::vector<std::vector<Point>>& loops, Color color, double thickness);
  /// Pixels 0xRRGGBB stretched over a rectangle, smoothed in between.
  void image(Point corner, double width, double height, const Image<std::uint32_t>& pixels);
  /// What `draw` draws outside the rectangle is cut off.
  void clipped(Point corner, double width, double height, const std::function<void()>& draw);
  void rectangle(Point corner, double width, double height, Color inside, Color border, double thickness = 1);
  void dot(Point centre, double radius, Color color);
  void diamond(Point centre, double radius, Color inside, Color border);
  /// Baseline text, size in points; `turned` runs upwards.
  void text(Point at, const std::string& words, double size, Align align = Align::Left, bool turned = false,
            Color color = kInk);
  double text_width(const std::string& words, double size);
  /// All words drawn so far.
  const std::vector<std::string>& words() const { return words_; }

 private:
  friend void save_figure(const std::filesystem::path&, double, const std::function<double(Canvas&)>&);
  Canvas(void* context, double width) : context_(context), width_(width) {}
  void set(Color color, double thickness);
  void loops_to_path(const std::vector<std::vector<Point>>& loops);
  void* context_;  // cairo_t
  double width_;
  std::vector<std::string> words_;
};

/// Draws a figure of some width in points into PREFIX.svg, PREFIX.pdf and PREFIX.png (200 dots per inch),
/// each complete or not at all. The SVG tells its words in <desc>, because letters are drawn as outlines.
/// `draw` gives the height that it needs; it is called several times. Equal input gives equal bytes. Throws
/// Error (70) when a file cannot be written.
void save_figure(const std::filesystem::path& prefix, double width,
                 const std::function<double(Canvas&)>& draw);

}  // namespace tandem::plot
