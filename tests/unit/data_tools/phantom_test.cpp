#include "data_tools/phantom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "config/settings.h"
#include "data/case_file.h"
#include "data_tools/phantom_command.h"
#include "support/expect_error.h"
#include "support/run_command.h"
#include "support/temporary_folder.h"

namespace tandem::data_tools {
namespace {

double volume_ml(const data::Case& c, data::Label label) {
  const auto voxels = std::count(c.label->values.begin(), c.label->values.end(), label);
  return double(voxels) * c.spacing_mm[0] * c.spacing_mm[1] * c.spacing_mm[2] / 1000;
}

/// Mean image value of a class.
double brightness(const data::Case& c, data::Label label) {
  double sum = 0;
  int count = 0;
  for (size_t i = 0; i < c.image.values.size(); ++i)
    if (c.label->values[i] == label) sum += c.image.values[i], ++count;
  return sum / count;
}

bool has_heart(const data::Case& c, std::int64_t slice) {
  const auto labels = c.label->slice(slice);
  return std::any_of(labels.begin(), labels.end(), [](std::uint8_t l) { return l != data::kBackground; });
}

TEST(Phantom, HeartsArePlausible) {
  for (int number = 1; number <= 3; ++number) {
    const auto [ed, es] = make_phantom(3, number, {});
    SCOPED_TRACE(ed.id);
    EXPECT_EQ(ed.frame, "ED");
    EXPECT_EQ(es.frame, "ES");
    EXPECT_EQ(ed.patient, es.patient);
    ASSERT_EQ(ed.image.shape(), es.image.shape());
    const double lv = volume_ml(ed, data::kLV), ejection = 1 - volume_ml(es, data::kLV) / lv;
    EXPECT_TRUE(lv > 60 && lv < 180) << lv;
    EXPECT_TRUE(ejection > 0.42 && ejection < 0.72) << ejection;
    EXPECT_LT(volume_ml(es, data::kRV), volume_ml(ed, data::kRV));
    EXPECT_TRUE(volume_ml(ed, data::kRV) > 60 && volume_ml(ed, data::kRV) < 230) << volume_ml(ed, data::kRV);
    EXPECT_NEAR(volume_ml(es, data::kMYO) / volume_ml(ed, data::kMYO), 1, 0.15);  // muscle is not compressed
    EXPECT_TRUE(ed.image.rows >= 224 && ed.image.rows <= 256 && ed.image.columns >= 224 &&
                ed.image.columns <= 256);
    EXPECT_TRUE(ed.image.slices >= 7 && ed.image.slices <= 13) << ed.image.slices;
    EXPECT_FALSE(has_heart(ed, 0));
    EXPECT_FALSE(has_heart(ed, ed.image.slices - 1));
    EXPECT_TRUE(has_heart(ed, ed.image.slices / 2));
  }
}

TEST(Phantom, ImagesRunFromZeroToOneWithBrightBloodAndDarkMuscle) {
  for (auto [name, domain] : phantom_presets()) {
    SCOPED_TRACE(name);
    domain.slice_distance_mm = 20;  // half the work
    const auto [ed, es] = make_phantom(1, 1, domain);
    for (const auto* c : {&ed, &es}) {
      const auto [low, high] = std::minmax_element(c->image.values.begin(), c->image.values.end());
      EXPECT_EQ(*low, 0);
      EXPECT_EQ(*high, 1);
      EXPECT_LE(*std::max_element(c->label->values.begin(), c->label->values.end()), 3);
      EXPECT_GT(brightness(*c, data::kLV), brightness(*c, data::kMYO) + 0.2);
      EXPECT_GT(brightness(*c, data::kRV), brightness(*c, data::kMYO) + 0.2);
    }
  }
}

TEST(Phantom, EqualSeedsGiveEqualHeartsAndOthersDoNot) {
  const PhantomDomain few_slices{.slice_distance_mm = 20};
  const auto first = make_phantom(1, 2, few_slices), again = make_phantom(1, 2, few_slices);
  EXPECT_EQ(first[0].image, again[0].image);
  EXPECT_EQ(first[1].label, again[1].label);
  EXPECT_NE(first[0].label, make_phantom(1, 3, few_slices)[0].label);
  EXPECT_NE(first[0].label, make_phantom(2, 2, few_slices)[0].label);
}

TEST(Phantom, AnotherScannerSeesTheSameHeart) {
  const PhantomDomain usual{.slice_distance_mm = 20}, noisy{.slice_distance_mm = 20, .noise = 0.1};
  const auto clean = make_phantom(1, 2, usual), other = make_phantom(1, 2, noisy);
  EXPECT_EQ(clean[0].label, other[0].label);
  EXPECT_NE(clean[0].image, other[0].image);
}

TEST(PhantomCommand, WritesAFileAndRefusesFaultyInput) {
  const test::TemporaryFolder folder;
  const auto out = (folder / "p.h5").string();
  test::run_command(phantom_command(), {"--out", out, "--subjects", "1", "--first", "7", "--domain", "site-b",
                                        "--set", "slice_distance_mm=20"});
  const data::CaseFile file(out);
  EXPECT_EQ(file.info().domain, "site-b");
  EXPECT_EQ(file.ids(), (std::vector<std::string>{"phantom007_ED", "phantom007_ES"}));
  const auto c = file.read("phantom007_ED");
  EXPECT_EQ(c.spacing_mm[0], 20);
  EXPECT_EQ(c.original.shape, c.image.shape());

  const auto message = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--out", (folder / "q.h5").string()});
    return test::error_of([&] { test::run_command(phantom_command(), more); });
  };
  EXPECT_NE(message({"--subjects", "0"}).find("--subjects 0"), std::string::npos);
  EXPECT_NE(message({"--scanner", "low-feld"}).find("did you mean 'low-field'"), std::string::npos);
  EXPECT_NE(message({"--set", "noise=7"}).find("out of range"), std::string::npos);
  EXPECT_NE(message({"--set", "nois=0.1"}).find("noise"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "q.h5"));
  EXPECT_NE(test::error_of([&] {
              test::run_command(phantom_command(), {"--out", out});
            }).find("--force"),
            std::string::npos);
}

}  // namespace
}  // namespace tandem::data_tools
