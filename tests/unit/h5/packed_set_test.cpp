#include "h5/packed_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <fstream>

#include "h5/handle.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::h5 {
namespace {

using testing::HasSubstr;

std::vector<float> noisy(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = std::sin(float(i * i % 10007));
  return values;
}

/// Three chunks of 40 x 50 noisy floats.
class Packed : public testing::Test {
 protected:
  Packed() {
    File file(path_, File::Mode::Create);
    file.write("/deep/packed", pack(values_.data(), {3, 40, 50}, {{1, 40, 50}, 1}));
    file.write("/deep/by_hdf5", values_.data(), {3, 40, 50}, {{1, 40, 50}, 1});
    file.close();
  }

  /// Where a chunk of /deep/packed lies in the file, and its size.
  std::pair<std::streamoff, std::streamoff> place_of_chunk(hsize_t number) const {
    const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    const Handle set(H5Dopen2(file.get(), "/deep/packed", H5P_DEFAULT), H5Dclose);
    const Handle space(H5Dget_space(set.get()), H5Sclose);
    std::array<hsize_t, 3> start{};
    unsigned mask = 1;
    haddr_t address = 0;
    hsize_t size = 0;
    EXPECT_GE(H5Dget_chunk_info(set.get(), space.get(), number, start.data(), &mask, &address, &size), 0);
    EXPECT_EQ(mask, 0u) << "a filter was left out";
    EXPECT_EQ(start[0], number);
    return {std::streamoff(address), std::streamoff(size)};
  }

  const test::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "packed.h5";
  const std::vector<float> values_ = noisy(6000);
};

TEST_F(Packed, ReadsLikeASetThatHdf5Packed) {
  const File file(path_, File::Mode::Read);
  EXPECT_EQ(file.read<float>("/deep/packed"), values_);
  EXPECT_EQ(file.shape("/deep/packed"), file.shape("/deep/by_hdf5"));
  EXPECT_EQ(file.read_block<float>("/deep/packed", {1, 0, 0}, {1, 40, 50}),
            std::vector<float>(values_.begin() + 2000, values_.begin() + 4000));
}

TEST_F(Packed, HasTheFiltersAndTypeThatHdf5WouldGiveIt) {
  const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Handle packed(H5Dopen2(file.get(), "/deep/packed", H5P_DEFAULT), H5Dclose);
  const Handle other(H5Dopen2(file.get(), "/deep/by_hdf5", H5P_DEFAULT), H5Dclose);
  const Handle a(H5Dget_create_plist(packed.get()), H5Pclose), b(H5Dget_create_plist(other.get()), H5Pclose);
  EXPECT_GT(H5Pequal(a.get(), b.get()), 0);
  const Handle type(H5Dget_type(packed.get()), H5Tclose);
  EXPECT_GT(H5Tequal(type.get(), H5T_IEEE_F32LE), 0);
}

TEST_F(Packed, AFlippedBitInStreamOrChecksumIsNoticed) {
  std::ifstream in(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto [address, size] = place_of_chunk(1);
  for (const auto at : {std::streamoff(20), size / 2, size - 4, size - 1}) {
    auto damaged = whole;
    damaged[size_t(address + at)] ^= 4;
    std::ofstream(folder_ / "damaged.h5", std::ios::binary) << damaged;
    const File file(folder_ / "damaged.h5", File::Mode::Read);
    EXPECT_THAT(test::error_of([&] { file.read<float>("/deep/packed"); }), HasSubstr("/deep/packed")) << at;
    EXPECT_EQ(file.read<float>("/deep/by_hdf5"), values_);
  }
}

TEST_F(Packed, ChecksumsAreThoseOfHdf5) {
  const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Handle set(H5Dopen2(file.get(), "/deep/by_hdf5", H5P_DEFAULT), H5Dclose);
  const std::array<hsize_t, 3> start = {2, 0, 0};
  hsize_t size = 0;
  ASSERT_GE(H5Dget_chunk_storage_size(set.get(), start.data(), &size), 0);
  std::vector<unsigned char> chunk(size);
  std::uint32_t mask = 0;
  ASSERT_GE(H5Dread_chunk(set.get(), H5P_DEFAULT, start.data(), &mask, chunk.data()), 0);
  std::uint32_t stored = 0;
  for (size_t i = 4; i > 0; --i) stored = stored << 8 | chunk[size - 5 + i];
  EXPECT_EQ(fletcher32(std::span(chunk).first(size - 4)), stored);
}

TEST(Fletcher32, OfFewBytesByHand) {
  const std::vector<unsigned char> bytes = {1, 2, 3, 4, 5};
  EXPECT_EQ(fletcher32({}), 0u);
  EXPECT_EQ(fletcher32(std::span(bytes).first(2)), 0x01020102u);
  EXPECT_EQ(fletcher32(std::span(bytes).first(4)), 0x05080406u);  // 0102 + 0406, 0102 + 0304
  EXPECT_EQ(fletcher32(bytes), 0x0e0e0906u);                      // a zero makes the last byte a word
}

TEST(Pack, RefusesChunksThatAreNoSlabs) {
  const auto values = noisy(24);
  for (const std::vector<std::int64_t>& chunk : {std::vector<std::int64_t>{1, 3, 2}, {2, 3, 4}, {3, 4}, {}})
    EXPECT_THAT(test::error_of([&] {
                  pack(values.data(), {3, 2, 4}, {chunk, 1});
                }),
                HasSubstr("do not divide a set of 3x2x4"));
}

}  // namespace
}  // namespace tandem::h5
