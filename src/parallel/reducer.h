#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/timer.h"
#include "comm/communicator.h"
#include "parallel/replicas.h"
#include "parallel/shard_leaves.h"

namespace tandem::parallel {

/// Sums gradients over ranks bucket by bucket while the backward pass still runs. Parameters are taken from
/// the last to the first, which is about the order in which their gradients are finished; buckets are issued
/// in that order on every rank, whatever is ready first.
class Reducer {
 public:
  struct Options {
    double bucket_mb = 4;  ///< the first bucket holds at most 1 MiB, so that the exchange starts early
    comm::Order order = comm::Order::Fast;
    const ShardLeaves* leaves = nullptr;  ///< gradients are collected per shard and go through the tree
    std::function<void(std::int64_t bucket)> at_bucket = {};  ///< called before a bucket is waited for
  };
  /// @param parameters trained tensors with their names, the same on every rank
  Reducer(comm::Communicator& ranks, const NamedTensors& parameters, const Options& options);
  ~Reducer();
  Reducer(const Reducer&) = delete;
  Reducer& operator=(const Reducer&) = delete;

  /// From now on gradients count; call before the backward pass whose gradients are wanted.
  void arm();
  /// Issues what is left, waits, and leaves the sums as the parameters' gradients; collective. The first call
  /// makes sure that the same parameters have gradients on every rank and names one that has not; from then
  /// on no bucket waits for a parameter without.
  void finish();

  struct Event {
    enum class Kind { GradientReady, BucketIssued, BucketDone };
    Kind kind;
    int index;       ///< parameter or bucket
    double seconds;  ///< since arm()
  };
  /// What happened since arm(), in order.
  const std::vector<Event>& events() const { return events_; }
  int buckets() const { return int(buckets_.size()); }
  /// Seconds that finish() has waited for sums, in all.
  double exposed_seconds() const { return exposed_seconds_; }

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, leaf, sum;  ///< `sum`: view into the bucket, laid out as the parameter
    size_t bucket;
    bool ready = false, expected = true;
  };
  struct Bucket {
    at::Tensor flat;
    size_t waiting = 0, members = 0;
    std::unique_ptr<comm::Work> work;
  };
  void make_buckets(double bucket_mb);
  void take(size_t slot);
  void issue_ready(bool all);
  void compare_sets();
  void expect_the_same_again();

  comm::Communicator& ranks_;
  Options options_;
  std::vector<Slot> slots_;
  std::vector<Bucket> buckets_;
  size_t next_bucket_ = 0;
  bool armed_ = false, compared_ = false;
  Timer timer_;
  std::vector<Event> events_;
  double exposed_seconds_ = 0;
};

}  // namespace tandem::parallel
