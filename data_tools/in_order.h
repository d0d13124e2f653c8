#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <future>

#include "base/host.h"

namespace tandem::data_tools {

/// As many jobs at the same time as keep all usable cores busy while the oldest result is waited for.
inline std::size_t jobs_at_once() { return std::size_t(usable_cores()) + 1; }

/// Runs jobs in other threads and takes their results on this one, in the order of the jobs: what is written
/// does not depend on timing, and HDF5 is used by one thread alone.
///
/// @param begin gives the work of a job, on this thread
/// @param take takes the result of a job, on this thread
template <class Result>
void in_order(std::size_t jobs, std::size_t at_once,
              const std::function<std::function<Result()>(std::size_t)>& begin,
              const std::function<void(std::size_t, Result)>& take) {
  std::deque<std::future<Result>> running;
  std::size_t begun = 0;
  const auto fill = [&] {
    for (; begun < jobs && running.size() < at_once; ++begun)
      running.push_back(std::async(std::launch::async, begin(begun)));
  };
  for (std::size_t job = 0; job < jobs; ++job) {
    fill();
    auto result = running.front().get();
    running.pop_front();
    fill();
    take(job, std::move(result));
  }
}

}  // namespace tandem::data_tools
