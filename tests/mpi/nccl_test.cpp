// The NCCL communicator on a stand-in for NCCL and the CUDA runtime in host memory. Nothing here has run on a
// GPU.
#include "comm/nccl.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/host.h"
#include "base/timer.h"
#include "comm/startup.h"
#include "support/expect_error.h"
#include "support/ranks.h"

namespace tandem::comm {
namespace {

Communicator& world() { return *test::ranks(); }
int rank() { return world().rank(); }
int size() { return world().size(); }

std::shared_ptr<const NcclLibrary> library() { return NcclLibrary::load(nccl_plugin_path()); }

std::unique_ptr<Communicator> make(const NcclOptions& options) {
  return make_nccl_communicator(library(), world().split(0), options);
}
std::unique_ptr<Communicator> make() { return make({.device = rank(), .start_limit_s = 20}); }

/// A variable of the stand-in for the length of a scope.
class Setting {
 public:
  Setting(const char* name, int value) : name_(name) { ::setenv(name, std::to_string(value).c_str(), 1); }
  ~Setting() { ::unsetenv(name_); }

 private:
  const char* name_;
};

/// Values in device memory.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : library_(library()), count_(values.size()) {
    check_nccl(table().allocate(rank(), count_ * sizeof(T), &memory_));
    check_nccl(table().copy(memory_, values.data(), count_ * sizeof(T)));
  }
  ~OnDevice() { table().release(memory_); }
  OnDevice(const OnDevice&) = delete;
  /// In order with the default stream: without the event that wait() queues, this reads too early.
  std::vector<T> read() const {
    std::vector<T> values(count_);
    check_nccl(table().copy(values.data(), memory_, count_ * sizeof(T)));
    return values;
  }
  Buffer buffer() const {
    return {memory_, std::int64_t(count_), sizeof(T) == 8 ? ElementType::Float64 : ElementType::Float32};
  }

 private:
  const NcclTable& table() const { return library_->table(); }
  std::shared_ptr<const NcclLibrary> library_;
  size_t count_;
  void* memory_ = nullptr;
};

/// (r + 1) / (i + 1): sums differ between orders in their last bits.
template <class T>
std::vector<T> values_of(int r, size_t count) {
  std::vector<T> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = T(r + 1) / T(i + 1) + T(r);
  return values;
}

template <class T>
void expect_sum(const std::vector<T>& sums) {
  for (const size_t i : {size_t(0), sums.size() / 2, sums.size() - 1}) {
    double expected = 0;
    for (int r = 0; r < size(); ++r) expected += double(values_of<T>(r, i + 1)[i]);
    EXPECT_NEAR(double(sums[i]), expected, 1e-5);
  }
}

TEST(Nccl, SumsBothTypesOfElements) {
  const auto group = make();
  EXPECT_EQ(group->backend(), Backend::Nccl);
  const OnDevice floats(values_of<float>(rank(), 200000));
  const OnDevice doubles(values_of<double>(rank(), 1001));
  group->all_reduce(floats.buffer(), Order::Fast);
  group->all_reduce(doubles.buffer(), Order::Fast);
  expect_sum(floats.read());
  expect_sum(doubles.read());
}

TEST(Nccl, TreeSumHasTheBitsOfTheMpiTree) {
  const auto group = make();
  auto expected = values_of<float>(rank(), 5000);
  world().all_reduce({expected.data(), 5000, ElementType::Float32}, Order::Tree);
  const OnDevice values(values_of<float>(rank(), 5000));
  group->all_reduce(values.buffer(), Order::Tree);
  EXPECT_EQ(values.read(), expected);
}

TEST(Nccl, SumsBesideTheCallerKeepTheirOrderAndAreWaitedForOnTheDevice) {
  const Setting slow("STANDIN_SUM_MS", 100);
  const auto group = make();
  std::vector<std::unique_ptr<OnDevice<float>>> buckets;
  std::vector<std::unique_ptr<Work>> works;
  for (int b = 0; b < 5; ++b)
    buckets.push_back(std::make_unique<OnDevice<float>>(values_of<float>(rank(), 100)));
  for (const auto& bucket : buckets) works.push_back(group->start_all_reduce(bucket->buffer(), Order::Fast));
  for (const auto& work : works) work->wait();
  // The host is here while the last sum has not run: only what is queued behind the event sees it.
  const auto* last = static_cast<const float*>(buckets.back()->buffer().data);
  EXPECT_EQ(last[7], values_of<float>(rank(), 100)[7]) << "the host waited for the sums";
  for (const auto& bucket : buckets) expect_sum(bucket->read());
}

/// Queued on the default stream: arrives late, as the end of a backward pass does.
void fill_late(void* data) {
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  const auto values = values_of<float>(rank(), 100);
  std::copy(values.begin(), values.end(), static_cast<float*>(data));
}

TEST(Nccl, SumsStartAfterWhatTheCallerHasQueued) {
  const auto group = make();
  const auto queue =
      reinterpret_cast<int (*)(void*, void (*)(void*), void*)>(::dlsym(RTLD_DEFAULT, "cudaLaunchHostFunc"));
  ASSERT_TRUE(queue);
  const OnDevice values(std::vector<float>(100, 0.F));
  queue(nullptr, fill_late, values.buffer().data);
  group->all_reduce(values.buffer(), Order::Fast);
  expect_sum(values.read());
}

TEST(Nccl, BroadcastsSplitsAndPassesMessages) {
  const auto group = make();
  const OnDevice values(values_of<double>(rank(), 50));
  group->broadcast(values.buffer(), size() - 1);
  EXPECT_EQ(values.read(), values_of<double>(size() - 1, 50));
  EXPECT_EQ(group->host_gather(std::to_string(rank())).back(), std::to_string(size() - 1));
  const auto half = group->split(rank() / 2);
  EXPECT_EQ(half->backend(), Backend::Nccl);
  const OnDevice ones(std::vector<double>{1});
  half->all_reduce(ones.buffer(), Order::Fast);
  EXPECT_EQ(ones.read()[0], half->size());
}

TEST(Nccl, AbortFreesARankThatWaitsInVain) {
  auto group = make();
  const OnDevice values(values_of<float>(rank(), 10));
  if (world().is_leader() && size() > 1) group->all_reduce(values.buffer(), Order::Fast);
  world().barrier();
  EXPECT_EQ(nccl_fault(*group), "");
  world().barrier();  // all have looked
  const Timer timer;
  if (rank() == size() - 1) group->abort();
  if (world().is_leader() && size() > 1) {
    while (nccl_fault(*group).empty() && timer.seconds() < 5)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_THAT(nccl_fault(*group), testing::HasSubstr("remote process"));
  }
  group->abort();
  EXPECT_LT(timer.seconds(), 4);
  test::expect_error([&] { group->all_reduce(values.buffer(), Order::Fast); }, "given up", ExitCode::Failure);
  world().barrier();
}

TEST(Nccl, AnAbortThatHangsIsLeftBehindAfterFiveSeconds) {
  const Setting hangs("STANDIN_ABORT_HANGS", 1);
  auto group = make();
  const Timer timer;
  group->abort();
  EXPECT_GT(timer.seconds(), 4.9);
  EXPECT_LT(timer.seconds(), 8);
}

TEST(Nccl, TwoRanksOnOneGpuAreRefusedWithHostAndRanks) {
  if (size() == 1) return;
  const auto message = test::error_of([] { make({.device = 3}); });
  EXPECT_THAT(message, testing::HasSubstr("host " + host_name() + ": ranks 0, 1"));
  EXPECT_THAT(message, testing::HasSubstr("0000:04:00.0"));
}

TEST(Nccl, AStartThatHangsEndsAtItsLimitAndSaysWhatHappened) {
  const Setting absent("STANDIN_ABSENT_RANK", size() - 1);
  const Timer timer;
  const auto message =
      test::error_of([] { make({.device = rank(), .start_limit_s = 0.5}); }, ExitCode::Failure);
  EXPECT_LT(timer.seconds(), 4);
  for (const std::string words : {"cannot connect", "not connected within 0.5 s", "host ",
                                  "GPU 0 0000:01:00.0", "NCCL_DEBUG=INFO", "NCCL_SOCKET_IFNAME"})
    EXPECT_THAT(message, testing::HasSubstr(words));
}

TEST(Nccl, NoDriverNoGpuAndAnOldNcclAreToldApart) {
  {
    const Setting none("STANDIN_DRIVER", 0);
    test::expect_error([] { make(); }, "no NVIDIA driver", ExitCode::Failure);
  }
  {
    const Setting none("STANDIN_GPUS", 1);
    if (size() > 1)
      test::expect_error([] { make(); }, "GPU 1 was asked for, but 1 are visible", ExitCode::Failure);
  }
  const Setting old("STANDIN_NCCL", 21308);
  test::expect_error([] { library(); }, "NCCL 2.13.8; 2.14 or later", ExitCode::Failure);
}

TEST(Nccl, AMissingPluginSaysWhatToDo) {
  test::expect_error([] { NcclLibrary::load("/nowhere/tandem_nccl.so"); }, "launch/setup.sh",
                     ExitCode::Failure);
}

}  // namespace
}  // namespace tandem::comm
