#include "equations/severity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "equations/artefact_sampling.h"

namespace tandem::equations {
namespace {

double strength(const std::string& kind, const std::string& parameter, int level) {
  for (const auto& row : severity_grid())
    if (row.kind == kind && row.parameter == parameter) return row.at[size_t(level - 1)];
  fail_system("no severity of {} {}", kind, parameter);
}

std::uint64_t seed_from(const WordSource& words) {
  const std::uint64_t high = words();
  return high << 32 | words();
}

}  // namespace

std::span<const SeverityRow> severity_grid() {
  static const std::vector<SeverityRow> kGrid = {
      {"bias", "coefficients", {0.3, 0.6, 0.9, 1.2, 1.5}, "drawn from +- this"},
      {"ghosting", "num_ghosts", {3, 5, 7, 9, 11}, "along rows or columns"},
      {"ghosting", "intensity", {0.5, 1, 1.5, 2, 2.5}, "of the scaled planes; negative values to 0"},
      {"motion", "degrees", {1, 2, 3, 4, 5}, "drawn from +- this"},
      {"motion", "translation", {2, 4, 6, 8, 10}, "voxels, drawn from +- this; negative values to 0"},
      {"motion", "movements", {2, 4, 6, 8, 10}, "number of them"},
      {"spike", "intensity", {0.6, 1.2, 1.8, 2.4, 3}, "our choice: up to TorchIO's strongest"},
      {"rician",
       "relative_deviation",
       {0.16, 0.32, 0.48, 0.64, 0.8},
       "of the noise, in deviations of the volume"},
      {"blur", "sigma", {0.8, 1.6, 2.4, 3.2, 4}, "pixels, within slices"},
      {"downsampling", "factor", {2.8, 4.6, 6.4, 8.2, 10}, "along rows or columns"},
      {"gamma_down", "exponent", {0.86, 0.72, 0.58, 0.44, 0.3}, "contrast compressed"},
      {"gamma_up", "exponent", {1.4, 1.8, 2.2, 2.6, 3}, "contrast expanded"},
      {"pose", "degrees", {6, 12, 18, 24, 30}, "drawn from +- this; moves the label"},
      {"pose", "shift", {8, 16, 24, 32, 40}, "pixels, drawn from +- this"}};
  return kGrid;
}

std::vector<std::string> severity_kinds() {
  std::vector<std::string> kinds;
  for (const auto& row : severity_grid())
    if (kinds.empty() || kinds.back() != row.kind) kinds.push_back(row.kind);
  return kinds;
}

bool is_fixed_by_level(const std::string& kind) { return kind == "blur" || kind.starts_with("gamma"); }

Artefact artefact_at_severity(const std::string& kind, int level, const WordSource& words) {
  require(level >= 1 && level <= kSeverityLevels, "severity {}: levels are 1 to {}", level, kSeverityLevels);
  const auto at = [&](const char* parameter) { return strength(kind, parameter, level); };
  // A draw from +-1, times the level's strength.
  const auto symmetric = [&](double half_width) { return half_width * double(torch_uniform(words, -1, 1)); };
  if (kind == "bias") {
    BiasField bias;
    for (int q = 0; q < 20; ++q) bias.coefficients.push_back(symmetric(at("coefficients")));
    return bias;
  }
  if (kind == "ghosting")
    return Ghosting{std::int64_t(at("num_ghosts")), int(torch_integer(words, 1, 3)), at("intensity"), true};
  if (kind == "motion") {
    auto motion = sample_motion(words, float(at("degrees")), float(at("translation")), int(at("movements")));
    motion.floor = true;
    return motion;
  }
  if (kind == "spike") {
    auto spike = sample_spike(words);
    spike.intensity = at("intensity");
    return spike;
  }
  if (kind == "rician") return RicianNoise{at("relative_deviation"), seed_from(words)};
  if (kind == "blur") return GaussianBlur{at("sigma")};
  if (kind == "downsampling") return Downsampling{int(torch_integer(words, 1, 3)), at("factor")};
  if (kind == "gamma_down" || kind == "gamma_up") return Gamma{at("exponent")};
  if (kind == "pose") {
    const double degrees = symmetric(at("degrees")), rows = symmetric(at("shift"));
    return Pose{degrees, rows, symmetric(at("shift"))};
  }
  const auto near = nearest_name(kind, severity_kinds());
  fail("there is no corruption '{}' with levels{}; kinds: {}", kind,
       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), join(severity_kinds(), ", "));
}

double severity_weight(double level) { return std::pow(2.0 / 3.0, level); }

double severity_weighted_mean(std::span<const SeverityScore> scores) {
  double sum = 0, weights = 0;
  for (const auto& [level, score] : scores) {
    sum += severity_weight(level) * score;
    weights += severity_weight(level);
  }
  return sum / weights;
}

double severity_degradation(std::span<const SeverityScore> scores) {
  const auto clean = std::ranges::find(scores, 0.0, &SeverityScore::level);
  if (clean == scores.end()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0, weights = 0;
  for (const auto& [level, score] : scores) {
    if (level == 0) continue;
    sum += severity_weight(level) * (clean->score - score);
    weights += severity_weight(level);
  }
  return sum / weights;
}

}  // namespace tandem::equations
