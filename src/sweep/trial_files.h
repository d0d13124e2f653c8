#pragma once
#include <filesystem>
#include <set>
#include <string>

namespace tandem::sweep {

/// Where the files of one trial are. A claim is numbered by its epoch 1, 2, ...; the highest one counts, and
/// no file is ever changed by anybody but the owner of its epoch.
struct TrialPaths {
  std::filesystem::path folder;

  std::filesystem::path settings() const { return folder / "trial.toml"; }
  std::filesystem::path claim(int epoch) const { return numbered("claim.", epoch); }
  std::filesystem::path beat(int epoch) const { return numbered("beat.", epoch); }
  std::filesystem::path released(int epoch) const { return numbered("released.", epoch); }
  std::filesystem::path failed(int epoch) const { return numbered("failed.", epoch); }
  /// A person's wish to try again: what happened up to this epoch no longer counts.
  std::filesystem::path retry(int epoch) const { return numbered("retry.", epoch); }
  std::filesystem::path result(int epoch) const { return numbered("result.", epoch, ".h5"); }
  /// The one result of the trial, a second name of its epoch's result.
  std::filesystem::path published() const { return folder / "result.h5"; }
  std::filesystem::path checkpoints(int epoch) const {
    return folder / "ckpt" / ("e" + std::to_string(epoch));
  }

 private:
  std::filesystem::path numbered(const char* stem, int epoch, const char* ending = "") const {
    return folder / (stem + std::to_string(epoch) + ending);
  }
};

/// What one look into a trial's folder shows.
struct TrialFiles {
  std::set<int> claims, beats, released, failed, results;
  int retried = 0;  ///< highest retry.<e>
  bool published = false;

  /// The newest claim; 0 if there is none.
  int epoch() const { return claims.empty() ? 0 : *claims.rbegin(); }
  /// True if the owner of an epoch has said that it is finished with it.
  bool ended(int epoch) const { return released.count(epoch) > 0 || failed.count(epoch) > 0; }
};

/// Lists a trial's folder; an absent folder is an Error (70).
TrialFiles list_trial(const TrialPaths& paths);

/// The working folder whose result was published, with its saved states; refuses a trial without a result.
std::filesystem::path published_run(const TrialPaths& paths);

}  // namespace tandem::sweep
