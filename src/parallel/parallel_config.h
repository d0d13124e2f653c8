#pragma once
#include "config/visitor.h"

namespace tandem::parallel {

/// Whose rows share BatchNorm statistics.
enum class BnScope {
  Sync,   ///< the global batch: n ranks compute the function of one
  Local,  ///< each rank its own rows; running statistics are averaged at each saved state and epoch's end
  Group,  ///< `bn_group` neighbouring ranks together
};

enum class Deterministic {
  None,    ///< same bits on the same number of ranks
  Shards,  ///< same bits on every number of ranks that divides `shards`
};

/// How one training is spread over ranks, section [parallel].
struct ParallelConfig {
  BnScope bn = BnScope::Sync;
  std::int64_t bn_group = 2;
  Deterministic deterministic = Deterministic::None;
  std::int64_t shards = 8;
  double bucket_mb = 4;

  void describe(config::Visitor& v);
};

/// Refuses settings that do not fit together or the number of ranks.
void check(const ParallelConfig& config, int ranks);

}  // namespace tandem::parallel
