#include "sweep/widths.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "sweep/trial_state.h"

namespace tandem::sweep {
namespace {

constexpr std::int64_t kWidths[] = {1, 2, 4, 8};

/// Mean seconds of the trials of one width; 0 if there are none.
double mean_seconds(const std::vector<TrialCost>& finished, std::int64_t width) {
  double sum = 0;
  int count = 0;
  for (const auto& cost : finished)
    if (cost.width == width) sum += cost.seconds, ++count;
  return count ? sum / count : 0;
}

/// Length of a step on one rank; without steps (trials that do not count them) the 15 ms of
/// distributed.md 2.11.
double step_seconds(const std::vector<TrialCost>& finished, double one_rank_s) {
  double steps = 0;
  for (const auto& cost : finished) steps += double(cost.steps);
  return steps > 0 ? one_rank_s * double(finished.size()) / steps : 0.015;
}

/// A step of t seconds on one rank takes t / W + all-reduce on W: the global batch stays the same.
double modelled_efficiency(std::int64_t width, double step_s) {
  return step_s / (step_s + double(width) * modelled_all_reduce_s(width));
}

/// Seconds of a trial on one rank: measured, or worked back from the narrowest width that was.
double one_rank_seconds(const std::vector<TrialCost>& finished) {
  for (const auto width : kWidths)
    if (const double seconds = mean_seconds(finished, width); seconds > 0)
      return seconds * double(width) * modelled_efficiency(width, 0.015);
  return 0;
}

}  // namespace

double modelled_all_reduce_s(std::int64_t width) {
  const double n = double(width), bytes = 18e6, bytes_per_s = 200e9, latency_s = 3e-6;
  return 2 * (n - 1) * latency_s + 2 * (n - 1) / n * bytes / bytes_per_s;
}

std::vector<WidthRow> width_table(std::int64_t trials, const std::vector<TrialCost>& finished,
                                  std::int64_t gpus) {
  const double t1 = one_rank_seconds(finished);
  if (t1 <= 0 || trials <= 0) return {};
  const double step_s = step_seconds(finished, t1);
  std::vector<WidthRow> rows;
  for (const auto width : kWidths) {
    if (gpus > 0 && width > gpus) continue;
    WidthRow row;
    row.width = width;
    row.gpus = gpus > 0 ? gpus : trials * width;
    const double seconds = mean_seconds(finished, width);
    row.measured = seconds > 0;
    row.efficiency = row.measured ? t1 / (double(width) * seconds) : modelled_efficiency(width, step_s);
    const auto rounds = (trials * width + row.gpus - 1) / row.gpus;
    row.makespan_s = double(rounds) * t1 / (double(width) * row.efficiency);
    rows.push_back(row);
  }
  return rows;
}

std::vector<TrialCost> finished_costs(const SweepFolder& sweep) {
  std::vector<TrialCost> costs;
  for (const auto& trial : sweep.trials()) {
    const auto paths = sweep.paths(trial);
    const auto files = list_trial(paths);
    if (!files.published) continue;
    const auto state = read_state(paths, files, kMaxWithoutProgress);
    costs.push_back({state.widths.empty() ? 1 : state.widths.back(), state.seconds, state.steps});
  }
  return costs;
}

std::string describe_costs(std::int64_t trials, const std::vector<TrialCost>& finished, std::int64_t gpus) {
  const auto rows = width_table(trials, finished, gpus);
  if (rows.empty()) return "Cost: not known before a trial has finished; plan again then.\n";
  std::string text =
      fmt::format("Estimated {} each on one rank ({}).\n", format_duration(one_rank_seconds(finished)),
                  counted(finished.size(), "measured trial"));
  text += " width   GPUs      makespan  efficiency\n";
  for (const auto& row : rows)
    text += fmt::format(
        "{:>6} {:>6}  {:>12}  {:>5.0f} % {}\n", row.width, row.gpus, format_duration(row.makespan_s),
        100 * row.efficiency,
        row.measured ? "measured" : "modelled: 18 MB over 200 GB/s within a node, nothing hidden");
  return text;
}

}  // namespace tandem::sweep
