#include "nifti/nifti.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/raw_nifti.h"
#include "support/small_disk.h"
#include "support/temporary_folder.h"

namespace tandem::nifti {
namespace {

using test::expect_error;
using test::RawNifti;

class Nifti : public ::testing::Test {
 protected:
  std::filesystem::path write(const RawNifti& file, const std::string& name = "scan.nii.gz") {
    file.write(folder_ / name);
    return folder_ / name;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Nifti, RowsAreTheSecondAxisAndColumnsTheFirstWithoutFlips) {
  const auto [grid, volume] = read_image(write({}));
  EXPECT_EQ(volume.shape(), (std::array<std::int64_t, 3>{2, 3, 4}));
  for (std::int64_t k = 0; k < 2; ++k)
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(volume.at(k, j, i), float(i + 4 * (j + 3 * k)));
  EXPECT_EQ(grid.spacing_mm, (std::array<double, 3>{8, 1.25, 1.5}));
}

TEST_F(Nifti, PlainFilesAreReadToo) { EXPECT_EQ(read_image(write({}, "scan.nii")).volume.at(1, 2, 3), 23); }

TEST_F(Nifti, SpacingComesFromPixdimWhenTheSformHasUnitScale) {
  RawNifti file;
  file.set_sform({-1, 0, 0, 0, -1, 0, 0, 0, 1});
  const auto grid = read_image(write(file)).grid;
  EXPECT_EQ(grid.spacing_mm, (std::array<double, 3>{8, 1.25, 1.5}));
  EXPECT_TRUE(grid.unit_scale_sform);
  file.set_sform({-1.5f, 0, 0, 0, -1.25f, 0, 0, 0, 8});
  EXPECT_FALSE(read_image(write(file)).grid.unit_scale_sform);
}

TEST_F(Nifti, SlopeAndInterceptAreAppliedUnlessAbsent) {
  struct Case {
    float slope, inter, expected;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& c : {Case{2, 3, 49}, Case{0, 0, 23}, Case{nan, nan, 23}, Case{0.5f, nan, 11.5f}}) {
    RawNifti file;
    file.header.scl_slope = c.slope, file.header.scl_inter = c.inter;
    EXPECT_EQ(read_image(write(file)).volume.at(1, 2, 3), c.expected) << c.slope << " " << c.inter;
  }
}

TEST_F(Nifti, BigEndianFilesAreSwapped) {
  RawNifti file;
  auto& h = file.header;
  const auto swap = [](auto& value) {
    auto* bytes = reinterpret_cast<char*>(&value);
    std::reverse(bytes, bytes + sizeof value);
  };
  swap(h.sizeof_hdr), swap(h.vox_offset), swap(h.datatype), swap(h.bitpix), swap(h.scl_slope),
      swap(h.scl_inter);
  for (auto& d : h.dim) swap(d);
  for (auto& p : h.pixdim) swap(p);
  for (size_t i = 0; i < file.voxels.size(); i += 2) std::swap(file.voxels[i], file.voxels[i + 1]);
  EXPECT_EQ(read_image(write(file)).volume.at(1, 2, 3), 23);
}

TEST_F(Nifti, OneTimePointIsFineMoreAreRefused) {
  RawNifti file;
  file.set_dims({4, 4, 3, 2, 1, 1, 1, 1});
  EXPECT_EQ(read_image(write(file)).volume.at(1, 2, 3), 23);
  file.set_dims({4, 4, 3, 1, 2, 1, 1, 1});
  expect_error([&] { read_image(write(file)); }, "expected one 3-D volume");
}

/// A file too large for the header's first read to reach its end.
RawNifti large_file() {
  RawNifti file;
  file.set_dims({3, 40, 30, 20, 1, 1, 1, 1});
  std::vector<std::int16_t> values(24000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::int16_t(i * i * 7919 % 32749);
  file.set_values(values, DT_INT16);
  return file;
}

TEST_F(Nifti, TruncatedFilesAreRefused) {
  const auto whole = write(large_file());
  const double last_byte_off = 1 - 1.0 / double(std::filesystem::file_size(whole));
  for (const double share : {0.5, 0.98, last_byte_off}) {
    const auto path = write(large_file());
    test::truncate_file(path, share);
    expect_error([&] { read_image(path); }, "truncated or damaged");
  }
  auto short_of_voxels = large_file();  // a whole gzip file of half a scan
  short_of_voxels.voxels.resize(short_of_voxels.voxels.size() / 2);
  const auto half = write(short_of_voxels);
  expect_error([&] { read_image(half); }, "24000 of 48000 bytes of voxels could be read");
  const auto plain = write(large_file(), "plain.nii");
  test::truncate_file(plain, 0.9);
  expect_error([&] { read_image(plain); }, "truncated or damaged");
}

TEST_F(Nifti, ChangedByteInCompressedFileIsNoticed) {
  auto bytes = read_text_file(write(large_file()));
  bytes[bytes.size() - 6] = char(bytes[bytes.size() - 6] ^ 1);  // in the checksum at the end
  write_text_file(folder_ / "changed.nii.gz", bytes);
  expect_error([&] { read_image(folder_ / "changed.nii.gz"); }, "truncated or damaged");
}

TEST_F(Nifti, UnusualGzipFilesAreReadLikeUsualOnes) {
  const auto file = large_file();
  const auto expected = read_image(write(file)).volume;
  const auto whole = read_text_file(folder_ / "scan.nii.gz");
  write_text_file(folder_ / "more.nii.gz", whole + "something behind the end");
  EXPECT_EQ(read_image(folder_ / "more.nii.gz").volume, expected);

  RawNifti shifted = file;
  shifted.header.vox_offset = 357;
  shifted.voxels.insert(0, 5, '\0');
  EXPECT_EQ(read_image(write(shifted, "shifted.nii.gz")).volume, expected);

  // Two members, as block-wise compressors make them.
  const auto bytes = file.bytes();
  for (const auto& part : {bytes.substr(0, 30000), bytes.substr(30000)}) {
    gzFile out = gzopen((folder_ / "members.nii.gz").c_str(), "ab");
    gzwrite(out, part.data(), unsigned(part.size()));
    gzclose(out);
  }
  EXPECT_EQ(read_image(folder_ / "members.nii.gz").volume, expected);
}

TEST_F(Nifti, NotANumberIsRefusedWithItsPlace) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    RawNifti file;
    std::vector<float> values(24, 1.0f);
    values[4 * (3 + 2) + 3] = bad;
    file.set_values(values, DT_FLOAT32);
    expect_error([&] { read_image(write(file)); }, "slice 1, row 2, column 3");
  }
}

TEST_F(Nifti, ShearBeyondTheToleranceIsRefusedRotationIsNot) {
  RawNifti file;
  file.set_sform({1.5f, 0.2f, 0, 0, 1.25f, 0, 0, 0, 8});
  expect_error([&] { read_image(write(file)); }, "sheared affine");
  file.set_sform({1.5f, 0.0005f, 0, 0, 1.25f, 0, 0, 0, 8});
  EXPECT_NO_THROW(read_image(write(file)));
  const float c = std::cos(0.5f), s = std::sin(0.5f);
  file.set_sform({1.5f * c, -1.25f * s, 0, 1.5f * s, 1.25f * c, 0, 0, 0, 8});
  EXPECT_NO_THROW(read_image(write(file)));
}

TEST_F(Nifti, ForeignAndMissingFilesAreNamedWithoutChatter) {
  write_text_file(folder_ / "text.nii.gz", "not a scan");
  ::testing::internal::CaptureStderr();
  expect_error([&] { read_image(folder_ / "text.nii.gz"); }, "text.nii.gz is not a NIfTI file");
  expect_error([&] { read_image(folder_ / "absent.nii.gz"); }, "absent.nii.gz does not exist");
  expect_error([&] { read_image(folder_.path()); }, "is not a file");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(Nifti, LabelsMustBeWholeNumbers) {
  RawNifti file;
  std::vector<float> values(24, 2.0f);
  file.set_values(values, DT_FLOAT32);
  EXPECT_EQ(read_label(write(file)).volume.at(0, 0, 0), 2);
  for (const float bad : {1.5f, -1.0f, 256.0f}) {
    values[5] = bad;
    file.set_values(values, DT_FLOAT32);
    expect_error([&] { read_label(write(file)); }, "slice 0, row 1, column 1");
  }
}

Grid odd_grid() {
  return {.shape = {2, 3, 5},
          .spacing_mm = {8, 1.25, 1.5},
          .affine = {-1.5, 0, 0, 7, 0, -1.25, 0, -3, 0, 0, 8, 1, 0, 0, 0, 1}};
}

TEST_F(Nifti, WrittenImagesAndMasksComeBack) {
  Volume<float> image(2, 3, 5);
  Volume<std::uint8_t> mask(2, 3, 5);
  for (size_t i = 0; i < image.values.size(); ++i) image.values[i] = float(i) / 7, mask.values[i] = i % 4;
  for (const std::string suffix : {".nii.gz", ".nii"}) {
    write_image(folder_ / ("image" + suffix), image, odd_grid());
    write_mask(folder_ / ("mask" + suffix), mask, odd_grid());
    const auto back = read_image(folder_ / ("image" + suffix));
    EXPECT_EQ(back.volume, image);
    EXPECT_EQ(back.grid.shape, odd_grid().shape);
    EXPECT_EQ(back.grid.spacing_mm, odd_grid().spacing_mm);
    EXPECT_EQ(back.grid.affine, odd_grid().affine);
    EXPECT_EQ(read_label(folder_ / ("mask" + suffix)).volume, mask);
  }
  expect_error([&] { write_mask(folder_ / "m.nii.gz", Volume<std::uint8_t>(2, 3, 4), odd_grid()); }, "2x3x4");
}

TEST_F(Nifti, FullDiskLeavesNothingBehind) {
  auto grid = odd_grid();
  grid.shape = {4, 100, 100};
  Volume<float> noise(4, 100, 100);
  std::uint32_t state = 1;
  for (auto& v : noise.values) v = float(state = state * 1664525u + 1013904223u);
  const test::FileSizeLimit limit(20000);
  expect_error([&] { write_image(folder_ / "big.nii.gz", noise, grid); }, "big.nii.gz", ExitCode::Failure);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace tandem::nifti
