#include "plot/canvas.h"

#include <cairo/cairo-pdf.h>
#include <cairo/cairo-svg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::plot {
namespace {

constexpr double kPixelsPerPoint = 200.0 / 72;

cairo_t* context_of(void* context) { return static_cast<cairo_t*>(context); }

void stroke(cairo_t* context, bool dashed) {
  const double dashes[] = {3, 2};
  cairo_set_dash(context, dashes, dashed ? 2 : 0, 0);
  cairo_stroke(context);
  cairo_set_dash(context, dashes, 0, 0);
}

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyContext {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;
using Context = std::unique_ptr<cairo_t, DestroyContext>;

void check(cairo_status_t status, const std::filesystem::path& path) {
  if (status != CAIRO_STATUS_SUCCESS)
    fail_system("cannot draw {}: {}", path.string(), cairo_status_to_string(status));
}

Surface make_surface(const std::string& kind, const char* file, double width, double height) {
  if (kind == ".svg") return Surface(cairo_svg_surface_create(file, width, height));
  if (kind == ".pdf") {
    Surface pdf(cairo_pdf_surface_create(file, width, height));
    cairo_pdf_surface_set_metadata(pdf.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    return pdf;
  }
  return Surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(std::ceil(width * kPixelsPerPoint)),
                                            int(std::ceil(height * kPixelsPerPoint))));
}

/// Puts words into the description of a finished SVG.
void describe_svg(const std::filesystem::path& path, const std::vector<std::string>& words) {
  std::string description = "\n<desc>";
  for (const auto& word : words) {
    for (const char letter : word)
      description += letter == '<' ? "&lt;" : letter == '&' ? "&amp;" : std::string(1, letter);
    description += '\n';
  }
  auto text = read_text_file(path);
  const auto start = text.find('>', text.find("<svg"));
  if (start == std::string::npos) fail_system("Cairo wrote no SVG to {}", path.string());
  text.insert(start + 1, description + "</desc>");
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

std::uint32_t packed(const Color& color) {
  const auto byte = [](double value) {
    return std::uint32_t(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  };
  return byte(color.red) << 16 | byte(color.green) << 8 | byte(color.blue);
}

namespace {
constexpr std::array<Color, 8> kColors = {{{0.0, 0.447, 0.698},
                                           {0.835, 0.369, 0.0},
                                           {0.0, 0.620, 0.451},
                                           {0.8, 0.475, 0.655},
                                           {0.902, 0.624, 0.0},
                                           {0.337, 0.706, 0.914},
                                           {0.35, 0.35, 0.35},
                                           {0.941, 0.894, 0.259}}};
}  // namespace

Color series_color(size_t index) { return kColors[index % kColors.size()]; }
bool series_dashed(size_t index) { return index / kColors.size() % 2 == 1; }

void Canvas::set(Color color, double thickness) {
  cairo_set_source_rgba(context_of(context_), color.red, color.green, color.blue, color.alpha);
  cairo_set_line_width(context_of(context_), thickness);
}

void Canvas::line(Point from, Point to, Color color, double thickness, bool dashed) {
  auto* c = context_of(context_);
  set(color, thickness);
  cairo_move_to(c, from.x, from.y);
  cairo_line_to(c, to.x, to.y);
  stroke(c, dashed);
}

void Canvas::path(const std::vector<Point>& points, Color color, double thickness, bool dashed) {
  auto* c = context_of(context_);
  set(color, thickness);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  for (const auto& p : points) cairo_line_to(c, p.x, p.y);
  stroke(c, dashed);
}

void Canvas::fill(const std::vector<Point>& outline, Color color) {
  auto* c = context_of(context_);
  set(color, 1);
  for (const auto& p : outline) cairo_line_to(c, p.x, p.y);
  cairo_fill(c);
}

void Canvas::loops_to_path(const std::vector<std::vector<Point>>& loops) {
  auto* c = context_of(context_);
  cairo_new_path(c);
  for (const auto& loop : loops) {
    cairo_new_sub_path(c);
    for (const auto& p : loop) cairo_line_to(c, p.x, p.y);
    cairo_close_path(c);
  }
}

void Canvas::fill_loops(const std::vector<std::vector<Point>>& loops, Color color) {
  auto* c = context_of(context_);
  loops_to_path(loops);
  set(color, 1);
  cairo_set_fill_rule(c, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_fill(c);
  cairo_set_fill_rule(c, CAIRO_FILL_RULE_WINDING);
}

void Canvas::trace_loops(const std::vector<std::vector<Point>>& loops, Color color, double thickness) {
  auto* c = context_of(context_);
  loops_to_path(loops);
  set(color, thickness);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke(c);
}

void Canvas::image(Point corner, double width, double height, const Image<std::uint32_t>& pixels) {
  auto* c = context_of(context_);
  const Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(pixels.columns), int(pixels.rows)));
  cairo_surface_flush(surface.get());
  auto* out = cairo_image_surface_get_data(surface.get());
  if (out == nullptr) fail_system("cannot draw an image of {} x {} pixels", pixels.rows, pixels.columns);
  const auto stride = cairo_image_surface_get_stride(surface.get());
  for (std::int64_t r = 0; r < pixels.rows; ++r)
    std::memcpy(out + r * stride, pixels.values.data() + r * pixels.columns,
                size_t(pixels.columns) * sizeof(std::uint32_t));
  cairo_surface_mark_dirty(surface.get());
  cairo_save(c);
  cairo_rectangle(c, corner.x, corner.y, width, height);
  cairo_clip(c);
  cairo_translate(c, corner.x, corner.y);
  cairo_scale(c, width / double(pixels.columns), height / double(pixels.rows));
  cairo_set_source_surface(c, surface.get(), 0, 0);
  cairo_pattern_set_extend(cairo_get_source(c), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_BILINEAR);
  cairo_paint(c);
  cairo_restore(c);
}

void Canvas::clipped(Point corner, double width, double height, const std::function<void()>& draw) {
  auto* c = context_of(context_);
  cairo_save(c);
  cairo_rectangle(c, corner.x, corner.y, width, height);
  cairo_clip(c);
  draw();
  cairo_restore(c);
}

void Canvas::rectangle(Point corner, double width, double height, Color inside, Color border,
                       double thickness) {
  auto* c = context_of(context_);
  cairo_rectangle(c, corner.x, corner.y, width, height);
  set(inside, thickness);
  cairo_fill_preserve(c);
  set(border, thickness);
  cairo_stroke(c);
}

void Canvas::dot(Point centre, double radius, Color color) {
  auto* c = context_of(context_);
  set(color, 1);
  cairo_arc(c, centre.x, centre.y, radius, 0, 2 * M_PI);
  cairo_fill(c);
}

void Canvas::diamond(Point at, double radius, Color inside, Color border) {
  auto* c = context_of(context_);
  cairo_move_to(c, at.x, at.y - radius);
  cairo_line_to(c, at.x + radius, at.y);
  cairo_line_to(c, at.x, at.y + radius);
  cairo_line_to(c, at.x - radius, at.y);
  cairo_close_path(c);
  set(inside, 0.8);
  cairo_fill_preserve(c);
  set(border, 0.8);
  cairo_stroke(c);
}

double Canvas::text_width(const std::string& words, double size) {
  auto* c = context_of(context_);
  cairo_select_font_face(c, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(c, size);
  cairo_text_extents_t extents;
  cairo_text_extents(c, words.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(Point at, const std::string& words, double size, Align align, bool turned, Color color) {
  auto* c = context_of(context_);
  const double width = text_width(words, size);
  words_.push_back(words);
  set(color, 1);
  cairo_save(c);
  cairo_translate(c, at.x, at.y);
  if (turned) cairo_rotate(c, -M_PI / 2);
  cairo_move_to(c, align == Align::Left ? 0 : align == Align::Right ? -width : -width / 2, 0);
  cairo_show_text(c, words.c_str());
  cairo_restore(c);
  cairo_new_path(c);  // text leaves a current point, from which the next path would start
}

void save_figure(const std::filesystem::path& prefix, double width,
                 const std::function<double(Canvas&)>& draw) {
  double height = 1;
  {
    // Once on a scrap of paper, to learn how much is needed.
    const auto scrap = make_surface(".png", nullptr, width, height);
    const Context context(cairo_create(scrap.get()));
    Canvas canvas(context.get(), width);
    height = std::ceil(draw(canvas));
  }
  for (const std::string kind : {".svg", ".pdf", ".png"}) {
    const std::filesystem::path path = prefix.string() + kind;
    AtomicFile target(path);
    std::vector<std::string> words;
    const auto surface = make_surface(kind, target.temporary().c_str(), width, height);
    check(cairo_surface_status(surface.get()), path);
    {
      const Context context(cairo_create(surface.get()));
      if (kind == ".png") cairo_scale(context.get(), kPixelsPerPoint, kPixelsPerPoint);
      cairo_set_source_rgb(context.get(), 1, 1, 1);
      cairo_paint(context.get());
      Canvas canvas(context.get(), width);
      draw(canvas);
      words = canvas.words();
      check(cairo_status(context.get()), path);
    }
    if (kind == ".png") check(cairo_surface_write_to_png(surface.get(), target.temporary().c_str()), path);
    cairo_surface_finish(surface.get());
    check(cairo_surface_status(surface.get()), path);
    if (kind == ".svg") describe_svg(target.temporary(), words);
    target.commit();
  }
}

}  // namespace tandem::plot
