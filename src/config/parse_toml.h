#pragma once
#include <toml++/toml.h>

#include <string>

namespace tandem::config {

/// "file.toml:14:1": where something stands, for messages; "--set" for overrides of the command line.
std::string place_of(const toml::source_region& source);

/// A value as TOML on one line, shortened where it is long; for messages.
std::string text_of(const toml::node& node);

/// Parses TOML; a syntax error is an Error with its place. origin stands for the file name in messages.
toml::table parse_toml(const std::string& text, const std::string& origin);

}  // namespace tandem::config
