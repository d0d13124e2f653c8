#include "architecture/scopes.h"

#include <algorithm>
#include <regex>

#include "architecture/source_tree.h"
#include "base/error.h"

namespace tandem::architecture {
namespace {

/// Code without comments, literals and preprocessor lines (with their continuations).
std::string plain_code(const std::string& text) {
  std::string code = blank_out(text, /*keep_comments=*/false);
  bool directive = false;
  for (size_t start = 0; start < code.size();) {
    const size_t end = std::min(code.find('\n', start), code.size());
    const size_t first = code.find_first_not_of(" \t", start);
    directive = directive || (first < end && code[first] == '#');
    const bool continues = end > start && code[end - 1] == '\\';
    if (directive) std::fill(code.begin() + std::ptrdiff_t(start), code.begin() + std::ptrdiff_t(end), ' ');
    directive = directive && continues;
    start = end + 1;
  }
  return code;
}

std::string without_templates_and_attributes(std::string text) {
  static const std::regex attribute(R"(\[\[.*?\]\])"), requirement(R"(requires\s+[\w:]+(<[^<>]*>)?)");
  text = std::regex_replace(text, attribute, "");
  for (size_t at = text.find("template"); at != std::string::npos; at = text.find("template")) {
    size_t end = text.find('<', at);
    if (end == std::string::npos) break;
    int depth = 0;
    do {
      depth += text[end] == '<' ? 1 : text[end] == '>' ? -1 : 0;
    } while (++end < text.size() && depth > 0);
    text.erase(at, end - at);
  }
  return std::regex_replace(text, requirement, "");
}

bool is_container(const std::string& head) {
  static const std::regex words(R"(^\s*(inline\s+)?(namespace|class|struct|union|enum|extern)\b)");
  return std::regex_search(head, words);
}

bool is_function_text(const std::string& text) {
  const size_t parenthesis = text.find('(');
  if (parenthesis == std::string::npos) return false;
  static const std::regex other(R"(^\s*(using|static_assert|typedef|friend|extern\s+template)\b)");
  // A '=' before the first parenthesis is an initialiser, unless it belongs to an operator.
  const size_t equals = text.find('=');
  return !std::regex_search(text, other) && (equals > parenthesis || text.find("operator") < equals);
}

struct Scope {
  bool container = false, is_class = false, is_private = false;
  int statement = -1;  // that it is the body of
};

class Walker {
 public:
  std::vector<Statement> walk(const std::string& code) {
    for (const char c : code) {
      line_ += c == '\n';
      take(c);
    }
    require(scopes_.empty(), "{} braces are not closed", scopes_.size());
    return std::move(statements_);
  }

 private:
  bool outside_bodies() const {
    return std::ranges::all_of(scopes_, [](const Scope& scope) { return scope.container; });
  }

  void take(char c) {
    if (c == '{') return open();
    if (c == '}') return close();
    if (!outside_bodies()) return;
    parentheses_ += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ';' && parentheses_ == 0) return finish(false);
    if (head_.empty()) {
      if (std::isspace((unsigned char)c)) return;
      first_line_ = line_;
    }
    head_ += c;
  }

  void finish(bool has_body) {
    const std::string text = without_templates_and_attributes(head_);
    const auto any = [&](bool Scope::*what) {
      return std::ranges::any_of(scopes_, [&](const Scope& scope) { return scope.*what; });
    };
    if (!head_.empty())
      statements_.push_back({text, first_line_, line_, has_body, any(&Scope::is_class),
                             any(&Scope::is_private), !is_container(text) && is_function_text(text)});
    head_.clear();
  }

  void open() {
    Scope scope;
    if (!outside_bodies()) return scopes_.push_back(scope);
    const std::string text = without_templates_and_attributes(head_);
    static const std::regex hidden(R"(namespace\s*(\w+::)*(detail)?\s*$)"),
        is_namespace(R"(\b(namespace|extern)\b)");
    if (parentheses_ == 0 && is_container(text) && !is_function_text(text)) {
      scope.container = true;
      scope.is_class = !std::regex_search(text, is_namespace);
      scope.is_private = !scope.is_class && std::regex_search(text, hidden);
      head_.clear();
    } else if (parentheses_ == 0 && is_function_text(text)) {
      finish(true);
      scope.statement = int(statements_.size()) - 1;
    }
    scopes_.push_back(scope);  // else: an initialiser, which is part of the statement
  }

  void close() {
    require(!scopes_.empty(), "line {}: a brace closes nothing", line_);
    const Scope scope = scopes_.back();
    scopes_.pop_back();
    if (scope.statement >= 0) statements_[size_t(scope.statement)].last_line = line_;
    if (scope.container) head_.clear();
  }

  std::vector<Scope> scopes_;
  std::vector<Statement> statements_;
  std::string head_;
  int line_ = 1, first_line_ = 1, parentheses_ = 0;
};

}  // namespace

std::vector<Statement> statements_of(const std::string& text) { return Walker().walk(plain_code(text)); }

std::string function_name(const std::string& statement) {
  static const std::regex name(R"(([A-Za-z_]\w*)\s*$)");
  const std::string before = statement.substr(0, statement.find('('));
  std::smatch match;
  return std::regex_search(before, match, name) ? match[1].str() : "";
}

}  // namespace tandem::architecture
