// The ranks of a host hold one copy of the data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "comm/shared_memory.h"
#include "data/case_file.h"
#include "experiment/slices.h"
#include "support/expect_error.h"
#include "support/ranks.h"
#include "support/small_cases.h"
#include "support/temporary_folder.h"

namespace tandem::experiment {
namespace {

class SharedSlices : public testing::Test {
 protected:
  SharedSlices() : world(test::ranks()), node(world->split_by_node()) {
    folder = world->host_broadcast(own.path().string(), 0);
    config.data.train = {(folder / "cases.h5").string()};
    config.split.file = (folder / "split.toml").string();
    if (world->is_leader()) write_files();
    world->barrier();
  }
  ~SharedSlices() override { world->barrier(); }

  void write_files() const {
    data::CaseFileWriter writer(config.data.train[0], {"test", "none", "0", "made up"});
    for (const char* patient : {"patient001", "patient002", "patient003"})
      for (const char* frame : {"ED", "ES"})
        writer.add(test::small_case(patient, frame, frame[1] == 'D' ? 5 : 4, 33, 47, {2}));
    writer.commit();
    data::write_split(config.split.file, {.training = {"patient001", "patient003"},
                                          .validation = {"patient002"},
                                          .test = {"patient009"},
                                          .name = ""});
  }
  Team team() const { return {.ranks = *world, .node = node.get()}; }

  test::TemporaryFolder own;
  comm::Communicator* world;
  std::unique_ptr<comm::Communicator> node;
  std::filesystem::path folder;
  ExperimentConfig config;
};

void expect_same(const data::SliceDataset& a, const data::SliceDataset& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a.name(i), b.name(i));
    EXPECT_EQ(a.is_empty(i), b.is_empty(i));
    EXPECT_EQ(a.slice(i).image, b.slice(i).image);
    EXPECT_EQ(a.slice(i).label, b.slice(i).label);
    EXPECT_EQ(a.labelled_slice(i, 3, 1), b.labelled_slice(i, 3, 1));
  }
}

TEST_F(SharedSlices, AreThoseThatEachRankWouldRead) {
  const auto shared = read_slices(team(), config);
  const auto alone = read_slices({.ranks = *comm::make_self_communicator()}, config);
  EXPECT_EQ(shared->training.size(), 18);
  EXPECT_EQ(shared->split.validation, alone->split.validation);
  expect_same(shared->training, alone->training);
  expect_same(shared->validation, alone->validation);
}

TEST_F(SharedSlices, LieInOnePieceOfMemory) {
  const auto slices = read_slices(team(), config);
  std::ifstream maps("/proc/self/maps");
  int mapped = 0;
  for (std::string line; std::getline(maps, line);)
    mapped += line.find("/dev/shm/tandem.") != std::string::npos;
  EXPECT_EQ(mapped, node->size() > 1 ? 1 : 0);
}

TEST_F(SharedSlices, FaultsOfTheLeaderAreTheErrorOfAll) {
  config.data.train = {(folder / "absent.h5").string()};
  EXPECT_THAT(test::error_of([&] { read_slices(team(), config); }), testing::HasSubstr("absent.h5"));
}

TEST_F(SharedSlices, WithoutRoomEveryRankIsTold) {
  test::expect_error([&] { comm::SharedMemory memory(*node, std::size_t(1) << 46); }, "/dev/shm",
                     ExitCode::Failure);
}

}  // namespace
}  // namespace tandem::experiment
