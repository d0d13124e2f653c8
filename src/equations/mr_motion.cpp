#include <cmath>
#include <numbers>

#include "base/error.h"
#include "equations/line_blocks.h"
#include "equations/mr_artefacts.h"

namespace tandem::equations {
namespace {

using Matrix = std::array<double, 9>;

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix out{};
  for (size_t r = 0; r < 3; ++r)
    for (size_t c = 0; c < 3; ++c)
      for (size_t k = 0; k < 3; ++k) out[3 * r + c] += a[3 * r + k] * b[3 * k + c];
  return out;
}

/// Right-handed rotation about an index axis; the angle in radians.
Matrix rotation(size_t axis, double angle) {
  Matrix out{};
  const size_t b = (axis + 1) % 3, c = (axis + 2) % 3;
  out[4 * axis] = 1;
  out[4 * b] = out[4 * c] = std::cos(angle);
  out[3 * c + b] = std::sin(angle);
  out[3 * b + c] = -std::sin(angle);
  return out;
}

/// The input coordinate (voxels) of an output voxel on the three axes, along one row of output.
struct RowMap {
  std::array<double, 3> start, step;
  std::array<double, 3> at(std::int64_t k) const {
    return {start[0] + step[0] * double(k), start[1] + step[1] * double(k), start[2] + step[2] * double(k)};
  }
};

bool inside(const std::array<double, 3>& c, const std::array<std::int64_t, 3>& shape) {
  for (size_t d = 0; d < 3; ++d)
    if (!(c[d] >= -0.5 && c[d] < double(shape[d]) - 0.5)) return false;
  return true;
}

/// Columns [first, last) outside which no voxel of the row can be inside; one voxel of slack against
/// rounding.
std::pair<std::int64_t, std::int64_t> inside_range(const RowMap& row,
                                                   const std::array<std::int64_t, 3>& shape) {
  double first = 0, last = double(shape[2]);
  for (size_t d = 0; d < 3; ++d) {
    const double low = -0.5 - row.start[d], high = double(shape[d]) - 0.5 - row.start[d];
    if (std::abs(row.step[d]) < 1e-9) {
      const double slack = 1e-6 + std::abs(row.step[d]) * double(shape[2]);
      if (low > slack || high < -slack) return {0, 0};
      continue;
    }
    const double a = low / row.step[d], b = high / row.step[d];
    first = std::max(first, std::min(a, b) - 1);
    last = std::min(last, std::max(a, b) + 2);
  }
  if (first >= last) return {0, 0};
  return {std::int64_t(first), std::int64_t(std::ceil(last))};
}

/// Trilinear value at a coordinate; neighbours beyond the ends repeat the end.
float interpolate(const Volume<float>& volume, const std::array<double, 3>& c) {
  const auto shape = volume.shape();
  std::array<std::int64_t, 3> low, high;
  std::array<double, 3> part;
  for (size_t d = 0; d < 3; ++d) {
    const double floor = std::floor(c[d]);
    part[d] = c[d] - floor;
    low[d] = std::clamp<std::int64_t>(std::int64_t(floor), 0, shape[d] - 1);
    high[d] = std::clamp<std::int64_t>(std::int64_t(floor) + 1, 0, shape[d] - 1);
  }
  const auto along_columns = [&](std::int64_t s, std::int64_t r) {
    const double a = volume.at(s, r, low[2]), b = volume.at(s, r, high[2]);
    return a + (b - a) * part[2];
  };
  const auto along_rows = [&](std::int64_t s) {
    const double a = along_columns(s, low[1]), b = along_columns(s, high[1]);
    return a + (b - a) * part[1];
  };
  const double a = along_rows(low[0]), b = along_rows(high[0]);
  return float(a + (b - a) * part[0]);
}

float minimum_of(const Volume<float>& volume) {
  return *std::min_element(volume.values.begin(), volume.values.end());
}

/// Which position (0 = steady, q = after movement q) fills each shifted index of the phase axis. [columns]
std::vector<size_t> segments(const Motion& motion, std::int64_t columns) {
  const size_t n = motion.movements.size();
  size_t centre =
      n;  // the segment that the steady position takes: the one that should hold the centre of k-space
  for (size_t q = n; q-- > 0;)
    if (motion.movements[q].time > 0.5F) centre = q;
  std::vector<size_t> position(size_t(columns), 0);
  std::int64_t cut = 0;
  for (size_t q = 0; q <= n; ++q) {
    const std::int64_t end = q < n ? std::int64_t(float(columns) * motion.movements[q].time) : columns;
    const size_t source = q == 0 ? centre : q == centre ? 0 : q;
    // A later segment may start lower (falling times): it then overwrites what was there.
    for (std::int64_t m = std::max<std::int64_t>(cut, 0); m < std::min(end, columns); ++m)
      position[size_t(m)] = source;
    cut = end;
  }
  return position;
}

}  // namespace

RigidMap rigid_map(const Motion::Movement& movement) {
  std::array<double, 3> angle;
  // TorchIO converts to radians in float32; the rest is float64.
  for (size_t d = 0; d < 3; ++d)
    angle[d] = double(movement.degrees[d] * (std::numbers::pi_v<float> / 180.0F));
  const auto& t = movement.translation;
  return {multiply(rotation(2, angle[2]), multiply(rotation(0, -angle[0]), rotation(1, -angle[1]))),
          {-double(t[0]), -double(t[1]), double(t[2])}};
}

Volume<float> moved(const Volume<float>& volume, const Motion::Movement& movement) {
  const auto [a, offset] = rigid_map(movement);
  const auto shape = volume.shape();
  Volume<float> out(volume.slices, volume.rows, volume.columns, minimum_of(volume));
  for (std::int64_t i = 0; i < volume.slices; ++i)
    for (std::int64_t j = 0; j < volume.rows; ++j) {
      RowMap row;
      for (size_t d = 0; d < 3; ++d) {
        row.start[d] = a[3 * d] * double(i) + a[3 * d + 1] * double(j) + offset[d];
        row.step[d] = a[3 * d + 2];
      }
      const auto [first, last] = inside_range(row, shape);
      for (std::int64_t k = first; k < std::min(last, volume.columns); ++k)
        if (const auto c = row.at(k); inside(c, shape)) out.at(i, j, k) = interpolate(volume, c);
    }
  return out;
}

Volume<float> apply_artefact(const Volume<float>& volume, const Motion& motion) {
  const auto position = segments(motion, volume.columns);
  std::vector<Volume<float>> others;
  for (const auto& movement : motion.movements) others.push_back(moved(volume, movement));

  std::vector<std::vector<double>> gains;  // of each position over frequencies; they sum to 1 / columns
  for (size_t q = 0; q <= others.size(); ++q) {
    std::vector<double> shifted(position.size());
    for (size_t m = 0; m < position.size(); ++m) shifted[m] = position[m] == q;
    gains.push_back(even_gain(shifted));
  }

  // All positions share the fill value; without it most lines of a moved volume are zeros and cost nothing.
  const double fill = minimum_of(volume);
  Volume<float> out(volume.slices, volume.rows, volume.columns);
  LineBlocks lines(volume.shape(), 2);
  std::vector<double> re(lines.re().size()), im(re.size());
  for (std::int64_t block = 0; block < lines.blocks(); ++block) {
    std::fill(re.begin(), re.end(), 0.0);
    std::fill(im.begin(), im.end(), 0.0);
    for (size_t q = 0; q < gains.size(); ++q) {
      if (!lines.transform(q == 0 ? volume : others[q - 1], block, fill)) continue;
      for (size_t i = 0; i < re.size(); ++i) {
        const double gain = gains[q][i / LineBlocks::kLines];
        re[i] += gain * lines.re()[i];
        im[i] += gain * lines.im()[i];
      }
    }
    lines.restore(re, im, out, block, fill);
  }
  if (motion.floor) remove_negative(out);
  return out;
}

}  // namespace tandem::equations
