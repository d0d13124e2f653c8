#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "records/pictures.h"
#include "report/page.h"

namespace tandem::report {

/// What figures are made from.
struct FigureInput {
  const Gathered& data;
  std::vector<TableSpec> specs;  ///< the first one names the rows of box plots
  std::vector<records::PictureFile> examples =
      {};                 ///< pictures, from which each figure takes the first that fit
  bool pictures = false;  ///< whether figures of pictures are wanted
};

/// One figure of a page or of the paper.
struct FigureMaker {
  std::string name;            ///< of its files: "fig2_boxes"
  std::string title, caption;  ///< caption: what is seen, for everyone
  std::string command;         ///< what makes its input, if that is lacking
  /// Draws PREFIX.svg, .pdf and .png; Error if the input does not allow it.
  std::function<void(const FigureInput& input, const std::filesystem::path& prefix)> make;
};

/// All figures that a page or the paper may have, in their order. A new figure is one more entry.
std::vector<FigureMaker> figure_makers(const FigureInput& input);

/// What came of drawing.
struct DrawnFigures {
  std::vector<PageFigure> figures;
  std::vector<std::string> files;     ///< names in the folder
  std::vector<std::string> not_made;  ///< "fig2_boxes: reason. To make it: command"
};

/// Draws all figures into a folder.
DrawnFigures draw_figures(const FigureInput& input, const std::filesystem::path& folder);

}  // namespace tandem::report
