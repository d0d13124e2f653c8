#include "data/preprocess.h"

#include "base/error.h"

namespace tandem::data {
namespace {

using equations::PlaneGrid;

PlaneGrid plane(std::int64_t rows, std::int64_t columns, const std::array<double, 3>& spacing_mm) {
  return {rows, columns, spacing_mm[1], spacing_mm[2]};
}

PlaneGrid plane(const OriginalGrid& original) {
  return plane(original.shape[1], original.shape[2], original.spacing_mm);
}

}  // namespace

Preprocessed preprocess(const Volume<float>& image, const std::optional<Volume<std::uint8_t>>& label,
                        const std::array<double, 3>& spacing_mm) {
  require(!label || label->shape() == image.shape(), "label shape {} differs from image shape {}",
          label ? fmt::format("{}", fmt::join(label->shape(), "x")) : "", fmt::join(image.shape(), "x"));
  const auto from = plane(image.rows, image.columns, spacing_mm);
  const auto to = equations::working_grid(from);
  Preprocessed out;
  out.image = equations::resample_linear(equations::normalise_percentiles(image), from, to);
  if (label) out.label = equations::resample_nearest(*label, from, to);
  out.spacing_mm = {spacing_mm[0], to.row_mm, to.column_mm};
  return out;
}

Volume<std::uint8_t> to_original_grid(const Volume<std::uint8_t>& label,
                                      const std::array<double, 3>& spacing_mm, const OriginalGrid& original) {
  return equations::resample_nearest(label, plane(label.rows, label.columns, spacing_mm), plane(original));
}

Volume<float> to_original_grid(const Volume<float>& image, const std::array<double, 3>& spacing_mm,
                               const OriginalGrid& original) {
  return equations::resample_linear(image, plane(image.rows, image.columns, spacing_mm), plane(original));
}

}  // namespace tandem::data
