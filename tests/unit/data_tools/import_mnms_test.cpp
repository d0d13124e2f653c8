// A made-up data set in the official layout of M&Ms, with what people will meet in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "data/case_file.h"
#include "data_tools/commands.h"
#include "data_tools/csv_table.h"
#include "support/expect_error.h"
#include "support/raw_nifti.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem::data_tools {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::int64_t kRows = 40, kColumns = 48, kSlices = 3;
/// The spacing of the working grid, so that import keeps the pixels.
constexpr float kPixelMm = 1.36719f;

struct Scan {
  std::int64_t frames = 4, ed = 0, es = 2;
  std::array<float, 9> axes = {-kPixelMm, 0, 0, 0, -kPixelMm, 0, 0, 0, 10};  ///< sform of scan and label
};

class ImportMnms : public ::testing::Test {
 protected:
  ImportMnms() {
    add("A0S9V9", {});
    add("B1C2D3", {.frames = 5, .ed = 3, .es = 1});  // ED after ES
    write_table("A0S9V9,SIEMENS,A,1,0,2,HCM", "B1C2D3,Philips,B,3,3,1,NOR");
  }

  fs::path labelled() const { return root() / "Training" / "Labeled"; }
  fs::path root() const { return folder_ / "mnms"; }
  fs::path file(const std::string& code, const char* end) const { return labelled() / code / (code + end); }

  /// Label: at ED a block of LV (1), at ES a smaller one, and one voxel of MYO (2) and RV (3); else empty.
  static std::vector<std::uint8_t> labels(const Scan& scan) {
    std::vector<std::uint8_t> out(size_t(kRows * kColumns * kSlices * scan.frames));
    for (const auto t : {scan.ed, scan.es}) {
      const auto at = [&](std::int64_t s, std::int64_t r, std::int64_t c) -> std::uint8_t& {
        return out[size_t(((t * kSlices + s) * kRows + r) * kColumns + c)];
      };
      const std::int64_t side = t == scan.ed ? 8 : 5;
      for (std::int64_t r = 0; r < side; ++r)
        for (std::int64_t c = 0; c < side; ++c) at(1, 10 + r, 20 + c) = 1;
      at(1, 30, 30) = 2, at(1, 35, 5) = 3;
    }
    return out;
  }
  static void write(const fs::path& path, const Scan& scan, const std::array<float, 9>& axes, bool label) {
    test::RawNifti raw;
    raw.set_dims({4, short(kColumns), short(kRows), short(kSlices), short(scan.frames), 1, 1, 1});
    const std::array<float, 8> pixdim = {1, kPixelMm, kPixelMm, 10, 1, 0, 0, 0};
    std::copy(pixdim.begin(), pixdim.end(), raw.header.pixdim);
    raw.set_sform(axes);
    const auto values = labels(scan);
    if (label) {
      raw.set_values(values, DT_UINT8);
    } else {
      // Every time point has its own range, so that a wrong one would show.
      std::vector<std::int16_t> image(values.size());
      const size_t volume = values.size() / size_t(scan.frames);
      for (size_t i = 0; i < image.size(); ++i)
        image[i] = std::int16_t(i / volume == size_t(scan.ed) ? i % volume : 7 * i % 1000);
      raw.set_values(image, DT_INT16);
    }
    fs::create_directories(path.parent_path());
    raw.write(path);
  }
  void add(const std::string& code, const Scan& scan) {
    write(file(code, "_sa.nii.gz"), scan, scan.axes, false);
    write(file(code, "_sa_gt.nii.gz"), scan, scan.axes, true);
  }
  /// The first column has no name, as in the official file.
  template <class... Lines>
  void write_table(const Lines&... lines) {
    std::string text = "\xEF\xBB\xBF,External code,VendorName,Vendor,Centre,ED,ES,Pathology\r\n";
    int number = 0;
    ((text += std::to_string(number++) + "," + std::string(lines) + "\r\n"), ...);
    write_text_file(root() / "information.csv", text);
  }
  test::CommandResult import(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {root().string(), "--out", out_.string(), "--force"});
    return test::run_program(import_mnms_command(), more);
  }
  void expect_refused(const std::string& words) {
    const auto result = import();
    EXPECT_EQ(result.exit_code, 65);
    EXPECT_THAT(result.errors, HasSubstr(words));
    EXPECT_FALSE(fs::exists(out_));
  }

  test::TemporaryFolder folder_;
  fs::path out_ = folder_ / "mnms.h5";
};

TEST_F(ImportMnms, TakesTheNamedTimePointsWithVendorAndCentre) {
  const auto result = import();
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const data::CaseFile file(out_);
  EXPECT_EQ(file.info().domain, "mnms");
  EXPECT_EQ(file.ids(), (std::vector<std::string>{"A0S9V9_ED", "A0S9V9_ES", "B1C2D3_ED", "B1C2D3_ES"}));
  for (const auto& id : file.ids()) {
    const auto c = file.read(id);
    const std::int64_t side = c.frame == "ED" ? 8 : 5;
    EXPECT_EQ(std::count(c.label->values.begin(), c.label->values.end(), data::kLV), side * side) << id;
    EXPECT_EQ(c.label->at(1, 30, 30), data::kMYO);
    EXPECT_EQ(c.label->at(1, 35, 5), data::kRV);
    EXPECT_EQ(c.image.shape(), (std::array<std::int64_t, 3>{kSlices, kRows, kColumns}));
  }
  const auto ed = file.read("B1C2D3_ED");
  EXPECT_EQ(ed.vendor, "B");
  EXPECT_EQ(ed.centre, "3");
  EXPECT_EQ(ed.group, "NOR");
  EXPECT_EQ(ed.patient, "B1C2D3");
  EXPECT_TRUE(
      std::is_sorted(ed.image.values.begin(), ed.image.values.end()));  // the ramp of the ED time point
}

TEST_F(ImportMnms, FramesCountedFromOneAreNoticed) {
  write_table("A0S9V9,SIEMENS,A,1,1,3,HCM", "B1C2D3,Philips,B,3,3,1,NOR");
  expect_refused(
      "A0S9V9: no label at the ED frame 1 (from 0); labelled time points: 0, 2. Does the table count "
      "from 1?");
  write_table("A0S9V9,SIEMENS,A,1,0,4,HCM", "B1C2D3,Philips,B,3,3,1,NOR");
  expect_refused("gives 4 as the ES frame, but the scan has 4 time points");
}

TEST_F(ImportMnms, FramesThatAreNoNumbersOrEqual) {
  write_table("A0S9V9,SIEMENS,A,1,,2,HCM", "B1C2D3,Philips,B,3,3.0,1.5,NOR");
  const auto result = import();
  EXPECT_THAT(result.errors, HasSubstr("A0S9V9: the table gives '' as the ED frame"));
  EXPECT_THAT(result.errors, HasSubstr("B1C2D3: the table gives '1.5' as the ES frame"));
  write_table("A0S9V9,SIEMENS,A,1,2,2,HCM", "B1C2D3,Philips,B,3,3,1,NOR");
  expect_refused("A0S9V9: the table gives 2 as both the ED and the ES frame");
}

TEST_F(ImportMnms, ColumnsAreFoundByNameInAnyOrder) {
  write_text_file(root() / "information.csv",
                  "ES;Centre;external code;\"ED\"\n2;1;A0S9V9;0\n1;\"3\";B1C2D3;3.0\n");
  const auto result = import();
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("2 patients have no vendor"));
  const auto c = data::CaseFile(out_).read("B1C2D3_ES");
  EXPECT_EQ(c.vendor, "");
  EXPECT_EQ(c.centre, "3");
  write_text_file(root() / "information.csv", "External code,ED\nA0S9V9,0\n");
  EXPECT_THAT(import().errors, HasSubstr("has no column 'ES'; its columns: External code, ED"));
}

TEST_F(ImportMnms, PatientsMissingOrTwiceInTheTable) {
  write_table("A0S9V9,SIEMENS,A,1,0,2,HCM");
  expect_refused("B1C2D3: ");
  write_table("A0S9V9,SIEMENS,A,1,0,2,HCM", "A0S9V9,SIEMENS,A,1,0,2,HCM");
  expect_refused("names A0S9V9 twice");
}

TEST_F(ImportMnms, TheTableIsFoundAboveOrNamed) {
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {labelled().string(), "--out", out_.string(), "--force"});
    return test::run_program(import_mnms_command(), more);
  };
  EXPECT_EQ(run({}).exit_code, 0);
  fs::copy_file(root() / "information.csv", root() / "other.csv");
  EXPECT_THAT(run({}).errors, HasSubstr("holds 2 .csv files; name the one with the frames by --info"));
  EXPECT_EQ(run({"--info", (root() / "other.csv").string()}).exit_code, 0);
}

TEST_F(ImportMnms, UnlabelledPatientsAreLeftOutAndCounted) {
  fs::remove(file("B1C2D3", "_sa_gt.nii.gz"));
  const auto result = import();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.errors, HasSubstr("warning: 1 patients of"));
  EXPECT_EQ(data::CaseFile(out_).ids(), (std::vector<std::string>{"A0S9V9_ED", "A0S9V9_ES"}));
  fs::remove(file("A0S9V9", "_sa_gt.nii.gz"));
  EXPECT_THAT(import().errors, HasSubstr("not the layout of M&Ms, or unlabelled"));
}

TEST_F(ImportMnms, SlicesShiftedAgainstEachOtherAreTakenShearedPixelsAreNot) {
  add("A0S9V9", {.axes = {-kPixelMm, 0, 1.5f, 0, -kPixelMm, 0, 0, 0, 10}});
  const auto result = import();
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("4 files have slices that are shifted against each other"));
  EXPECT_EQ(data::CaseFile(out_).read("A0S9V9_ED").original.affine[2], 1.5);
  fs::remove(out_);
  add("A0S9V9", {.axes = {-kPixelMm, 0.2f, 0, 0, -kPixelMm, 0, 0, 0, 10}});
  expect_refused("A0S9V9_sa_gt.nii.gz: sheared affine, axes 0 and 1");
}

TEST_F(ImportMnms, MixedHandednessIsSaidAndAFlippedLabelIsRefused) {
  const std::array<float, 9> flipped = {kPixelMm, 0, 0, 0, -kPixelMm, 0, 0, 0, 10};
  add("A0S9V9", {.axes = flipped});
  const auto result = import();
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("2 images have right-handed axes, 2 left-handed ones"));
  fs::remove(out_);
  write(file("B1C2D3", "_sa_gt.nii.gz"), {.frames = 5, .ed = 3, .es = 1}, flipped, true);
  expect_refused("axis i of the label points elsewhere than the image's (cosine -1.00)");
}

TEST_F(ImportMnms, LabelsOverFewerTimePointsAreRefused) {
  write(file("A0S9V9", "_sa_gt.nii.gz"), {.frames = 3}, Scan().axes, true);
  expect_refused("A0S9V9_sa_gt.nii.gz has 3 time points, its scan 4");
}

TEST(CsvTable, QuotesAndFaults) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "a.csv", "name,\"a, b\"\n\"say \"\"x\"\"\", 2 \n");
  const auto table = read_csv(folder / "a.csv");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"name", "a, b"}));
  EXPECT_EQ(table.rows, (std::vector<std::vector<std::string>>{{"say \"x\"", "2"}}));
  write_text_file(folder / "b.csv", "a,b\n1\n");
  test::expect_error([&] { read_csv(folder / "b.csv"); }, "record 1 has 1 fields, the header has 2");
  write_text_file(folder / "c.csv", "a,A\n1,2\n");
  test::expect_error([&] { read_csv(folder / "c.csv").column("a"); }, "two columns 'a'");
}

}  // namespace
}  // namespace tandem::data_tools
