#include "config/settings.h"

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "config/format.h"
#include "config/parse_toml.h"

namespace tandem::config {
struct Settings::Impl {
  struct Value {
    std::unique_ptr<toml::node> node;
    std::string place;      // of the value, for type and range errors
    std::string key_place;  // of the key, for unknown keys
  };
  std::map<std::string, Value> values;  // by dotted key
  std::set<std::string> known;

  /// What an unknown key could have been meant to be: a near one of its section, or of all, or the section's.
  std::string hint_for(const std::string& key) const {
    const std::string section = key.substr(0, key.rfind('.') + 1);
    std::vector<std::string> names;
    for (const auto& other : known)
      if (!section.empty() && other.starts_with(section)) names.push_back(other.substr(section.size()));
    const auto near = names.empty() ? nearest_name(key, {known.begin(), known.end()})
                                    : nearest_name(key.substr(section.size()), names);
    if (!near.empty()) return fmt::format(" (did you mean '{}'?)", names.empty() ? near : section + near);
    return names.empty() ? "" : fmt::format("; the keys of its section are {}", join(names, ", "));
  }

  void take(const toml::table& table, const std::string& prefix, bool replace) {
    for (auto&& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (const auto* child = node.as_table()) {
        take(*child, name + ".", replace);
        continue;
      }
      if (!replace && values.count(name)) continue;
      values[name] = Value{node.visit([](auto&& n) -> std::unique_ptr<toml::node> {
                             return std::make_unique<std::remove_cvref_t<decltype(n)>>(n);
                           }),
                           place_of(node.source()), place_of(key.source())};
    }
  }
};

Settings::Settings() : impl_(std::make_unique<Impl>()) {}
Settings::~Settings() = default;
Settings::Settings(Settings&&) noexcept = default;
Settings& Settings::operator=(Settings&&) noexcept = default;

Settings Settings::from_file(const std::filesystem::path& file) {
  Settings settings;
  std::filesystem::path next = file;
  for (int depth = 0; !next.empty(); ++depth) {
    require(depth < 8, "{}: more than 8 files name each other as 'base'; is there a circle?", file.string());
    const auto table = parse_toml(read_text_file(next), next.string());
    const auto base = table["base"].value<std::string>();
    require(base || !table.contains("base"), "'base' must be the name of a TOML file\n  {}", next.string());
    // Nearer files come first, so that a key already there wins over the base.
    settings.impl_->take(table, "", /*replace=*/false);
    next = base ? next.parent_path() / *base : std::filesystem::path();
  }
  settings.impl_->values.erase("base");
  return settings;
}

Settings Settings::from_text(const std::string& text, const std::string& origin) {
  Settings settings;
  settings.impl_->take(parse_toml(text, origin), "", true);
  return settings;
}

void Settings::lay_over(const std::filesystem::path& file) {
  const auto table = parse_toml(read_text_file(file), file.string());
  for (const char* key : {"base", "name"})
    require(!table.contains(key), "{} is laid over other settings and cannot have a '{}'", file.string(),
            key);
  impl_->take(table, "", /*replace=*/true);
}

void Settings::override_with(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  require(equals != std::string::npos && equals > 0, "--set {}: expected key=value", assignment);
  const std::string key = assignment.substr(0, equals), value = assignment.substr(equals + 1);
  toml::table table;
  try {
    table = toml::parse(key + " = " + value, std::string("--set"));
  } catch (const toml::parse_error&) {
    require(
        value.empty() || std::string("[{\"'").find(value[0]) == std::string::npos,
        "--set {}: '{}' is not TOML; the shell may have taken its quotes. Write --set '{}=[\"a\", \"b\"]'",
        assignment, value, key);
    table = parse_toml(key + " = " + quote_toml(value), "--set");  // a bare word: text without quotes
  }
  impl_->take(table, "", true);
}

std::string Settings::origin(const std::string& key) const {
  const auto found = impl_->values.find(key);
  return found == impl_->values.end() ? "default" : found->second.place;
}

std::string Settings::text(const std::string& key, const std::string& fallback) {
  impl_->known.insert(key);
  const auto found = impl_->values.find(key);
  if (found == impl_->values.end()) return fallback;
  const auto value = found->second.node->value<std::string>();
  require(value.has_value(), "'{}' must be text, not {}\n  {}", key, text_of(*found->second.node),
          found->second.place);
  return *value;
}

void Settings::check_all_read() const {
  for (const auto& [key, value] : impl_->values) {
    if (impl_->known.count(key)) continue;
    fail("unknown key '{}'{}\n  {}", key, impl_->hint_for(key), value.key_place);
  }
}

namespace {

/// Fills fields from the values of one section.
class Reader : public Visitor {
 public:
  using Lookup = std::function<const toml::node*(const std::string& key, std::string& place)>;
  Reader(std::string section, Lookup lookup) : section_(std::move(section)), lookup_(std::move(lookup)) {}

  void field(const Key& key, bool& value) override { take(key, value, "true or false"); }
  void field(const Key& key, std::int64_t& value) override {
    if (take(key, value, "a whole number")) check_range(key, double(value));
  }
  void field(const Key& key, double& value) override {
    if (take(key, value, "a number")) check_range(key, value);
  }
  void field(const Key& key, std::string& value) override {
    if (take(key, value, "text")) check_words(key, value);
  }
  void field(const Key& key, std::vector<std::string>& value) override {
    if (take_list(key, value, "a list of texts"))
      for (const auto& word : value) check_words(key, word);
  }
  void field(const Key& key, std::vector<double>& value) override {
    if (take_list(key, value, "a list of numbers"))
      for (const double number : value) check_range(key, number);
  }

 private:
  const toml::node* find(const Key& key) { return lookup_(full(key), place_); }
  std::string full(const Key& key) const { return section_ + "." + std::string(key.name); }

  template <class T>
  bool take(const Key& key, T& value, const char* wanted) {
    const auto* node = find(key);
    if (!node) return false;
    // A whole number is accepted for a number; nothing else is converted.
    const auto got = std::is_same_v<T, double> ? node->value<T>() : node->value_exact<T>();
    require(got.has_value(), "'{}' must be {}, not {}\n  {}", full(key), wanted, text_of(*node), place_);
    value = *got;
    return true;
  }

  template <class T>
  bool take_list(const Key& key, std::vector<T>& value, const char* wanted) {
    const auto* node = find(key);
    if (!node) return false;
    value.clear();
    if (const auto single = node->value<T>()) return value.push_back(*single), true;
    const auto* array = node->as_array();
    require(array != nullptr, "'{}' must be {}, not {}\n  {}", full(key), wanted, text_of(*node), place_);
    for (const auto& element : *array) {
      const auto got = element.template value<T>();
      require(got.has_value(), "'{}' must be {}, not {}\n  {}", full(key), wanted, text_of(*node), place_);
      value.push_back(*got);
    }
    return true;
  }

  void check_range(const Key& key, double value) {
    const Range& r = key.range;
    const bool low_good = r.low_excluded ? value > r.low : value >= r.low;
    const bool high_good = r.high_excluded ? value < r.high : value <= r.high;
    require(low_good && high_good && std::isfinite(value), "'{}' = {} is out of range, allowed: {}\n  {}",
            full(key), value, format_range(r), place_);
  }

  void check_words(const Key& key, const std::string& value) {
    if (key.choices.empty()) return;
    if (std::find(key.choices.begin(), key.choices.end(), value) != key.choices.end()) return;
    const std::string near = nearest_name(value, key.choices);
    const std::string hint = near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
    fail("'{}' = '{}' is not one of {}{}\n  {}", full(key), value, join(key.choices, ", "), hint, place_);
  }

  std::string section_, place_;
  Lookup lookup_;
};

}  // namespace

std::unique_ptr<Visitor> Settings::reader(const std::string& section) {
  return std::make_unique<Reader>(section,
                                  [this](const std::string& key, std::string& place) -> const toml::node* {
                                    impl_->known.insert(key);
                                    const auto found = impl_->values.find(key);
                                    if (found == impl_->values.end()) return nullptr;
                                    place = found->second.place;
                                    return found->second.node.get();
                                  });
}

}  // namespace tandem::config
