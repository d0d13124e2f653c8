#include "base/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem {
namespace {

// FIPS 180-4 examples, and lengths on both sides of the padding limits (55, 56, 63, 64 bytes).
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PadsAtEveryLength) {
  EXPECT_EQ(sha256(std::string(55, 'x')), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  EXPECT_EQ(sha256(std::string(56, 'x')), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  EXPECT_EQ(sha256(std::string(63, 'x')), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
  EXPECT_EQ(sha256(std::string(64, 'x')), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
  EXPECT_EQ(sha256(std::string(119, 'x')),
            "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c");
  EXPECT_EQ(sha256(std::string(120, 'x')),
            "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98");
}

TEST(Sha256, PiecesOfAnySizeGiveTheDigestOfTheWhole) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += char(i * 131);
  for (size_t piece = 1; piece <= 130; ++piece) {
    Sha256 hash;
    for (size_t at = 0; at < bytes.size(); at += piece) hash.add(std::string_view(bytes).substr(at, piece));
    EXPECT_EQ(hash.finish(), sha256(bytes)) << "pieces of " << piece;
  }
}

TEST(FileSha256, IsThatOfTheBytes) {
  const test::TemporaryFolder folder;
  for (const size_t size : {size_t(0), size_t(1) << 20, (size_t(1) << 20) + 1, (size_t(3) << 20) + 77}) {
    const std::string bytes(size, 'z');
    write_text_file(folder / "file", bytes);
    EXPECT_EQ(file_sha256(folder / "file"), sha256(bytes)) << size;
  }
}

TEST(FileSha256, AnUnreadableFileIsAnError) {
  const test::TemporaryFolder folder;
  test::expect_error([&] { file_sha256(folder / "absent"); }, "absent: No such file");
  test::expect_error([&] { file_sha256(folder.path()); }, "directory");
}

}  // namespace
}  // namespace tandem
