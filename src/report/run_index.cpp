#include "report/run_index.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "records/merged_results.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostNamed = 30;

class Search {
 public:
  explicit Search(RunFiles& out) : out_(out) {}

  void add_file(const fs::path& file) {
    if (first_visit(file)) out_.files.push_back(file);
  }

  void add_folder(const fs::path& folder) {
    if (!first_visit(folder)) return;  // also ends circles of links
    std::error_code code;
    std::vector<fs::path> folders;
    bool has_config = false, has_result = false, is_trial = false;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
      std::error_code broken_link;
      const auto name = entry->path().filename();
      if (entry->is_directory(broken_link))
        folders.push_back(entry->path());
      else if (name == "result.h5")
        add_file(entry->path()), has_result = true;
      else if (name == "config.toml")
        has_config = true;
      else if (name == "trial.toml")
        is_trial = true;
    }
    if (code)
      out_.warnings.push_back(fmt::format("cannot look into {}: {}", folder.string(), code.message()));
    if ((has_config || is_trial) && !has_result)
      out_.warnings.push_back(fmt::format("{} has no result.h5: this run has not finished", folder.string()));
    if (is_trial) return;  // what is below are its owners' working folders
    for (const auto& inner : folders) add_folder(inner);
  }

 private:
  bool first_visit(const fs::path& path) {
    std::error_code code;
    const auto real = fs::weakly_canonical(path, code);
    return seen_.insert(code ? path : real).second;
  }

  RunFiles& out_;
  std::set<fs::path> seen_;
};

/// Hands on each run once; of two with the same name the complete one.
class Visitor {
 public:
  using Visit = std::function<void(size_t, const records::RunResult&)>;
  explicit Visitor(const Visit& visit) : visit_(visit) {}

  void add_file(const fs::path& path) {
    guarded(path.string(), [&] {
      const h5::File file(path, h5::File::Mode::Read);
      for (const auto& group : records::result_groups(file))
        guarded(path.string() + group,
                [&] { add(path.string() + group, records::read_result(file, group)); });
      if (auto warning = missing_results_of(file); !warning.empty()) warnings.push_back(std::move(warning));
    });
  }

  std::vector<std::string> warnings;

 private:
  struct Known {
    size_t slot;
    std::string source;
    bool complete;
  };

  void add(const std::string& source, const records::RunResult& result) {
    const std::pair key(result.experiment, result.run_id);
    const bool complete = result.state == "complete";
    const auto found = known_.find(key);
    if (found == known_.end()) {
      const size_t slot = known_.size();
      visit_(slot, result);
      known_.emplace(key, Known{slot, source, complete});
      return;
    }
    auto& earlier = found->second;
    const bool replace = complete && !earlier.complete;
    if (replace) visit_(earlier.slot, result);
    warnings.push_back(fmt::format("run {}/{} was found twice and counts once: {} is used, {} is not",
                                   key.first, key.second, replace ? source : earlier.source,
                                   replace ? earlier.source : source));
    if (replace) earlier = Known{earlier.slot, source, true};
  }

  /// Does something; an error becomes a warning that names the source.
  void guarded(const std::string& source, const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      const std::string reason = error.what();
      const bool named = reason.find(source) != std::string::npos;
      warnings.push_back(fmt::format("left out: {}{}", named ? "" : source + ": ", reason));
    }
  }

  const Visit& visit_;
  std::map<std::pair<std::string, std::string>, Known> known_;
};

}  // namespace

std::string missing_results_of(const h5::File& file) {
  auto missing = records::missing_results(file);
  if (missing.empty()) return "";
  const auto count = missing.size();
  if (count > kMostNamed)
    missing.resize(kMostNamed), missing.push_back(fmt::format("and {} more", count - kMostNamed));
  return fmt::format("{}: {} trial{} no result: {}", file.path().string(), count,
                     count == 1 ? " has" : "s have", join(missing, ", "));
}

RunFiles find_results(const std::vector<fs::path>& paths) {
  RunFiles out;
  Search search(out);
  for (const auto& path : paths) {
    std::error_code code;
    const auto status = fs::status(path, code);
    require(fs::exists(status), "{} does not exist", path.string());
    if (fs::is_directory(status))
      search.add_folder(path);
    else
      search.add_file(path);
  }
  std::sort(out.files.begin(), out.files.end());
  std::sort(out.warnings.begin(), out.warnings.end());
  return out;
}

std::vector<std::string> visit_runs(const std::vector<fs::path>& files,
                                    const std::function<void(size_t, const records::RunResult&)>& visit) {
  Visitor visitor(visit);
  for (const auto& file : files) visitor.add_file(file);
  return visitor.warnings;
}

}  // namespace tandem::report
