#include "sweep/plan.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "config/format.h"

namespace tandem::sweep {
namespace {

std::vector<std::string> assignments_of(const TrialRequest& request) {
  std::vector<std::string> assignments;
  for (const auto& setting : request.settings) assignments.push_back(setting.key + " = " + setting.value);
  return assignments;
}

/// The resolver sees assignments, not files: puts the place in the sweep file where it says "--set".
[[noreturn]] void rethrow_with_place(const Error& error, const TrialRequest& request,
                                     const std::filesystem::path& sweep_file) {
  std::string message = error.what(), place = sweep_file.string();
  for (const auto& setting : request.settings)
    if (message.find("'" + setting.key + "'") != std::string::npos) place = setting.place;
  const std::string mark = "\n  --set";
  if (const auto at = message.find(mark); at != std::string::npos)
    message.replace(at, mark.size(), "\n  " + place);
  else
    message += "\n  needed by " + place;
  throw Error(message, error.code());
}

/// Rows of one name are averaged in tables, so what tells them apart goes into the name.
std::string name_of(const TrialRequest& request, const ResolvedTrial& plain) {
  std::string name = request.row_name.empty() ? plain.name : request.row_name;
  if (!request.suffix.empty()) name += "-" + request.suffix;
  return name;
}

struct Resolved {
  Trial trial;
  std::string toml;
};

Resolved resolve_request(const TrialRequest& request, const ResolveTrial& resolve,
                         const std::filesystem::path& sweep_file) {
  try {
    auto assignments = assignments_of(request);
    auto settled = resolve(request.file, assignments);
    const auto name = name_of(request, settled);
    if (name != settled.name) {
      assignments.push_back("name = " + config::quote_toml(name));
      settled = resolve(request.file, assignments);
    }
    const auto label = name + (request.repeat.empty() ? "" : "/" + request.repeat);
    return {{settled.id, label, settled.name, settled.seed, assignments_of(request)}, settled.toml};
  } catch (const Error& error) {
    rethrow_with_place(error, request, sweep_file);
  }
}

/// All trials of a sweep, each once.
std::vector<Resolved> resolve_all(const SweepSpec& spec, const ResolveTrial& resolve, Plan& plan) {
  std::vector<Resolved> all;
  std::map<std::string, size_t> known;
  for (const auto& request : expand(spec)) {
    auto next = resolve_request(request, resolve, spec.file);
    const auto [at, is_new] = known.emplace(next.trial.id, all.size());
    if (is_new) {
      all.push_back(std::move(next));
      continue;
    }
    const auto& first = all[at->second];
    require(first.toml == next.toml,
            "trials {} and {} would share the id {}: they differ in nothing that can change a result\n  {}",
            first.trial.label, next.trial.label, next.trial.id, spec.file.string());
    ++plan.collapsed;
  }
  return all;
}

/// Writes trial.toml of the new trials. Thousands of flushes would take minutes, so there is one for all:
/// until the index names a trial nobody looks at its folder, and planning again writes it anew.
void write_trials(const std::filesystem::path& folder, const std::vector<const Resolved*>& trials) {
  for (const auto* resolved : trials) {
    const TrialPaths paths{folder / "trials" / resolved->trial.id};
    std::error_code code;
    std::filesystem::create_directories(paths.folder, code);
    if (code) fail_system("cannot create folder {}: {}", paths.folder.string(), code.message());
    std::ofstream out(paths.settings(), std::ios::binary);
    out << resolved->toml;
    out.close();
    if (!out) fail_system("cannot write {}: {}", paths.settings().string(), std::strerror(errno));
  }
  const int fd = ::open((folder / "trials").c_str(), O_RDONLY | O_DIRECTORY);
  const bool flushed = fd >= 0 && ::syncfs(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!flushed) fail_system("cannot flush {}: {}", (folder / "trials").string(), std::strerror(error));
}

}  // namespace

Plan plan_sweep(const std::filesystem::path& sweep_file, const std::filesystem::path& folder,
                const ResolveTrial& resolve) {
  const auto spec = SweepSpec::from_file(sweep_file);
  Plan plan;
  const auto resolved = resolve_all(spec, resolve, plan);
  std::vector<Trial> index;
  if (std::filesystem::exists(SweepFolder::index_file(folder))) index = SweepFolder(folder).trials();

  std::map<std::string, bool> wanted;
  for (const auto& trial : index) wanted[trial.id] = false;
  std::vector<const Resolved*> fresh;
  for (const auto& next : resolved) {
    plan.trials.push_back(next.trial);
    if (wanted.count(next.trial.id) == 0) {
      plan.added.push_back(next.trial.id);
      index.push_back(next.trial);
      fresh.push_back(&next);
    }
    wanted[next.trial.id] = true;
  }
  if (!fresh.empty()) write_trials(folder, fresh);
  for (const auto& trial : index)
    if (!wanted[trial.id]) plan.earlier.push_back(trial);
  write_text_file(folder / "sweep.toml", read_text_file(sweep_file));
  write_index(folder, index);
  return plan;
}

}  // namespace tandem::sweep
