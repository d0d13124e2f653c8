#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/atomic_file.h"
#include "base/timer.h"
#include "h5/h5.h"
#include "support/mpi_job.h"
#include "support/temporary_folder.h"
#include "training/checkpoint_store.h"

namespace tandem::test {

/// Trainings under mpirun that are disturbed: how a job is begun, broken and resumed, and what must then
/// hold.
class Failures : public testing::Test {
 protected:
  using Words = std::vector<std::string>;

  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    Process phantom({TANDEM_BINARY_DIR "/tandem-data", "phantom", "--subjects", "4", "--seed", "3", "--out",
                     path("phantom.h5")},
                    path("phantom.txt"));
    ASSERT_EQ(phantom.wait(120), 0) << phantom.output();
    write_text_file(path("split.toml"),
                    "[split]\nname = \"small\"\ntraining = [\"001\", \"002\"]\nvalidation = [\"003\"]\n"
                    "test = [\"004\"]\n");
    // A state after every step, fixed shards: any break and any number of ranks must end in the same bits.
    write_text_file(
        path("small.toml"),
        "name = \"small\"\n[data]\ntrain = [\"" + path("phantom.h5") + "\"]\n[split]\nfile = \"" +
            path("split.toml") +
            "\"\n[augmentation]\npad = 64\ncrop = 32\n[training]\nbatch_size = 8\nmax_steps = 16\n"
            "epochs = 100\nthreads = 1\ncheckpoint_minutes = 1e-6\ndevice = \"cpu\"\n"
            "[parallel]\ndeterministic = \"shards\"\nshards = 4\n[watchdog]\n"
            "first_step_s = 30\nstep_s = 8\ncheckpoint_s = 10\nevaluation_s = 20\n");
  }
  static void TearDownTestSuite() { delete folder; }
  static std::string path(const std::string& name) { return (*folder / name).string(); }

  /// The command of a job of tandem.
  static Words launch(int ranks, const Words& arguments) {
    Words words = {TANDEM_BINARY_DIR "/tandem"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return mpirun(ranks, folder->path(), words);
  }
  static Words train(const std::string& where, const Words& more = {}) {
    Words words = {"train", path("small.toml"), "--set", "run.folder=" + path(where)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static std::string run_in(const std::string& where) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(where)))
      if (entry.path().filename() == "config.toml") return entry.path().parent_path().string();
    return "";
  }
  /// Runs to its end; the exit code.
  static int finish(const Words& command) {
    Process process(command, path("output.txt"));
    const int code = process.wait(200);
    output = process.output();
    return code;
  }
  /// Trains a run whose job was broken to its end, on some number of ranks.
  static void resume(const std::string& where, int ranks) {
    ASSERT_NE(run_in(where), "");
    ASSERT_EQ(finish(launch(ranks, {"train", "--resume", run_in(where), "--set", "training.max_minutes=0"})),
              0)
        << output;
  }
  static std::map<std::string, std::vector<double>> state_of(const std::string& where) {
    const auto state = training::CheckpointStore(run_in(where) + "/checkpoints").newest();
    std::map<std::string, std::vector<double>> all;
    if (!state) return all;
    const h5::File file(state->file, h5::File::Mode::Read);
    for (const char* group : {"/weights", "/adam"}) collect(file, group, all);
    return all;
  }
  static void collect(const h5::File& file, const std::string& group,
                      std::map<std::string, std::vector<double>>& all) {
    for (const auto& name : file.list(group)) {
      const auto item = group + "/" + name;
      if (file.is_group(item))
        collect(file, item, all);
      else
        all[item] = file.read<double>(item);
    }
  }
  /// The state of a training that nothing disturbed, by one process.
  static const std::map<std::string, std::vector<double>>& undisturbed() {
    static const auto state = [] {
      EXPECT_EQ(finish(launch(1, train("undisturbed"))), 0) << output;
      return state_of("undisturbed");
    }();
    return state;
  }
  static void expect_nothing_lost(const std::string& where) {
    const auto &expected = undisturbed(), actual = state_of(where);
    EXPECT_FALSE(expected.empty());
    EXPECT_TRUE(expected == actual) << where << ": weights or Adam's state differ from the unbroken run";
    EXPECT_TRUE(std::filesystem::exists(run_in(where) + "/result.h5"));
  }

  static int saved_states(const std::string& where) {
    const std::string manifest = run_in(where) + "/checkpoints/manifest.toml";
    if (!std::filesystem::exists(manifest)) return 0;
    const auto text = read_text_file(manifest);
    int states = 0;
    for (auto at = text.find("[[state]]"); at != std::string::npos; at = text.find("[[state]]", at + 1))
      ++states;
    return states;
  }

  /// A job under way, past its second saved state.
  struct Job {
    Job(const std::string& where, int ranks, const Words& more = {})
        : process(launch(ranks, train(where, more)), path(where + ".txt")) {
      const Timer timer;
      while (timer.seconds() < 100 && pids.empty()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!std::filesystem::exists(path(where)) || run_in(where).empty()) continue;
        if (saved_states(where) >= 2) pids = children_of(process.pid());
      }
      if (int(pids.size()) != ranks) throw std::runtime_error("the job did not start: " + process.output());
    }
    /// The exit code; every rank must be gone soon after.
    int end(double limit_s) {
      const Timer timer;
      const int code = process.wait(limit_s);
      seconds = timer.seconds();
      EXPECT_THAT(left_behind(pids), testing::IsEmpty());
      for (const auto pid : pids) ::kill(pid, SIGKILL);
      return code;
    }
    Process process;
    std::vector<pid_t> pids;
    double seconds = 0;
  };

  static inline TemporaryFolder* folder = nullptr;
  static inline std::string output;
};

}  // namespace tandem::test
