#include <algorithm>

#include "base/console.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "data/split.h"
#include "evaluation/evaluator.h"
#include "experiment/train_run.h"

namespace tandem::experiment {
namespace {

/// The patients to score in a file: a list given, or what "auto", "test" and "all" mean for this run.
std::vector<std::string> patients_for(const ExperimentConfig& config, const data::CaseFile& file,
                                      const std::string& wish) {
  if (wish == "all") return {};
  if (wish != "auto" && wish != "test") return split_words(wish, ',');
  const auto& s = config.split;
  const auto test =
      (s.file.empty() ? data::paper_split(s.setting, s.cval, s.val_list) : data::read_split(s.file)).test;
  const bool any_there = !evaluation::cases_to_evaluate(file, test).empty();
  require(any_there || wish == "auto", "{} holds none of the run's test patients", file.path().string());
  return any_there ? test : std::vector<std::string>{};
}

/// Mean Dice over classes and cases, for the line on the screen.
double mean_of(const std::vector<records::ScoreRow>& rows, const std::string& network) {
  double sum = 0;
  int count = 0;
  for (const auto& row : rows)
    if (row.network == network && row.metric == "dice") sum += row.value, ++count;
  return count ? sum / count : 0;
}

/// The cases that this rank scores.
std::vector<std::string> share_of(const std::vector<std::string>& cases, const comm::Communicator& ranks) {
  std::vector<std::string> mine;
  for (size_t i = size_t(ranks.rank()); i < cases.size(); i += size_t(ranks.size())) mine.push_back(cases[i]);
  return mine;
}

/// All ranks' rows in the order of the cases, as one process would have made them; collective.
std::vector<records::ScoreRow> gather(comm::Communicator& ranks, const std::vector<records::ScoreRow>& mine) {
  std::vector<records::ScoreRow> all;
  for (const auto& text : ranks.host_gather(records::to_text(mine)))
    for (auto& row : records::parse_score_rows(text)) all.push_back(std::move(row));
  std::ranges::stable_sort(all, {}, &records::ScoreRow::case_id);
  return all;
}

}  // namespace

void evaluate_run(const Team& team, const RunFolder& folder, const std::vector<std::string>& data_files,
                  const std::string& patients, const std::vector<std::string>& overrides,
                  const std::function<void()>& after_case) {
  auto& ranks = team.ranks;
  require(std::filesystem::exists(folder.result()),
          "{} is not complete: it has no result.h5. Finish it with: tandem train --resume {}",
          folder.path().string(), folder.path().string());
  const auto config = folder.read_config(overrides);
  auto result = records::read_result(folder.result());
  auto net = load_networks(team, folder, config, config.training.device);
  for (const auto& path : data_files) {
    const data::CaseFile file(path);
    const std::string& domain = file.info().domain;
    const auto list = patients_for(config, file, patients);
    const auto cases = evaluation::cases_to_evaluate(file, list);
    require(!cases.empty(), "{} holds no labelled case{}{}", path, list.empty() ? "" : " of the patients ",
            join(list, ", "));
    std::vector<records::ScoreRow> mine;
    const auto trouble = training::trouble_of([&] {
      const auto share = share_of(cases, ranks);
      console::Progress progress(domain, std::int64_t(share.size()));
      mine = evaluation::evaluate_cases(
          net, file, share, config.evaluation,
          [&](std::int64_t number) {
            if (team.watchdog) team.watchdog->phase(comm::Phase::Evaluation, number);
            if (number > 0 && ranks.is_leader()) after_case();
            progress.advance(number > 0);
          },
          config.training.step);
    });
    training::agree(ranks, {}, trouble);
    const auto rows = gather(ranks, mine);
    console::say("{:<20} {:>4} cases  Dice FTN {:.4f}  FTN+STN {:.4f}", domain, cases.size(),
                 mean_of(rows, "FTN"), mean_of(rows, "FTN+STN"));
    std::erase_if(result.scores, [&](const auto& row) { return row.domain == domain; });
    result.scores.insert(result.scores.end(), rows.begin(), rows.end());
    training::leader_does(ranks, [&] {
      result.data_sha256[domain] = file_sha256(path);
      records::write_result(folder.result(), result);
      after_case();
    });
  }
  console::say("scores in {}", folder.result().string());
}

}  // namespace tandem::experiment
