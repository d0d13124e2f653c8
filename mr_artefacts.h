#pragma once
#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "base/array.h"

namespace tandem::equations {

// The four MR artefacts of ACDC-C [chen2021], as TorchIO 0.18 computes them [perezgarcia2021]: one parameter set per
// volume [D,H,W]; axis 0, 1, 2 = slice, row, column; a voxel counts as 1 mm on every axis. Computed in float64,
// returned as float32; nothing is clipped.

/// Smooth multiplicative field: exp of a polynomial in three coordinates that run over -1..1.
struct Bias {
  std::int64_t order = 3;
  /// c_q, q counting (a,b,c) with a + b + c <= order, a (slice axis) outermost, c (column axis) innermost.
  std::vector<double> coefficients;
  bool operator==(const Bias&) const = default;
};

/// Every n-th plane of k-space along one axis weakened: copies of the object shifted along that axis.
struct Ghosting {
  std::int64_t num_ghosts = 0;  ///< n; 0 leaves the volume as it is
  std::int64_t axis = 0;        ///< 0 slice, 1 row, 2 column
  double intensity = 0;         ///< s; planes are multiplied by 1 - s
  bool operator==(const Ghosting&) const = default;
};

/// Single bright points of k-space: stripes through the volume.
struct Spike {
  std::vector<std::array<float, 3>> positions;  ///< fraction of the side per axis of the centred spectrum, in [0,1)
  double intensity = 0;                         ///< r; adds r times the largest coefficient
  bool operator==(const Spike&) const = default;
};

/// Rigid movements while k-space is filled along the columns.
struct Motion {
  std::vector<std::array<float, 3>> degrees;      ///< rotation about axes 0, 1, 2 through voxel (0,0,0), per movement
  std::vector<std::array<float, 3>> translation;  ///< voxels, per movement
  std::vector<float> times;                       ///< fraction of k-space after which each movement happens
  bool operator==(const Motion&) const = default;
};

using Artefact = std::variant<Bias, Ghosting, Spike, Motion>;

/// "bias", "ghosting", "spike" or "motion".
const char* kind_of(const Artefact& artefact);

/// (order+1)(order+2)(order+3)/6: the number of coefficients of a Bias.
std::int64_t bias_coefficient_count(std::int64_t order);

/// [D,H,W] -> [D,H,W]. Errors (65) name parameters that do not fit.
Volume<float> apply(const Volume<float>& volume, const Bias& bias);
Volume<float> apply(const Volume<float>& volume, const Ghosting& ghosting);
Volume<float> apply(const Volume<float>& volume, const Spike& spike);
Volume<float> apply(const Volume<float>& volume, const Motion& motion);
Volume<float> apply(const Volume<float>& volume, const Artefact& artefact);

/// Output voxel to input voxel: c = matrix v + offset.
struct RigidMap {
  std::array<std::array<double, 3>, 3> matrix;
  std::array<double, 3> offset;
};
/// The map of one movement: A = Rz(th2) Rx(-th0) Ry(-th1), b = (-t0, -t1, t2).
RigidMap rigid_map(const std::array<float, 3>& degrees, const std::array<float, 3>& translation);

/// The volume seen through a rigid map: trilinear; inside means -0.5 <= c < N - 0.5 per axis, outside is the minimum
/// of the volume.
Volume<float> moved(const Volume<float>& volume, const RigidMap& map);

}  // namespace tandem::equations
