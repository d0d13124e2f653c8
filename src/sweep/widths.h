#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sweep/sweep_folder.h"

namespace tandem::sweep {

/// What one finished trial took.
struct TrialCost {
  std::int64_t width = 1;  ///< ranks that worked on it, in its last epoch
  double seconds = 0;      ///< of all its epochs together
  std::int64_t steps = 0;
};

/// One row of the table of widths.
struct WidthRow {
  std::int64_t width = 1, gpus = 1;
  double makespan_s = 0;
  double efficiency = 1;  ///< of a trial on `width` ranks against one
  bool measured = false;  ///< the efficiency comes from finished trials of this width
};

/// Seconds that an all-reduce of this model's gradients takes over the GPUs of one node: the ring of
/// distributed.md 2.11 with its assumptions (18 MB, 200 GB/s, 3 us). Not measured.
double modelled_all_reduce_s(std::int64_t width);

/// Makespan of `trials` equal trials for widths 1, 2, 4, 8: ceil(T W / G) t1 / (W eff(W)).
/// @param gpus there are; 0 = as many as all trials at once need
/// Empty while no trial has finished.
std::vector<WidthRow> width_table(std::int64_t trials, const std::vector<TrialCost>& finished,
                                  std::int64_t gpus);

/// The costs of the trials of a sweep that are done.
std::vector<TrialCost> finished_costs(const SweepFolder& sweep);

/// The estimate and the table for people, with what is measured and what is modelled.
std::string describe_costs(std::int64_t trials, const std::vector<TrialCost>& finished, std::int64_t gpus);

}  // namespace tandem::sweep
