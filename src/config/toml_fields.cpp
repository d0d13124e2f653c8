#include "config/toml_fields.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "config/format.h"
#include "config/parse_toml.h"

namespace tandem::config {

struct TomlFields::Impl {
  std::shared_ptr<const toml::table> document;  // keeps `table` alive
  const toml::table* table;
  std::string prefix;  // "row." in messages
  std::set<std::string> known;

  const toml::node* find(const std::string& key) {
    known.insert(key);
    return table->get(key);
  }
  std::string name(const std::string& key) const { return prefix + key; }
};

TomlFields::TomlFields(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TomlFields::~TomlFields() = default;
TomlFields::TomlFields(TomlFields&&) noexcept = default;
TomlFields& TomlFields::operator=(TomlFields&&) noexcept = default;

TomlFields TomlFields::from_file(const std::filesystem::path& file) {
  return from_text(read_text_file(file), file.string());
}

TomlFields TomlFields::from_text(const std::string& text, const std::string& origin) {
  const auto document = std::make_shared<const toml::table>(parse_toml(text, origin));
  return TomlFields(std::unique_ptr<Impl>(new Impl{document, document.get(), "", {}}));
}

bool TomlFields::has(const std::string& key) { return impl_->find(key) != nullptr; }

std::string TomlFields::text(const std::string& key) {
  require(has(key), "'{}' is missing\n  {}", impl_->name(key), place());
  const std::string value = text(key, "");
  require(!value.empty(), "'{}' is empty\n  {}", impl_->name(key), place(key));
  return value;
}

std::string TomlFields::text(const std::string& key, const std::string& fallback) {
  const auto* node = impl_->find(key);
  if (!node) return fallback;
  const auto value = node->value_exact<std::string>();
  require(value.has_value(), "'{}' must be text, not {}\n  {}", impl_->name(key), text_of(*node), place(key));
  return *value;
}

std::int64_t TomlFields::integer(const std::string& key, std::int64_t fallback, const Range& range) {
  const auto* node = impl_->find(key);
  if (!node) return fallback;
  const auto value = node->value_exact<std::int64_t>();
  require(value.has_value(), "'{}' must be a whole number, not {}\n  {}", impl_->name(key), text_of(*node),
          place(key));
  require(double(*value) >= range.low && double(*value) <= range.high,
          "'{}' = {} is out of range, allowed: {}\n  {}", impl_->name(key), *value, format_range(range),
          place(key));
  return *value;
}

double TomlFields::number(const std::string& key, double fallback) {
  const auto* node = impl_->find(key);
  if (!node) return fallback;
  const auto value = node->value<double>();
  require(value.has_value(), "'{}' must be a number\n  {}", impl_->name(key), place(key));
  return *value;
}

template <class T>
std::vector<T> TomlFields::list(const std::string& key, const char* what) {
  const auto* node = impl_->find(key);
  if (!node) return {};
  const auto* array = node->as_array();
  require(array != nullptr, "'{}' must be a list of {}, not {}\n  {}", impl_->name(key), what, text_of(*node),
          place(key));
  std::vector<T> values;
  for (const auto& element : *array) {
    // value() converts whole numbers to floating point, and nothing to text.
    const auto value = element.template value<T>();
    require(value.has_value(), "'{}' must be a list of {}, not {}\n  {}", impl_->name(key), what,
            text_of(*node), place_of(element.source()));
    values.push_back(*value);
  }
  return values;
}

std::vector<std::string> TomlFields::texts(const std::string& key) { return list<std::string>(key, "texts"); }

std::vector<double> TomlFields::numbers(const std::string& key) { return list<double>(key, "numbers"); }

std::vector<TomlFields> TomlFields::tables(const std::string& key) {
  const auto* node = impl_->find(key);
  if (!node) return {};
  const auto* array = node->as_array();
  require(array != nullptr && array->is_homogeneous<toml::table>(), "'{}' must be tables, [[{}]]\n  {}",
          impl_->name(key), impl_->name(key), place(key));
  std::vector<TomlFields> out;
  for (const auto& element : *array)
    out.push_back(TomlFields(
        std::unique_ptr<Impl>(new Impl{impl_->document, element.as_table(), impl_->name(key) + ".", {}})));
  return out;
}

namespace {

/// A value as TOML on one line, so that it can stand behind "key = ".
std::string as_toml(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return quote_toml(*text);
  if (const auto number = node.value_exact<double>()) return format_number(*number);
  std::ostringstream out;
  if (const auto* array = node.as_array()) {
    std::vector<std::string> elements;
    for (const auto& element : *array) elements.push_back(as_toml(element));
    out << '[' << join(elements, ", ") << ']';
  } else {
    out << toml::toml_formatter(node);
  }
  return out.str();
}

void flatten(const std::string& key, const toml::node& node, std::vector<TomlSetting>& out) {
  if (const auto* table = node.as_table()) {
    for (auto&& [inner, value] : *table)
      flatten(key.empty() ? std::string(inner.str()) : key + "." + std::string(inner.str()), value, out);
    return;
  }
  TomlSetting setting{key,
                      as_toml(node),
                      {},
                      node.is_array(),
                      place_of(node.source()),
                      {node.source().begin.line, node.source().begin.column}};
  if (const auto* array = node.as_array())
    for (const auto& element : *array) setting.elements.push_back(as_toml(element));
  out.push_back(std::move(setting));
}

}  // namespace

std::vector<TomlSetting> TomlFields::settings(const std::string& key) {
  std::vector<TomlSetting> out;
  const toml::node* node = key.empty() ? impl_->table : impl_->find(key);
  if (node) flatten("", *node, out);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return out;
}

int TomlFields::word_index(const std::string& key, const std::vector<std::string>& words) {
  if (!has(key)) return -1;
  const std::string word = text(key);
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return int(found - words.begin());
  const std::string near = nearest_name(word, words);
  fail("'{}' = '{}' is not one of {}{}\n  {}", impl_->name(key), word, join(words, ", "),
       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), place(key));
}

std::string TomlFields::place(const std::string& key) const {
  const auto* node = key.empty() ? nullptr : impl_->table->get(key);
  return place_of(node ? node->source() : impl_->table->source());
}

void TomlFields::check_all_read() const {
  for (auto&& [key, node] : *impl_->table) {
    const std::string name(key.str());
    if (impl_->known.count(name)) continue;
    const std::string near = nearest_name(name, {impl_->known.begin(), impl_->known.end()});
    fail("unknown key '{}'{}\n  {}", impl_->name(name),
         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", impl_->name(near)), place_of(key.source()));
  }
}

}  // namespace tandem::config
