#include "base/stop.h"

#include <gtest/gtest.h>

#include <csignal>

namespace tandem {
namespace {

TEST(Stop, FirstSignalAsksAndSecondLeavesAtOnce) {
  EXPECT_EXIT(
      {
        install_stop_handlers();
        if (stop_requested()) std::exit(1);
        std::raise(SIGINT);
        if (!stop_requested()) std::exit(2);
        std::raise(SIGINT);
        std::exit(3);  // not reached
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(Stop, RepeatedUserSignalsDoNotKill) {
  EXPECT_EXIT(
      {
        install_stop_handlers();
        std::raise(SIGUSR1);
        std::raise(SIGUSR1);
        std::exit(stop_requested() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tandem
