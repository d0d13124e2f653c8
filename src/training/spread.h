#pragma once
#include <memory>

#include "model/networks.h"
#include "parallel/parallel_config.h"
#include "parallel/reducer.h"
#include "parallel/shard_leaves.h"
#include "training/batch_loader.h"

namespace tandem::training {

/// The part of every global batch that a rank computes.
Cut cut_for(const parallel::ParallelConfig& config, const comm::Communicator& ranks);

/// How one training is spread over a group of ranks: the same networks on each, a part of every batch.
class Spread {
 public:
  /// Copies the leader's weights and buffers to all ranks; collective. @param ranks must outlive the object
  /// @param at_bucket told which bucket of gradients is waited for
  Spread(comm::Communicator& ranks, const parallel::ParallelConfig& config, model::Networks& net,
         std::function<void(std::int64_t bucket)> at_bucket = {});

  comm::Communicator& ranks() const { return ranks_; }
  /// Sums the gradients; null if one process has it all.
  parallel::Reducer* reducer() const { return reducer_.get(); }
  /// Where a batch's rows belong.
  parallel::BatchPart part_of(const Batch& batch) const;

  /// Makes running statistics equal again where they are taken over fewer ranks than the batch; collective.
  void join_statistics();
  /// Throws on every rank if weights (or statistics over the global batch) differ; collective.
  void check_replicas() const;

 private:
  bool alone() const;

  comm::Communicator& ranks_;
  parallel::ParallelConfig config_;
  std::unique_ptr<comm::Communicator> statistics_;  ///< null: all ranks
  parallel::NamedTensors parameters_, buffers_;
  std::unique_ptr<parallel::ShardLeaves> leaves_;
  std::unique_ptr<parallel::Reducer> reducer_;
};

}  // namespace tandem::training
