#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::config {

/// The allowed interval of a number; the ends are included unless said otherwise.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false, high_excluded = false;
};
inline Range at_least(double low) { return {.low = low}; }
inline Range between(double low, double high) { return {.low = low, .high = high}; }
inline Range above(double low) { return {.low = low, .low_excluded = true}; }

/// What a key is: written once, in the describe() of its config struct; the member's initialiser is the
/// default.
struct Key {
  std::string_view name, help;
  Range range = {};
  std::vector<std::string> choices = {};  // for text: the allowed words; empty = any
};

/// Walks over the fields of a config struct; reading, dumping and help are visitors.
///
/// A config struct has `void describe(config::Visitor& v)` that names each field once.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void field(const Key& key, bool& value) = 0;
  virtual void field(const Key& key, std::int64_t& value) = 0;
  virtual void field(const Key& key, double& value) = 0;
  virtual void field(const Key& key, std::string& value) = 0;
  virtual void field(const Key& key, std::vector<std::string>& value) = 0;
  virtual void field(const Key& key, std::vector<double>& value) = 0;

  /// An enum as one of some words, so that code after reading never sees the text.
  template <class Enum>
  void choice(std::string_view name, Enum& value, const std::vector<std::pair<std::string, Enum>>& words,
              std::string_view help) {
    Key key{name, help};
    std::string text;
    for (const auto& [word, meaning] : words) {
      key.choices.push_back(word);
      if (meaning == value) text = word;
    }
    field(key, text);
    for (const auto& [word, meaning] : words)
      if (word == text) value = meaning;
  }
};

}  // namespace tandem::config
