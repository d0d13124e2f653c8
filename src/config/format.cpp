#include "config/format.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "config/settings.h"

namespace tandem::config {

std::string quote_toml(const std::string& text) { return json_quote(text); }

std::string format_range(const Range& r) {
  const bool low = std::isfinite(r.low), high = std::isfinite(r.high);
  if (low && high)
    return fmt::format("{} {} to {}{}", r.low_excluded ? "above" : "from", r.low,
                       r.high_excluded ? "below " : "", r.high);
  if (low) return fmt::format("{} {}", r.low_excluded ? "above" : "at least", r.low);
  if (high) return fmt::format("{} {}", r.high_excluded ? "below" : "at most", r.high);
  return "any";
}

std::string format_number(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

namespace {

template <class T>
std::string format_value(const T& value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_same_v<T, double>)
    return format_number(value);
  else if constexpr (std::is_same_v<T, std::string>)
    return quote_toml(value);
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return fmt::format("{}", value);
  else {
    std::vector<std::string> parts;
    for (const auto& element : value) parts.push_back(format_value(element));
    return "[" + join(parts, ", ") + "]";
  }
}

/// A visitor that does the same for every type of field.
template <class Derived>
class UniformVisitor : public TextVisitor {
 public:
  void field(const Key& key, bool& value) override { self().add(key, value); }
  void field(const Key& key, std::int64_t& value) override { self().add(key, value); }
  void field(const Key& key, double& value) override { self().add(key, value); }
  void field(const Key& key, std::string& value) override { self().add(key, value); }
  void field(const Key& key, std::vector<std::string>& value) override { self().add(key, value); }
  void field(const Key& key, std::vector<double>& value) override { self().add(key, value); }
  std::string text() const override { return text_; }

 protected:
  Derived& self() { return static_cast<Derived&>(*this); }
  std::string text_;
};

class Dumper : public UniformVisitor<Dumper> {
 public:
  explicit Dumper(const std::string& section) { text_ = fmt::format("[{}]\n", section); }
  template <class T>
  void add(const Key& key, const T& value) {
    text_ += fmt::format("{} = {}\n", key.name, format_value(value));
  }
};

class Helper : public UniformVisitor<Helper> {
 public:
  explicit Helper(const std::string& section) : section_(section) {}
  template <class T>
  void add(const Key& key, const T& value) {
    std::string limits;
    if (!key.choices.empty())
      limits = join(key.choices, " | ");
    else if (format_range(key.range) != "any")
      limits = format_range(key.range);
    text_ +=
        fmt::format("  {:<34} {}{}\n  {:<34}   default {}\n", section_ + "." + std::string(key.name),
                    key.help, limits.empty() ? "" : fmt::format(" ({})", limits), "", format_value(value));
  }

 private:
  std::string section_;
};

}  // namespace

std::unique_ptr<TextVisitor> make_dumper(const std::string& section) {
  return std::make_unique<Dumper>(section);
}
std::unique_ptr<TextVisitor> make_helper(const std::string& section) {
  return std::make_unique<Helper>(section);
}

}  // namespace tandem::config
