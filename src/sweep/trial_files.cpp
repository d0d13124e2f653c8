#include "sweep/trial_files.h"

#include <charconv>
#include <string_view>

#include "base/error.h"

namespace tandem::sweep {
namespace {

/// The number in "<stem><number><ending>"; 0 if a name is not of this form.
int number_in(std::string_view name, std::string_view stem, std::string_view ending = "") {
  if (name.size() <= stem.size() + ending.size() || !name.starts_with(stem) || !name.ends_with(ending))
    return 0;
  name.remove_prefix(stem.size());
  name.remove_suffix(ending.size());
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() && number > 0 ? number : 0;
}

void add(std::set<int>& numbers, int number) {
  if (number > 0) numbers.insert(number);
}

}  // namespace

TrialFiles list_trial(const TrialPaths& paths) {
  TrialFiles files;
  std::error_code code;
  std::filesystem::directory_iterator entry(paths.folder, code), end;
  for (; !code && entry != end; entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    add(files.claims, number_in(name, "claim."));
    add(files.beats, number_in(name, "beat."));
    add(files.released, number_in(name, "released."));
    add(files.failed, number_in(name, "failed."));
    add(files.results, number_in(name, "result.", ".h5"));
    files.retried = std::max(files.retried, number_in(name, "retry."));
    if (name == "result.h5") files.published = true;
  }
  if (code) fail_system("cannot look into {}: {}", paths.folder.string(), code.message());
  return files;
}

std::filesystem::path published_run(const TrialPaths& paths) {
  for (const int epoch : list_trial(paths).results) {
    std::error_code code;  // the published result is a second name of its epoch's
    if (std::filesystem::equivalent(paths.result(epoch), paths.published(), code))
      return paths.checkpoints(epoch);
  }
  fail("{} is a trial without a result yet; see: tandem sweep status", paths.folder.string());
}

}  // namespace tandem::sweep
