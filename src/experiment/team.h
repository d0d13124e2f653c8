#pragma once
#include "comm/watchdog.h"

namespace tandem::experiment {

/// The ranks that share one training, and their place on the host.
struct Team {
  comm::Communicator& ranks;
  comm::Watchdog* watchdog = nullptr;  ///< told what this rank is at; null: nobody watches
  comm::Communicator* node = nullptr;  ///< its ranks on this host; null: this one alone
  int local_rank = 0;                  ///< among all ranks of the job on this host, those of other teams too
  int local_ranks = 1;
};

}  // namespace tandem::experiment
