#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// The candidate nearest to a word by edit distance, or "" if none is near enough to be a likely typo.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// "9 h 41 min", "1 min 05 s", "4.1 s": a duration for people; input in seconds.
std::string format_duration(double seconds);

/// "2024-05-01T12:00:00Z", now.
std::string utc_now();

/// Words joined by a separator.
std::string join(const std::vector<std::string>& words, std::string_view separator);

/// "1 run", "3 runs".
std::string counted(std::size_t number, std::string_view noun);

/// Splits at a separator; "a,b" -> {a, b}; "" -> {}.
std::vector<std::string> split_words(std::string_view text, char separator);

/// JSON string literal with quotes and escapes.
std::string json_quote(std::string_view text);

}  // namespace tandem
