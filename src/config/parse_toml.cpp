#include "config/parse_toml.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace tandem::config {

std::string place_of(const toml::source_region& source) {
  const std::string file = source.path ? *source.path : std::string("--set");
  if (file == "--set") return file;
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

std::string text_of(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  std::string text = out.str();
  std::ranges::replace(text, '\n', ' ');
  constexpr size_t kLongest = 40;
  return text.size() <= kLongest ? text : text.substr(0, kLongest - 3) + "...";
}

toml::table parse_toml(const std::string& text, const std::string& origin) {
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    fail("{}\n  {}", error.description(), place_of(error.source()));
  }
}

}  // namespace tandem::config
