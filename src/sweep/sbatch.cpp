#include "sweep/sbatch.h"

#include <map>
#include <regex>

#include "base/error.h"
#include "sweep/sbatch_template.h"

namespace tandem::sweep {
namespace {

/// A word for bash, in single quotes where it needs them.
std::string shell_quote(const std::string& word) {
  static const std::regex plain("[A-Za-z0-9_./:+,@%-]+");
  if (std::regex_match(word, plain)) return word;
  return "'" + std::regex_replace(word, std::regex("'"), "'\\''") + "'";
}

void check(const SbatchOptions& options) {
  static const std::regex time(R"((\d+-)?\d{1,3}(:\d{2}){0,2})");
  require(std::regex_match(options.time, time),
          "--time {} is no time limit; write hours:minutes:seconds, 4:00:00", options.time);
  require(options.tasks >= 1, "--array {} must be at least 1", options.tasks);
  require(options.width >= 1 && options.ranks >= options.width && options.ranks % options.width == 0,
          "{} ranks cannot be divided into groups of {}; ask for a multiple of --width", options.ranks,
          options.width);
  require(options.gpus_per_node == 0 || options.ranks <= options.gpus_per_node ||
              options.ranks % options.gpus_per_node == 0,
          "{} ranks do not fill nodes of {} GPUs; ask for fewer or for a multiple", options.ranks,
          options.gpus_per_node);
  for (const auto& path : {options.sweep, options.program})
    require(path.string().find_first_of(" \n%@") == std::string::npos,
            "{} cannot stand in a job script: it holds a blank, % or @", path.string());
}

std::string launch_line(const SbatchOptions& options) {
  if (options.launcher == Launcher::Mpirun) return fmt::format("mpirun -n {} --bind-to none", options.ranks);
  return fmt::format("srun --mpi=pmix --kill-on-bad-exit=1 --ntasks={} --cpus-per-task={}", options.ranks,
                     options.cpus_per_rank);
}

}  // namespace

std::string sbatch_script(const SbatchOptions& options) {
  check(options);
  const auto gpus = options.gpus_per_node;
  const auto nodes = gpus > 0 ? (options.ranks + gpus - 1) / gpus : 0;
  const std::map<std::string, std::string> values = {
      {"NAME", "tandem-sweep"},
      {"ARRAY", fmt::format("0-{}{}", options.tasks - 1,
                            options.at_once > 0 ? fmt::format("%{}", options.at_once) : "")},
      {"RANKS", std::to_string(options.ranks)},
      {"NODES", nodes > 0 ? fmt::format(" --nodes={}", nodes) : ""},
      {"GPUS", gpus > 0 ? fmt::format(" --gpus-per-node={}", std::min(options.ranks, gpus)) : ""},
      {"CPUS", std::to_string(options.cpus_per_rank)},
      {"TIME", options.time},
      {"LOGS", (options.sweep / "logs").string()},
      {"LAUNCH", launch_line(options)},
      {"PROGRAM", shell_quote(options.program.string())},
      {"SWEEP", shell_quote(options.sweep.string())},
      {"WIDTH", std::to_string(options.width)},
      // srun's ranks are reached through Slurm, mpirun passes the signal on itself.
      {"FORWARD", options.launcher == Launcher::Srun ? "scancel --signal=USR1 \"$id\"" : "kill -USR1 $!"}};
  std::string script = kSbatchTemplate;
  for (const auto& [name, value] : values) {
    const auto mark = "@" + name + "@";
    for (size_t at; (at = script.find(mark)) != std::string::npos;) script.replace(at, mark.size(), value);
  }
  return script;
}

}  // namespace tandem::sweep
