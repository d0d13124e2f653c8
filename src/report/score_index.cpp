#include "report/score_index.h"

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "records/merged_results.h"

namespace tandem::report {
namespace {

const std::vector<std::string> kClasses = {"LV", "MYO", "RV"};

/// One score of one run in columns of numbers; words are numbers of their place in a list.
struct Columns {
  std::vector<std::int64_t> run, metric, domain, network, scores, not_finite, fewest, most, empty;
  std::vector<double> value;

  /// Calls visit(name, column) for each.
  template <class Self, class Visit>
  static void each(Self& self, const Visit& visit) {
    visit("run", self.run), visit("metric", self.metric), visit("domain", self.domain);
    visit("network", self.network), visit("scores", self.scores), visit("not_finite", self.not_finite);
    visit("fewest", self.fewest), visit("most", self.most), visit("empty", self.empty);
    visit("value", self.value);
  }
};

/// Words in the order of their first appearance.
class Words {
 public:
  std::int64_t number_of(const std::string& word) {
    const auto [entry, is_new] = numbers_.emplace(word, std::int64_t(words_.size()));
    if (is_new) words_.push_back(word);
    return entry->second;
  }
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::int64_t> numbers_;
  std::vector<std::string> words_;
};

/// "acdc\tHASH\n...".
std::string to_text(const std::map<std::string, std::string>& hashes) {
  std::string text;
  for (const auto& [domain, hash] : hashes) text += domain + "\t" + hash + "\n";
  return text;
}

std::map<std::string, std::string> parse_hashes(const std::string& text) {
  std::map<std::string, std::string> hashes;
  for (const auto& line : split_words(text, '\n'))
    hashes[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  return hashes;
}

class Writer {
 public:
  void add(const records::RunResult& result) {
    std::set<std::string> metrics;
    for (const auto& row : result.scores)
      if (metrics.empty() || row.metric != *metrics.rbegin()) metrics.insert(row.metric);
    const auto run = std::int64_t(seeds_.size());
    auto without_scores = result;
    without_scores.scores.clear();
    const auto head = summarise(without_scores, "dice");
    for (const auto& metric : metrics)
      for (const auto& [selection, score] : summarise(result, metric).scores)
        add(run, metric, selection, score);
    for (auto& [name, column] : texts_) column.push_back(text_of(name, result, head));
    seeds_.push_back(result.seed), cvals_.push_back(result.cval);
  }

  void write(h5::File& file) {
    for (const auto& [name, column] : texts_) file.write_strings("/index/runs/" + name, column);
    file.write("/index/runs/seed", seeds_), file.write("/index/runs/cval", cvals_);
    file.write_strings("/index/metrics", metrics_.words());
    file.write_strings("/index/domains", domains_.words());
    file.write_strings("/index/networks", networks_.words());
    const h5::Layout layout{{std::min<std::int64_t>(std::int64_t(columns_.run.size()), 1 << 16)}};
    Columns::each(columns_, [&](const std::string& name, const auto& column) {
      file.write("/index/scores/" + name, column, layout);
    });
  }

  bool empty() const { return columns_.run.empty(); }

 private:
  static std::string text_of(const std::string& name, const records::RunResult& result,
                             const RunSummary& head) {
    if (name == "experiment") return result.experiment;
    if (name == "run_id") return result.run_id;
    if (name == "state") return result.state;
    if (name == "config") return result.config;
    if (name == "environment") return result.environment;
    if (name == "augmentation") return head.augmentation;
    return name == "commit" ? head.commit : to_text(result.data_sha256);
  }

  void add(std::int64_t run, const std::string& metric, const Selection& selection,
           const DomainScore& score) {
    columns_.run.push_back(run), columns_.metric.push_back(metrics_.number_of(metric));
    columns_.domain.push_back(domains_.number_of(selection.domain));
    columns_.network.push_back(networks_.number_of(selection.network));
    columns_.scores.push_back(score.scores), columns_.not_finite.push_back(score.not_finite);
    columns_.fewest.push_back(score.fewest_cases), columns_.most.push_back(score.most_cases);
    std::int64_t empty = 0;
    for (size_t k = 0; k < kClasses.size(); ++k)
      for (const auto& klass : score.empty_classes)
        if (klass == kClasses[k]) empty |= std::int64_t(1) << k;
    columns_.empty.push_back(empty);
    columns_.value.push_back(score.value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }

  std::map<std::string, std::vector<std::string>> texts_ = {
      {"experiment", {}}, {"run_id", {}},      {"state", {}},        {"config", {}},
      {"commit", {}},     {"environment", {}}, {"augmentation", {}}, {"data_sha256", {}}};
  std::vector<std::int64_t> seeds_, cvals_;
  Columns columns_;
  Words metrics_, domains_, networks_;
};

std::vector<RunSummary> read_heads(const h5::File& file) {
  const auto text = [&](const char* name) { return file.read_strings(std::string("/index/runs/") + name); };
  const auto experiments = text("experiment"), ids = text("run_id"), states = text("state"),
             commits = text("commit"), hashes = text("data_sha256"), augmentations = text("augmentation");
  const auto seeds = file.read<std::int64_t>("/index/runs/seed"),
             cvals = file.read<std::int64_t>("/index/runs/cval");
  std::vector<RunSummary> heads(experiments.size());
  for (size_t i = 0; i < heads.size(); ++i) {
    auto& run = heads[i];
    run.experiment = experiments[i], run.run_id = ids.at(i), run.state = states.at(i),
    run.commit = commits.at(i);
    run.seed = seeds.at(i), run.cval = cvals.at(i);
    run.augmentation = augmentations.at(i);
    run.data_sha256 = parse_hashes(hashes.at(i));
  }
  return heads;
}

}  // namespace

void write_score_index(h5::File& file) {
  Writer writer;
  try {
    for (const auto& group : records::result_groups(file)) writer.add(records::read_result(file, group));
  } catch (const Error& error) {
    if (error.code() != ExitCode::BadInput) throw;
    return;
  }
  if (!writer.empty()) writer.write(file);
}

std::optional<ScoreIndex> read_score_index(const h5::File& file, const std::set<std::string>& metrics,
                                           bool texts) {
  if (!file.exists("/index") || !file.exists("/index/scores")) return std::nullopt;
  const auto names = file.read_strings("/index/metrics");
  for (const auto& metric : metrics)
    if (std::find(names.begin(), names.end(), metric) == names.end()) return std::nullopt;
  ScoreIndex index;
  const auto heads = read_heads(file);
  for (const auto& metric : metrics) index.summaries[metric] = heads;
  const auto domains = file.read_strings("/index/domains"), networks = file.read_strings("/index/networks");
  Columns c;
  Columns::each(c, [&](const std::string& name, auto& column) {
    column =
        file.read<typename std::remove_reference_t<decltype(column)>::value_type>("/index/scores/" + name);
  });
  for (size_t i = 0; i < c.run.size(); ++i) {
    const auto found = index.summaries.find(names.at(size_t(c.metric.at(i))));
    if (found == index.summaries.end()) continue;
    DomainScore score{.value = {}, .empty_classes = {}};
    if (!std::isnan(c.value.at(i))) score.value = c.value[i];
    score.scores = c.scores.at(i), score.not_finite = c.not_finite.at(i);
    score.fewest_cases = c.fewest.at(i), score.most_cases = c.most.at(i);
    for (size_t k = 0; k < kClasses.size(); ++k)
      if (c.empty.at(i) >> k & 1) score.empty_classes.push_back(kClasses[k]);
    auto& scores = found->second.at(size_t(c.run[i])).scores;
    scores.emplace_hint(scores.end(),
                        Selection{domains.at(size_t(c.domain.at(i))), networks.at(size_t(c.network.at(i)))},
                        score);
  }
  if (texts) index.configs = file.read_strings("/index/runs/config");
  if (texts) index.environments = file.read_strings("/index/runs/environment");
  return index;
}

}  // namespace tandem::report
