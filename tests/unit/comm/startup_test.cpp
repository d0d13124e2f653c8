#include "comm/startup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/expect_error.h"

namespace tandem::comm {
namespace {

using testing::HasSubstr;

/// Two hosts with two ranks each, every rank with a GPU of its own.
std::vector<RankRecord> good_ranks() {
  std::vector<RankRecord> ranks;
  for (int r = 0; r < 4; ++r)
    ranks.push_back({.rank = r,
                     .host = "n" + std::to_string(r / 2),
                     .pid = 10 + r,
                     .local_rank = r % 2,
                     .visible_gpus = 2,
                     .gpu = r % 2 ? "0000:02:00.0" : "0000:01:00.0",
                     .nccl_version = "2.28.9",
                     .program = "aaaa",
                     .config = "bbbb",
                     .seed = 7});
  return ranks;
}

TEST(RankRecords, TravelAsText) {
  auto record = good_ranks()[3];
  record.nccl_version = record.gpu = "";
  record.seed = 18446744073709551615ULL;
  EXPECT_EQ(to_text(parse_rank_record(to_text(record))), to_text(record));
  EXPECT_EQ(parse_rank_record(to_text(record)).seed, record.seed);
  test::expect_error([] { parse_rank_record("0\tn0"); }, "no rank's record", ExitCode::Failure);
}

TEST(RankRecords, RanksThatAgreeMayStart) {
  EXPECT_EQ(find_conflict(good_ranks(), false), "");
  EXPECT_EQ(find_conflict({{.rank = 0, .host = "laptop"}}, false), "");
}

TEST(RankRecords, EachDifferenceIsNamedWithRanksHostsAndValues) {
  const auto conflict_after = [](const std::function<void(std::vector<RankRecord>&)>& change) {
    auto ranks = good_ranks();
    change(ranks);
    return find_conflict(ranks, false);
  };
  EXPECT_THAT(
      conflict_after([](auto& r) { r[2].program = r[3].program = "cccc"; }),
      HasSubstr("ranks 2, 3 (host n1: cccc) and rank 0 (host n0: aaaa) have different programs; start"));
  EXPECT_THAT(conflict_after([](auto& r) { r[1].config = "dddd"; }),
              HasSubstr("rank 1 (host n0: dddd) and rank 0 (host n0: bbbb) have different settings"));
  EXPECT_THAT(conflict_after([](auto& r) { r[1].seed = 8; }), HasSubstr("different seeds"));
  EXPECT_THAT(conflict_after([](auto& r) { r[3].nccl_version = "2.20.5"; }),
              HasSubstr("different versions of NCCL"));
}

TEST(RankRecords, SharedGpusAreRefusedUnlessAllowed) {
  auto ranks = good_ranks();
  ranks[3].gpu = ranks[2].gpu;
  EXPECT_THAT(find_conflict(ranks, false), HasSubstr("host n1: 2 ranks, 1 GPU."));
  EXPECT_THAT(find_shared_gpu(ranks), HasSubstr("host n1: ranks 2, 3 would use one GPU (0000:01:00.0)"));
  EXPECT_EQ(find_conflict(ranks, true), "");
}

Launch launch(const std::map<std::string, std::string>& variables) {
  return detect_launch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

TEST(Launch, MpiStartsOnlyUnderALauncher) {
  EXPECT_FALSE(launch({}).start_mpi);
  EXPECT_EQ(launch({}).reason, "no launcher");
  EXPECT_TRUE(launch({{"OMPI_COMM_WORLD_SIZE", "4"}}).start_mpi);
  EXPECT_EQ(launch({{"OMPI_COMM_WORLD_SIZE", "4"}}).reason, "mpirun (4 ranks)");
  EXPECT_TRUE(launch({{"PMI_RANK", "0"}}).start_mpi);
  const auto step = launch(
      {{"PMIX_RANK", "1"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}});
  EXPECT_TRUE(step.start_mpi);
  EXPECT_EQ(step.reason, "srun (4 tasks)");
}

TEST(Launch, MpirunInsideABatchJobIsMpirun) {
  const auto inside = launch({{"OMPI_COMM_WORLD_SIZE", "4"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}});
  EXPECT_TRUE(inside.start_mpi);
  EXPECT_EQ(inside.warning, "");
  EXPECT_EQ(inside.slurm_tasks, 0);
}

TEST(Launch, AnAllocationOfSeveralTasksWithoutALauncherIsWarnedOf) {
  const auto batch = launch({{"SLURM_JOB_ID", "5"}, {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}});
  EXPECT_FALSE(batch.start_mpi);
  EXPECT_THAT(batch.warning, HasSubstr("has 4 tasks, but tandem was started without srun or mpirun"));
  EXPECT_EQ(launch({{"SLURM_NTASKS", "1"}}).warning, "");
}

TEST(Launch, ASlurmStepThatMpiCannotSeeIsRefused) {
  test::expect_error(
      [] {
        launch({{"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "2"}, {"SLURM_STEP_NUM_TASKS", "4"}});
      },
      "srun started 4 tasks, but in a way that MPI cannot see");
  const Launch blind{.start_mpi = true, .slurm_tasks = 4};
  test::expect_error([&] { check_world_size(blind, 1); }, "MPI sees one rank only");
  EXPECT_NO_THROW(check_world_size(blind, 4));
  EXPECT_NO_THROW(check_world_size({.start_mpi = true, .slurm_tasks = 1}, 1));
}

TEST(Backends, AutoTakesTheBestThatCanWorkAndSaysWhy) {
  const BackendFacts good{.world_size = 4, .on_gpu = true, .gpu_for_each_rank = true};
  EXPECT_EQ(choose_backend("auto", good).backend, Backend::Nccl);
  EXPECT_EQ(choose_backend("auto", {}).backend, Backend::Self);
  for (const auto& [facts, reason] : std::vector<std::pair<BackendFacts, std::string>>{
           {{.world_size = 4}, "the device is the CPU"},
           {{.world_size = 4, .on_gpu = true}, "not every rank has a GPU of its own"},
           {{.world_size = 4, .on_gpu = true, .gpu_for_each_rank = true, .nccl_problem = "no plug-in"},
            "no plug-in"}}) {
    EXPECT_EQ(choose_backend("auto", facts).backend, Backend::Mpi);
    EXPECT_EQ(choose_backend("auto", facts).reason, reason);
    test::expect_error([&, f = facts] { choose_backend("nccl", f); }, "was asked for, but " + reason);
  }
}

TEST(Backends, WhatIsAskedForIsTakenOrRefused) {
  EXPECT_EQ(choose_backend("mpi", {.world_size = 1}).backend, Backend::Mpi);
  EXPECT_EQ(choose_backend("self", {}).backend, Backend::Self);
  test::expect_error([] { choose_backend("self", {.world_size = 2}); }, "for one process, but 2 ranks");
  test::expect_error([] { choose_backend("gloo", {}); }, "not one of auto, self, mpi, nccl");
}

TEST(Devices, FollowTheLocalRank) {
  EXPECT_EQ(device_of_local_rank(3, 4), 3);
  EXPECT_EQ(device_of_local_rank(3, 1), 0);  // the launcher shows each task one GPU
  EXPECT_EQ(device_of_local_rank(3, 0), 0);
}

TEST(Programs, HaveAHash) {
  EXPECT_THAT(program_hash(), testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_EQ(program_hash(), program_hash());
}

}  // namespace
}  // namespace tandem::comm
