#include "sweep/status.h"

#include "sample_sweep.h"
#include "support/expect_error.h"
#include "sweep/worker.h"

namespace tandem::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Six trials: done after a restart, running, lost, stopped, failed, untouched.
class StatusTest : public ::testing::Test {
 protected:
  StatusTest() : sweep_(test::plan_seeds(folder_.path(), 6)) {
    Claim here{this_process(), 1, ""}, dead = here;
    dead.owner.start -= 1;
    dead.owner.host = "n7";
    auto stopped = TrialClaim::take(paths(0), 1, here);
    stopped->saved(5);
    stopped->release("time limit");
    auto done = TrialClaim::take(paths(0), 2, here);
    write_text_file(paths(0).result(2), "x");
    done->publish();
    TrialClaim::take(paths(1), 1, here)->beat(212, 0);
    write_text_file(paths(2).claim(1), to_text(dead));
    TrialClaim::take(paths(3), 1, here)->release("preempted");
    TrialClaim::take(paths(4), 1, here)->fail(FailureKind::BadInput, "loss is not finite");
  }
  TrialPaths paths(int index) { return sweep_.paths(sweep_.trials()[size_t(index)]); }
  std::vector<std::string> words() {
    std::vector<std::string> out;
    for (const auto& trial : survey(sweep_)) out.push_back(trial.word());
    return out;
  }

  test::TemporaryFolder folder_;
  SweepFolder sweep_;
};

TEST_F(StatusTest, TellsEveryStateApart) {
  EXPECT_THAT(words(), ElementsAre("done", "running", "lost", "waiting", "failed", "waiting"));
  EXPECT_FALSE(all_over(survey(sweep_)));
}

TEST_F(StatusTest, TextCountsAndShowsWhatMatters) {
  const auto text = status_text(survey(sweep_), /*all=*/false);
  EXPECT_THAT(text, HasSubstr(" done 1 · running 1 · lost 1 · waiting 2 · failed 1\n"));
  EXPECT_THAT(text, HasSubstr("base/seed1  running  step 212  node "));
  EXPECT_THAT(text, HasSubstr("base/seed2  lost     step 0, nothing saved, on n7: its process has ended"));
  EXPECT_THAT(text, HasSubstr("base/seed3  waiting  preempted"));
  EXPECT_THAT(text, HasSubstr("base/seed4  FAILED   step 0: loss is not finite"));
  EXPECT_THAT(text, Not(HasSubstr("base/seed0")));
  EXPECT_THAT(text, Not(HasSubstr("base/seed5")));
  EXPECT_THAT(status_text(survey(sweep_), true),
              ::testing::ContainsRegex("base/seed0  done     [0-9.]+ m?s, resumed once"));
}

TEST_F(StatusTest, JsonHasEveryTrial) {
  const auto json = status_json(survey(sweep_));
  EXPECT_THAT(json,
              HasSubstr(R"("counts": {"done": 1, "running": 1, "lost": 1, "waiting": 2, "failed": 1})"));
  EXPECT_THAT(json,
              HasSubstr(R"("label": "base/seed4", "state": "failed", "epoch": 1, "restarts": 0, "step": 0)"));
  EXPECT_THAT(json, HasSubstr(R"("label": "base/seed5", "state": "waiting", "epoch": 0)"));
}

TEST_F(StatusTest, RetryGivesFailedTrialsAnotherChance) {
  test::expect_error(
      [&] {
        retry_trials(sweep_, {"base/seed4", "base/seed1"});
      },
      "base/seed1 has not failed: it is running; nothing was changed");
  EXPECT_EQ(words()[4], "failed");
  EXPECT_THAT(retry_trials(sweep_, {}), ElementsAre("base/seed4"));
  EXPECT_EQ(words()[4], "waiting");
  EXPECT_THAT(status_text(survey(sweep_), false),
              HasSubstr("base/seed4  waiting  to be tried again; before: loss is not finite"));
  EXPECT_THAT(retry_trials(sweep_, {}), ElementsAre());
}

TEST_F(StatusTest, AllOverMeansDoneOrFailed) {
  const SweepFolder one = test::plan_seeds(folder_ / "one", 2);
  WorkerOptions options;
  options.on_event = [](const Event&) {};
  run_worker(one, options, [](TrialContext& trial) {
    require(trial.trial.seed == 0, "bad");
    write_text_file(trial.result, "x");
  });
  EXPECT_TRUE(all_over(survey(one)));
}

}  // namespace
}  // namespace tandem::sweep
