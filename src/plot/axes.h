#pragma once
#include <string>
#include <vector>

#include "plot/canvas.h"

namespace tandem::plot {

/// The rectangle that data are drawn in, and what stands around it.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;      ///< points
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;  ///< data

  double x(double value) const { return left + (value - x_low) / (x_high - x_low) * (right - left); }
  double y(double value) const { return bottom - (value - y_low) / (y_high - y_low) * (bottom - top); }
};

/// An interval around values with some air, never empty; bounded scores in [0, 1] stay inside.
void fit(double& low, double& high);

/// Title, y axis with grid and label, and the frame's lines.
void draw_y_axis(Canvas& canvas, const Frame& frame, const std::string& title, const std::string& label);

/// Ticks and label of a numeric x axis.
void draw_x_axis(Canvas& canvas, const Frame& frame, const std::string& label);

/// Names with colours in rows of the sheet's width from a height on; returns where it ends.
double draw_legend(Canvas& canvas, double left, double top, const std::vector<std::string>& names);

/// Words broken into lines of at most a width; a word that is wider stands alone.
std::vector<std::string> broken_lines(Canvas& canvas, const std::string& words, double size, double width);

/// Small print, broken at the sheet's width; returns where it ends.
double draw_note(Canvas& canvas, double left, double top, const std::string& note);

}  // namespace tandem::plot
