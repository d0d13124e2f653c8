#include "data_tools/phantom_anatomy.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tandem::data_tools {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kExponent = 2.2;  // see HeartShape
constexpr double kEdge = 1.4;      // mm over which one tissue gives way to the next
constexpr double kRvWall = 3.5;    // mm

/// R sqrt(1 - t^2.2) for a depth below the base; 0 beyond the apex.
double profile(double radius, double depth, double length) {
  const double t = std::max(0.0, depth) / length;
  return t >= 1 ? 0 : radius * std::sqrt(1 - std::pow(t, kExponent));
}

double volume_mm3(double radius, double length) {
  return kPi * radius * radius * length * kExponent / (kExponent + 1);
}
double radius_mm(double volume, double length) { return std::sqrt(volume / volume_mm3(1, length)); }

/// Paints a tissue over a value; inside_mm is the distance to the tissue's edge, positive inside.
void paint(double& value, double tissue, double inside_mm, double edge = kEdge) {
  const double share = std::clamp(0.5 + inside_mm / edge, 0.0, 1.0);
  value += (tissue - value) * share;
}

/// About the distance to an ellipse's edge, positive inside.
double inside_ellipse(double x, double y, double a, double b) {
  return (1 - std::sqrt(x * x / (a * a) + y * y / (b * b))) * std::min(a, b);
}

/// A vessel or chamber: thin dark wall around bright blood.
void paint_vessel(double& value, double x, double y, const std::array<double, 2>& at, double radius,
                  double blood, double wall) {
  const double inside = radius - std::hypot(x - at[0], y - at[1]);
  paint(value, wall, inside + 1.5);
  paint(value, blood, inside);
}

}  // namespace

SmoothNoise::SmoothNoise(RandomStream& random, double cell_mm) : per_mm_(1 / cell_mm) {
  lattice_.resize(kCells * kCells * kCells);
  for (float& v : lattice_) v = float(random.uniform(-1, 1));
}

double SmoothNoise::at(double x, double y, double z) const {
  // Turned against the image axes, so that the lattice does not show.
  const std::array<double, 3> p = {(0.80 * x + 0.60 * y + 0.21 * z) * per_mm_,
                                   (0.77 * y - 0.58 * x - 0.19 * z) * per_mm_,
                                   (0.6 * z + 0.23 * x - 0.17 * y) * per_mm_};
  std::array<std::array<int, 2>, 3> cell;
  std::array<double, 3> part;
  for (size_t d = 0; d < 3; ++d) {
    const double floor = std::floor(p[d]), f = p[d] - floor;
    cell[d][0] = int(floor) & (kCells - 1);
    cell[d][1] = (cell[d][0] + 1) & (kCells - 1);
    part[d] = f * f * (3 - 2 * f);
  }
  double sum = 0;
  for (size_t corner = 0; corner < 8; ++corner) {
    const size_t a = corner & 1, b = corner >> 1 & 1, c = corner >> 2;
    const double weight =
        (a ? part[0] : 1 - part[0]) * (b ? part[1] : 1 - part[1]) * (c ? part[2] : 1 - part[2]);
    sum += weight * lattice_[size_t((cell[2][c] * kCells + cell[1][b]) * kCells + cell[0][a])];
  }
  return 1.5 * sum;
}

double HeartShape::lv_volume_ml() const { return volume_mm3(lv_radius, lv_length) / 1000; }

std::array<HeartShape, 2> draw_heart(RandomStream& random) {
  HeartShape ed{};
  const double wall = random.uniform(7.5, 10.5), apex_wall = wall * 0.75;
  ed.lv_radius = random.uniform(22, 28);
  ed.lv_length = random.uniform(72, 92);
  ed.epi_radius = ed.lv_radius + wall;
  ed.epi_length = ed.lv_length + apex_wall;
  ed.rv_reach = random.uniform(27, 36);
  ed.rv_length = ed.epi_length * random.uniform(0.80, 0.92);
  ed.rv_span = random.uniform(1.15, 1.4);
  ed.papillary_radius = random.uniform(3.2, 4.6);
  ed.septum_angle = kPi + random.uniform(0.1, 0.75);  // left and up
  ed.centre = {random.uniform(-8, 8), random.uniform(-8, 8)};
  ed.tilt = {random.uniform(-0.02, 0.12), random.uniform(-0.02, 0.12)};
  ed.wave = {random.uniform(0.01, 0.05), random.uniform(0, 0.025), random.uniform(0, 0.015)};
  for (double& phase : ed.wave_phase) phase = random.uniform(0, 2 * kPi);

  const double ejection = random.uniform(0.51, 0.67);
  const double end_volume = volume_mm3(ed.lv_radius, ed.lv_length) * (1 - ejection);
  const double myocardium = volume_mm3(ed.epi_radius, ed.epi_length) - volume_mm3(ed.lv_radius, ed.lv_length);
  HeartShape es = ed;
  es.epi_length -= 4 + 14 * ejection;
  es.lv_length = es.epi_length - 1.2 * apex_wall;
  es.lv_radius = radius_mm(end_volume, es.lv_length);
  es.epi_radius = radius_mm(end_volume + myocardium, es.epi_length);
  es.rv_reach *= random.uniform(0.58, 0.72);
  es.rv_length = ed.rv_length - (ed.epi_length - es.epi_length) - random.uniform(0, 4);
  es.rv_span *= 0.93;
  // The base comes down; the chest does not, and the axis keeps its place.
  for (size_t d = 0; d < 2; ++d) es.centre[d] += ed.tilt[d] * (ed.epi_length - es.epi_length);
  return {ed, es};
}

ChestShape draw_chest(RandomStream& random) {
  ChestShape c{};
  c.centre = {random.uniform(12, 40), random.uniform(8, 26)};
  c.half_axes = {random.uniform(145, 180), random.uniform(115, 140)};
  c.turn = random.uniform(-0.6, 0.1);
  c.fat = random.uniform(8, 22);
  c.wall = random.uniform(12, 20);
  c.heart_fat = random.uniform(3, 9);
  c.diaphragm = random.uniform(34, 48);
  c.diaphragm_slope = random.uniform(0.05, 0.3);
  c.liver_edge = random.uniform(-20, 25);
  c.aorta = {random.uniform(28, 48), random.uniform(58, 72)};
  c.spine = {c.aorta[0] + random.uniform(-5, 20), c.aorta[1] + random.uniform(28, 36)};
  return c;
}

AnatomySlice::AnatomySlice(const HeartShape& heart, const ChestShape& chest, const TissueSignal& tissue,
                           const SmoothNoise& coarse, const SmoothNoise& fine, double height)
    : heart_(heart),
      chest_(chest),
      tissue_(tissue),
      coarse_(coarse),
      fine_(fine),
      height_(height),
      depth_(heart.epi_length - height),
      centre_{heart.centre[0] + heart.tilt[0] * depth_, heart.centre[1] + heart.tilt[1] * depth_},
      endo_(kAngles),
      epi_(kAngles),
      rv_(kAngles),
      hull_(kAngles) {
  const double endo = depth_ < 0 ? 0 : profile(heart.lv_radius, depth_, heart.lv_length);
  const double epi = depth_ < 0 ? 0 : profile(heart.epi_radius, depth_, heart.epi_length);
  const double rv_depth = std::max(0.0, depth_) / heart.rv_length;
  const double taper = rv_depth >= 1 ? 0 : std::pow(1 - std::pow(rv_depth, 2.4), 0.7);
  const double reach = depth_ < 0 ? 0 : heart.rv_reach * taper,
               span = heart.rv_span * (1 - 0.3 * rv_depth * rv_depth);
  for (int i = 0; i < kAngles; ++i) {
    const double angle = 2 * kPi * i / kAngles;
    double wave = 1;
    for (size_t k = 0; k < 3; ++k)
      wave += heart.wave[k] * std::cos(double(k + 2) * angle + heart.wave_phase[k] + 0.012 * depth_);
    const size_t bin = size_t(i);
    endo_[bin] = endo * wave;
    epi_[bin] = epi * (1 + 0.6 * (wave - 1));
    const double u = std::remainder(angle - heart.septum_angle, 2 * kPi) / span;
    const auto crescent = [](double v) {
      return std::abs(v) >= 1 ? 0 : std::pow(1 - v * v, 0.62) * (1 + 0.18 * v);
    };
    rv_[bin] = reach > 2 && std::abs(u) < 1 ? epi_[bin] + reach * crescent(u) : 0;
    // The pericardium bridges the grooves where the RV meets the LV; fat fills them.
    const double base_epi = epi > 0 ? epi_[bin] : height_ > heart.epi_length ? 0.9 * heart.epi_radius : 0;
    hull_[bin] = base_epi + std::max(reach, depth_ < 0 ? heart.rv_reach : 0.0) * crescent(u / 1.22) +
                 kRvWall + chest.heart_fat * (0.75 + 0.6 * std::cos(angle - heart.septum_angle - 0.3));
  }
  const double t = depth_ / heart.lv_length;
  if (t > 0.22 && t < 0.78)
    for (const double offset : {-0.95, 0.85}) {
      const double angle = heart.septum_angle + kPi + offset,
                   size = heart.papillary_radius * (1.35 - 0.5 * t);
      const double at = std::max(0.0, endo - size * 0.8);
      papillaries_.push_back({at * std::cos(angle), at * std::sin(angle), std::min(size, 0.36 * endo)});
    }
}

AnatomySlice::Polar AnatomySlice::polar(double x, double y) const {
  const double dx = x - centre_[0], dy = y - centre_[1];
  double turn = std::atan2(dy, dx) / (2 * kPi);
  if (turn < 0) turn += 1;
  return {std::hypot(dx, dy), size_t(turn * kAngles) % kAngles};
}

data::Label AnatomySlice::label(double x, double y) const {
  const auto p = polar(x, y);
  if (p.radius < endo_[p.bin]) return data::kLV;
  if (p.radius < epi_[p.bin]) return data::kMYO;
  return p.radius < rv_[p.bin] ? data::kRV : data::kBackground;
}

double AnatomySlice::abdomen_signal(double x, double y, double depth) const {
  const double texture = coarse_.at(x + 300, y, height_), grain = fine_.at(x, y + 200, height_);
  // Right of the liver: stomach, spleen and bowel between fat.
  double value = texture > 0.1 ? 0.42 + 0.1 * grain : 0.62 + 0.12 * grain;
  paint(value, 0.5,
        inside_ellipse(x - chest_.liver_edge - 45, y - centre_[1] - chest_.diaphragm - 38, 34, 24), 4);
  const double edge = chest_.liver_edge - 0.35 * (depth - 40) + 6 * texture;
  double liver = tissue_.liver * (1 + 0.05 * grain);
  const double vessel = std::abs(coarse_.at(1.7 * x, 1.7 * y + 77, height_));
  paint(liver, 0.75 * tissue_.blood, vessel < 0.06 && grain > -0.2 ? 1.0 : -1.0, 2);
  paint(value, tissue_.fat * 0.8, edge + 3 - x, 2);
  paint(value, liver, edge - x, 2);
  return value;
}

double AnatomySlice::chest_signal(double x, double y) const {
  const double dx = x - chest_.centre[0], dy = y - chest_.centre[1];
  const double u = dx * std::cos(chest_.turn) + dy * std::sin(chest_.turn);
  const double v = dy * std::cos(chest_.turn) - dx * std::sin(chest_.turn);
  const double a = chest_.half_axes[0], b = chest_.half_axes[1];
  const auto power = [](double t) { return t * t * std::sqrt(t); };  // between ellipse and rectangle
  const double outline =
      (1 - std::pow(power(std::abs(u) / a) + power(std::abs(v) / b), 1 / 2.5)) * (0.5 * (a + b));
  double value = tissue_.air;
  if (outline < -8) return value;
  const double blob = coarse_.at(x, y, height_), grain = fine_.at(x, y, height_);
  const double inside = outline + 3 * blob;
  const double fat = chest_.fat * (1 + 0.6 * u / a + 0.25 * blob), wall = chest_.wall * (1 + 0.3 * blob);
  paint(value, tissue_.muscle, inside);  // skin
  paint(value, tissue_.fat * (1 + 0.06 * grain), inside - 2);
  double muscle = tissue_.muscle * (1 + 0.1 * grain);
  paint(muscle, tissue_.fat * 0.8, (std::abs(fine_.at(x * 0.6, y * 0.6, 50)) < 0.09 ? 1 : -1),
        2);  // between muscles
  const double rib =
      fine_.at(0.45 * x + 40, 0.45 * y, 0.4 * height_) - 0.42;  // bone: dark rim, marrow inside
  paint(muscle, 0.1, 14 * rib);
  paint(muscle, 0.5, 14 * rib - 2);
  paint(value, muscle, inside - fat);
  const double cavity = inside - fat - wall;
  if (cavity < -2) return value;
  double lung = tissue_.lung * (1 + 0.3 * grain);
  const double branch = fine_.at(1.3 * x, 1.3 * y, height_);
  paint(lung, 0.45, 6 * (branch - 0.8));
  double content = lung;
  const double depth = y - centre_[1];
  const double dome =
      chest_.diaphragm - chest_.diaphragm_slope * depth_ + 0.0022 * (x + 25) * (x + 25) - 12 + 4 * blob;
  paint(content, tissue_.muscle, depth - dome + 2);
  if (depth > dome - 3) paint(content, abdomen_signal(x, y, depth), depth - dome);
  const double spine = inside_ellipse(x - chest_.spine[0], y - chest_.spine[1], 21, 17);
  paint(content, tissue_.muscle, spine + 16 + 4 * blob, 6);
  paint(content, 0.12, spine + 2);
  paint(content, 0.46 + 0.04 * grain, spine);
  paint_vessel(content, x, y, chest_.aorta, 10.5, 0.93 * tissue_.blood, tissue_.muscle);
  paint(value, tissue_.fat * 0.7, cavity + 1.5);
  paint(value, content, cavity);
  return value;
}

void AnatomySlice::paint_lv(double x, double y, const Polar& p, double& value) const {
  const double grain = fine_.at(x, y, height_), broad = coarse_.at(x, y, 2 * height_);
  const double myocardium = tissue_.myocardium * (1 + 0.07 * grain + 0.06 * broad);
  paint(value, myocardium, epi_[p.bin] - p.radius);
  if (endo_[p.bin] <= 0) return;
  // Trabeculae roughen the blood's edge, more so towards the apex; the label stays smooth.
  const double rough = 0.8 + 1.4 * std::clamp(depth_ / heart_.lv_length, 0.0, 1.0);
  const double inside = endo_[p.bin] - p.radius - rough * std::max(0.0, fine_.at(1.8 * x, 1.8 * y, height_));
  paint(value, tissue_.blood * (1 + 0.08 * broad + 0.03 * grain), inside);
  for (const auto& [px, py, radius] : papillaries_) {
    const double distance = std::hypot(x - centre_[0] - px, (y - centre_[1] - py) * 1.1);
    paint(value, myocardium * 1.1, radius * (1 + 0.25 * grain) - distance);
  }
}

void AnatomySlice::paint_atria(double x, double y, double& value) const {
  const double c = std::cos(heart_.septum_angle), s = std::sin(heart_.septum_angle);
  // (a, b): a towards the RV, b across, anterior positive.
  const auto place = [&](double a, double b) {
    return std::array<double, 2>{centre_[0] + a * c - b * s, centre_[1] + a * s + b * c};
  };
  const double broad = coarse_.at(x, y, height_);
  const double blood = tissue_.blood * (0.95 + 0.06 * broad), wall = tissue_.myocardium;
  const double above = std::min(1.0, -depth_ / 20);
  paint_vessel(value, x, y, place(-4, -8 - 10 * above), 25 - 3 * above + 4 * broad, blood,
               wall);                                                             // left atrium
  paint_vessel(value, x, y, place(40, -14), 23 + 4 * broad, 0.95 * blood, wall);  // right atrium
  paint_vessel(value, x, y, place(24 - 8 * above, 22), 16 + 3 * broad, 0.97 * blood,
               wall);                                        // outflow of the RV
  paint_vessel(value, x, y, place(12, 6), 14, blood, wall);  // aortic root
}

void AnatomySlice::paint_heart(double x, double y, double& value) const {
  const double dx = x - centre_[0], dy = y - centre_[1];
  if (height_ < -4 || dx * dx + dy * dy > 140.0 * 140.0) return;
  const auto p = polar(x, y);
  if (p.radius > hull_[p.bin] + 60) return;
  const double grain = fine_.at(x, y, height_), broad = coarse_.at(x, y, height_);
  // Fat around the heart, drawn out in a wedge towards the sternum.
  const double c = std::cos(heart_.septum_angle + 0.35), s = std::sin(heart_.septum_angle + 0.35);
  const double along = dx * c + dy * s, across = std::abs(dy * c - dx * s);
  const double wedge = std::min(14 + 0.25 * along - across, along - 10) + 7 * broad;
  const double around = hull_[p.bin] - p.radius + 4 * broad;
  const double fat = tissue_.fat * (0.68 + 0.1 * broad + 0.06 * grain);
  const bool lung =
      value > 2 * tissue_.air && value < 3 * tissue_.lung;  // neither outside the body nor its wall
  if (value < 0.5 * tissue_.fat) paint(value, fat, lung ? std::max(around, wedge) : around, 2.5);
  if (p.radius > hull_[p.bin] + 6) return;
  if (depth_ < 0) return paint_atria(x, y, value);
  if (rv_[p.bin] > 0) {
    paint(value, tissue_.myocardium * (1 + 0.1 * grain), rv_[p.bin] + kRvWall - p.radius);
    double blood = tissue_.blood * (0.9 + 0.1 * broad);
    const double trabecula = fine_.at(x, y, height_ + 90) + 0.5 * depth_ / heart_.rv_length - 0.9;
    paint(blood, tissue_.myocardium * 1.3, 6 * trabecula, 4);
    paint(value, blood, rv_[p.bin] - p.radius);
  }
  paint_lv(x, y, p, value);
}

double AnatomySlice::signal(double x, double y, double chest) const {
  paint_heart(x, y, chest);
  return chest;
}

}  // namespace tandem::data_tools
