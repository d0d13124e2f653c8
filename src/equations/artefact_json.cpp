#include "equations/artefact_json.h"

#include <fmt/ranges.h>

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // silences a notice of Boost 1.74 about its own headers
#include <boost/property_tree/json_parser.hpp>
#include <charconv>
#include <sstream>

#include "base/error.h"
#include "base/text.h"

namespace tandem::equations {
namespace {

namespace pt = boost::property_tree;
constexpr const char* kProfile = "torchio-0.18";

// fmt writes the shortest decimal that reads back to the same float or double.
std::string members(const BiasField& b) {
  return fmt::format(R"("order": {}, "coefficients": [{}])", b.order, fmt::join(b.coefficients, ", "));
}

std::string members(const Ghosting& g) {
  return fmt::format(R"("num_ghosts": {}, "axis": {}, "intensity": {})", g.num_ghosts, g.axis, g.intensity);
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
  return fmt::format(R"("degrees": {}, "translation": {}, "times": [{}])", triples(degrees),
                     triples(translation), fmt::join(times, ", "));
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

Motion read_motion(const pt::ptree& tree) {
  const auto degrees = triples_at(tree, "degrees"), translation = triples_at(tree, "translation");
  const auto times = numbers<float>(entry(tree, "times"), "times");
  require(degrees.size() == times.size() && translation.size() == times.size(),
          "artefact parameters: {} rows of degrees, {} of translation and {} times must be equally many",
          degrees.size(), translation.size(), times.size());
  Motion motion;
  for (size_t q = 0; q < times.size(); ++q)
    motion.movements.push_back({degrees[q], translation[q], times[q]});
  return motion;
}

}  // namespace

std::string to_json(const Artefact& artefact) {
  return fmt::format(R"({{"kind": "{}", "profile": "{}", {}}})", kind_of(artefact), kProfile,
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
  require(profile == kProfile, "artefact parameters of profile '{}'; this program knows {}", profile,
          kProfile);
  if (kind == "bias")
    return BiasField{number_at<int>(tree, "order"),
                     numbers<double>(entry(tree, "coefficients"), "coefficients")};
  if (kind == "ghosting")
    return Ghosting{number_at<std::int64_t>(tree, "num_ghosts"), number_at<int>(tree, "axis"),
                    number_at<double>(tree, "intensity")};
  if (kind == "spike")
    return Spike{triples_at(tree, "spikes_positions"), number_at<double>(tree, "intensity")};
  if (kind == "motion") return read_motion(tree);
  fail("artefact parameters of unknown kind '{}'; kinds: {}", kind, join(kArtefactKinds, ", "));
}

}  // namespace tandem::equations
