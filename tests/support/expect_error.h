#pragma once
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

}  // namespace tandem::test
