#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace tandem::test {

/// Runs something that must throw an Error; returns its message and checks its exit code.
template <class Function>
std::string error_of(const Function& function, ExitCode code = ExitCode::BadInput) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(int(error.code()), int(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

/// Runs an action that must throw an Error with this exit code and these words in its message.
template <class Action>
void expect_error(const Action& action, const std::string& words, ExitCode code = ExitCode::BadInput) {
  EXPECT_THAT(error_of(action, code), ::testing::HasSubstr(words));
}

}  // namespace tandem::test
