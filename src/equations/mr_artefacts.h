#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/array.h"
#include "equations/degradations.h"

namespace tandem::equations {

/// The four MR artefacts of ACDC-C as TorchIO 0.18 defines them [perezgarcia2021]: parameters in, volume out.
///
/// Volumes are [D,H,W] = TorchIO's spatial axes 0, 1, 2, with 1 voxel = 1 unit of length on every axis. All
/// are computed in float64 and cast to float32 at the end, as TorchIO does with NumPy's complex128
/// transforms. "Shifted index" m of an axis of length N stands for the integer frequency f = m - N div 2.

/// Multiplication by exp of a polynomial in the three coordinates, each running from -1 to 1.
struct BiasField {
  int order = 3;
  /// (order+1)(order+2)(order+3)/6 values: powers (a,b,c) of slice, row, column; a outermost, c innermost,
  /// each rising.
  std::vector<double> coefficients;
  bool operator==(const BiasField&) const = default;
};

/// Every n-th plane of k-space along one axis is scaled by 1 - intensity; the plane through the centre is put
/// back.
struct Ghosting {
  std::int64_t num_ghosts = 0;  ///< n; 0 = no change
  int axis = 0;                 ///< 0 slice, 1 row, 2 column
  double intensity = 0;
  bool floor = false;  ///< negative values of the result become 0, as in ROOD-MRI [boone2023]
  bool operator==(const Ghosting&) const = default;
};

/// Single k-space samples raised by intensity times the largest coefficient: stripes across the whole volume.
struct Spike {
  std::vector<std::array<float, 3>> positions;  ///< fraction of each side, in [0,1), of the shifted spectrum
  double intensity = 0;
  bool operator==(const Spike&) const = default;
};

/// Patient movements between segments of k-space along axis 2 (columns).
struct Motion {
  struct Movement {
    std::array<float, 3> degrees = {};      ///< about axes 0, 1, 2, through voxel (0,0,0)
    std::array<float, 3> translation = {};  ///< voxels
    float time = 0;                         ///< fraction of k-space after which this position holds
    bool operator==(const Movement&) const = default;
  };
  std::vector<Movement> movements;
  bool floor = false;  ///< as in Ghosting
  bool operator==(const Motion&) const = default;
};

using Artefact =
    std::variant<BiasField, Ghosting, Motion, Spike, RicianNoise, GaussianBlur, Downsampling, Gamma, Pose>;
/// The kinds of ACDC-C: the first four alternatives of Artefact.
inline const std::vector<std::string> kArtefactKinds = {"bias", "ghosting", "motion", "spike"};
/// Names of all alternatives of Artefact, in their order.
inline const std::vector<std::string> kCorruptionKinds = {"bias", "ghosting",     "motion", "spike", "rician",
                                                          "blur", "downsampling", "gamma",  "pose"};
inline const std::string& kind_of(const Artefact& artefact) { return kCorruptionKinds[artefact.index()]; }

/// [D,H,W] -> [D,H,W]; Error if the number of coefficients does not fit the order.
Volume<float> apply_artefact(const Volume<float>& volume, const BiasField& bias);
/// [D,H,W] -> [D,H,W]; Error if axis is not 0, 1 or 2 or num_ghosts is negative.
Volume<float> apply_artefact(const Volume<float>& volume, const Ghosting& ghosting);
/// [D,H,W] -> [D,H,W]; Error if a position lies outside [0,1). One spike on a non-negative volume needs no
/// transform.
Volume<float> apply_artefact(const Volume<float>& volume, const Spike& spike);
/// [D,H,W] -> [D,H,W]; the steady position fills the segment after the last cut at or below one half of
/// k-space.
Volume<float> apply_artefact(const Volume<float>& volume, const Motion& motion);
Volume<float> apply_artefact(const Volume<float>& volume, const Artefact& artefact);

/// Raises negative values to 0, in place.
void remove_negative(Volume<float>& volume);

/// Row-major 3 x 3 matrix and offset (voxels): output voxel v is sampled from the input at matrix v + offset.
struct RigidMap {
  std::array<double, 9> matrix;
  std::array<double, 3> offset;
};

/// Rz(th2) Rx(-th0) Ry(-th1) and (-t0, -t1, t2): ITK's Euler transform seen in array axes, centre dropped as
/// TorchIO does.
RigidMap rigid_map(const Motion::Movement& movement);

/// The volume after one movement [D,H,W]: trilinear; outside [-0.5, N-0.5) the minimum of the volume.
Volume<float> moved(const Volume<float>& volume, const Motion::Movement& movement);

}  // namespace tandem::equations
