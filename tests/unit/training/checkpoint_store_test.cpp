#include "training/checkpoint_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "support/small_disk.h"
#include "support/temporary_folder.h"

namespace tandem::training {
namespace {

namespace fs = std::filesystem;

/// What a state of a step holds; `again` tells two writings of one step apart.
std::string content(std::int64_t step, const std::string& again = "") {
  return "state of step " + std::to_string(step) + again + std::string(2000, '.');
}

void save(const fs::path& folder, std::int64_t step, const std::string& again = "") {
  CheckpointStore(folder).save(step,
                               [&](const fs::path& path) { write_text_file(path, content(step, again)); });
}

void expect_newest(const fs::path& folder, std::int64_t step, const std::string& what) {
  const auto newest = CheckpointStore(folder).newest();
  ASSERT_TRUE(newest.has_value()) << what;
  EXPECT_EQ(newest->step, step) << what;
  EXPECT_TRUE(read_text_file(newest->file).starts_with("state of step " + std::to_string(step))) << what;
}

/// Saves `before` undisturbed and then `last` with a fault (see fault_shim.cpp); the process's end as of
/// waitpid().
int save_with_fault(const fs::path& folder, const std::vector<std::int64_t>& before, std::int64_t last,
                    const std::string& fault) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    try {
      for (const auto step : before) save(folder, step);
      ::setenv("TANDEM_FAULT", fault.c_str(), 1);
      save(folder, last, " again");
    } catch (const std::exception&) {
      ::_exit(70);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

/// Disturbs a save at every fsync and rename of it, one after the other. What may be newest afterwards: the
/// state before, or the new one once it counts. @return the number of moments
int disturb_everywhere(const std::vector<std::int64_t>& before, std::int64_t last,
                       const std::string& action) {
  for (int moment = 1;; ++moment) {
    const test::TemporaryFolder folder;
    const auto what = action + " at moment " + std::to_string(moment);
    const int status =
        save_with_fault(folder.path(), before, last, "any * " + std::to_string(moment) + " " + action);
    const bool whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const auto newest = CheckpointStore(folder.path()).newest();
    if (!newest) {
      ADD_FAILURE() << what << ": no state is left";
      return moment;
    }
    EXPECT_TRUE(newest->step == last || (!whole && newest->step == before.back())) << what;
    expect_newest(folder.path(), newest->step, what);
    save(folder.path(), 99);  // the next one goes on
    expect_newest(folder.path(), 99, what);
    EXPECT_EQ(test::entries(folder.path()), 3) << what << ": two states and the manifest, and no leftovers";
    if (whole) return moment - 1;
    EXPECT_EQ(WIFSIGNALED(status), action == "kill") << what;
  }
}

TEST(CheckpointStore, KeepsTheTwoNewestStates) {
  const test::TemporaryFolder folder;
  for (const int step : {3, 5, 8}) save(folder.path(), step);
  expect_newest(folder.path(), 8, "");
  EXPECT_FALSE(fs::exists(folder / "step-3.h5"));
  write_text_file(folder / "step-8.h5", "damaged");
  expect_newest(folder.path(), 5, "");
}

TEST(CheckpointStore, AKillAtAnyMomentOfASaveLosesNothing) {
  EXPECT_EQ(disturb_everywhere({1, 2}, 3, "kill"), 6)
      << "fsync, rename, fsync of the state and of the manifest";
}

TEST(CheckpointStore, ADiskFullAtAnyMomentOfASaveLosesNothing) {
  EXPECT_EQ(disturb_everywhere({1, 2}, 3, "full"), 6);
}

// A run that goes on from its only state may save that step again at once: until then the first must stay
// whole.
TEST(CheckpointStore, AStepThatIsSavedAgainIsNeverWithoutAWholeState) {
  EXPECT_EQ(disturb_everywhere({4}, 4, "kill"), 6);
  EXPECT_EQ(disturb_everywhere({4}, 4, "full"), 6);
}

TEST(CheckpointStore, AnErrorOfTheWriterLeavesTheStatesBefore) {
  const test::TemporaryFolder folder;
  save(folder.path(), 1);
  EXPECT_THROW(
      CheckpointStore(folder.path()).save(2, [](const fs::path&) { throw std::runtime_error("no"); }),
      std::runtime_error);
  expect_newest(folder.path(), 1, "");
}

}  // namespace
}  // namespace tandem::training
