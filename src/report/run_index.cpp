#include "report/run_index.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;

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
    bool has_config = false, has_result = false;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
      std::error_code broken_link;
      const auto name = entry->path().filename();
      if (entry->is_directory(broken_link))
        folders.push_back(entry->path());
      else if (name == "result.h5")
        add_file(entry->path()), has_result = true;
      else if (name == "config.toml")
        has_config = true;
    }
    if (code)
      out_.warnings.push_back(fmt::format("cannot look into {}: {}", folder.string(), code.message()));
    if (has_config && !has_result)
      out_.warnings.push_back(fmt::format("{} has no result.h5: this run has not finished", folder.string()));
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

/// A run already read.
struct Known {
  size_t slot;
  fs::path file;
  bool complete;
};

}  // namespace

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
  std::vector<std::string> warnings;
  std::map<std::pair<std::string, std::string>, Known> known;
  for (const auto& file : files) {
    try {
      const auto result = records::read_result(file);
      const std::pair key(result.experiment, result.run_id);
      const bool complete = result.state == "complete";
      const auto found = known.find(key);
      if (found == known.end()) {
        const size_t slot = known.size();
        visit(slot, result);
        known.emplace(key, Known{slot, file, complete});
        continue;
      }
      auto& earlier = found->second;
      const bool replace = complete && !earlier.complete;
      if (replace) visit(earlier.slot, result);
      warnings.push_back(fmt::format("run {}/{} was found twice and counts once: {} is used, {} is not",
                                     key.first, key.second, (replace ? file : earlier.file).string(),
                                     (replace ? earlier.file : file).string()));
      if (replace) earlier = Known{earlier.slot, file, true};
    } catch (const std::exception& error) {
      const std::string reason = error.what();
      const bool named = reason.find(file.string()) != std::string::npos;
      warnings.push_back(fmt::format("left out: {}{}", named ? "" : file.string() + ": ", reason));
    }
  }
  return warnings;
}

}  // namespace tandem::report
