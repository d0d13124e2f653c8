#pragma once
#include <filesystem>

#include "records/pictures.h"

namespace tandem::report {

/// Small print on where pictures come from: run, data, slice, commits.
std::string picture_provenance(const records::PictureFile& file);

/// Draws pictures in rows and columns into PREFIX.svg, .pdf and .png: images gray from 0 to 1, changes and
/// entropies through a colour bar, classes as areas or contours, a scale bar in mm, names of rows and
/// columns, captions, legend and note. At most 510 points wide, the width of a page's text. Error if a
/// picture's row or column is none of the figure's, or there is no picture.
void save_picture_grid(const std::filesystem::path& prefix, const records::PictureFigure& figure,
                       const std::string& provenance);

}  // namespace tandem::report
