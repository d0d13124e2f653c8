#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "sweep/trial_files.h"

namespace tandem::sweep {

/// One trial as the plan knows it.
struct Trial {
  std::string id;     ///< names its folder; from the resolved settings
  std::string label;  ///< "proposed/cval0": for people
  std::string name;   ///< "proposed": the experiment's name, the row of a table
  std::int64_t seed = 0;
  std::vector<std::string> settings;  ///< "split.cval = 0": what the sweep set on top of the experiment file
};

/// A planned sweep: `sweep.toml` (a copy), `index.toml` (its trials in order) and `trials/<id>/`.
class SweepFolder {
 public:
  /// Opens a planned sweep; a folder without index.toml is an Error that says how to make one.
  explicit SweepFolder(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  /// In the order of the plan.
  const std::vector<Trial>& trials() const { return trials_; }
  TrialPaths paths(const Trial& trial) const { return {path_ / "trials" / trial.id}; }
  /// Trials by label, name or the beginning of their id; all of them for no words. Error for a word that fits
  /// none.
  std::vector<Trial> find(const std::vector<std::string>& words) const;

  static std::filesystem::path index_file(const std::filesystem::path& folder) {
    return folder / "index.toml";
  }

 private:
  std::filesystem::path path_;
  std::vector<Trial> trials_;
};

/// Writes index.toml atomically.
void write_index(const std::filesystem::path& folder, const std::vector<Trial>& trials);

}  // namespace tandem::sweep
