#include "sweep/aggregate.h"

#include <algorithm>

#include "base/text.h"
#include "report/score_index.h"

namespace tandem::sweep {
namespace {

records::MergedRow row_of(const SweepFolder& sweep, const TrialStatus& status) {
  const auto& state = status.state;
  records::MergedRow row;
  row.id = status.trial.id;
  row.label = status.trial.label;
  row.name = status.trial.name;
  row.settings = join(status.trial.settings, "; ");
  row.seed = status.trial.seed;
  row.state = status.word();
  row.reason = status.lost.empty() ? state.reason : status.lost;
  row.epoch = state.result_epoch ? state.result_epoch : state.epoch;
  row.restarts = status.restarts();
  std::vector<std::string> widths;
  for (const auto width : state.widths) widths.push_back(std::to_string(width));
  row.widths = join(widths, ",");
  row.seconds = state.seconds;
  if (state.state == State::Done) row.result = sweep.paths(status.trial).published();
  return row;
}

}  // namespace

std::vector<records::MergedRow> aggregate(const SweepFolder& sweep, const std::filesystem::path& output,
                                          const std::function<void()>& merged) {
  std::vector<records::MergedRow> rows;
  for (const auto& status : survey(sweep)) rows.push_back(row_of(sweep, status));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return records::write_merged(output, std::move(rows), merged, report::write_score_index);
}

}  // namespace tandem::sweep
