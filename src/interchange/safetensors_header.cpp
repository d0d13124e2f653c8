#include "interchange/safetensors_header.h"

#include <fmt/ranges.h>

#include <charconv>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace tandem::interchange {
namespace {

/// Reads the few forms of JSON that a header is made of. No recursion: the grammar has three levels.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Header read() {
    Header header;
    std::set<std::string> names;
    each_member([&](const std::string& name) {
      if (!names.insert(name).second) wrong(fmt::format("'{}' is there twice", name));
      if (names.size() > kMaxTensors) wrong(fmt::format("more than {} tensors", kMaxTensors));
      if (name == "__metadata__")
        each_member([&](const std::string& key) { header.metadata[key] = string(); });
      else
        header.entries.push_back(entry(name));
    });
    skip_space();
    if (at_ != text_.size()) wrong("text after the closing brace");
    return header;
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    fail("the header is faulty at byte {}: {}", at_, what);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  void expect(char wanted) {
    skip_space();
    if (peek() != wanted) wrong(fmt::format("'{}' expected", wanted));
    ++at_;
  }
  bool skip(char maybe) {
    skip_space();
    if (peek() != maybe) return false;
    ++at_;
    return true;
  }

  template <class Visit>
  void each_member(const Visit& visit) {
    expect('{');
    if (skip('}')) return;
    do {
      const auto key = string();
      expect(':');
      visit(key);
    } while (skip(','));
    expect('}');
  }

  std::string string() {
    expect('"');
    std::string out;
    while (peek() != '"') {
      if (at_ >= text_.size()) wrong("a string does not end");
      if (static_cast<unsigned char>(peek()) < 0x20) wrong("a control character in a string");
      if (peek() != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      escape(out);
    }
    ++at_;
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view kMarks = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    const char mark = peek();
    ++at_;
    if (const auto found = kMarks.find(mark); mark != '\0' && found != std::string_view::npos)
      out += kMeant[found];
    else if (mark == 'u')
      append_utf8(out, code_point());
    else
      wrong("an unknown escape in a string");
  }

  unsigned hex4() {
    unsigned value = 0;
    const auto digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) wrong("\\u without 4 digits");
    at_ += 4;
    return value;
  }

  unsigned code_point() {
    const unsigned first = hex4();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first > 0xDBFF || text_.substr(at_, 2) != "\\u") wrong("half of a surrogate pair");
    at_ += 2;
    const unsigned second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) wrong("half of a surrogate pair");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  static void append_utf8(std::string& out, unsigned code) {
    const auto tail = [&](int shift) { out += char(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
      out += char(code);
    } else if (code < 0x800) {
      out += char(0xC0 | (code >> 6)), tail(0);
    } else if (code < 0x10000) {
      out += char(0xE0 | (code >> 12)), tail(6), tail(0);
    } else {
      out += char(0xF0 | (code >> 18)), tail(12), tail(6), tail(0);
    }
  }

  std::int64_t whole_number() {
    skip_space();
    std::int64_t value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) wrong("a whole number from 0 to 2^63 - 1 expected");
    at_ += size_t(end - begin);
    if (std::string_view(".eE").find(peek()) != std::string_view::npos) wrong("a whole number expected");
    return value;
  }

  std::vector<std::int64_t> numbers(size_t most) {
    std::vector<std::int64_t> out;
    expect('[');
    if (skip(']')) return out;
    do {
      if (out.size() == most) wrong(fmt::format("more than {} numbers in a list", most));
      out.push_back(whole_number());
    } while (skip(','));
    expect(']');
    return out;
  }

  HeaderEntry entry(const std::string& name) {
    HeaderEntry out;
    out.tensor.name = name;
    std::set<std::string> seen;
    each_member([&](const std::string& key) {
      if (!seen.insert(key).second) wrong(fmt::format("'{}' of {} is there twice", key, name));
      if (key == "dtype") {
        out.tensor.type = type_of(string(), name);
      } else if (key == "shape") {
        out.tensor.shape = numbers(kMaxDimensions);
      } else if (key == "data_offsets") {
        const auto offsets = numbers(2);
        if (offsets.size() != 2) wrong(fmt::format("data_offsets of {} must be two numbers", name));
        out.begin = std::uint64_t(offsets[0]), out.end = std::uint64_t(offsets[1]);
      } else {
        wrong(fmt::format("{} has an unknown entry '{}'", name, key));
      }
    });
    for (const char* key : {"dtype", "shape", "data_offsets"})
      if (!seen.contains(key)) wrong(fmt::format("{} has no {}", name, key));
    return out;
  }

  DType type_of(const std::string& word, const std::string& name) const {
    std::vector<std::string_view> known;
    for (int t = 0; t <= int(DType::Bool); ++t) {
      if (name_of(DType(t)) == word) return DType(t);
      known.push_back(name_of(DType(t)));
    }
    wrong(fmt::format("{} has the element type '{}'; known are {}", name, word, fmt::join(known, ", ")));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Header parse_header(std::string_view json) { return HeaderReader(json).read(); }

std::string header_text(const TensorFile& file) {
  std::vector<std::string> members;
  if (!file.metadata.empty()) {
    std::vector<std::string> remarks;
    for (const auto& [key, value] : file.metadata)
      remarks.push_back(json_quote(key) + ":" + json_quote(value));
    members.push_back(fmt::format("\"__metadata__\":{{{}}}", fmt::join(remarks, ",")));
  }
  std::uint64_t at = 0;
  for (const auto& t : file.tensors) {
    members.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                  json_quote(t.name), name_of(t.type), fmt::join(t.shape, ","), at,
                                  at + t.bytes.size()));
    at += t.bytes.size();
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

}  // namespace tandem::interchange
