#include "data/case_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::data {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

Case example(const std::string& id) {
  Case c;
  c.id = id, c.patient = "patient001", c.frame = "ED", c.group = "DCM", c.vendor = "", c.centre = "Dijon";
  c.spacing_mm = {10, 1.37, 1.36};
  c.original = {{2, 5, 6}, {10, 1.5, 1.6}, {1, 0, 0, -5, 0, 1, 0, 3, 0, 0, 10, 0, 0, 0, 0, 1}};
  c.source_sha256_image = "aa", c.source_sha256_label = "bb";
  c.corruption = "bias", c.corruption_parameters = "{\"order\": 3}";
  c.image = Volume<float>(2, 3, 4);
  for (size_t i = 0; i < c.image.values.size(); ++i) c.image.values[i] = float(i) / 24;
  c.label = Volume<std::uint8_t>(2, 3, 4, kMYO);
  c.label->at(1, 2, 3) = kRV;
  return c;
}

const DataSetInfo kInfo = {"acdc", "resampled to 1.37 mm", "0.1.0 abc", "training"};

std::filesystem::path written(const test::TemporaryFolder& folder, const std::vector<Case>& cases) {
  const auto path = folder / "set.h5";
  CaseFileWriter writer(path, kInfo);
  for (const auto& c : cases) writer.add(c);
  writer.commit();
  return path;
}

TEST(CaseFile, RoundTripKeepsEveryField) {
  const test::TemporaryFolder folder;
  const Case c = example("patient001_ED");
  const CaseFile file(written(folder, {c}));
  EXPECT_EQ(file.info().domain, kInfo.domain);
  EXPECT_EQ(file.info().preprocessing, kInfo.preprocessing);
  EXPECT_EQ(file.info().tool_version, kInfo.tool_version);
  EXPECT_EQ(file.info().source, kInfo.source);
  const Case back = file.read(c.id);
  EXPECT_EQ(back.id, c.id);
  EXPECT_EQ(back.patient, c.patient);
  EXPECT_EQ(back.frame, c.frame);
  EXPECT_EQ(back.group, c.group);
  EXPECT_EQ(back.vendor, c.vendor);
  EXPECT_EQ(back.centre, c.centre);
  EXPECT_EQ(back.spacing_mm, c.spacing_mm);
  EXPECT_EQ(back.original.shape, c.original.shape);
  EXPECT_EQ(back.original.spacing_mm, c.original.spacing_mm);
  EXPECT_EQ(back.original.affine, c.original.affine);
  EXPECT_EQ(back.source_sha256_image, c.source_sha256_image);
  EXPECT_EQ(back.source_sha256_label, c.source_sha256_label);
  EXPECT_EQ(back.corruption, c.corruption);
  EXPECT_EQ(back.corruption_parameters, c.corruption_parameters);
  EXPECT_EQ(back.image, c.image);
  EXPECT_EQ(back.label, c.label);
}

TEST(CaseFile, ACaseMayHaveNoLabel) {
  const test::TemporaryFolder folder;
  Case c = example("patient001_ED");
  c.label.reset();
  EXPECT_FALSE(CaseFile(written(folder, {c})).read(c.id).label.has_value());
}

TEST(CaseFile, ListsItsCasesInOrder) {
  const test::TemporaryFolder folder;
  const CaseFile file(written(folder, {example("b_ES"), example("b_ED"), example("a_ED")}));
  EXPECT_THAT(file.ids(), ElementsAre("a_ED", "b_ED", "b_ES"));
  EXPECT_TRUE(file.contains("b_ES"));
  EXPECT_FALSE(file.contains("b"));
  EXPECT_EQ(file.read_header("b_ES").image.values.size(), 0u);
  EXPECT_THAT(error_of([&] { file.read("c_ED"); }), HasSubstr("has no case c_ED"));
}

TEST(CaseFileWriter, RefusesWhatCannotBeReadBack) {
  const test::TemporaryFolder folder;
  CaseFileWriter writer(folder / "set.h5", kInfo);
  writer.add(example("a_ED"));
  EXPECT_THAT(error_of([&] { writer.add(example("a_ED")); }), HasSubstr("a_ED appears twice"));
  EXPECT_THAT(error_of([&] { writer.add(example("a/b")); }), HasSubstr("'a/b'"));
  EXPECT_THAT(error_of([&] { writer.add(example("")); }), HasSubstr("''"));
  Case c = example("b_ED");
  c.label = Volume<std::uint8_t>(2, 3, 5);
  EXPECT_THAT(error_of([&] { writer.add(c); }),
              HasSubstr("b_ED: label shape 2x3x5 differs from image shape 2x3x4"));
}

TEST(CaseFileWriter, WithoutCommitNothingAppears) {
  const test::TemporaryFolder folder;
  {
    CaseFileWriter writer(folder / "set.h5", kInfo);
    writer.add(example("a_ED"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

/// A file like a data set but with some root attributes of another program or time.
template <class Change>
std::string refusal(const Change& change) {
  const test::TemporaryFolder folder;
  const auto path = folder / "other.h5";
  h5::File file(path, h5::File::Mode::Create);
  file.set_attribute("/", "format", kCaseFormat);
  file.set_attribute("/", "format_version", kCaseFormatVersion);
  file.set_attribute("/", "label_names", kLabelNames);
  for (const char* name : {"domain", "preprocessing", "tool_version", "source"})
    file.set_attribute("/", name, "x");
  file.make_group("/cases");
  change(file);
  file.close();
  return error_of([&] { CaseFile{path}; });
}

TEST(CaseFile, OtherFormatsVersionsAndLabelsAreRefused) {
  EXPECT_THAT(refusal([](h5::File& f) { f.set_attribute("/", "format", "tandem-result"); }),
              HasSubstr("other.h5 is not a Tandem data set"));
  const auto version =
      refusal([](h5::File& f) { f.set_attribute("/", "format_version", kCaseFormatVersion + 1); });
  EXPECT_THAT(version, HasSubstr(fmt::format("written by format version {}", kCaseFormatVersion + 1)));
  EXPECT_THAT(version, HasSubstr(fmt::format("reads version {}", kCaseFormatVersion)));
  EXPECT_THAT(version, HasSubstr("tandem-data import"));
  EXPECT_THAT(
      refusal([](h5::File& f) {
        f.set_attribute("/", "label_names", std::vector<std::string>{"background", "RV", "MYO", "LV"});
      }),
      HasSubstr("background, RV, MYO, LV"));
}

TEST(CaseFile, ATruncatedFileIsRefused) {
  const test::TemporaryFolder folder;
  const auto path = written(folder, {example("a_ED")});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(error_of([&] { CaseFile{path}; }), HasSubstr("truncated"));
}

}  // namespace
}  // namespace tandem::data
