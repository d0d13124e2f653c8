#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/expect_error.h"
#include "support/small_disk.h"
#include "support/temporary_folder.h"

namespace tandem {
namespace {

using test::entries;
using test::error_of;

TEST(AtomicFile, CommitReplacesTheOldContent) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.txt";
  write_text_file(path, "old");
  write_text_file(path, "new");
  EXPECT_EQ(read_text_file(path), "new");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(AtomicFile, WithoutCommitTheOldContentStays) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.txt";
  write_text_file(path, "old");
  {
    const AtomicFile file(path);
    std::ofstream(file.temporary()) << "half";
  }
  EXPECT_EQ(read_text_file(path), "old");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(AtomicFile, AnEarlyFlushChangesNothing) {
  const test::TemporaryFolder folder;
  AtomicFile file(folder / "a.txt");
  file.begin_flush();  // nothing is there yet
  std::ofstream(file.temporary()) << "first";
  file.begin_flush();
  std::ofstream(file.temporary(), std::ios::app) << " and last";
  file.commit();
  EXPECT_EQ(read_text_file(folder / "a.txt"), "first and last");
}

TEST(AtomicFile, MakesTheFolderOfItsTarget) {
  const test::TemporaryFolder folder;
  const auto path = folder / "x" / "y" / "a.txt";
  write_text_file(path, "text");
  EXPECT_EQ(read_text_file(path), "text");
}

TEST(AtomicFile, ContentMayHoldAnyBytes) {
  const test::TemporaryFolder folder;
  const std::string bytes("a\0b\r\n\xff", 6);
  write_text_file(folder / "a", bytes);
  EXPECT_EQ(read_text_file(folder / "a"), bytes);
  write_text_file(folder / "a", "");
  EXPECT_EQ(read_text_file(folder / "a"), "");
}

TEST(AtomicFile, AFileInPlaceOfAFolderIsNamed) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "file", "");
  const auto message = error_of([&] { write_text_file(folder / "file" / "a.txt", "x"); }, ExitCode::Failure);
  EXPECT_NE(message.find((folder / "file").string()), std::string::npos) << message;
}

TEST(AtomicFile, AFullDiskIsAnErrorAndLeavesTheOldContent) {
  const test::SmallDisk disk(64 << 10);
  if (!disk.reason().empty()) GTEST_SKIP() << disk.reason();
  const auto path = disk.path() / "a.txt";
  write_text_file(path, "old");
  const auto message = error_of([&] { write_text_file(path, std::string(1 << 20, 'x')); }, ExitCode::Failure);
  EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  EXPECT_NE(message.find("No space left"), std::string::npos) << message;
  EXPECT_EQ(read_text_file(path), "old");
  EXPECT_EQ(entries(disk.path()), 1);
}

TEST(ReadTextFile, MissingFilesAndFoldersAreErrors) {
  const test::TemporaryFolder folder;
  const auto missing = error_of([&] { read_text_file(folder / "none.toml"); });
  EXPECT_NE(missing.find("none.toml"), std::string::npos);
  EXPECT_NE(missing.find("No such file"), std::string::npos);
  const auto a_folder = error_of([&] { read_text_file(folder.path()); });
  EXPECT_NE(a_folder.find("directory"), std::string::npos) << a_folder;
}

TEST(RefuseOverwrite, OnlyForceReplacesAFile) {
  const test::TemporaryFolder folder;
  const auto path = (folder / "a").string();
  refuse_overwrite(path, false);
  std::ofstream(path) << "x";
  EXPECT_THAT(error_of([&] { refuse_overwrite(path, false); }),
              testing::HasSubstr(path + " exists already; --force"));
  refuse_overwrite(path, true);
}

}  // namespace
}  // namespace tandem
