#include "config/parse_toml.h"

#include "base/error.h"

namespace tandem::config {

std::string place_of(const toml::source_region& source) {
  const std::string file = source.path ? *source.path : std::string("--set");
  if (file == "--set") return file;
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

toml::table parse_toml(const std::string& text, const std::string& origin) {
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    fail("{}\n  {}", error.description(), place_of(error.source()));
  }
}

}  // namespace tandem::config
