#include "comm/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::comm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RankProgress at(int rank, Phase phase, std::int64_t step, std::int64_t bucket = -1) {
  return {.rank = rank,
          .host = "n" + std::to_string(rank / 2),
          .pid = 100 + rank,
          .phase = phase,
          .step = step,
          .bucket = bucket};
}

std::map<int, RankProgress> all(const std::vector<RankProgress>& list) {
  std::map<int, RankProgress> ranks;
  for (const auto& p : list) ranks[p.rank] = p;
  return ranks;
}

TEST(Progress, TravelsAsText) {
  const RankProgress wanted{.rank = 3,
                            .host = "n1",
                            .pid = 77,
                            .phase = Phase::Checkpoint,
                            .step = 812,
                            .bucket = 2,
                            .checkpoint = 800,
                            .beat = 12345,
                            .remaining_ms = 99};
  RankProgress got;
  ASSERT_TRUE(parse_progress(to_text(wanted), got));
  EXPECT_EQ(to_text(got), to_text(wanted));
  EXPECT_EQ(got.checkpoint, 800);
  for (const std::string bad : {"", "3 n1 77", "3 n1 77 9 0 0 0 0 0", "x n1 77 1 0 0 0 0 0"})
    EXPECT_FALSE(parse_progress(bad, got)) << bad;
}

TEST(Progress, BehindIsWhoStandsEarlierInStepPhaseOrBucket) {
  EXPECT_THAT(
      ranks_behind(all({at(0, Phase::Step, 8, 2), at(1, Phase::Step, 7, 3), at(2, Phase::Step, 8, 2)})),
      ElementsAre(1));
  EXPECT_THAT(ranks_behind(all({at(0, Phase::Step, 8, 2), at(1, Phase::Step, 8, 1)})), ElementsAre(1));
  EXPECT_THAT(ranks_behind(all({at(0, Phase::Checkpoint, 8), at(1, Phase::Evaluation, 8)})), ElementsAre(0));
  EXPECT_THAT(ranks_behind(all({at(0, Phase::Step, 8, 2), at(1, Phase::Step, 8, 2)})), IsEmpty());
}

TEST(Progress, ARankWhoseBeatStandsOrThatVanishesIsNotAlive) {
  auto before = all({at(0, Phase::Step, 8), at(1, Phase::Step, 8), at(2, Phase::Step, 8)});
  auto now = all({at(0, Phase::Step, 8), at(1, Phase::Step, 8)});
  now[0].beat = 5;
  compare_beats(before, now);
  EXPECT_TRUE(now[0].alive);
  EXPECT_FALSE(now[1].alive);
  EXPECT_FALSE(now[2].alive);
  EXPECT_THAT(ranks_behind(now), ElementsAre(1, 2));
}

TEST(Progress, OnlyLivingRanksBehindAreWaitedFor) {
  auto ranks = all({at(0, Phase::Step, 8), at(1, Phase::Checkpoint, 7), at(2, Phase::Step, 7)});
  ranks[0].remaining_ms = 900, ranks[1].remaining_ms = 500, ranks[2].remaining_ms = 700;
  ranks[2].alive = false;
  EXPECT_EQ(patience_ms(ranks), 500);
}

TEST(Progress, ARankThatHasJustCaughtUpIsGivenItsTime) {
  auto before = all({at(0, Phase::Step, 8), at(1, Phase::Checkpoint, 7), at(2, Phase::Step, 8)});
  auto now = all({at(0, Phase::Step, 8), at(1, Phase::Step, 8), at(2, Phase::Step, 8)});
  for (auto& [rank, p] : now) p.beat = 1;
  compare_beats(before, now);
  EXPECT_EQ(patience_ms(now), 1000);  // it has moved, and its limit was not set yet when it was read
  now[1].remaining_ms = 1400;
  EXPECT_EQ(patience_ms(now), 1400);
  now[1].remaining_ms = 0, now[1].moved = false;
  EXPECT_EQ(patience_ms(now), 0);  // all stand still
}

TEST(Progress, TheMessageNamesRanksHostsStepsBucketsAndCheckpoint) {
  auto ranks = all({at(0, Phase::Step, 812, 2), at(1, Phase::Step, 812, 1), at(2, Phase::Step, 812, 2)});
  ranks[0].checkpoint = 800;
  EXPECT_EQ(
      stall_message(ranks, 60.2),
      "rank 1 (host n0) has not finished step 812 for 60 s; ranks 0, 2 wait in step 812 (bucket 2). Last "
      "checkpoint: step 800. Exit code 76.");
  ranks[1].alive = false;
  EXPECT_THAT(
      stall_message(ranks, 60),
      testing::StartsWith("rank 1 (host n0, process 101 is stopped or lost) has not finished step 812"));
  EXPECT_EQ(
      stall_message(all({at(0, Phase::Evaluation, 9, 4), at(1, Phase::Evaluation, 9, 4)}), 120),
      "no rank has gone on for 120 s (is the network or a GPU stuck?); ranks 0, 1 wait in the evaluation "
      "after step 9 (case 4). No checkpoint yet. Exit code 76.");
}

TEST(Progress, OnlyTheLostRankIsBlamedIfOthersWaitForItInAnEarlierBucket) {
  auto ranks = all({at(0, Phase::Step, 8, 2), at(1, Phase::Step, 8, 1), at(2, Phase::Step, 8, 1)});
  ranks[1].alive = false;
  EXPECT_EQ(stall_message(ranks, 60),
            "rank 1 (host n0, process 101 is stopped or lost) has not finished step 8 for 60 s; rank 2 waits "
            "in step 8 (bucket 1); rank 0 waits in step 8 (bucket 2). No checkpoint yet. Exit code 76.");
}

TEST(Progress, TheMessageStaysShortWithManyRanks) {
  std::vector<RankProgress> many;
  for (int r = 0; r < 1000; ++r) many.push_back(at(r, Phase::Step, r == 500 ? 6 : 7));
  const auto text = stall_message(all(many), 60);
  EXPECT_LT(text.size(), 250) << text;
  EXPECT_THAT(text, testing::HasSubstr("rank 500 (host n250) has not finished step 6"));
  EXPECT_THAT(text, testing::HasSubstr("(999 in all) wait in step 7"));
}

}  // namespace
}  // namespace tandem::comm
