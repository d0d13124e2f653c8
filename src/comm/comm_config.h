#pragma once
#include <string>

#include "config/visitor.h"

namespace tandem::comm {

/// How the ranks of a job talk to each other, section [comm].
struct CommConfig {
  std::string backend = "auto";
  bool allow_shared_gpu = false;

  void describe(config::Visitor& v) {
    v.field({.name = "backend",
             .help = "auto: NCCL if every rank has a GPU of its own, else MPI, alone neither",
             .choices = {"auto", "self", "mpi", "nccl"}},
            backend);
    v.field({.name = "allow_shared_gpu", .help = "several groups of ranks may work on one GPU"},
            allow_shared_gpu);
  }
};

/// After how many seconds without progress a job ends with exit code 76, section [watchdog].
struct WatchdogConfig {
  double start_s = 120, first_step_s = 300, step_s = 60, checkpoint_s = 300, evaluation_s = 120;

  void describe(config::Visitor& v) {
    v.field(
        {.name = "start_s", .help = "connecting the ranks, reading data, seconds", .range = config::above(0)},
        start_s);
    v.field(
        {.name = "first_step_s", .help = "the first step after a start, seconds", .range = config::above(0)},
        first_step_s);
    v.field({.name = "step_s", .help = "every other step, seconds", .range = config::above(0)}, step_s);
    v.field({.name = "checkpoint_s", .help = "writing a checkpoint, seconds", .range = config::above(0)},
            checkpoint_s);
    v.field({.name = "evaluation_s", .help = "evaluating one case, seconds", .range = config::above(0)},
            evaluation_s);
  }
};

}  // namespace tandem::comm
