#include "equations/artefact_json.h"

#include <charconv>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace tandem::equations {
namespace {

constexpr const char* kProfile = "torchio-0.18";

template <class T>
std::string number(T value) {
  require(std::isfinite(value), "artefact parameters must be finite, got {}", value);
  return fmt::format("{}", value);  // shortest text that reads back to the same bits
}

template <class T>
std::string list(const std::vector<T>& values) {
  std::vector<std::string> words;
  for (const T value : values) words.push_back(number(value));
  return "[" + join(words, ",") + "]";
}

std::string list(const std::vector<std::array<float, 3>>& vectors) {
  std::vector<std::string> words;
  for (const auto& v : vectors) words.push_back(list(std::vector<float>(v.begin(), v.end())));
  return "[" + join(words, ",") + "]";
}

std::string fields(const Bias& p) {
  return fmt::format("\"order\":{},\"coefficients\":{}", p.order, list(p.coefficients));
}
std::string fields(const Ghosting& p) {
  return fmt::format("\"num_ghosts\":{},\"axis\":{},\"intensity\":{}", p.num_ghosts, p.axis, number(p.intensity));
}
std::string fields(const Spike& p) {
  return fmt::format("\"spikes_positions\":{},\"intensity\":{}", list(p.positions), number(p.intensity));
}
std::string fields(const Motion& p) {
  return fmt::format("\"degrees\":{},\"translation\":{},\"times\":{}", list(p.degrees), list(p.translation),
                     list(p.times));
}

/// One flat object: values are words, numbers or (nested) lists of numbers, which come out flattened.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    expect('{');
    do {
      const std::string key = word();
      expect(':');
      if (peek() == '"') words_[key] = word();
      else value(numbers_[key]);
    } while (accept(','));
    expect('}');
    skip_space();
    if (at_ != text_.size()) wrong("end of text");
  }
  std::string word_of(const std::string& key) const {
    const auto found = words_.find(key);
    require(found != words_.end(), "artefact parameters lack the text \"{}\": {}", key, text_);
    return found->second;
  }
  /// All numbers of a key, each read as T.
  template <class T>
  std::vector<T> list_of(const std::string& key) const {
    const auto found = numbers_.find(key);
    require(found != numbers_.end(), "artefact parameters lack \"{}\": {}", key, text_);
    std::vector<T> values;
    for (const auto token : found->second) {
      T parsed{};
      const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), parsed);
      require(problem == std::errc() && end == token.data() + token.size(), "\"{}\" is no valid number of \"{}\": {}",
              token, key, text_);
      values.push_back(parsed);
    }
    return values;
  }
  template <class T>
  T one(const std::string& key) const {
    const auto values = list_of<T>(key);
    require(values.size() == 1, "\"{}\" should be one number: {}", key, text_);
    return values[0];
  }
  std::vector<std::array<float, 3>> vectors_of(const std::string& key) const {
    const auto values = list_of<float>(key);
    require(values.size() % 3 == 0, "\"{}\" should hold triples of numbers: {}", key, text_);
    std::vector<std::array<float, 3>> vectors(values.size() / 3);
    for (size_t v = 0; v < values.size(); ++v) vectors[v / 3][v % 3] = values[v];
    return vectors;
  }

 private:
  [[noreturn]] void wrong(const char* expected) const {
    fail("artefact parameters: expected {} at character {} of: {}", expected, at_ + 1, text_);
  }
  void skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) wrong(std::string({'\'', c, '\''}).c_str());
  }
  std::string word() {
    expect('"');
    const size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos || text_[end] != '"') wrong("a plain quoted word");
    const std::string result(text_.substr(at_, end - at_));
    at_ = end + 1;
    return result;
  }
  void value(std::vector<std::string_view>& out) {
    if (accept('[')) {
      if (accept(']')) return;
      do value(out);
      while (accept(','));
      expect(']');
      return;
    }
    skip_space();
    const size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    if (end == at_) wrong("a number");
    out.push_back(text_.substr(at_, end - at_));
    at_ = end;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::map<std::string, std::string> words_;
  std::map<std::string, std::vector<std::string_view>> numbers_;
};

}  // namespace

std::string to_json(const Artefact& artefact) {
  const std::string rest = std::visit([](const auto& parameters) { return fields(parameters); }, artefact);
  return fmt::format("{{\"profile\":\"{}\",\"kind\":\"{}\",{}}}", kProfile, kind_of(artefact), rest);
}

Artefact artefact_from_json(std::string_view json) {
  const Reader reader(json);
  const std::string kind = reader.word_of("kind"), profile = reader.word_of("profile");
  require(profile == kProfile, "artefact profile \"{}\" is not known; this program computes \"{}\"", profile, kProfile);
  if (kind == "bias") return Bias{reader.one<std::int64_t>("order"), reader.list_of<double>("coefficients")};
  if (kind == "ghosting")
    return Ghosting{reader.one<std::int64_t>("num_ghosts"), reader.one<std::int64_t>("axis"),
                    reader.one<double>("intensity")};
  if (kind == "spike") return Spike{reader.vectors_of("spikes_positions"), reader.one<double>("intensity")};
  if (kind == "motion")
    return Motion{reader.vectors_of("degrees"), reader.vectors_of("translation"), reader.list_of<float>("times")};
  fail("unknown artefact kind \"{}\" in: {}", kind, json);
}

}  // namespace tandem::equations
