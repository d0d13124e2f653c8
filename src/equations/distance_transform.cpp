#include "equations/distance_transform.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

namespace tandem::equations {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One line of the transform: d(i) = min over j of f(j) + (x_i - x_j)^2, where x_i = i * step.
class LowerEnvelope {
 public:
  LowerEnvelope(std::int64_t length, double step_mm)
      : length_(size_t(length)), step_(step_mm), line_(length_), apex_(length_), from_(length_) {}

  /// Transforms the elements values[0], values[stride], ... in place.
  void transform(double* values, std::int64_t stride) {
    for (size_t i = 0; i < length_; ++i) line_[i] = values[std::int64_t(i) * stride];
    const size_t parabolas = build();
    if (parabolas == 0) return;  // no apex: the whole line stays infinite
    size_t k = 0;
    for (size_t i = 0; i < length_; ++i) {
      const double x = double(i) * step_;
      while (k + 1 < parabolas && from_[k + 1] < x) ++k;
      const double away = x - double(apex_[k]) * step_;
      values[std::int64_t(i) * stride] = line_[apex_[k]] + away * away;
    }
  }

 private:
  /// Where the parabola of `right` begins to lie below that of `left`, mm.
  double crossing(size_t left, size_t right) const {
    const double l = double(left) * step_, r = double(right) * step_;
    return ((line_[right] - line_[left]) / (r - l) + r + l) / 2;
  }

  /// Fills apex_ and from_ with the parabolas of the envelope, left to right; returns their number.
  size_t build() {
    size_t count = 0;
    for (size_t i = 0; i < length_; ++i) {
      if (line_[i] == kInfinity) continue;
      double from = -kInfinity;
      while (count > 0 && (from = crossing(apex_[count - 1], i)) <= from_[count - 1]) --count;
      apex_[count] = i;
      from_[count] = count == 0 ? -kInfinity : from;
      ++count;
    }
    return count;
  }

  size_t length_;
  double step_;
  std::vector<double> line_;
  std::vector<size_t> apex_;
  std::vector<double> from_;
};

}  // namespace

Volume<double> squared_distances(const Volume<std::uint8_t>& set, const std::array<double, 3>& spacing_mm) {
  for (const double mm : spacing_mm)
    require(std::isfinite(mm) && mm > 0, "distances need a spacing above 0 mm, not {}", mm);
  Volume<double> out(set.slices, set.rows, set.columns);
  for (size_t i = 0; i < set.values.size(); ++i) out.values[i] = set.values[i] ? 0 : kInfinity;
  const auto shape = set.shape();
  std::int64_t stride = 1;
  for (const size_t axis : {2, 1, 0}) {
    LowerEnvelope envelope(shape[axis], spacing_mm[axis]);
    const std::int64_t block = stride * shape[axis];
    for (std::int64_t start = 0; start < std::int64_t(out.values.size()); start += block)
      for (std::int64_t i = 0; i < stride; ++i) envelope.transform(out.values.data() + start + i, stride);
    stride = block;
  }
  return out;
}

}  // namespace tandem::equations
