#pragma once
#include <string>

#include "records/scores.h"

namespace tandem::report {

/// Which cases and classes count; an empty field takes all.
struct Filter {
  std::string vendor = {}, centre = {}, group = {}, frame = {}, klass = {};

  auto operator<=>(const Filter&) const = default;
  bool takes(const records::ScoreRow& row) const;
  /// "vendor A, frame ED"; "" if it takes all.
  std::string text() const;
};

/// Scores of one network on one data set, as far as a filter takes them.
struct Selection {
  std::string domain, network;
  Filter filter = {};

  auto operator<=>(const Selection&) const = default;
  /// "mnms" or "mnms (vendor A)".
  std::string place() const;
};

}  // namespace tandem::report
