#include "parallel/parallel_config.h"

#include "base/error.h"

namespace tandem::parallel {

void ParallelConfig::describe(config::Visitor& v) {
  v.choice("bn", bn, {{"sync", BnScope::Sync}, {"local", BnScope::Local}, {"group", BnScope::Group}},
           "whose images share BatchNorm statistics: the global batch, each rank's own, or groups of ranks; "
           "running statistics of the last two are averaged over ranks at each saved state and epoch's end");
  v.field({.name = "bn_group", .help = "ranks in a group for bn = \"group\"", .range = config::at_least(1)},
          bn_group);
  v.choice("deterministic", deterministic, {{"none", Deterministic::None}, {"shards", Deterministic::Shards}},
           "\"shards\": the same bits on every number of ranks that divides parallel.shards");
  v.field({.name = "shards",
           .help = "fixed parts of the global batch, a power of two",
           .range = config::between(1, 1024)},
          shards);
  v.field({.name = "bucket_mb",
           .help = "MiB of gradients that are summed over ranks at a time",
           .range = config::above(0)},
          bucket_mb);
}

void check(const ParallelConfig& config, int ranks) {
  const auto shards = config.shards;
  require((shards & (shards - 1)) == 0, "parallel.shards = {} must be a power of two", shards);
  if (config.deterministic == Deterministic::Shards) {
    require(
        shards % ranks == 0,
        "parallel.deterministic = \"shards\" needs a number of ranks that divides parallel.shards = {}; {} "
        "does not",
        shards, ranks);
    require(config.bn == BnScope::Sync,
            "parallel.deterministic = \"shards\" takes BatchNorm statistics over the global batch; leave "
            "parallel.bn = \"sync\"");
  }
  if (config.bn == BnScope::Group)
    require(ranks % config.bn_group == 0,
            "parallel.bn_group = {} does not divide the number of ranks, {}; take one of its divisors",
            config.bn_group, ranks);
}

}  // namespace tandem::parallel
