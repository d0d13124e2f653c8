#pragma once
#include <filesystem>
#include <string>

#include "experiment/experiment_config.h"
#include "records/run_result.h"

namespace tandem::experiment {

/// The files of one run, <folder>/<experiment>/<id>/: config.toml, environment.toml, log.txt, checkpoints/,
/// result.h5.
class RunFolder {
 public:
  explicit RunFolder(const std::filesystem::path& path) : RunFolder(path, path / "result.h5") {}
  /// With its result somewhere else, as a published trial has it.
  RunFolder(std::filesystem::path path, std::filesystem::path result)
      : path_(std::move(path)), result_(std::move(result)) {}
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path environment() const { return path_ / "environment.toml"; }
  std::filesystem::path log() const { return path_ / "log.txt"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path best() const { return checkpoints() / "best.h5"; }
  /// Where ranks on several hosts leave their progress while they train; beside the folder, which may be
  /// replaced.
  std::filesystem::path progress() const {
    return path_.parent_path() / (path_.filename().string() + ".progress");
  }
  std::filesystem::path result() const { return result_; }
  /// What people call the run: the folder of its result, for a trial the trial's.
  std::string name() const { return result_.parent_path().filename().string(); }

  /// Where the run of these settings is or will be.
  static RunFolder of(const ExperimentConfig& config);
  /// Error if there is a run with these settings already, unless `force`.
  static void refuse_existing(const ExperimentConfig& config, bool force);
  /// Makes the folder of a new run with its config.toml, in place of an earlier run with the same settings.
  static RunFolder create(const ExperimentConfig& config);
  /// An existing run; refuses a folder without config.toml.
  static RunFolder open(const std::filesystem::path& path) { return open(RunFolder(path)); }
  static RunFolder open(RunFolder folder);
  /// The settings the run was started with.
  ExperimentConfig read_config(const std::vector<std::string>& overrides = {}) const;

 private:
  std::filesystem::path path_, result_;
};

/// Host, versions, commit, device and number of ranks as TOML.
std::string describe_environment(const std::string& device, int ranks);

}  // namespace tandem::experiment
