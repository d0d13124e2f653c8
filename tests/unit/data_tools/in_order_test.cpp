#include "data_tools/in_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tandem::data_tools {
namespace {

using Work = std::function<int()>;

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

TEST(InOrder, ResultsComeInTheOrderOfTheJobsOnTheCallersThread) {
  std::vector<int> results;
  const auto caller = std::this_thread::get_id();
  const auto begin = [&](size_t job) -> Work {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    return [&, job] {
      EXPECT_NE(std::this_thread::get_id(), caller);
      pause_ms(job % 3 == 0 ? 5 : 0);
      return int(job) * 10;
    };
  };
  in_order<int>(9, 4, begin, [&](size_t job, int result) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(int(job) * 10, result);
    results.push_back(result);
  });
  EXPECT_THAT(results, testing::ElementsAre(0, 10, 20, 30, 40, 50, 60, 70, 80));
}

TEST(InOrder, NoMoreJobsRunThanWereAllowed) {
  std::atomic<int> running = 0, most = 0;
  const auto begin = [&](size_t) -> Work {
    return [&] {
      const int now = ++running;
      for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
      }
      pause_ms(2);
      --running;
      return 0;
    };
  };
  in_order<int>(20, 3, begin, [](size_t, int) {});
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 1);
}

TEST(InOrder, AnErrorOfAJobComesWhereItsResultWouldHave) {
  std::vector<size_t> taken;
  const auto begin = [](size_t job) -> Work {
    return [job] { return job == 2 ? throw std::runtime_error("job 2") : 0; };
  };
  EXPECT_THROW(in_order<int>(5, 2, begin, [&](size_t job, int) { taken.push_back(job); }),
               std::runtime_error);
  EXPECT_THAT(taken, testing::ElementsAre(0, 1));
}

}  // namespace
}  // namespace tandem::data_tools
