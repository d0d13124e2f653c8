#include "parallel/reducer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "parallel/batch_part.h"

namespace tandem::parallel {
namespace {

/// Calls back when a leaf's gradient is complete.
class LeafHook final : public torch::autograd::PostAccumulateGradHook {
 public:
  explicit LeafHook(std::function<void()> call) : call_(std::move(call)) {}
  void operator()(const torch::autograd::Variable&) override { call_(); }

 private:
  std::function<void()> call_;
};

}  // namespace

Reducer::Reducer(comm::Communicator& ranks, const NamedTensors& parameters, const Options& options)
    : ranks_(ranks), options_(options) {
  for (auto p = parameters.rbegin(); p != parameters.rend(); ++p)
    slots_.push_back(
        {p->first, p->second, options.leaves ? options.leaves->of(p->second) : p->second, {}, 0});
  make_buckets(options.bucket_mb);
  for (size_t i = 0; i < slots_.size(); ++i)
    torch::autograd::impl::set_post_acc_grad_hooks(slots_[i].leaf,
                                                   std::make_unique<LeafHook>([this, i] { take(i); }));
}

Reducer::~Reducer() {
  for (auto& slot : slots_) torch::autograd::impl::set_post_acc_grad_hooks(slot.leaf, nullptr);
}

void Reducer::make_buckets(double bucket_mb) {
  const double mib = 1 << 20;
  double room = std::min(1.0, bucket_mb) * mib;
  std::vector<std::int64_t> sizes = {0};
  for (auto& slot : slots_) {
    const auto bytes = double(slot.parameter.nbytes());
    if (sizes.back() > 0 && bytes > room) {
      sizes.push_back(0);
      room = bucket_mb * mib;
    }
    room -= bytes;
    slot.bucket = sizes.size() - 1;
    sizes.back() += slot.parameter.numel();
  }
  const auto options = slots_.front().parameter.options().requires_grad(false);
  for (const auto size : sizes) buckets_.push_back({at::zeros({size}, options), 0, 0, nullptr});
  std::vector<std::int64_t> offset(buckets_.size(), 0);
  for (auto& slot : slots_) {
    auto& bucket = buckets_[slot.bucket];
    slot.sum = bucket.flat.as_strided(slot.parameter.sizes(), slot.parameter.strides(), offset[slot.bucket]);
    offset[slot.bucket] += slot.parameter.numel();
    ++bucket.members;
  }
}

void Reducer::arm() {
  const at::NoGradGuard no_grad;
  for (auto& bucket : buckets_) {
    bucket.flat.zero_();
    bucket.waiting = bucket.members;
  }
  for (auto& slot : slots_) {
    slot.ready = false;
    slot.leaf.mutable_grad().reset();
    slot.parameter.mutable_grad().reset();
  }
  events_.clear();
  next_bucket_ = 0;
  armed_ = true;
  timer_.restart();
}

void Reducer::take(size_t index) {
  if (!armed_) return;
  const at::NoGradGuard no_grad;
  auto& slot = slots_[index];
  if (!slot.expected)
    throw CommonError(slot.name + " has a gradient in this step and had none in the first",
                      ExitCode::Failure);
  events_.push_back({Event::Kind::GradientReady, int(index), timer_.seconds()});
  slot.sum.copy_(options_.leaves ? tree_sum(slot.leaf.grad()) : slot.leaf.grad());
  slot.leaf.mutable_grad().reset();
  slot.ready = true;
  --buckets_[slot.bucket].waiting;
  issue_ready(/*all=*/false);
}

void Reducer::issue_ready(bool all) {
  for (; next_bucket_ < buckets_.size() && (all || buckets_[next_bucket_].waiting == 0); ++next_bucket_) {
    auto& bucket = buckets_[next_bucket_];
    bucket.work = ranks_.start_all_reduce(buffer_of(bucket.flat), options_.order);
    events_.push_back({Event::Kind::BucketIssued, int(next_bucket_), timer_.seconds()});
  }
}

void Reducer::finish() {
  armed_ = false;
  issue_ready(/*all=*/true);
  const Timer waiting;
  for (size_t b = 0; b < buckets_.size(); ++b) {
    if (options_.at_bucket) options_.at_bucket(std::int64_t(b));
    buckets_[b].work->wait();
    buckets_[b].work.reset();
    events_.push_back({Event::Kind::BucketDone, int(b), timer_.seconds()});
  }
  exposed_seconds_ += waiting.seconds();
  if (!compared_) {
    compare_sets();
    expect_the_same_again();
  }
  compared_ = true;
  // A parameter that no rank uses keeps no gradient, so that Adam leaves it alone as in one process.
  for (auto& slot : slots_)
    if (slot.ready) slot.parameter.mutable_grad() = slot.sum;
}

void Reducer::compare_sets() {
  std::string mine;
  for (const auto& slot : slots_) mine += slot.ready ? '1' : '0';
  const auto all = ranks_.host_gather(mine);
  for (size_t i = 0; i < slots_.size(); ++i)
    for (size_t r = 1; r < all.size(); ++r)
      if (all[r].at(i) != all[0].at(i))
        throw CommonError(
            fmt::format("{} has a gradient on rank {} and none on rank {}: the ranks run different models",
                        slots_[i].name, all[0][i] == '1' ? 0 : r, all[0][i] == '1' ? r : 0),
            ExitCode::Failure);
}

void Reducer::expect_the_same_again() {
  for (auto& slot : slots_) {
    slot.expected = slot.ready;
    if (!slot.expected) --buckets_[slot.bucket].members;
  }
}

}  // namespace tandem::parallel
