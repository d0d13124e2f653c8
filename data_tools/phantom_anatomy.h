#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "data/case.h"

namespace tandem::data_tools {

/// Smooth random values in about [-1, 1] over space: a random lattice, interpolated; repeats after 16 cells.
class SmoothNoise {
 public:
  /// @param cell_mm distance of lattice points in plane (through plane: about 1.6 times that)
  SmoothNoise(RandomStream& random, double cell_mm);
  double at(double x, double y, double z) const;

 private:
  static constexpr int kCells = 16;
  double per_mm_;
  std::vector<float> lattice_;
};

/// Size and pose of one heart at one phase; lengths in mm, angles in radians, image axes (x right, y down).
///
/// Each ventricle is a stack of closed curves around the long axis, height z above the apex; radii follow
/// R sqrt(1 - t^2.2), t = depth below the base plane over length: between a paraboloid and an ellipsoid.
struct HeartShape {
  double lv_length, lv_radius;    ///< of the cavity
  double epi_length, epi_radius;  ///< of the outer myocardial surface
  double rv_reach, rv_length,
      rv_span;  ///< largest gap between septum and free wall; height; half opening angle
  double papillary_radius;
  double septum_angle;                     ///< direction from the LV's to the RV's centre
  std::array<double, 2> centre, tilt;      ///< of the LV at the base; drift per mm of depth
  std::array<double, 3> wave, wave_phase;  ///< relative amplitude and phase of 2, 3, 4 bulges around the LV

  double lv_volume_ml() const;
};

/// End-diastolic and end-systolic shapes of one subject: the ejection fraction is 0.51 to 0.67, myocardial
/// volume is kept, the base moves towards the apex.
std::array<HeartShape, 2> draw_heart(RandomStream& random);

/// The chest around the heart of one subject, the same at both phases; mm.
struct ChestShape {
  std::array<double, 2> centre, half_axes;  ///< of the body outline
  double turn;                              ///< radians
  double fat, wall;                         ///< thickness of subcutaneous fat and of the chest wall
  double heart_fat;                         ///< around the heart
  double diaphragm;                         ///< below the LV's centre at the base
  double diaphragm_slope, liver_edge;
  std::array<double, 2> aorta, spine;
};
ChestShape draw_chest(RandomStream& random);

/// Signal of each tissue at unit brightness of blood (balanced steady-state free precession).
struct TissueSignal {
  double blood = 1.0, myocardium = 0.33, fat = 0.82, muscle = 0.27, liver = 0.38, lung = 0.06, air = 0.01;
};

/// One short-axis plane through chest and heart: signal and class at any point of it.
class AnatomySlice {
 public:
  /// @param height z of the plane above the apex, mm
  AnatomySlice(const HeartShape& heart, const ChestShape& chest, const TissueSignal& tissue,
               const SmoothNoise& coarse, const SmoothNoise& fine, double height);
  /// Signal of the chest without the heart.
  double chest_signal(double x, double y) const;
  /// Signal with the heart painted over the chest's.
  double signal(double x, double y, double chest) const;
  data::Label label(double x, double y) const;

 private:
  static constexpr int kAngles = 720;
  struct Polar {
    double radius;
    size_t bin;
  };
  Polar polar(double x, double y) const;
  double abdomen_signal(double x, double y, double depth) const;
  void paint_heart(double x, double y, double& value) const;
  void paint_lv(double x, double y, const Polar& p, double& value) const;
  void paint_atria(double x, double y, double& value) const;

  const HeartShape& heart_;
  const ChestShape& chest_;
  const TissueSignal& tissue_;
  const SmoothNoise &coarse_, &fine_;
  double height_, depth_;
  std::array<double, 2> centre_;
  std::vector<double> endo_, epi_, rv_, hull_;  // radius by angle; endo and rv 0 where absent
  std::vector<std::array<double, 3>> papillaries_;
};

}  // namespace tandem::data_tools
