#include "equations/corruption_pipeline.h"

#include <algorithm>

#include "equations/preprocessing.h"

namespace tandem::equations {
namespace corruption_step {

Volume<float> scale_slices(const Volume<float>& volume) {
  Volume<float> out = volume;
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto slice = out.slice(s);
    const auto [low, high] = std::minmax_element(slice.begin(), slice.end());
    const double range = double(*high) - double(*low);
    if (range <= 0) {
      std::fill(slice.begin(), slice.end(), 0.0F);
      continue;
    }
    const double gain = 1 / range, offset = 1 - gain * double(*high);
    for (float& v : slice) v = v * float(gain) + float(offset);
  }
  return out;
}

Volume<float> rescale_slices(const Volume<float>& volume) {
  Volume<float> out = volume;
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto slice = out.slice(s);
    const auto [low_at, high_at] = std::minmax_element(slice.begin(), slice.end());
    const double low = *low_at, divisor = double(*high_at) - low + 1e-20;
    for (float& v : slice) v = float((double(v) - low) / divisor);
  }
  return out;
}

}  // namespace corruption_step

Volume<float> corrupt(const Volume<float>& source, const Artefact& artefact, std::int64_t size) {
  using namespace corruption_step;
  const auto input = scale_slices(centre_crop_or_pad(source, size, size));
  return paste_back(rescale_slices(apply_artefact(input, artefact)), source.rows, source.columns);
}

Volume<std::uint8_t> label_after(const Volume<std::uint8_t>& label, const Artefact& artefact,
                                 std::int64_t size) {
  const auto* const pose = std::get_if<Pose>(&artefact);
  if (!pose) return label;
  return paste_back(move_label(centre_crop_or_pad(label, size, size), *pose), label.rows, label.columns);
}

}  // namespace tandem::equations
