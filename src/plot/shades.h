#pragma once
#include "base/array.h"
#include "plot/canvas.h"

namespace tandem::plot {

/// Colours for numbers, all with a lightness that tells the order without colour vision: black to white;
/// black over violet and orange to light yellow; blue over white to orange-red, for values with a middle.
enum class ShadeKind { Gray, Heat, Diverging };

/// The colour of a share in [0, 1]; what is outside gets the nearest end, NaN the lowest.
Color shade(ShadeKind kind, double share);

/// A window of values and its colours: low and what is below gets the first, high and above the last.
struct Shading {
  ShadeKind kind = ShadeKind::Gray;
  double low = 0, high = 1;
};

/// Values [H,W] as pixels.
Image<std::uint32_t> shaded(const Image<float>& values, const Shading& shading);

/// A lying colour bar with its ends and middle written below it, and a label above; returns where it ends.
double draw_color_bar(Canvas& canvas, Point corner, double width, const Shading& shading,
                      const std::string& label);

/// The longest of 1, 2, 5, 10, 20, 50, ... mm that is at most `share` of a length in mm.
double scale_bar_mm(double length_mm, double share);

/// A white bar of a length in points above a lower left corner, with its length in mm.
void draw_scale_bar(Canvas& canvas, Point corner, double width, double mm);

/// LV, MYO and RV (classes 1, 2, 3): vermillion, yellow and sky blue of the Okabe-Ito palette, which stand
/// out from gray and differ in lightness. Background and unknown classes: transparent.
Color class_color(int klass);

}  // namespace tandem::plot
