#include "report/table_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"
#include "report/selection.h"

namespace tandem::report {
namespace {

using Notes = std::vector<std::string>;

/// What a table shows, each once, in the order of its columns.
std::vector<Selection> selections_of(const TableSpec& spec) {
  std::vector<Selection> out;
  for (const auto& column : spec.columns)
    for (const auto& domain : column.domains) {
      const auto selection = column.selection(domain);
      if (std::find(out.begin(), out.end(), selection) == out.end()) out.push_back(selection);
    }
  return out;
}

using Names = std::set<std::string>;

Names difference(const Names& all, const Names& without) {
  Names out;
  std::set_difference(all.begin(), all.end(), without.begin(), without.end(), std::inserter(out, out.end()));
  return out;
}

/// Points at a likely misspelling among names that the table does not use.
std::string hint(const std::string& word, const Names& unused) {
  const auto near = nearest_name(word, {unused.begin(), unused.end()});
  return near.empty() ? "" : fmt::format(" (there is '{}')", near);
}

void note_rows(Notes& notes, const TableSpec& spec, const std::vector<RunSummary>& runs) {
  Names found, wanted;
  for (const auto& run : runs) found.insert(run.experiment);
  for (const auto& row : spec.rows) wanted.insert(row.experiment);
  const Names unused = difference(found, wanted);
  for (const auto& row : spec.rows) {
    const auto complete = std::count_if(runs.begin(), runs.end(), [&](const RunSummary& run) {
      return run.experiment == row.experiment && run.complete();
    });
    if (found.count(row.experiment) == 0)
      notes.push_back(fmt::format("{}: no run of experiment '{}'{}", row.label, row.experiment,
                                  hint(row.experiment, unused)));
    else if (complete != row.expected_runs)
      notes.push_back(fmt::format("{}: {} of {} expected runs", row.label, complete, row.expected_runs));
  }
  if (!unused.empty())
    notes.push_back(fmt::format("experiments found but not in this table: {}", fmt::join(unused, "; ")));
}

void note_domains(Notes& notes, const TableSpec& spec, const std::vector<RunSummary>& runs) {
  if (runs.empty()) return;                    // said by the notes on rows
  std::map<std::string, Names> found, wanted;  // by network
  for (const auto& run : runs)
    for (const auto& [key, score] : run.scores) found[key.network].insert(key.place());
  const auto selections = selections_of(spec);
  for (const auto& selection : selections) wanted[selection.network].insert(selection.place());
  std::vector<std::pair<std::string, std::vector<std::string>>> lacking;  // domain, networks
  for (const auto& selection : selections) {
    const auto domain = selection.place();
    const auto& network = selection.network;
    if (found[network].count(domain) > 0) continue;
    const auto known =
        std::find_if(lacking.begin(), lacking.end(), [&](const auto& l) { return l.first == domain; });
    if (known == lacking.end())
      lacking.push_back({domain, {network}});
    else
      known->second.push_back(network);
  }
  for (const auto& [domain, networks] : lacking)
    notes.push_back(fmt::format("no run has {} scores of {} on '{}'{}", spec.metric, join(networks, " and "),
                                domain, hint(domain, difference(found[networks[0]], wanted[networks[0]]))));
}

void note_scores(Notes& notes, const TableSpec& spec, const RunSummary& run) {
  for (const auto& selection : selections_of(spec)) {
    const auto* score = run.find(selection);
    if (!score) continue;
    const std::string where = fmt::format("{} on {}, {}", run.name(), selection.place(), selection.network);
    if (score->not_finite > 0)
      notes.push_back(fmt::format("{}: {} of {} scores are not numbers and were left out of the mean", where,
                                  score->not_finite, score->scores));
    if (!score->empty_classes.empty())
      notes.push_back(fmt::format("{}: no score for {}; the run counts as missing there", where,
                                  join(score->empty_classes, " and ")));
    else if (score->fewest_cases != score->most_cases)
      notes.push_back(fmt::format("{}: classes have between {} and {} scores; some cases lack a class", where,
                                  score->fewest_cases, score->most_cases));
  }
}

/// Runs of one column that were not scored on the same cases or the same file.
void note_comparability(Notes& notes, const TableSpec& spec, const std::vector<const RunSummary*>& runs) {
  std::map<std::string, std::set<std::string>> hashes;
  for (const auto& selection : selections_of(spec)) {
    const auto& domain = selection.domain;
    std::set<std::int64_t> counts;
    for (const auto* run : runs) {
      const auto* score = run->find(selection);
      if (!score) continue;
      counts.insert(score->most_cases);
      const auto hash = run->data_sha256.find(domain);
      if (hash != run->data_sha256.end()) hashes[domain].insert(hash->second);
    }
    if (counts.size() > 1)
      notes.push_back(fmt::format("{}, {}: runs were scored on different numbers of cases ({})",
                                  selection.place(), selection.network, fmt::join(counts, "; ")));
  }
  for (const auto& [domain, different] : hashes)
    if (different.size() > 1)
      notes.push_back(
          fmt::format("{}: runs were scored on {} different versions of the data", domain, different.size()));
}

/// Which form of a baseline a row shows: the methods' papers leave room.
void note_augmentations(Notes& notes, const TableSpec& spec, const std::vector<const RunSummary*>& runs) {
  for (const auto& row : spec.rows) {
    Names forms;
    for (const auto* run : runs)
      if (run->experiment == row.experiment && !run->augmentation.empty()) forms.insert(run->augmentation);
    if (!forms.empty()) notes.push_back(fmt::format("{}: {}", row.label, fmt::join(forms, "; or ")));
  }
}

/// Two runs of one row with the same seed and split are the same trial under other settings.
void note_same_trial(Notes& notes, const std::vector<const RunSummary*>& runs) {
  std::map<std::tuple<std::string, std::int64_t, std::int64_t>, std::vector<std::string>> trials;
  for (const auto* run : runs) trials[{run->experiment, run->seed, run->cval}].push_back(run->run_id);
  for (const auto& [key, ids] : trials) {
    const auto& [experiment, seed, cval] = key;
    if (ids.size() > 1)
      notes.push_back(
          fmt::format("{}: runs {} have the same seed {} and cval {} but other settings; all count",
                      experiment, join(ids, " and "), seed, cval));
  }
}

}  // namespace

std::vector<std::string> make_notes(const TableSpec& spec, const std::vector<RunSummary>& runs) {
  Notes notes;
  std::set<std::string> wanted;
  for (const auto& row : spec.rows) wanted.insert(row.experiment);
  note_rows(notes, spec, runs);
  note_domains(notes, spec, runs);
  std::vector<const RunSummary*> counted;
  for (const auto& run : runs) {
    if (wanted.count(run.experiment) == 0) continue;
    if (run.complete())
      counted.push_back(&run), note_scores(notes, spec, run);
    else
      notes.push_back(fmt::format("{} is '{}', not complete; it counts as missing", run.name(), run.state));
  }
  note_comparability(notes, spec, counted);
  note_same_trial(notes, counted);
  note_augmentations(notes, spec, counted);
  return notes;
}

}  // namespace tandem::report
