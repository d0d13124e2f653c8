#include "training/spread.h"

#include <ATen/ATen.h>

namespace tandem::training {

using parallel::BnScope;
using parallel::Deterministic;

Cut cut_for(const parallel::ParallelConfig& config, const comm::Communicator& ranks) {
  if (config.deterministic == Deterministic::None) return {ranks.size(), ranks.rank(), 1};
  const auto each = config.shards / ranks.size();
  return {config.shards, ranks.rank() * each, each};
}

Spread::Spread(comm::Communicator& ranks, const parallel::ParallelConfig& config, model::Networks& net,
               std::function<void(std::int64_t)> at_bucket)
    : ranks_(ranks), config_(config) {
  parallel::check(config, ranks.size());
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    (model::is_trained(role) ? parameters_ : buffers_).emplace_back(key, t);
  });
  parallel::broadcast_tensors(ranks, parameters_);
  parallel::broadcast_tensors(ranks, buffers_);
  if (config.bn == BnScope::Local) statistics_ = comm::make_self_communicator();
  if (config.bn == BnScope::Group) statistics_ = ranks.split(ranks.rank() / int(config.bn_group));
  if (alone()) return;
  const bool shards = config.deterministic == Deterministic::Shards;
  if (shards)
    leaves_ = std::make_unique<parallel::ShardLeaves>(net.parameters(), config.shards / ranks.size());
  reducer_ = std::make_unique<parallel::Reducer>(
      ranks, parameters_,
      parallel::Reducer::Options{.bucket_mb = config.bucket_mb,
                                 .order = shards ? comm::Order::Tree : comm::Order::Fast,
                                 .leaves = leaves_.get(),
                                 .at_bucket = std::move(at_bucket)});
}

bool Spread::alone() const { return ranks_.size() == 1 && config_.deterministic == Deterministic::None; }

parallel::BatchPart Spread::part_of(const Batch& batch) const {
  parallel::BatchPart part;
  if (alone()) return part;
  part.samples = batch.samples;
  part.shards = batch.parts;
  part.ranks = &ranks_;
  part.statistics = statistics_ ? statistics_.get() : &ranks_;
  part.statistics_samples = batch.samples;
  part.leaves = leaves_.get();
  if (statistics_) {  // ranks of a group are neighbours, and so are their parts of the batch
    const std::int64_t size = statistics_->size(), first = ranks_.rank() / size * size;
    part.statistics_samples =
        batch.rows_per_item * (first_item_of_part(batch.items, ranks_.size(), first + size) -
                               first_item_of_part(batch.items, ranks_.size(), first));
  }
  return part;
}

void Spread::join_statistics() {
  if (statistics_) parallel::average_tensors(ranks_, buffers_);
}

void Spread::check_replicas() const {
  parallel::check_replicas(ranks_, parameters_);
  if (!statistics_) parallel::check_replicas(ranks_, buffers_);
}

}  // namespace tandem::training
