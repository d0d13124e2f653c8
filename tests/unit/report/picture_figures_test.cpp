#include "report/picture_figures.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "report/commands.h"
#include "support/expect_error.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

records::PictureFile small_file() {
  records::PictureFile file;
  file.about = {{"experiment", "proposed"}, {"run", "1f3a"}, {"commit", "c0ffee"}};
  records::PictureFigure figure{.title = "Thresholds", .note = "Note.", .pixel_mm = 1.5};
  figure.rows = {"dropout: image", "dropout: entropy"}, figure.columns = {"p = 0", "p = 0.5"};
  for (const auto& row : figure.rows)
    for (const auto& column : figure.columns) {
      records::Picture picture{.row = row, .column = column, .caption = "64 of 128"};
      picture.shade = row.ends_with("entropy") ? records::Shade::Entropy : records::Shade::Image;
      picture.values = Image<float>(48, 48, 0.5f);
      picture.areas = Image<std::uint8_t>(48, 48);
      for (std::int64_t i = 10; i < 20; ++i) picture.areas.at(i, i) = 1;
      figure.pictures.push_back(picture);
    }
  file.figures["thresholds"] = figure;
  return file;
}

/// Stages as of the published networks, with some made-up counts.
records::NetworkRecord small_network(const std::string& type) {
  records::NetworkRecord network{type, 2, {}};
  const auto add = [&](const std::string& module, const std::string& name, std::int64_t parameters) {
    network.stages.push_back({module, name, parameters > 0 ? "op of " + name : "", 16, 192, 192, parameters});
  };
  for (const std::string module : {"E", "Se"}) {
    add(module, "input", 0);
    for (const auto* name : {"inc", "down1", "down2", "down3", "down4", "final_conv"})
      add(module, name, 1000);
  }
  add("F", "code_decoupler", 295680);
  for (const std::string module : {"Di", "Ds", "Sd"})
    for (const auto* name : {"up1", "up2", "up3", "up4", "final_conv"}) add(module, name, 7);
  return network;
}

TEST(PictureFigures, GridNamesRowsColumnsCaptionsAndSource) {
  const test::TemporaryFolder folder;
  draw_thresholds(small_file(), folder / "s1");
  const auto svg = read_text_file(folder / "s1.svg");
  for (const auto* words : {"Thresholds", "dropout: image", "p = 0\n", "p = 0.5", "64 of 128", "LV cavity",
                            "entropy, bits", "20 mm", "run 1f3a", "c0ffee"})
    EXPECT_THAT(svg, HasSubstr(words));
  EXPECT_THAT(svg, Not(HasSubstr("change of intensity")));  // no such picture, no such bar
  EXPECT_GT(std::filesystem::file_size(folder / "s1.pdf"), 1000u);
  EXPECT_GT(std::filesystem::file_size(folder / "s1.png"), 1000u);
}

TEST(PictureFigures, WhatTheFileLacksIsAnErrorThatSaysHowToGetIt) {
  const test::TemporaryFolder folder;
  test::expect_error([&] { draw_montage(small_file(), folder / "m"); },
                     "no pictures for 'montage', only for: thresholds. Make them with tandem examples");
  test::expect_error([&] { draw_network(small_file(), folder / "n"); }, "describes no networks");
  auto file = small_file();
  file.figures["thresholds"].pictures[0].column = "p = 1";
  test::expect_error([&] { draw_thresholds(file, folder / "t"); },
                     "column 'p = 1', which the figure has not");
  file.figures["thresholds"].pictures.clear();
  test::expect_error([&] { draw_thresholds(file, folder / "t"); }, "no picture to draw");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NetworkDiagram, WritesShapesAndAddsCountsUp) {
  const test::TemporaryFolder folder;
  auto file = small_file();
  file.network = small_network("standard");
  draw_network(file, folder / "s5");
  const auto svg = read_text_file(folder / "s5.svg");
  for (const auto* words :
       {"image encoder E: 6 000", "feature decoupler F: 295 680", "16 ch", "192x192", "shape decoder Sd: 35",
        "FTN 301 750 + STN 6 035 = 307 785 trained", "z_i", "z_s", "softmax(p / 2)"})
    EXPECT_THAT(svg, HasSubstr(words));
}

TEST(NetworkDiagram, SharedCodesAreDrawnAsShared) {
  const test::TemporaryFolder folder;
  auto file = small_file();
  for (const auto& [type, there, absent] :
       {std::tuple("share_code", "z_s\n", "z_i\n"), std::tuple("without_filter", "z_i\n", "z_s\n")}) {
    file.network = small_network(type);
    draw_network(file, folder / type);
    const auto svg = read_text_file((folder / type).string() + ".svg");
    EXPECT_THAT(svg, HasSubstr(there));
    EXPECT_THAT(svg, Not(HasSubstr(absent)));
  }
  file.network.stages.pop_back();
  test::expect_error([&] { draw_network(file, folder / "x"); }, "module Sd has 4 stages");
}

TEST(PictureCommands, DrawRefuseToReplaceAndReplaceWhenForced) {
  const test::TemporaryFolder folder;
  records::write_pictures(folder / "p.h5", small_file());
  const auto commands = picture_commands();
  const auto command = std::ranges::find(commands, "figure thresholds", &program::Command::name);
  ASSERT_NE(command, commands.end());
  const std::vector<std::string> words = {(folder / "p.h5").string(), "--out", (folder / "f").string()};
  EXPECT_EQ(test::run_program(*command, words).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "f.png"));
  const auto again = test::run_program(*command, words);
  EXPECT_EQ(again.exit_code, 65);
  EXPECT_THAT(again.errors, HasSubstr("exists already; --force replaces it"));
  auto forced = words;
  forced.push_back("--force");
  EXPECT_EQ(test::run_program(*command, forced).exit_code, 0);
}

}  // namespace
}  // namespace tandem::report
