#include "experiment/run_folder.h"

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include "base/atomic_file.h"
#include "base/build_info.h"
#include "base/error.h"
#include "base/host.h"
#include "base/text.h"
#include "config/format.h"

namespace tandem::experiment {

RunFolder RunFolder::of(const ExperimentConfig& config) {
  return RunFolder(std::filesystem::path(config.run.folder) / config.name / config.id());
}

void RunFolder::refuse_existing(const ExperimentConfig& config, bool force) {
  const auto folder = of(config);
  require(
      force || !std::filesystem::exists(folder.config()),
      "a run with these settings is in {}. Go on with: tandem train --resume {}; or start anew with --force",
      folder.path().string(), folder.path().string());
}

RunFolder RunFolder::create(const ExperimentConfig& config) {
  const auto folder = of(config);
  std::error_code code;
  std::filesystem::remove_all(folder.path(), code);
  std::filesystem::create_directories(folder.path() / "checkpoints", code);
  if (code) fail_system("cannot create {}: {}", folder.path().string(), code.message());
  try {
    write_text_file(folder.config(), config.dump());
  } catch (const Error&) {
    std::filesystem::remove_all(folder.path(), code);
    throw;
  }
  return folder;
}

RunFolder RunFolder::open(RunFolder folder) {
  require(std::filesystem::exists(folder.config()), "{} is not a run folder: it has no config.toml",
          folder.path().string());
  return folder;
}

ExperimentConfig RunFolder::read_config(const std::vector<std::string>& overrides) const {
  return ExperimentConfig::from_file(config(), overrides);
}

std::string describe_environment(const std::string& device, int ranks) {
  namespace info = build_info;
  return fmt::format(
      "host = {}\nstarted = {}\ndevice = {}\nranks = {}\nthreads = {}\nversion = {}\ncommit = {}\ncompiler = "
      "{}\n"
      "libtorch = \"{}.{}.{}\"\nhdf5 = {}\n",
      config::quote_toml(host_name()), config::quote_toml(utc_now()), config::quote_toml(device), ranks,
      at::get_num_threads(), config::quote_toml(info::kVersion), config::quote_toml(info::kCommit),
      config::quote_toml(info::kCompiler), TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH,
      config::quote_toml(h5::library_version()));
}

}  // namespace tandem::experiment
