#include "equations/artefact_json.h"

#include <fmt/ranges.h>

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // silences a notice of Boost 1.74 about its own headers
#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <charconv>
#include <sstream>

#include "base/error.h"
#include "base/text.h"

namespace tandem::equations {
namespace {

namespace pt = boost::property_tree;
/// Whose rules an artefact follows: TorchIO's for those of ACDC-C, else ours.
const char* profile_of(const std::string& kind) {
  return std::ranges::count(kArtefactKinds, kind) ? "torchio-0.18" : "tandem-1";
}

// fmt writes the shortest decimal that reads back to the same float or double.
std::string members(const BiasField& b) {
  return fmt::format(R"("order": {}, "coefficients": [{}])", b.order, fmt::join(b.coefficients, ", "));
}

/// Only where there is one, so that files of ACDC-C stay as they were.
std::string floor_member(bool floor) { return floor ? ", \"floor\": 0" : ""; }

std::string members(const Ghosting& g) {
  return fmt::format(R"("num_ghosts": {}, "axis": {}, "intensity": {}{})", g.num_ghosts, g.axis, g.intensity,
                     floor_member(g.floor));
}

std::string triples(const std::vector<std::array<float, 3>>& values) {
  std::vector<std::string> rows;
  for (const auto& v : values) rows.push_back(fmt::format("[{}]", fmt::join(v, ", ")));
  return "[" + join(rows, ", ") + "]";
}

std::string members(const Spike& s) {
  return fmt::format(R"("spikes_positions": {}, "intensity": {})", triples(s.positions), s.intensity);
}

std::string members(const Motion& m) {
  std::vector<std::array<float, 3>> degrees, translation;
  std::vector<float> times;
  for (const auto& movement : m.movements) {
    degrees.push_back(movement.degrees);
    translation.push_back(movement.translation);
    times.push_back(movement.time);
  }
  return fmt::format(R"("degrees": {}, "translation": {}, "times": [{}]{})", triples(degrees),
                     triples(translation), fmt::join(times, ", "), floor_member(m.floor));
}

std::string members(const RicianNoise& n) {
  return fmt::format(R"("relative_deviation": {}, "seed": {})", n.relative_deviation, n.seed);
}
std::string members(const GaussianBlur& b) { return fmt::format(R"("sigma": {})", b.sigma); }
std::string members(const Downsampling& d) {
  return fmt::format(R"("axis": {}, "factor": {})", d.axis, d.factor);
}
std::string members(const Gamma& g) { return fmt::format(R"("exponent": {})", g.exponent); }
std::string members(const Pose& p) {
  return fmt::format(R"("degrees": {}, "shift_rows": {}, "shift_columns": {})", p.degrees, p.shift_rows,
                     p.shift_columns);
}

template <class T>
T number(const pt::ptree& node, const char* name) {
  const std::string text = node.data();
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(),
          "'{}' in artefact parameters: '{}' is no number", name, text);
  return value;
}

const pt::ptree& entry(const pt::ptree& tree, const char* name) {
  const auto found = tree.find(name);
  require(found != tree.not_found(), "artefact parameters have no entry '{}'", name);
  return found->second;
}

template <class T>
T number_at(const pt::ptree& tree, const char* name) {
  return number<T>(entry(tree, name), name);
}

template <class T>
std::vector<T> numbers(const pt::ptree& node, const char* name) {
  std::vector<T> out;
  for (const auto& [key, child] : node) out.push_back(number<T>(child, name));
  return out;
}

std::vector<std::array<float, 3>> triples_at(const pt::ptree& tree, const char* name) {
  std::vector<std::array<float, 3>> out;
  for (const auto& [key, child] : entry(tree, name)) {
    const auto values = numbers<float>(child, name);
    require(values.size() == 3, "'{}' in artefact parameters: expected 3 numbers in a row, got {}", name,
            values.size());
    out.push_back({values[0], values[1], values[2]});
  }
  return out;
}

bool has_floor(const pt::ptree& tree) { return tree.count("floor") > 0; }

Motion read_motion(const pt::ptree& tree) {
  const auto degrees = triples_at(tree, "degrees"), translation = triples_at(tree, "translation");
  const auto times = numbers<float>(entry(tree, "times"), "times");
  require(degrees.size() == times.size() && translation.size() == times.size(),
          "artefact parameters: {} rows of degrees, {} of translation and {} times must be equally many",
          degrees.size(), translation.size(), times.size());
  Motion motion{{}, has_floor(tree)};
  for (size_t q = 0; q < times.size(); ++q)
    motion.movements.push_back({degrees[q], translation[q], times[q]});
  return motion;
}

Artefact read_artefact(const std::string& kind, const pt::ptree& tree) {
  if (kind == "bias")
    return BiasField{number_at<int>(tree, "order"),
                     numbers<double>(entry(tree, "coefficients"), "coefficients")};
  if (kind == "ghosting")
    return Ghosting{number_at<std::int64_t>(tree, "num_ghosts"), number_at<int>(tree, "axis"),
                    number_at<double>(tree, "intensity"), has_floor(tree)};
  if (kind == "spike")
    return Spike{triples_at(tree, "spikes_positions"), number_at<double>(tree, "intensity")};
  return read_motion(tree);
}

Artefact read_degradation(const std::string& kind, const pt::ptree& tree) {
  const auto value = [&](const char* name) { return number_at<double>(tree, name); };
  if (kind == "rician")
    return RicianNoise{value("relative_deviation"), number_at<std::uint64_t>(tree, "seed")};
  if (kind == "blur") return GaussianBlur{value("sigma")};
  if (kind == "downsampling") return Downsampling{number_at<int>(tree, "axis"), value("factor")};
  if (kind == "gamma") return Gamma{value("exponent")};
  return Pose{value("degrees"), value("shift_rows"), value("shift_columns")};
}

}  // namespace

std::string to_json(const Artefact& artefact, int severity) {
  const std::string level = severity == 0 ? "" : fmt::format(R"("severity": {}, )", severity);
  return fmt::format(R"({{"kind": "{}", "profile": "{}", {}{}}})", kind_of(artefact),
                     profile_of(kind_of(artefact)), level,
                     std::visit([](const auto& parameters) { return members(parameters); }, artefact));
}

Artefact artefact_from_json(const std::string& json) {
  pt::ptree tree;
  try {
    std::istringstream stream(json);
    pt::read_json(stream, tree);
  } catch (const pt::ptree_error& error) {
    fail("artefact parameters are not JSON: {} in '{}'", error.what(), json.substr(0, 200));
  }
  const std::string kind = entry(tree, "kind").data(), profile = entry(tree, "profile").data();
  require(std::ranges::count(kCorruptionKinds, kind) > 0,
          "artefact parameters of unknown kind '{}'; kinds: {}", kind, join(kCorruptionKinds, ", "));
  require(profile == profile_of(kind), "artefact parameters of profile '{}'; this program knows {}", profile,
          profile_of(kind));
  return std::ranges::count(kArtefactKinds, kind) ? read_artefact(kind, tree) : read_degradation(kind, tree);
}

}  // namespace tandem::equations
