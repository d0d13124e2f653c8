#include "sweep/aggregate.h"

#include "records/run_result.h"
#include "sample_sweep.h"
#include "support/expect_error.h"
#include "sweep/worker.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

records::RunResult result_of(const Trial& trial) {
  records::RunResult result;
  result.experiment = trial.name;
  result.run_id = trial.id;
  result.state = "complete";
  result.seed = trial.seed;
  result.history["loss"] = {3, 2, double(trial.seed)};
  result.scores = {{"acdc", "p1_ED", "p1", "ED", "FTN", "LV", "dice", 0.5 + double(trial.seed) / 100}};
  result.data_sha256["acdc"] = "abc";
  return result;
}

class AggregateTest : public ::testing::Test {
 protected:
  AggregateTest() : sweep_(test::plan_seeds(folder_.path(), 5)) {
    WorkerOptions options;
    options.on_event = [](const Event&) {};
    run_worker(sweep_, options, [](TrialContext& trial) {
      require(trial.trial.seed != 3, "loss is not finite");
      records::write_result(trial.result, result_of(trial.trial));
    });
  }

  test::TemporaryFolder folder_;
  SweepFolder sweep_;
};

TEST_F(AggregateTest, HoldsEveryResultAndARowForEveryTrial) {
  const auto rows = aggregate(sweep_, folder_ / "results.h5");
  ASSERT_EQ(rows.size(), 5u);
  const h5::File file(folder_ / "results.h5", h5::File::Mode::Read);
  EXPECT_EQ(file.list("/trials").size(), 4u);
  const auto ids = file.read_strings("/table/id");
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  for (const auto& trial : sweep_.trials()) {
    const auto row = size_t(std::find(ids.begin(), ids.end(), trial.id) - ids.begin());
    ASSERT_LT(row, ids.size());
    EXPECT_EQ(file.read_strings("/table/settings")[row], "training.seed = " + std::to_string(trial.seed));
    EXPECT_EQ(file.read<std::int64_t>("/table/seed")[row], trial.seed);
    EXPECT_EQ(file.read_strings("/table/state")[row], trial.seed == 3 ? "failed" : "done");
    EXPECT_EQ(file.read_strings("/table/reason")[row], trial.seed == 3 ? "loss is not finite" : "");
    EXPECT_EQ(file.read<std::int64_t>("/provenance/epoch")[row], 1);
    if (trial.seed == 3) continue;
    const auto read = records::read_result(file, "/trials/" + trial.id);
    EXPECT_EQ(read.run_id, trial.id);
    EXPECT_EQ(read.history.at("loss").at(2), double(trial.seed));
    ASSERT_EQ(read.scores.size(), 1u);
    EXPECT_EQ(read.scores[0].value, 0.5 + double(trial.seed) / 100);
    EXPECT_EQ(read.data_sha256.at("acdc"), "abc");
  }
  EXPECT_THAT(records::missing_results(file), ElementsAre("base/seed3 (failed)"));
}

TEST_F(AggregateTest, MergingAgainReplacesTheFile) {
  aggregate(sweep_, folder_ / "results.h5");
  retry_trials(sweep_, {});
  WorkerOptions options;
  options.on_event = [](const Event&) {};
  run_worker(sweep_, options,
             [](TrialContext& trial) { records::write_result(trial.result, result_of(trial.trial)); });
  aggregate(sweep_, folder_ / "results.h5");
  const h5::File file(folder_ / "results.h5", h5::File::Mode::Read);
  EXPECT_EQ(records::result_groups(file).size(), 5u);
  EXPECT_THAT(records::missing_results(file), IsEmpty());
}

TEST_F(AggregateTest, ADamagedResultIsARowNotAnEnd) {
  const auto bad = sweep_.paths(sweep_.trials()[1]).published();
  const auto bytes = read_text_file(bad);
  fs::remove(bad);
  write_text_file(bad, bytes.substr(0, bytes.size() / 2));
  const auto foreign = sweep_.paths(sweep_.trials()[2]).published();
  fs::remove(foreign);
  h5::File(foreign, h5::File::Mode::Create).set_attribute("/", "format", "something else");
  aggregate(sweep_, folder_ / "results.h5");
  const h5::File file(folder_ / "results.h5", h5::File::Mode::Read);
  EXPECT_EQ(records::result_groups(file).size(), 2u);
  EXPECT_THAT(records::missing_results(file),
              ::testing::UnorderedElementsAre("base/seed1 (unreadable)", "base/seed2 (unreadable)",
                                              "base/seed3 (failed)"));
}

TEST_F(AggregateTest, ASingleRunsFileIsItsOwnResult) {
  records::write_result(folder_ / "one.h5", result_of(sweep_.trials()[0]));
  const h5::File file(folder_ / "one.h5", h5::File::Mode::Read);
  EXPECT_THAT(records::result_groups(file), ElementsAre(""));
  EXPECT_THAT(records::missing_results(file), IsEmpty());
}

}  // namespace
}  // namespace tandem::sweep
