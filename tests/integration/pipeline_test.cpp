// The programs as a user runs them, on synthetic hearts small enough for seconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/atomic_file.h"
#include "data/case_file.h"
#include "nifti/nifti.h"
#include "records/run_result.h"
#include "support/process.h"
#include "support/temporary_folder.h"
#include "training/checkpoint_store.h"

namespace tandem::test {
namespace {

using Words = std::vector<std::string>;
using testing::HasSubstr;

class Pipeline : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    ASSERT_EQ(run({"tandem-data", "phantom", "--subjects", "4", "--seed", "3", "--out", path("phantom.h5")}),
              0)
        << output;
    write_text_file(path("split.toml"),
                    "[split]\nname = \"small\"\ntraining = [\"001\", \"002\"]\nvalidation = [\"003\"]\ntest "
                    "= [\"004\"]\n");
    write_text_file(
        path("small.toml"),
        "name = \"small\"\n[data]\ntrain = [\"" + path("phantom.h5") + "\"]\n[split]\nfile = \"" +
            path("split.toml") +
            "\"\n[augmentation]\npad = 64\ncrop = 32\n[training]\nbatch_size = 8\nepochs = 3\nthreads = 1\n"
            "learning_rate = 1e-3\ncheckpoint_minutes = 0\n[evaluation]\ncrop = 64\n");
  }
  static void TearDownTestSuite() { delete folder; }

  static std::string path(const std::string& name) { return (*folder / name).string(); }
  static Words full(Words command) {
    command[0] = std::string(TANDEM_BINARY_DIR) + "/" + command[0];
    return command;
  }
  static int run(const Words& command) {
    Process process(full(command), path("output.txt"));
    const int code = process.wait(300);
    output = process.output();
    return code;
  }
  /// Trains into a results folder of its own; returns the run's folder.
  static std::string train(const std::string& where, const Words& more = {}) {
    Words command = {"tandem", "train", path("small.toml"), "--set", "run.folder=" + path(where)};
    command.insert(command.end(), more.begin(), more.end());
    EXPECT_EQ(run(command), 0) << output;
    return run_in(where);
  }
  static std::string run_in(const std::string& where) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(where)))
      if (entry.path().filename() == "config.toml") return entry.path().parent_path().string();
    return "";
  }
  /// Weights and Adam's state of a checkpoint, by path.
  static std::map<std::string, std::vector<double>> state_of(const std::string& run) {
    const h5::File file(training::CheckpointStore(run + "/checkpoints").newest()->file, h5::File::Mode::Read);
    std::map<std::string, std::vector<double>> all;
    collect(file, "/weights", all);
    collect(file, "/adam", all);
    return all;
  }
  static void collect(const h5::File& file, const std::string& group,
                      std::map<std::string, std::vector<double>>& all) {
    for (const auto& name : file.list(group)) {
      const std::string item = group + "/" + name;
      if (file.is_group(item))
        collect(file, item, all);
      else
        all[item] = file.read<double>(item);
    }
  }
  static records::History losses_of(const std::string& run) {
    auto history = records::read_result(run + "/result.h5").history;
    history.erase("data_seconds");
    history.erase("step_seconds");
    return history;
  }

  static inline TemporaryFolder* folder = nullptr;
  static inline std::string output;
};

TEST_F(Pipeline, TrainEvaluateReportAndPredict) {
  const auto run_folder = train("whole");
  EXPECT_THAT(output, HasSubstr("epoch    3/3"));
  ASSERT_EQ(run({"tandem-data", "corrupt", path("phantom.h5"), "--kind", "spike", "--copies", "1",
                 "--patients", "004", "--out", path("spike.h5")}),
            0)
      << output;
  ASSERT_EQ(run({"tandem", "evaluate", run_folder, "--data", path("phantom.h5"), path("spike.h5")}), 0)
      << output;
  const auto result = records::read_result(run_folder + "/result.h5");
  EXPECT_EQ(result.scores.size(),
            2u * 2 * 2 * 3 * 7);  // data sets, frames, networks, classes, rows of the default metrics
  for (const auto& row : result.scores) EXPECT_EQ(row.patient, "phantom004");
  EXPECT_EQ(result.data_sha256.size(), 2u);

  ASSERT_EQ(
      run({"tandem", "examples", run_folder, "--data", path("phantom.h5"), "--out", path("examples.h5")}), 0)
      << output;
  for (const std::string figure :
       {"hard_examples", "thresholds", "augmentations", "corrupted_shapes", "network", "montage"}) {
    EXPECT_EQ(
        run({"tandem-report", "figure", figure, path("examples.h5"), "--out", path("figures/" + figure)}), 0)
        << output;
    EXPECT_TRUE(std::filesystem::exists(path("figures/" + figure + ".png"))) << figure;
  }
  EXPECT_EQ(run({"tandem", "examples", run_folder, "--data", path("spike.h5"), "--case", "003", "--out",
                 path("none.h5")}),
            65);
  EXPECT_THAT(output, HasSubstr("holds no labelled case of 003 at frame ED"));
  EXPECT_FALSE(std::filesystem::exists(path("none.h5")));

  write_text_file(path("table.toml"),
                  "title = \"t\"\n[[row]]\nlabel = \"small\"\nexperiment = \"small\"\nexpected_runs = 1\n"
                  "[[column]]\nlabel = \"clean\"\ndomain = \"phantom\"\nnetwork = \"FTN\"\n"
                  "[[column]]\nlabel = \"elsewhere\"\ndomain = \"mnms\"\nnetwork = \"FTN\"\n");
  ASSERT_EQ(run({"tandem-report", "table", path("table.toml"), "--runs", path("whole")}), 0) << output;
  EXPECT_THAT(output, HasSubstr("missing"));

  ASSERT_EQ(run({"tandem-data", "export", path("phantom.h5"), "--out", path("nifti")}), 0) << output;
  std::filesystem::path scan;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("nifti")))
    if (!entry.path().string().ends_with("_gt.nii.gz")) scan = entry.path();
  ASSERT_FALSE(scan.empty());
  ASSERT_EQ(run({"tandem", "predict", run_folder, "--input", scan.string(), "--output", path("masks")}), 0)
      << output;
  std::filesystem::path mask;
  for (const auto& entry : std::filesystem::directory_iterator(path("masks")))
    if (entry.path().string().ends_with("_seg.nii.gz")) mask = entry.path();
  const auto in = nifti::read_image(scan), out = nifti::read_image(mask);
  EXPECT_EQ(in.grid.shape, out.grid.shape);
  EXPECT_EQ(in.grid.affine, out.grid.affine);
  EXPECT_TRUE(std::filesystem::exists(path("masks/volumes.csv")));
}

TEST_F(Pipeline, WeightsGoOutAndComeBackAndACurveOverSeverityIsDrawn) {
  const auto mine = train("mine");
  ASSERT_EQ(run({"tandem-data", "corrupt", path("phantom.h5"), "--kind", "blur", "--severity", "1,5",
                 "--patients", "004", "--out", path("levels")}),
            0)
      << output;
  const auto weak = path("levels") + "/phantom-c_blur_s1.h5",
             strong = path("levels") + "/phantom-c_blur_s5.h5";
  const auto scores_of = [&](const std::string& run_folder) {
    EXPECT_EQ(run({"tandem", "evaluate", run_folder, "--data", path("phantom.h5"), weak, strong}), 0)
        << output;
    return records::to_text(records::read_result(run_folder + "/result.h5").scores);
  };
  const auto scores = scores_of(mine);
  for (const std::string format : {"safetensors", "pth"}) {
    const auto out = path("weights") + (format == "pth" ? "" : ".safetensors");
    ASSERT_EQ(run({"tandem", "weights", "export", mine, "--format", format, "--out", out}), 0) << output;
    ASSERT_EQ(run({"tandem", "weights", "import", out, "--config", path("small.toml"), "--name", format,
                   "--set", "run.folder=" + path("from_" + format)}),
              0)
        << output;
    EXPECT_EQ(scores_of(run_in("from_" + format)), scores);
  }
  std::string spec = "title = \"t\"\n[[row]]\nexperiment = \"small\"\n";
  for (const auto& [domain, level] :
       std::map<std::string, int>{{"phantom", 0}, {"phantom-c_blur_s1", 1}, {"phantom-c_blur_s5", 5}})
    spec += fmt::format("[[column]]\nlabel = \"{0}\"\ndomain = \"{0}\"\nnetwork = \"FTN\"\nseverity = {1}\n",
                        domain, level);
  write_text_file(path("robustness.toml"), spec);
  ASSERT_EQ(run({"tandem-report", "figure", "robustness", path("robustness.toml"), "--runs", path("mine"),
                 "--out", path("curve")}),
            0)
      << output;
  EXPECT_THAT(read_text_file(path("curve.svg")), HasSubstr("<svg"));
}

TEST_F(Pipeline, AStoppedAndAKilledRunEndWithTheBitsOfAnUnbrokenOne) {
  const auto unbroken = train("unbroken");
  const Words command = {"tandem",
                         "train",
                         path("small.toml"),
                         "--set",
                         "run.folder=" + path("broken"),
                         "--set",
                         "training.checkpoint_minutes=0.00001"};
  {
    Process process(full(command), path("output.txt"));
    while (process.output().find("epoch    1/3") == std::string::npos && process.wait(0.02) == -1) {
    }
    process.signal(SIGTERM);
    ASSERT_EQ(process.wait(120), 75) << process.output();
    EXPECT_THAT(process.output(), HasSubstr("go on with: tandem train --resume"));
  }
  const auto broken = run_in("broken");
  EXPECT_FALSE(std::filesystem::exists(broken + "/result.h5"));
  {
    Process process(full({"tandem", "train", "--resume", broken}), path("output.txt"));
    while (process.output().find("training slices") == std::string::npos && process.wait(0.02) == -1) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    process.signal(SIGKILL);
    process.wait(10);
  }
  ASSERT_EQ(run({"tandem", "train", "--resume", broken}), 0) << output;
  const auto expected = state_of(unbroken), actual = state_of(broken);
  ASSERT_GT(expected.size(), 900u);
  EXPECT_TRUE(expected == actual);
  EXPECT_EQ(losses_of(unbroken), losses_of(broken));
}

TEST_F(Pipeline, TheNumberOfLoaderThreadsDoesNotMatter) {
  const Words quick = {"--set", "training.max_steps=3"};
  auto two = quick;
  two.insert(two.end(), {"--set", "training.loader_threads=2"});
  EXPECT_TRUE(state_of(train("one_loader", quick)) == state_of(train("two_loaders", two)));
}

TEST_F(Pipeline, Float64StandardAndRelease1Train) {
  write_text_file(path("release1.toml"), "base = \"" TANDEM_SOURCE_DIR
                                         "/experiments/presets/release1.toml\"\n" +
                                             read_text_file(path("small.toml")));
  ASSERT_EQ(run({"tandem", "train", path("release1.toml"), "--set", "run.folder=" + path("release1"), "--set",
                 "training.dtype=float64", "--set", "latent.latent_DA=false", "--set", "training.epochs=2"}),
            0)
      << output;
  const auto run_folder = run_in("release1");
  EXPECT_THAT(read_text_file(run_folder + "/config.toml"),
              testing::AllOf(HasSubstr("validation = \"augmented\""), HasSubstr("frames = \"random\""),
                             HasSubstr("renormalise = true"), HasSubstr("bn_policy = \"track_all\"")));
  EXPECT_EQ(run({"tandem", "describe", run_folder}), 0);
  EXPECT_THAT(output, HasSubstr("2528697"));
}

TEST_F(Pipeline, BadInputGivesOneClearMessageAndLeavesNothing) {
  struct Fault {
    Words arguments;
    std::string words;
  };
  write_text_file(path("typo.toml"), "name = \"typo\"\n\n[training]\nlearning_rte = 1\n");
  const Words base = {"tandem", "train", path("small.toml"), "--set", "run.folder=" + path("bad"), "--set"};
  const auto with = [&](const std::string& assignment) {
    auto command = base;
    command.push_back(assignment);
    return command;
  };
  const std::vector<Fault> faults = {
      {{"tandem", "train", path("typo.toml"), "--set", "run.folder=" + path("bad")}, "typo.toml:4:1"},
      {{"tandem", "train", path("typo.toml"), "--set", "run.folder=" + path("bad")},
       "did you mean 'training.learning_rate'"},
      {with("training.epochs=many"), "'training.epochs' must be a whole number"},
      {with("latent.max_threshold=1"), "out of range"},
      {with("latent.image_mask_type=chanel"), "did you mean 'channel'"},
      {with("augmentation.crop=30"), "multiple of 16"},
      {with("augmentation.rotation=[15, -15]"), "augmentation.rotation = [15, -15]"},
      {with("data.train=[a.h5]"), "the shell may have taken its quotes"},
      {with("data.train=" + path("absent.h5")), "does not exist"},
      {{"tandem", "train", path("small.toml"), "--set", "run.folder=" + path("bad"), "--set",
        "training.device=cpu", "--set", "training.cuda_graphs=true"},
       "training.cuda_graphs = true needs a GPU, but this run is on the cpu"},
      {{"tandem", "evaluate", path("bad"), "--data", path("phantom.h5")}, "not a run folder"},
      {{"tandem", "predict", path("bad"), "--input", path("phantom.h5"), "--output", path("masks2")},
       "not a run folder"},
      {{"tandem", "tarin"}, "did you mean 'train'"},
  };
  for (const auto& fault : faults) {
    EXPECT_EQ(run(fault.arguments), 65) << output;
    EXPECT_THAT(output, HasSubstr(fault.words));
    EXPECT_THAT(output, HasSubstr("error: "));
    EXPECT_FALSE(std::filesystem::exists(path("bad")));
  }
  write_text_file(path("overlap.toml"),
                  "[split]\nname = \"o\"\ntraining = [\"001\"]\nvalidation = [\"003\"]\ntest = [\"001\"]\n");
  EXPECT_EQ(run(with("split.file=" + path("overlap.toml"))), 65);
  EXPECT_THAT(output, HasSubstr("both training and test"));
}

}  // namespace
}  // namespace tandem::test
