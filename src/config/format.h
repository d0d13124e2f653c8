#pragma once
#include <string>

#include "config/visitor.h"

namespace tandem::config {

/// A TOML basic string with quotes and escapes.
std::string quote_toml(const std::string& text);

/// "0 to 1", "above 0", "any": a range for people.
std::string format_range(const Range& range);

/// The shortest decimal that reads back to the same double, always with a point or exponent ("0.0001",
/// "2.0").
std::string format_number(double value);

}  // namespace tandem::config
