#include "sweep/plan.h"

#include "sample_sweep.h"
#include "support/expect_error.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::resolve_small;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PlanTest : public ::testing::Test {
 protected:
  PlanTest() { write_text_file(folder_ / "base.toml", "[training]\np = 0.25\n"); }

  Plan plan(const std::string& sweep) {
    write_text_file(folder_ / "s.toml", sweep);
    return plan_sweep(folder_ / "s.toml", folder_ / "out", resolve_small);
  }
  std::vector<std::string> labels(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& trial : plan.trials) out.push_back(trial.label);
    return out;
  }
  std::string settings_of(const Trial& trial) {
    return read_text_file(folder_ / "out" / "trials" / trial.id / "trial.toml");
  }

  test::TemporaryFolder folder_;
};

TEST_F(PlanTest, GridMultipliesAndTheLastVariesFastest) {
  const auto made =
      plan("base = 'base.toml'\nseeds = [1, 2]\n[grid]\ntraining.p = [0.3, 1]\nsplit.cval = [0, 1]\n");
  EXPECT_THAT(labels(made),
              ElementsAre("base-p0.3/cval0-seed1", "base-p0.3/cval0-seed2", "base-p0.3/cval1-seed1",
                          "base-p0.3/cval1-seed2", "base-p1/cval0-seed1", "base-p1/cval0-seed2",
                          "base-p1/cval1-seed1", "base-p1/cval1-seed2"));
  EXPECT_EQ(made.trials[0].name, "base-p0.3");  // a table averages over seeds and splits, not over p
  EXPECT_EQ(made.trials[1].seed, 2);
  EXPECT_THAT(made.trials[1].settings,
              ElementsAre("training.p = 0.3", "split.cval = 0", "training.seed = 2"));
  EXPECT_THAT(settings_of(made.trials[1]), HasSubstr("p = 0.3\n"));
  const SweepFolder folder(folder_ / "out");
  ASSERT_THAT(folder.trials(), SizeIs(8));
  EXPECT_EQ(folder.trials()[3].id, made.trials[3].id);
  EXPECT_EQ(folder.trials()[3].label, made.trials[3].label);
  EXPECT_EQ(folder.trials()[3].settings, made.trials[3].settings);
}

TEST_F(PlanTest, ZipWalksListsTogether) {
  const auto made = plan("base = 'base.toml'\n[[zip]]\ntraining.p = [0.1, 0.2]\nsplit.cval = [3, 4]\n");
  EXPECT_THAT(labels(made), ElementsAre("base-p0.1/cval3", "base-p0.2/cval4"));
  expect_error([&] { plan("base = 'base.toml'\n[[zip]]\ntraining.p = [0.1]\nsplit.cval = [3, 4]\n"); },
               "'training.p' has 1 values, 'split.cval' has 2");
}

TEST_F(PlanTest, RowsNameExperimentsAndFiles) {
  write_text_file(folder_ / "other.toml", "name = 'published'\n[training]\np = 0.75\n");
  const auto made = plan(
      "base = 'base.toml'\n[set]\nsplit.cval = 4\n[[row]]\nname = 'both'\nset.training.scope = ['image', "
      "'shape']\n"
      "[[row]]\nfile = 'other.toml'\n[[row]]\nname = 'half'\nset.split.cval = 2\nset.training.p = 0.5\n");
  EXPECT_THAT(labels(made), ElementsAre("both", "published", "half"));
  EXPECT_THAT(settings_of(made.trials[0]), HasSubstr("scope = [\"image\", \"shape\"]"));
  EXPECT_THAT(settings_of(made.trials[0]), HasSubstr("cval = 4"));
  EXPECT_THAT(settings_of(made.trials[1]), HasSubstr("p = 0.75"));
  EXPECT_THAT(settings_of(made.trials[2]), HasSubstr("cval = 2"));  // a row's settings win over [set]
}

TEST_F(PlanTest, OtherFilesAreLaidOverAndGiveTheirRows) {
  write_text_file(folder_ / "size.toml", "[training]\np = 0.9\nscope = ['shape']\n");
  write_text_file(folder_ / "first.toml", "base = 'base.toml'\nseeds = [7]\n[[row]]\nname = 'a'\n");
  write_text_file(folder_ / "second.toml", "[[row]]\nname = 'b'\nset.training.p = 0.1\n");
  const auto made = plan(
      "base = 'base.toml'\nwith = ['size.toml']\nrows_of = ['first.toml', 'second.toml']\n"
      "[set]\ntraining.scope = ['image']\n[[row]]\nname = 'c'\n");
  EXPECT_THAT(labels(made), ElementsAre("a", "b", "c"));  // their rows alone, not what else they say
  EXPECT_THAT(settings_of(made.trials[0]), HasSubstr("p = 0.9"));
  EXPECT_THAT(settings_of(made.trials[0]), HasSubstr("scope = [\"image\"]"));  // [set] wins over the size
  EXPECT_THAT(settings_of(made.trials[1]), HasSubstr("p = 0.1"));              // and a row over both
  expect_error([&] { plan("base = 'base.toml'\nrows_of = ['size.toml']\n"); }, "has no [[row]]");
}

TEST_F(PlanTest, ListsOfRowsMultiply) {
  const auto made = plan(
      "base = 'base.toml'\n[[row]]\nname = 'a'\n[[row]]\nname = 'b'\nset.training.p = 0.1\n"
      "[[row]]\nlist = 'scope'\nname = 'image'\n[[row]]\nlist = 'scope'\nname = 'shape'\nset.training.scope "
      "= "
      "['shape']\n");
  EXPECT_THAT(labels(made), ElementsAre("a-image", "a-shape", "b-image", "b-shape"));
}

TEST_F(PlanTest, EqualTrialsCollapse) {
  const auto made = plan("base = 'base.toml'\n[grid]\nsplit.cval = [0, 1, 0]\n");
  EXPECT_THAT(labels(made), ElementsAre("base/cval0", "base/cval1"));
  EXPECT_EQ(made.collapsed, 1);
  // Equal after resolving, though written differently: the number, and a default written out.
  const auto again = plan(
      "base = 'base.toml'\n[[row]]\nname = 'x'\nset.training.p = 1\n[[row]]\nname = 'x'\n"
      "set.training.p = 1.0\nset.split.cval = 0\n");
  EXPECT_THAT(again.trials, SizeIs(1));
}

TEST_F(PlanTest, PlanningAgainAddsOnlyWhatIsNewAndDeletesNothing) {
  const auto first = plan("base = 'base.toml'\nseeds = [1, 2]\n");
  EXPECT_THAT(first.added, SizeIs(2));
  const auto kept = folder_ / "out/trials" / first.trials[0].id / "trial.toml";
  const auto time = fs::last_write_time(kept);
  const auto second = plan("base = 'base.toml'\nseeds = [3, 2]\n");
  ASSERT_THAT(second.added, SizeIs(1));
  EXPECT_EQ(second.added[0], second.trials[0].id);
  ASSERT_THAT(second.earlier, SizeIs(1));
  EXPECT_EQ(second.earlier[0].label, "base/seed1");
  EXPECT_EQ(fs::last_write_time(kept), time);
  const SweepFolder folder(folder_ / "out");
  EXPECT_EQ(folder.trials()[0].label, "base/seed1");
  EXPECT_EQ(folder.trials()[2].label, "base/seed3");
  EXPECT_THAT(read_text_file(folder_ / "out/sweep.toml"), HasSubstr("[3, 2]"));
}

TEST_F(PlanTest, MistakesHaveTheirPlaceAndLeaveNothingBehind) {
  const auto place = (folder_ / "s.toml").string();
  expect_error([&] { plan("base = 'base.toml'\nseedz = [1]\n"); },
               "unknown key 'seedz' (did you mean 'seeds'?)\n  " + place + ":2:1");
  expect_error([&] { plan("base = 'base.toml'\n[grid]\ntraining.pp = [1]\n"); },
               "unknown key 'training.pp' (did you mean 'training.p'?)\n  " + place + ":3:15");
  expect_error([&] { plan("base = 'base.toml'\n[grid]\ntraining.p = [0.5, 2]\n"); },
               "'training.p' = 2 is out of range, allowed: from 0 to 1\n  " + place + ":3:14");
  expect_error([&] { plan("base = 'base.toml'\n[grid]\ntraining.p = 0.5\n"); },
               "'training.p' must be a list of values to try, such as [0.3, 0.5]\n  " + place + ":3:14");
  expect_error([&] { plan("base = 'nowhere.toml'\n"); }, "nowhere.toml: No such file");
  expect_error([&] { plan("seeds = [1]\n"); }, "'base' is missing");
  expect_error([&] { plan("base = 'base.toml'\n[[row]]\nset.training.p = 1\n"); }, "'row.name' is missing");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(PlanTest, TrialsThatOnlyLookDifferentAreRefused) {
  write_text_file(folder_ / "s.toml", "base = 'base.toml'\nseeds = [1, 2]\n");
  const auto same_id = [](const fs::path& file, const std::vector<std::string>& assignments) {
    auto trial = resolve_small(file, assignments);
    trial.id = "0";
    return trial;
  };
  expect_error([&] { plan_sweep(folder_ / "s.toml", folder_ / "out", same_id); },
               "trials base/seed1 and base/seed2 would share the id 0");
}

TEST_F(PlanTest, TrialsAreFoundByLabelNameOrId) {
  const auto made = plan("base = 'base.toml'\nseeds = [1, 2]\n");
  const SweepFolder folder(folder_ / "out");
  EXPECT_THAT(folder.find({}), SizeIs(2));
  EXPECT_THAT(folder.find({"base"}), SizeIs(2));
  ASSERT_THAT(folder.find({"base/seed2"}), SizeIs(1));
  EXPECT_EQ(folder.find({made.trials[1].id.substr(0, 6)})[0].label, "base/seed2");
  expect_error([&] { folder.find({"base/sede2"}); }, "(did you mean 'base/seed2'?)");
  expect_error([&] { SweepFolder(folder_ / "nowhere"); }, "is not a planned sweep");
}

}  // namespace
}  // namespace tandem::sweep
