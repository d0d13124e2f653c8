#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace tandem::sweep {

/// How the ranks of a job are started.
enum class Launcher { Srun, Mpirun };

/// What goes into a job script.
struct SbatchOptions {
  std::filesystem::path sweep;     ///< the sweep's folder
  std::filesystem::path program;   ///< the tandem program
  std::int64_t tasks = 1;          ///< size of the array
  std::int64_t at_once = 0;        ///< array tasks that may run at the same time; 0 = all
  std::int64_t ranks = 1;          ///< of each array task; a multiple of width
  std::int64_t width = 1;          ///< ranks that work on one trial
  std::int64_t gpus_per_node = 0;  ///< 0 = none are asked for
  std::int64_t cpus_per_rank = 1;
  std::string time = "04:00:00";
  Launcher launcher = Launcher::Srun;
};

/// The job script of distributed.md 2.8, from launch/sweep.sbatch.in. Options that do not fit are Errors.
std::string sbatch_script(const SbatchOptions& options);

}  // namespace tandem::sweep
