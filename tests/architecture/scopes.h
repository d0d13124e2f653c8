#pragma once
#include <string>
#include <vector>

namespace tandem::architecture {

/// A statement at the level of name spaces or classes: a declaration, or the head of a definition.
struct Statement {
  std::string text;         ///< up to its ';' or '{', without comments and literals
  int first_line = 0;       ///< where it begins, counted from 1
  int last_line = 0;        ///< where its body ends, or its ';'
  bool has_body = false;    ///< '{' follows, and it is no initialiser
  bool in_class = false;    ///< inside a class, struct or enum
  bool is_private = false;  ///< in an anonymous or a `detail` name space
  bool is_function = false;
};

/// Walks over C++ by counting braces and gives the statements outside function bodies, in order. Throws Error
/// if braces do not match.
std::vector<Statement> statements_of(const std::string& text);

/// The name of a function from the text of its declaration: "double f(int)" -> "f".
std::string function_name(const std::string& statement);

}  // namespace tandem::architecture
