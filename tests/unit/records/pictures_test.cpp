#include "records/pictures.h"

#include "h5/h5.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::records {
namespace {

PictureFile small_file() {
  Picture picture{.row = "image", .column = "p = 0.1", .caption = "12 of 128", .shade = Shade::Change};
  picture.values = Image<float>(2, 3, 0.25f);
  picture.areas = Image<std::uint8_t>(2, 3, 2);
  picture.shown = {0, 1, 2};
  picture.numbers = {{"masked", 12}, {"p", 0.1}};
  PictureFigure figure{.title = "T", .note = "N", .pixel_mm = 1.5, .rows = {"image"}, .columns = {"p = 0.1"}};
  figure.pictures = {picture};
  PictureFile file;
  file.about = {{"run", "1f3a"}, {"commit", "c0ffee"}};
  file.figures["thresholds"] = figure;
  file.network = {"share_code", 2, {{"E", "inc", "two convolutions", 16, 192, 190, 2544}}};
  return file;
}

TEST(Pictures, ComeBackAsWritten) {
  const test::TemporaryFolder folder;
  write_pictures(folder / "p.h5", small_file());
  const auto back = read_pictures(folder / "p.h5");
  const auto expected = small_file();
  EXPECT_EQ(back.about, expected.about);
  ASSERT_EQ(back.figures.size(), 1u);
  const auto& figure = back.figures.at("thresholds");
  EXPECT_EQ(figure.title, "T");
  EXPECT_EQ(figure.note, "N");
  EXPECT_EQ(figure.pixel_mm, 1.5);
  EXPECT_EQ(figure.rows, std::vector<std::string>{"image"});
  EXPECT_EQ(figure.columns, std::vector<std::string>{"p = 0.1"});
  ASSERT_EQ(figure.pictures.size(), 1u);
  const auto &picture = figure.pictures[0], &original = expected.figures.at("thresholds").pictures[0];
  EXPECT_EQ(picture.row, "image");
  EXPECT_EQ(picture.column, "p = 0.1");
  EXPECT_EQ(picture.caption, "12 of 128");
  EXPECT_EQ(picture.shade, Shade::Change);
  EXPECT_EQ(picture.values, original.values);
  EXPECT_EQ(picture.areas, original.areas);
  EXPECT_TRUE(picture.outlines.values.empty());
  EXPECT_EQ(picture.shown, original.shown);
  EXPECT_EQ(picture.numbers, original.numbers);
  EXPECT_EQ(back.network.type, "share_code");
  EXPECT_EQ(back.network.temperature, 2);
  ASSERT_EQ(back.network.stages.size(), 1u);
  EXPECT_EQ(back.network.stages[0].operation, "two convolutions");
  EXPECT_EQ(back.network.stages[0].columns, 190);
  EXPECT_EQ(back.network.stages[0].parameters, 2544);
}

TEST(Pictures, OtherFilesAndMapsThatDoNotFitAreRefused) {
  const test::TemporaryFolder folder;
  test::expect_error([&] { read_pictures(folder / "absent.h5"); }, "absent.h5");
  {
    h5::File other(folder / "other.h5", h5::File::Mode::Create);
    other.set_attribute("/", "format", "tandem-result");
    other.close();
  }
  test::expect_error([&] { read_pictures(folder / "other.h5"); }, "holds no pictures");
  auto file = small_file();
  file.figures["thresholds"].pictures[0].outlines = Image<std::uint8_t>(3, 3);
  write_pictures(folder / "odd.h5", file);
  test::expect_error([&] { read_pictures(folder / "odd.h5"); }, "class map of another size");
  file = small_file();
  file.figures["thresholds"].pictures[0].shown = {1, 1, 2};
  write_pictures(folder / "outside.h5", file);
  test::expect_error([&] { read_pictures(folder / "outside.h5"); }, "shows the square 2 at (1, 1)");
}

}  // namespace
}  // namespace tandem::records
