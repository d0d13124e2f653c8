#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "equations/statistics.h"
#include "report/html.h"
#include "report/page_sections.h"

namespace tandem::report {
namespace {

constexpr size_t kFoldFrom = 100, kMostSettings = 6;
constexpr const char* kNone = "–";

/// "split.cval = 0; training.p = 0.3" by key.
std::map<std::string, std::string> settings_of(const TrialLine& trial) {
  std::map<std::string, std::string> out;
  std::string_view rest = trial.settings;
  while (!rest.empty()) {
    const auto end = std::min(rest.find("; "), rest.size());
    const auto part = rest.substr(0, end);
    if (const auto equals = part.find(" = "); equals != std::string_view::npos)
      out.emplace(part.substr(0, equals), part.substr(equals + 3));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return out;
}

using Settings = std::vector<std::map<std::string, std::string>>;

/// The settings of the sweep that differ between trials, if they are few enough for columns.
std::vector<std::string> varied(const Settings& settings) {
  std::map<std::string, std::set<std::string>> values;
  for (const auto& trial : settings)
    for (const auto& [key, value] : trial) values[key].insert(value);
  std::vector<std::string> keys;
  for (const auto& [key, different] : values)
    if (different.size() > 1) keys.push_back(key);
  return keys.size() > kMostSettings ? std::vector<std::string>{} : keys;
}

std::string score_cell(const Gathered& data, const TrialLine& trial, const std::string& network) {
  const auto& runs = data.summaries.begin()->second;
  const auto score = trial.run ? trial_score(runs[*trial.run], network) : std::nullopt;
  return score ? fmt::format("<td>{:.4f}</td>", *score) : fmt::format("<td>{}</td>", kNone);
}

std::string row_of(const Gathered& data, const TrialLine& trial, const std::vector<std::string>& keys,
                   const std::map<std::string, std::string>& settings) {
  const auto state = html(trial.state);
  std::string out = fmt::format(
      "<tr data-state=\"{0}\"><th scope=\"row\">{1}</th><td class=\"text {0}\">{0}{2}</td>", state,
      html(trial.label), trial.reason.empty() ? "" : "<span class=\"why\">" + html(trial.reason) + "</span>");
  for (const auto& key : keys) {
    const auto found = settings.find(key);
    out += "<td>" + (found == settings.end() ? kNone : html(plain_value(found->second))) + "</td>";
  }
  out += fmt::format("<td>{}</td>", trial.seed) + score_cell(data, trial, "FTN") +
         score_cell(data, trial, "FTN+STN");
  if (std::isnan(trial.seconds))
    out += fmt::format("<td>{}</td>", kNone);
  else
    out += fmt::format("<td data-v=\"{:.1f}\">{}</td>", trial.seconds, format_duration(trial.seconds));
  const auto host = trial.run ? plain_value(data.environments.value(*trial.run, "host")) : "";
  return out + fmt::format("<td>{}</td><td class=\"text\">{}</td></tr>\n", trial.restarts,
                           host.empty() ? kNone : html(host));
}

}  // namespace

std::optional<double> trial_score(const RunSummary& run, const std::string& network) {
  std::vector<double> values;
  for (const auto& [selection, score] : run.scores)
    if (selection.network == network && selection.filter == Filter{} && score.value)
      values.push_back(*score.value);
  return values.empty() ? std::nullopt : std::optional(equations::mean(values));
}

std::string trials_section(const Gathered& data) {
  Settings settings;
  for (const auto& trial : data.trials) settings.push_back(settings_of(trial));
  const auto keys = varied(settings);
  const auto& metric = data.summaries.begin()->first;
  std::string out = "<section id=\"all-trials\">\n<h2>Trials</h2>\n";
  const bool fold = data.trials.size() > kFoldFrom;
  if (fold)
    out += fmt::format("<details id=\"trial-fold\">\n<summary>All {} trials</summary>\n", data.trials.size());
  out +=
      "<div class=\"wide\">\n<table id=\"trials\">\n<thead>\n<tr><th scope=\"col\">Trial</th><th "
      "scope=\"col\" "
      "class=\"text\">State</th>";
  for (const auto& key : keys) out += "<th scope=\"col\">" + html(key) + "</th>";
  out += fmt::format(
      "<th scope=\"col\">Seed</th><th scope=\"col\">{0}, FTN</th><th scope=\"col\">{0}, FTN+STN</th>"
      "<th scope=\"col\">Time</th><th scope=\"col\">Restarts</th><th scope=\"col\" "
      "class=\"text\">Machine</th></tr>\n</thead>\n<tbody>\n",
      html(metric));
  for (size_t i = 0; i < data.trials.size(); ++i) out += row_of(data, data.trials[i], keys, settings[i]);
  out += "</tbody>\n</table>\n</div>\n";
  if (fold) out += "</details>\n";
  return out + fmt::format(
                   "<p class=\"note\">{} is the unweighted mean over the data sets that the run was scored "
                   "on; time is that of all its claims.</p>\n</section>\n",
                   html(metric));
}

}  // namespace tandem::report
