#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace tandem::test {

/// Runs an action that must throw an Error with this exit code and these words in its message.
template <class Action>
void expect_error(const Action& action, const std::string& words, ExitCode code = ExitCode::BadInput) {
  try {
    action();
    ADD_FAILURE() << "no error; expected one with: " << words;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(words));
    EXPECT_EQ(int(error.code()), int(code)) << error.what();
  }
}

}  // namespace tandem::test
