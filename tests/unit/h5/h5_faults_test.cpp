#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/atomic_file.h"
#include "h5/h5.h"
#include "support/expect_error.h"
#include "support/small_disk.h"
#include "support/temporary_folder.h"

namespace tandem::h5 {
namespace {

using test::error_of;

void expect_names(const std::string& message, const std::vector<std::string>& parts) {
  for (const auto& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
}

std::filesystem::path example(const test::TemporaryFolder& folder) {
  const auto path = folder / "a.h5";
  File file(path, File::Mode::Create);
  file.write("/group/values", std::vector<double>(5000, 1.5).data(), {50, 100}, {{10, 100}});
  file.write_strings("/words", {"one", "two"});
  file.set_attribute("/", "text", "words");
  file.set_attribute("/", "number", 3);
  file.close();
  return path;
}

TEST(H5Faults, MissingPathsNameFileAndPath) {
  const test::TemporaryFolder folder;
  const File file(example(folder), File::Mode::Read);
  expect_names(error_of([&] { file.read<double>("/group/none"); }), {"a.h5", "/group/none"});
  expect_names(error_of([&] { file.list("/nowhere"); }), {"a.h5", "/nowhere"});
  expect_names(error_of([&] { file.attribute<double>("/", "colour"); }), {"a.h5", "colour"});
  expect_names(error_of([&] { file.attribute_string("/words", "colour"); }), {"a.h5", "colour", "/words"});
}

TEST(H5Faults, TextIsNotTakenForNumbersNorNumbersForText) {
  const test::TemporaryFolder folder;
  const File file(example(folder), File::Mode::Read);
  expect_names(error_of([&] { file.read<double>("/words"); }), {"a.h5", "/words"});
  expect_names(error_of([&] { file.attribute<double>("/", "text"); }), {"a.h5", "text"});
  expect_names(error_of([&] { file.read_strings("/group/values"); }), {"a.h5", "/group/values"});
  expect_names(error_of([&] { file.attribute_string("/", "number"); }), {"a.h5", "number"});
}

TEST(H5Faults, BlocksOutsideAreRefused) {
  const test::TemporaryFolder folder;
  const File file(example(folder), File::Mode::Read);
  expect_names(error_of([&] {
                 file.read_block<double>("/group/values", {45, 0}, {10, 100});
               }),
               {"a.h5", "/group/values"});
  expect_names(error_of([&] { file.read_block<double>("/group/values", {0}, {10}); }),
               {"a.h5", "/group/values"});
}

TEST(H5Faults, MissingFilesForeignFilesAndFolders) {
  const test::TemporaryFolder folder;
  expect_names(error_of([&] { File(folder / "none.h5", File::Mode::Read); }), {"none.h5", "does not exist"});
  std::ofstream(folder / "text.h5") << "not HDF5 at all";
  expect_names(error_of([&] { File(folder / "text.h5", File::Mode::Read); }),
               {"text.h5", "not an HDF5 file"});
  expect_names(error_of([&] { File(folder.path(), File::Mode::Read); }), {folder.path().string()});
  expect_names(error_of([&] { File(folder / "no/such/folder.h5", File::Mode::Create); }, ExitCode::Failure),
               {"no/such/folder.h5"});
}

TEST(H5Faults, TruncatedFilesAreRefused) {
  const test::TemporaryFolder folder;
  const auto path = example(folder);
  const auto size = std::filesystem::file_size(path);
  for (const auto kept : {size - 1, size / 2, std::uintmax_t(100), std::uintmax_t(0)}) {
    std::filesystem::resize_file(path, kept);
    expect_names(error_of([&] { File(path, File::Mode::Read); }), {"a.h5", "truncated"});
  }
}

TEST(H5Faults, DamagedChunksAreNoticed) {
  const test::TemporaryFolder folder;
  const auto path = folder / "noise.h5";
  File file(path, File::Mode::Create);
  std::vector<std::uint8_t> noise(40000);
  std::uint32_t state = 1;
  for (auto& byte : noise) byte = std::uint8_t((state = state * 1664525 + 1013904223) >> 24);
  file.write("/values", noise.data(), {200, 200}, {{200, 200}});
  file.close();
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(std::streamoff(std::filesystem::file_size(path) / 2));
  bytes << "damage";
  bytes.close();
  const File damaged(path, File::Mode::Read);
  expect_names(error_of([&] { damaged.read<std::uint8_t>("/values"); }), {"noise.h5", "/values"});
}

TEST(H5Faults, OtherThreadsPrintNothingEither) {
  const test::TemporaryFolder folder;
  const File file(example(folder), File::Mode::Read);
  testing::internal::CaptureStderr();
  std::thread([&] {
    EXPECT_FALSE(file.exists("/group/values/below"));
    expect_names(error_of([&] { file.read<double>("/none"); }), {"/none"});
    expect_names(error_of([&] { file.attribute<double>("/", "none"); }), {"none"});
  }).join();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(H5Faults, AFullDiskIsAnErrorAndLeavesNothing) {
  const test::SmallDisk disk(256 << 10);
  if (!disk.reason().empty()) GTEST_SKIP() << disk.reason();
  for (const bool chunked : {false, true}) {
    const auto message = error_of(
        [&] {
          AtomicFile target(disk.path() / "big.h5");
          File file(target.temporary(), File::Mode::Create);
          std::vector<double> values(200000);
          for (size_t i = 0; i < values.size(); ++i) values[i] = 1 / (1.0 + double(i));
          const auto layout = chunked ? Layout{{100, 1000}} : Layout{};
          file.write("/values", values.data(), {200, 1000}, layout);
          file.close();
          target.commit();
        },
        ExitCode::Failure);
    expect_names(message, {"big.h5"});
    EXPECT_EQ(test::entries(disk.path()), 0);
  }
}

}  // namespace
}  // namespace tandem::h5
