#include "sweep/sbatch.h"

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using ::testing::HasSubstr;
using ::testing::Not;

SbatchOptions options() { return {.sweep = "/scratch/me/table1", .program = "/opt/tandem"}; }

TEST(Sbatch, AsksForWhatWasSaid) {
  auto o = options();
  o.tasks = 16, o.at_once = 4, o.ranks = 8, o.width = 4, o.gpus_per_node = 4, o.cpus_per_rank = 6,
  o.time = "1-02:00:00";
  const auto script = sbatch_script(o);
  EXPECT_THAT(script, HasSubstr("#SBATCH --array=0-15%4\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --ntasks=8 --nodes=2 --gpus-per-node=4\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --cpus-per-task=6\n#SBATCH --time=1-02:00:00\n"));
  EXPECT_THAT(script, HasSubstr("--output=/scratch/me/table1/logs/%A_%a.out\n"));
  EXPECT_THAT(script, HasSubstr("\nsrun --mpi=pmix --kill-on-bad-exit=1 --ntasks=8 --cpus-per-task=6 \\\n"
                                "  /opt/tandem sweep run /scratch/me/table1 --width 4 &\n"));
  EXPECT_THAT(sbatch_script(options()), Not(HasSubstr("--gpus")));
}

TEST(Sbatch, RefusesWhatCannotBe) {
  auto o = options();
  o.ranks = 6, o.width = 4;
  expect_error([&] { sbatch_script(o); }, "6 ranks cannot be divided into groups of 4");
  o.ranks = 8, o.gpus_per_node = 3;
  expect_error([&] { sbatch_script(o); }, "8 ranks do not fill nodes of 3 GPUs");
  o = options(), o.time = "4h";
  expect_error([&] { sbatch_script(o); }, "--time 4h is no time limit");
  o = options(), o.sweep = "/my files/x";
  expect_error([&] { sbatch_script(o); }, "cannot stand in a job script");
}

/// Runs the script with stand-ins for Slurm's commands that write down how they were called.
class SbatchRun : public ::testing::TestWithParam<Launcher> {
 protected:
  SbatchRun() {
    auto o = options();
    o.program = folder_ / "tandem";
    o.sweep = folder_ / "sweep";
    o.launcher = GetParam();
    write_text_file(folder_ / "job.sbatch", sbatch_script(o));
    const auto log = (folder_ / "calls").string();
    command("scontrol", "echo scontrol \"$@\" >> " + log);
    command("scancel",
            "echo scancel \"$@\" >> " + log + "; kill -USR1 $(cat " + (folder_ / "pid").string() + ")");
    const std::string launch =
        "while [[ $1 == -* || $1 == [0-9]* || $1 == none ]]; do shift; done; exec \"$@\"";
    command("srun", launch);
    command("mpirun", launch);
  }
  void command(const std::string& name, const std::string& body) {
    write_text_file(folder_ / name, "#!/bin/bash\n" + body + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  /// Exit code of an array task; sends USR1 to the batch shell once the program runs, if asked to.
  int run(bool signalled) {
    test::Process shell(
        {"/usr/bin/env", "PATH=" + folder_.path().string() + ":/usr/bin:/bin", "SLURM_JOB_ID=7",
         "SLURM_ARRAY_JOB_ID=7", "SLURM_ARRAY_TASK_ID=2", "bash", (folder_ / "job.sbatch").string()},
        folder_ / "output");
    if (signalled) {
      for (int i = 0; i < 500 && !fs::exists(folder_ / "pid"); ++i) ::usleep(10000);
      shell.signal(SIGUSR1);
    }
    return shell.wait(20);
  }
  std::string calls() { return fs::exists(folder_ / "calls") ? read_text_file(folder_ / "calls") : ""; }

  test::TemporaryFolder folder_;
};

TEST_P(SbatchRun, StopsSavesAndRequeuesThisTaskOnly) {
  command("tandem", "trap 'sleep 0.3; exit 75' USR1; echo $$ > " + (folder_ / "p").string() + "; mv " +
                        (folder_ / "p").string() + " " + (folder_ / "pid").string() +
                        "; for i in $(seq 100); do sleep 0.1; done");
  EXPECT_EQ(run(/*signalled=*/true), 75);
  const std::string requeue = "scontrol requeue 7_2\n";
  EXPECT_EQ(calls(), GetParam() == Launcher::Srun ? "scancel --signal=USR1 7_2\n" + requeue : requeue);
}

TEST_P(SbatchRun, FinishedAndFailedTasksAreNotRequeued) {
  command("tandem", "[[ $* == 'sweep run " + (folder_ / "sweep").string() +
                        " --width 1' && $SLURM_WAIT == 30 ]] || exit 9");
  EXPECT_EQ(run(false), 0);
  command("tandem", "exit 65");
  EXPECT_EQ(run(false), 65);
  EXPECT_EQ(calls(), "");
}

INSTANTIATE_TEST_SUITE_P(Launchers, SbatchRun, ::testing::Values(Launcher::Srun, Launcher::Mpirun),
                         [](const auto& launcher) {
                           return launcher.param == Launcher::Srun ? "srun" : "mpirun";
                         });

}  // namespace
}  // namespace tandem::sweep
