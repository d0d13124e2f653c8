#pragma once
#include <functional>
#include <map>
#include <string>

#include "sweep/liveness.h"
#include "sweep/trial_files.h"

namespace tandem::sweep {

/// Judges other owners' leases by what this process has seen itself, with its own clock: no two machines'
/// clocks or time stamps are ever compared.
class LeaseWatch {
 public:
  /// @param clock seconds that only grow
  LeaseWatch(Obituaries obituaries, double lease_s, std::function<double()> clock);

  /// Looks at the newest claim of a trial. Says why its owner is taken for gone ("no sign of life for 3
  /// min"), or "" if it may be alive. The first look at a beat starts its lease.
  std::string why_gone(const TrialPaths& paths, int epoch);
  /// True if the owner has given a sign of life since a time of the clock, as far as why_gone() has seen.
  bool alive_since(const TrialPaths& paths, double time) const;
  double now() const { return clock_(); }

 private:
  struct Seen {
    int epoch = 0;
    std::string beat;
    double since = 0;      ///< when this beat was seen first
    bool changed = false;  ///< another beat of the epoch was seen before
  };

  Obituaries obituaries_;
  double lease_s_;
  std::function<double()> clock_;
  std::map<std::filesystem::path, Seen> seen_;
};

}  // namespace tandem::sweep
