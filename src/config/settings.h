#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/visitor.h"

namespace tandem::config {

/// The settings of one experiment: a TOML file, the files it names as its `base`, and --set overrides, in
/// rising priority. Sections ("training") are read into config structs; a key that no struct asked for is an
/// error.
class Settings {
 public:
  Settings();
  ~Settings();
  Settings(Settings&&) noexcept;
  Settings& operator=(Settings&&) noexcept;

  /// Reads a file and its chain of `base = "other.toml"` (relative to the file). Errors carry
  /// file:line:column.
  static Settings from_file(const std::filesystem::path& file);
  /// Reads settings from text; origin stands for the file name in messages.
  static Settings from_text(const std::string& text, const std::string& origin);

  /// Lays the settings of another file over these; it may not have a `base` or a `name`.
  void lay_over(const std::filesystem::path& file);

  /// Applies "a.b=value"; value is TOML, or a bare word taken as text.
  void override_with(const std::string& assignment);

  /// Fills a struct from a section; absent keys keep their defaults. Wrong type, unknown word and value out
  /// of range are errors with place and the allowed values.
  template <class Config>
  void read(const std::string& section, Config& config) {
    const auto visitor = reader(section);
    config.describe(*visitor);
  }
  /// A top-level text key, or a default.
  std::string text(const std::string& key, const std::string& fallback);

  /// Error for the first key that nobody read, with the nearest known name. Call after the last read().
  void check_all_read() const;
  /// "file.toml:14:1", "--set", or "default": where a key ("training.epochs") got its value.
  std::string origin(const std::string& dotted_key) const;

 private:
  std::unique_ptr<Visitor> reader(const std::string& section);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One section as TOML text, every key with its value ("[training]\nepochs = 600\n...").
template <class Config>
std::string dump_section(const std::string& section, Config config);

/// Help lines of a section: key, default, range or words, meaning.
template <class Config>
std::string help_section(const std::string& section, Config config = {});

/// Visitors behind dump_section and help_section; text() gives what was gathered.
class TextVisitor : public Visitor {
 public:
  virtual std::string text() const = 0;
};
std::unique_ptr<TextVisitor> make_dumper(const std::string& section);
std::unique_ptr<TextVisitor> make_helper(const std::string& section);

template <class Config>
std::string dump_section(const std::string& section, Config config) {
  const auto visitor = make_dumper(section);
  config.describe(*visitor);
  return visitor->text();
}

template <class Config>
std::string help_section(const std::string& section, Config config) {
  const auto visitor = make_helper(section);
  config.describe(*visitor);
  return visitor->text();
}

}  // namespace tandem::config
