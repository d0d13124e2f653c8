#include "data_tools/phantom.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data_tools/phantom_anatomy.h"

namespace tandem::data_tools {
namespace {

enum Draw : std::uint32_t { kAnatomy = 0, kScan = 1, kNoise = 2 };

RandomStream stream(std::uint64_t seed, int number, Draw what, std::uint32_t frame = 0) {
  return RandomStream({.seed = seed,
                       .purpose = Purpose::Phantom,
                       .epoch = frame,
                       .step = what,
                       .sample = std::uint32_t(number)});
}

/// Where the planes lie: the same in both frames, as on a scanner.
struct Grid {
  std::int64_t rows, columns;
  std::vector<double> heights;  // mm above the apex, base first
};

Grid draw_grid(RandomStream& random, const HeartShape& diastole, const PhantomDomain& domain) {
  Grid grid{random.integer(224, 256), random.integer(224, 256), {}};
  const double distance = domain.slice_distance_mm;
  double height = diastole.epi_length + distance * random.uniform(0.2, 1.2);
  for (; height > 0; height -= distance) grid.heights.push_back(height);
  grid.heights.push_back(height);  // beyond the apex
  return grid;
}

/// Convolution of one slice with a Gaussian, rows then columns, edges repeated. @param sigma in pixels
void blur(std::span<double> slice, std::int64_t rows, std::int64_t columns, double sigma) {
  if (sigma < 0.05) return;
  const auto reach = std::int64_t(std::ceil(3 * sigma));
  std::vector<double> kernel;
  double sum = 0;
  for (std::int64_t k = -reach; k <= reach; ++k) {
    kernel.push_back(std::exp(-0.5 * double(k * k) / (sigma * sigma)));
    sum += kernel.back();
  }
  const auto pass = [&](std::int64_t lines, std::int64_t length, std::int64_t line_step, std::int64_t step) {
    std::vector<double> line(size_t(length), 0.0);
    for (std::int64_t l = 0; l < lines; ++l) {
      double* values = slice.data() + l * line_step;
      for (std::int64_t i = 0; i < length; ++i) {
        double mean = 0;
        for (std::int64_t k = -reach; k <= reach; ++k)
          mean += kernel[size_t(k + reach)] * values[std::clamp<std::int64_t>(i + k, 0, length - 1) * step];
        line[size_t(i)] = mean / sum;
      }
      for (std::int64_t i = 0; i < length; ++i) values[i * step] = line[size_t(i)];
    }
  };
  pass(rows, columns, columns, 1);
  pass(columns, rows, 1, columns);
}

/// Clips to the 2nd and 98th percentile (linear between order statistics) and scales to [0,1].
Volume<float> scale_by_percentiles(const std::vector<double>& values, std::int64_t slices, std::int64_t rows,
                                   std::int64_t columns) {
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const auto percentile = [&](double p) {
    const double at = p / 100 * double(sorted.size() - 1);
    const auto below = size_t(at);
    const double next = sorted[std::min(below + 1, sorted.size() - 1)];
    return sorted[below] + (next - sorted[below]) * (at - double(below));
  };
  const double low = percentile(2), high = percentile(98);
  Volume<float> out(slices, rows, columns);
  for (size_t i = 0; i < values.size(); ++i)
    out.values[i] = float((std::clamp(values[i], low, high) - low) / (high - low));
  return out;
}

/// Coil shading: stronger near the front of the chest (up and left) than far from it.
struct Shading {
  double x, y, square;
  double at(double px, double py) const {
    const double u = px / 150, v = py / 150;
    return std::exp(x * u + y * v + square * (u * u + v * v));
  }
};

/// The scan of one frame: signal and labels of every voxel, then point spread, shading and Rician noise.
class Scan {
 public:
  Scan(const Grid& grid, const PhantomDomain& domain) : grid_(grid), domain_(domain) {}

  void run(const HeartShape& heart, const ChestShape& chest, const TissueSignal& tissue,
           const SmoothNoise& coarse, const SmoothNoise& fine, const Shading& shading, RandomStream noise,
           data::Case& out) const {
    const auto slices = std::int64_t(grid_.heights.size());
    std::vector<double> values(size_t(slices * grid_.rows * grid_.columns));
    out.label.emplace(slices, grid_.rows, grid_.columns);
    for (std::int64_t s = 0; s < slices; ++s) {
      const double height = grid_.heights[size_t(s)], part = 0.2 * domain_.slice_distance_mm;
      const AnatomySlice middle(heart, chest, tissue, coarse, fine, height);
      const AnatomySlice above(heart, chest, tissue, coarse, fine, height + part);
      const AnatomySlice below(heart, chest, tissue, coarse, fine, height - part);
      const auto slice = std::span(values).subspan(size_t(s * grid_.rows * grid_.columns),
                                                   size_t(grid_.rows * grid_.columns));
      for (std::int64_t r = 0; r < grid_.rows; ++r)
        for (std::int64_t c = 0; c < grid_.columns; ++c) {
          const double x = place(c, grid_.columns), y = place(r, grid_.rows);
          const double around = middle.chest_signal(x, y);
          slice[size_t(r * grid_.columns + c)] =
              0.5 * (above.signal(x, y, around) + below.signal(x, y, around)) * shading.at(x, y);
          out.label->at(s, r, c) = middle.label(x, y);
        }
      observe(slice, noise);
    }
    out.image = scale_by_percentiles(values, slices, grid_.rows, grid_.columns);
  }

 private:
  double place(std::int64_t i, std::int64_t n) const {
    return (double(i) - 0.5 * double(n - 1)) * domain_.spacing_mm;
  }

  void observe(std::span<double> slice, RandomStream& noise) const {
    blur(slice, grid_.rows, grid_.columns, domain_.resolution_mm / 2.355 / domain_.spacing_mm);
    for (double& v : slice)
      v = std::hypot(v + domain_.noise * noise.normal(), domain_.noise * noise.normal());
    blur(slice, grid_.rows, grid_.columns, 0.45);  // images are stored finer than they are measured
    for (double& v : slice) v = std::pow(v, domain_.brightness_power);
  }

  const Grid& grid_;
  const PhantomDomain& domain_;
};

data::Case make_header(int number, const char* frame, const Grid& grid, const PhantomDomain& domain) {
  data::Case c;
  c.patient = fmt::format("phantom{:03}", number);
  c.frame = frame;
  c.id = c.patient + "_" + frame;
  c.group = "NOR";
  c.vendor = "synthetic";
  c.spacing_mm = {domain.slice_distance_mm, domain.spacing_mm, domain.spacing_mm};
  c.original.shape = {std::int64_t(grid.heights.size()), grid.rows, grid.columns};
  c.original.spacing_mm = c.spacing_mm;
  const auto& s = c.spacing_mm;
  c.original.affine = {s[2], 0, 0, 0, 0, s[1], 0, 0, 0, 0, s[0], 0, 0, 0, 0, 1};
  return c;
}

}  // namespace

void PhantomDomain::describe(config::Visitor& v) {
  v.field({"contrast", "blood against myocardium, relative to usual", config::between(0.2, 2)}, contrast);
  v.field({"spacing_mm", "pixel spacing in plane, mm", config::between(0.5, 4)}, spacing_mm);
  v.field({"slice_distance_mm", "distance of slices, mm", config::between(3, 20)}, slice_distance_mm);
  v.field({"resolution_mm", "full width at half maximum of the point spread in plane, mm",
           config::between(0, 10)},
          resolution_mm);
  v.field({"noise", "standard deviation of each channel, relative to blood", config::between(0, 0.5)}, noise);
  v.field({"bias", "coil shading: log ratio of signals 150 mm apart", config::between(0, 2)}, bias);
  v.field({"brightness_power", "exponent of the intensity: below 1 brightens dark tissue",
           config::between(0.3, 3)},
          brightness_power);
}

const std::vector<std::pair<std::string, PhantomDomain>>& phantom_presets() {
  static const std::vector<std::pair<std::string, PhantomDomain>> presets = {
      {"standard", {}},
      {"low-field",
       {.contrast = 0.75, .resolution_mm = 2.8, .noise = 0.08, .bias = 0.15, .brightness_power = 0.9}},
      {"strong-shading", {.contrast = 0.9, .resolution_mm = 1.7, .noise = 0.03, .bias = 0.9}},
      {"other-vendor",
       {.contrast = 0.85,
        .slice_distance_mm = 8,
        .resolution_mm = 2.4,
        .noise = 0.045,
        .bias = 0.5,
        .brightness_power = 0.7}},
  };
  return presets;
}

std::array<data::Case, 2> make_phantom(std::uint64_t seed, int number, const PhantomDomain& domain) {
  auto anatomy = stream(seed, number, kAnatomy);
  const auto hearts = draw_heart(anatomy);
  const auto chest = draw_chest(anatomy);
  const SmoothNoise coarse(anatomy, 24), fine(anatomy, 7);
  auto scan = stream(seed, number, kScan);
  const Grid grid = draw_grid(scan, hearts[0], domain);
  const double strength = domain.bias * scan.uniform(0.7, 1.3), direction = scan.uniform(-2.9, -1.2);
  const Shading shading{strength * std::cos(direction), strength * std::sin(direction), -0.3 * strength};
  TissueSignal tissue;
  for (double* signal : {&tissue.fat, &tissue.muscle, &tissue.liver, &tissue.lung, &tissue.myocardium})
    *signal *= scan.uniform(0.9, 1.1);
  tissue.myocardium = tissue.blood - domain.contrast * (tissue.blood - tissue.myocardium);
  tissue.muscle = tissue.blood - domain.contrast * (tissue.blood - tissue.muscle);

  constexpr const char* kFrames[] = {"ED", "ES"};
  std::array<data::Case, 2> cases;
  for (size_t f = 0; f < 2; ++f) {
    cases[f] = make_header(number, kFrames[f], grid, domain);
    Scan(grid, domain)
        .run(hearts[f], chest, tissue, coarse, fine, shading, stream(seed, number, kNoise, std::uint32_t(f)),
             cases[f]);
  }
  return cases;
}

}  // namespace tandem::data_tools
