#include "report/page_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/html.h"

namespace tandem::report {
namespace {

constexpr size_t kMostFailures = 200, kMostValues = 12;

std::string section(const char* id, const char* title, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, body);
}

/// A table of texts; the first column names the rows.
std::string text_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"wide\">\n<table>\n<thead>\n<tr>";
  for (const auto& field : header) out += "<th scope=\"col\" class=\"text\">" + html(field) + "</th>";
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i)
      out += i == 0 ? "<th scope=\"row\">" + html(row[i]) + "</th>"
                    : "<td class=\"text\">" + html(row[i]) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

std::string values_of(const SettingsTable::Key& key) {
  std::vector<std::string> parts;
  for (const auto& [value, count] : key.values) {
    if (parts.size() == kMostValues) break;
    parts.push_back(fmt::format("{} ({})", plain_value(value), count));
  }
  if (key.values.size() > kMostValues)
    parts.push_back(fmt::format("and {} more", key.values.size() - kMostValues));
  if (key.lacking > 0) parts.push_back(fmt::format("not set ({})", key.lacking));
  return join(parts, ", ");
}

std::string reason_of(const TrialLine& trial) {
  if (!trial.reason.empty()) return trial.reason;
  return trial.state == "waiting"   ? "has not run yet"
         : trial.state == "running" ? "still runs"
                                    : "no reason recorded";
}

}  // namespace

std::string failures_section(const Gathered& data) {
  std::vector<std::vector<std::string>> rows;
  size_t missing = 0;
  for (const auto& trial : data.trials) {
    if (trial.done() || ++missing > kMostFailures) continue;
    rows.push_back({trial.label, trial.state, reason_of(trial), fmt::format("{}", trial.restarts)});
  }
  std::string body;
  if (missing == 0 && data.warnings.empty()) body = "<p>None: every trial that was found has a result.</p>\n";
  if (missing > 0) body += text_table({"Trial", "State", "Reason", "Restarts"}, rows);
  if (missing > kMostFailures)
    body += fmt::format("<p class=\"note\">And {} more; the list of trials below shows all.</p>\n",
                        missing - kMostFailures);
  if (missing > 0)
    body +=
        "<p class=\"note\">A failed trial is tried again by <code>tandem sweep retry FOLDER TRIAL</code>; "
        "one "
        "that waits, by <code>tandem sweep run FOLDER</code>.</p>\n";
  if (!data.warnings.empty()) body += "<h3>Left out on reading</h3>\n<ul>\n";
  for (const auto& warning : data.warnings) body += "<li>" + html(warning) + "</li>\n";
  return section("failures", "Failures", body + (data.warnings.empty() ? "" : "</ul>\n"));
}

std::string configuration_section(const Gathered& data) {
  std::vector<std::vector<std::string>> varied, common;
  for (const auto& key : data.configs.keys())
    if (key.common())
      common.push_back({key.name, plain_value(key.values[0].first)});
    else
      varied.push_back({key.name, values_of(key)});
  std::string body;
  if (data.run_count() == 0) body = "<p>No run has a result yet.</p>\n";
  if (!varied.empty())
    body += "<h3>What varied</h3>\n<p class=\"note\">Values, with the number of runs in brackets.</p>\n" +
            text_table({"Setting", "Values"}, varied);
  if (!common.empty())
    body += fmt::format(
        "<details>\n<summary>What was common to all {} runs: {} settings</summary>\n{}</details>\n",
        data.run_count(), common.size(), text_table({"Setting", "Value"}, common));
  return section("configuration", "Configuration", body);
}

std::string provenance_section(const Gathered& data) {
  struct Group {
    size_t runs = 0;
    std::string first, last;
  };
  std::map<std::vector<std::string>, Group> groups;
  const auto& facts = data.environments;
  for (size_t run = 0; run < facts.runs(); ++run) {
    std::vector<std::string> key;
    for (const char* name : {"commit", "version", "host", "device", "ranks", "threads", "libtorch"}) {
      const auto value = plain_value(facts.value(run, name));
      key.push_back(value.empty() ? "unknown" : value);
    }
    auto& group = groups[key];
    const auto started = plain_value(facts.value(run, "started"));
    if (++group.runs == 1) group.first = group.last = started;
    group.first = std::min(group.first, started), group.last = std::max(group.last, started);
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, group] : groups) {
    auto row = key;
    row.push_back(group.first.empty()         ? "unknown"
                  : group.first == group.last ? group.first
                                              : group.first + " to " + group.last);
    row.push_back(fmt::format("{}", group.runs));
    rows.push_back(row);
  }
  std::map<std::string, std::map<std::string, size_t>> hashes;
  for (const auto& run : data.summaries.begin()->second)
    for (const auto& [domain, hash] : run.data_sha256) ++hashes[domain][hash.substr(0, 12)];
  std::vector<std::vector<std::string>> files;
  for (const auto& [domain, found] : hashes) {
    std::vector<std::string> parts;
    for (const auto& [hash, runs] : found)
      parts.push_back(fmt::format("{} ({})", hash, counted(runs, "run")));
    files.push_back({domain, join(parts, ", ")});
  }
  std::string body;
  if (rows.empty()) body = "<p>No run has a result yet.</p>\n";
  if (!rows.empty())
    body += "<h3>Programs and machines</h3>\n" +
            text_table(
                {"Commit", "Version", "Machine", "Device", "Ranks", "Threads", "LibTorch", "Started", "Runs"},
                rows);
  if (!files.empty()) body += "<h3>Test data (SHA-256)</h3>\n" + text_table({"Data set", "File"}, files);
  return section("provenance", "Provenance", body);
}

}  // namespace tandem::report
