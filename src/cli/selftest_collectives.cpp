#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/timer.h"
#include "cli/selftest_checks.h"
#include "comm/nccl.h"
#include "comm/startup.h"

namespace tandem::cli {
namespace {

using comm::Buffer;
using comm::Communicator;
using comm::ElementType;
using comm::Order;

/// float32 elements where a backend wants them: in host memory, or on the GPU.
class Elements {
 public:
  Elements(const std::vector<float>& values, const comm::NcclLibrary* gpu, int device)
      : gpu_(gpu), values_(values) {
    if (!gpu_) return;
    comm::check_nccl(gpu_->table().allocate(device, bytes(), &memory_));
    comm::check_nccl(gpu_->table().copy(memory_, values.data(), bytes()));
  }
  ~Elements() {
    if (gpu_) gpu_->table().release(memory_);
  }
  Elements(const Elements&) = delete;
  Buffer buffer() {
    return {gpu_ ? memory_ : values_.data(), std::int64_t(values_.size()), ElementType::Float32};
  }
  /// On a GPU this waits for all that was queued on the default stream.
  const std::vector<float>& read() {
    if (gpu_) comm::check_nccl(gpu_->table().copy(values_.data(), memory_, bytes()));
    return values_;
  }
  void finish() {
    float first = 0;
    if (gpu_) comm::check_nccl(gpu_->table().copy(&first, memory_, sizeof first));
  }

 private:
  size_t bytes() const { return values_.size() * sizeof(float); }
  const comm::NcclLibrary* gpu_;
  std::vector<float> values_;
  void* memory_ = nullptr;
};

/// The checks on one group of ranks over one backend.
class CollectiveChecks {
 public:
  CollectiveChecks(Checklist& list, Communicator& ranks, size_t count, const comm::NcclLibrary* gpu,
                   int device)
      : list_(list),
        ranks_(ranks),
        count_(count),
        gpu_(gpu),
        device_(device),
        group_(std::string(comm::name_of(ranks.backend()))) {}

  void run() {
    list_.run(group_, "sums are right", [&] { return check_sums(); });
    list_.run(group_, "sums by the tree: same bits on all ranks", [&] { return check_tree(); });
    list_.run(group_, "broadcast and messages", [&] { return check_messages(); });
    list_.run(group_, "latency of a control message", [&] { return measure_latency(); });
    list_.run(group_, "bandwidth of a sum", [&] { return measure_bandwidth(); });
    list_.run(group_, "sums beside work of the host", [&] { return measure_overlap(); });
  }

 private:
  std::unique_ptr<Elements> make(const std::vector<float>& values) const {
    return std::make_unique<Elements>(values, gpu_, device_);
  }

  std::string check_sums() {
    const int n = ranks_.size();
    for (const size_t count : {size_t(1), size_t(1000), size_t(65537), count_}) {
      const auto values = make(std::vector<float>(count, float(ranks_.rank() + 1)));
      ranks_.all_reduce(values->buffer(), Order::Fast);
      const float expected = float(n * (n + 1)) / 2;
      for (const float value : values->read())
        if (value != expected) fail_system("a sum of {} numbers gives {}, not {}", count, value, expected);
    }
    return fmt::format("1 to {} numbers", count_);
  }

  std::string check_tree() {
    if ((ranks_.size() & (ranks_.size() - 1)) != 0) throw Skip{"needs a power of two of ranks"};
    std::vector<float> values(10000);
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(float(i + 1) * float(ranks_.rank() + 1));
    const auto sums = make(values);
    ranks_.all_reduce(sums->buffer(), Order::Tree);
    const auto& got = sums->read();
    const auto hash = sha256({reinterpret_cast<const char*>(got.data()), got.size() * sizeof(float)});
    const auto all = ranks_.host_gather(hash);
    for (size_t r = 0; r < all.size(); ++r)
      if (all[r] != all[0]) fail_system("rank {} has other bits than rank 0", r);
    return hash.substr(0, 12);
  }

  std::string check_messages() {
    const int last = ranks_.size() - 1;
    const auto values = make(std::vector<float>(1000, float(ranks_.rank())));
    ranks_.broadcast(values->buffer(), last);
    const auto texts = ranks_.host_gather(std::to_string(ranks_.rank()));
    const auto news = ranks_.host_broadcast(ranks_.is_leader() ? "news" : "", 0);
    if (values->read()[999] != float(last))
      fail_system("a broadcast from rank {} brought {}", last, values->read()[999]);
    if (texts.back() != std::to_string(last) || news != "news") fail_system("a message arrived changed");
    return "";
  }

  /// Median of some repetitions, s; the ranks begin each together.
  double median_time(int repetitions, const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i) {
      ranks_.barrier();
      const Timer timer;
      work();
      times.push_back(timer.seconds());
    }
    std::nth_element(times.begin(), times.begin() + repetitions / 2, times.end());
    return times[size_t(repetitions / 2)];
  }

  std::string measure_latency() {
    std::vector<double> control(4);
    const double s = median_time(200, [&] { ranks_.host_all_reduce(control, comm::Op::Max); });
    return fmt::format("{:.1f} us (median of 200)", 1e6 * s);
  }

  std::string measure_bandwidth() {
    const auto values = make(std::vector<float>(count_, 0));
    const double s = median_time(9, [&] {
      ranks_.all_reduce(values->buffer(), Order::Fast);
      values->finish();
    });
    const double mb = double(count_ * sizeof(float)) / 1e6;
    return fmt::format("{:.1f} MB in {:.2f} ms: {:.2f} GB/s (median of 9)", mb, 1e3 * s, mb / 1e3 / s);
  }

  /// Four buckets are handed over while the host computes, as gradients are in a backward pass.
  std::string measure_overlap() {
    constexpr int kBuckets = 4;
    std::vector<std::unique_ptr<Elements>> buckets;
    for (int b = 0; b < kBuckets; ++b) buckets.push_back(make(std::vector<float>(count_ / kBuckets + 1, 1)));
    const auto sums = [&](const std::function<void(int)>& between) {
      std::vector<std::unique_ptr<comm::Work>> works;
      for (int b = 0; b < kBuckets; ++b) {
        between(b);
        works.push_back(ranks_.start_all_reduce(buckets[size_t(b)]->buffer(), Order::Fast));
      }
      between(kBuckets);
      for (int b = 0; b < kBuckets; ++b) works[size_t(b)]->wait();
      buckets.back()->finish();
    };
    const double alone = median_time(5, [&] { sums([](int) {}); });
    const double piece = std::max(alone, 0.001) / kBuckets;
    double worked = 0;
    std::vector<std::string> trace;
    const auto together = [&] {
      const Timer timer;
      trace.clear();
      sums([&](int bucket) {
        if (bucket < kBuckets) trace.push_back(fmt::format("{:.1f}", 1e3 * timer.seconds()));
        compute_for(piece);
        worked = timer.seconds();
      });
    };
    const double both = median_time(5, together);
    const double work = piece * (kBuckets + 1), hidden = std::clamp((alone + work - both) / alone, 0., 1.);
    return fmt::format(
        "sums alone {:.1f} ms, beside {:.1f} ms of work {:.1f} ms: {:.0f} % hidden; handed over at {} ms, "
        "work done at "
        "{:.1f} ms",
        1e3 * alone, 1e3 * work, 1e3 * both, 100 * hidden, join(trace, " "), 1e3 * worked);
  }

  static void compute_for(double seconds) {
    const Timer timer;
    volatile double x = 1;
    while (timer.seconds() < seconds)
      for (int i = 0; i < 1000; ++i) x = x * 1.0000001;
  }

  Checklist& list_;
  Communicator& ranks_;
  size_t count_;
  const comm::NcclLibrary* gpu_;
  int device_;
  std::string group_;
};

}  // namespace

void check_collectives(Checklist& list, Communicator& ranks, double megabytes,
                       std::shared_ptr<const comm::NcclLibrary> nccl) {
  const auto count = size_t(std::max(1.0, 1e6 * megabytes / sizeof(float)));
  if (ranks.backend() == comm::Backend::Mpi)
    CollectiveChecks(list, ranks, count, nullptr, 0).run();
  else
    list.add({"mpi", "collectives", CheckState::Skipped, "one process; start with mpirun -n 4 or srun"});
  if (!nccl)
    return list.add({"nccl", "collectives", CheckState::Skipped, "not every rank has a GPU of its own"});
  std::unique_ptr<Communicator> group;
  const auto node = ranks.split_by_node();
  const int device = comm::device_of_local_rank(node->rank(), nccl->device_count());
  list.run("nccl", "start", [&]() -> std::string {
    const Timer timer;
    group = comm::make_nccl_communicator(nccl, ranks.split(0), {.device = device});
    return fmt::format("{:.2f} s", timer.seconds());
  });
  if (group) CollectiveChecks(list, *group, count, nccl.get(), device).run();
}

}  // namespace tandem::cli
