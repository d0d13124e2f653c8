// What a sweep costs beside its trials: claim to publication of trivial trials over several worker processes,
// and `status` and `aggregate` over many trial folders. Prints figures; run by hand on an idle machine.
// Usage: sweep_benchmark [FOLDER] [TRIALS] [FOLDERS]
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/timer.h"
#include "records/run_result.h"
#include "sweep/aggregate.h"
#include "sweep/plan.h"
#include "sweep/worker.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;

constexpr int kWorkers = 4;

SweepFolder plan_seeds(const fs::path& folder, int count) {
  write_text_file(folder / "base.toml", "");
  std::vector<std::string> seeds;
  for (int seed = 0; seed < count; ++seed) seeds.push_back(std::to_string(seed));
  write_text_file(folder / "sweep.toml", "base = 'base.toml'\nseeds = [" + join(seeds, ", ") + "]\n");
  const Timer timer;
  plan_sweep(folder / "sweep.toml", folder / "sweep",
             [](const fs::path&, const std::vector<std::string>& settings) {
               const auto text = join(settings, "\n");
               return ResolvedTrial{sha256(text).substr(0, 8), "trivial", text + "\n", 0};
             });
  console::say("plan of {} trials: {:.2f} s", count, timer.seconds());
  return SweepFolder(folder / "sweep");
}

/// A result as large as one of the paper's runs: six domains, 40 cases, 3 classes, 2 networks.
records::RunResult usual_result() {
  records::RunResult result;
  result.experiment = "trivial", result.run_id = "0", result.state = "complete";
  for (const char* name : {"epoch", "total", "ce_p", "rec", "val_stn_miou"})
    result.history[name] = std::vector<double>(600, 0.5);
  for (int domain = 0; domain < 6; ++domain)
    for (int i = 0; i < 40; ++i)
      for (const char* klass : {"LV", "MYO", "RV"})
        for (const char* network : {"FTN", "FTN+STN"})
          result.scores.push_back({"domain" + std::to_string(domain), fmt::format("patient{:03}_ED", i),
                                   fmt::format("patient{:03}", i), "ED", network, klass, "dice", 0.9});
  return result;
}

/// Runs all trials on kWorkers processes; the runner only links a result that is there.
void run_workers(const SweepFolder& sweep, const fs::path& result) {
  std::vector<pid_t> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back(::fork());
    if (workers.back() != 0) continue;
    WorkerOptions options;
    options.offset = std::int64_t(sweep.trials().size()) * i / kWorkers;
    options.poll_s = 0.01;  // or the last look around would count
    options.on_event = [](const Event&) {};
    run_worker(sweep, options, [&](TrialContext& trial) { fs::copy_file(result, trial.result); });
    ::_exit(0);
  }
  for (const auto pid : workers) ::waitpid(pid, nullptr, 0);
}

void measure(const fs::path& folder, int trials, int folders) {
  records::write_result(folder / "small.h5", {});
  records::write_result(folder / "usual.h5", usual_result());
  {
    const auto sweep = plan_seeds(folder / "claims", trials);
    const Timer timer;
    run_workers(sweep, folder / "small.h5");
    const double seconds = timer.seconds();
    console::say("{} trivial trials on {} workers: {:.2f} s, {:.1f} ms a trial and worker", trials, kWorkers,
                 seconds, 1000 * seconds * kWorkers / trials);
  }
  const auto sweep = plan_seeds(folder / "many", folders);
  for (const auto& trial : sweep.trials()) {  // as if run: a claim, a beat, a result
    const auto paths = sweep.paths(trial);
    std::ofstream(paths.claim(1)) << to_text(Claim{this_process(), 1, utc_now()});
    std::ofstream(paths.beat(1)) << to_text(Beat{.count = 1, .step = 10, .seconds = 1});
    fs::copy_file(folder / "usual.h5", paths.result(1));
    fs::create_hard_link(paths.result(1), paths.published());
  }
  Timer timer;
  const auto status = survey(sweep);
  console::say("status of {} trial folders: {:.2f} s ({} done)", folders, timer.restart(),
               std::count_if(status.begin(), status.end(), [](const auto& t) { return t.word() == "done"; }));
  aggregate(sweep, folder / "results.h5");
  console::say("aggregate of {} trial folders: {:.2f} s, {} MB from files of {} kB", folders, timer.seconds(),
               fs::file_size(folder / "results.h5") >> 20, fs::file_size(folder / "usual.h5") >> 10);
}

}  // namespace
}  // namespace tandem::sweep

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const fs::path folder = (argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path()) / "sweep_benchmark";
  try {
    tandem::require(!fs::exists(folder), "{} exists already; remove it first", folder.string());
    tandem::sweep::measure(folder, argc > 2 ? std::atoi(argv[2]) : 1000,
                           argc > 3 ? std::atoi(argv[3]) : 10000);
    fs::remove_all(folder);
  } catch (const tandem::Error& error) {
    tandem::console::error(error.what());
    return int(error.code());
  }
  return 0;
}
