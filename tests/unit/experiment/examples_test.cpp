#include "experiment/examples.h"

#include <ATen/ATen.h>

#include "base/atomic_file.h"
#include "base/sha256.h"
#include "data/case_file.h"
#include "experiment/example_montage.h"
#include "model/initialization.h"
#include "support/expect_error.h"
#include "support/small_cases.h"
#include "support/temporary_folder.h"
#include "training/checkpoint.h"

namespace tandem::experiment {
namespace {

using records::Picture;

/// A run with the weights of its start, scored on a data set of three cases.
class Examples : public testing::Test {
 protected:
  Examples() {
    write_text_file(folder / "run/config.toml",
                    "name = \"small\"\n[model]\n[training]\nthreads = 1\n[evaluation]\ncrop = 64\n");
    model::Networks net({});
    model::initialise(net, 3);
    training::save_weights(folder / "run/checkpoints/best.h5", net, "");
    data::CaseFileWriter writer(folder / "data.h5", {"phantom", "", "", ""});
    for (const auto* patient : {"p001", "p002", "p003"})
      writer.add(test::small_case(patient, "ED", 5, 70, 60, {0}));
    auto coarse = test::small_case("p004", "ES", 5, 70, 60, {0, 1, 2, 3, 4});
    writer.add(coarse);
    coarse.id = "coarse_ES", coarse.patient = "p005", coarse.spacing_mm = {10, 2, 2};
    writer.add(coarse);
    writer.commit();
    score("run", file_sha256(folder / "data.h5"));
  }
  void score(const std::string& run, const std::string& sha) {
    records::RunResult result;
    result.experiment = "small", result.run_id = "0", result.state = "complete";
    for (const auto& [id, dice] : {std::pair("p001_ED", 0.5), {"p002_ED", 0.9}, {"p003_ED", 0.2}})
      for (const auto* klass : {"LV", "MYO", "RV"})
        result.scores.push_back({"phantom", id, "", "ED", "FTN+STN", klass, "dice", dice});
    result.data_sha256["phantom"] = sha;
    records::write_result(folder / (run + "/result.h5"), result);
  }
  records::PictureFile make(const std::vector<std::string>& figures) {
    options.data = folder / "data.h5", options.figures = figures;
    const auto alone = comm::make_self_communicator();
    return make_examples({*alone}, RunFolder::open(folder / "run"), options, {});
  }
  static const Picture& at(const records::PictureFigure& figure, const std::string& row,
                           const std::string& column) {
    for (const auto& picture : figure.pictures)
      if (picture.row == row && picture.column == column) return picture;
    ADD_FAILURE() << row << ", " << column;
    return figure.pictures.at(0);
  }

  test::TemporaryFolder folder;
  ExampleOptions options;
};

TEST_F(Examples, ThresholdFiguresHaveEveryPanelWithItsCounts) {
  options.slice = 2;
  const auto file = make({"thresholds", "corrupted_shapes"});
  EXPECT_EQ(file.figures.size(), 2u);
  const auto& images = file.figures.at("thresholds");
  EXPECT_EQ(images.pictures.size(), 5u * 6 * 2);
  EXPECT_EQ(images.pixel_mm, 1.36719);
  EXPECT_THAT(images.note, testing::HasSubstr("Case p001_ED, slice 2"));
  const auto& plain = at(images, "dropout: image", "p = 0");
  for (const auto* row : {"channel, hard: image", "spatial, soft: image"}) {
    EXPECT_EQ(at(images, row, "p = 0").values, plain.values);
    EXPECT_EQ(at(images, row, "p = 0").numbers.at("masked"), 0);
  }
  const auto& hard = at(images, "channel, hard: image", "p = 0.5");
  EXPECT_EQ(hard.numbers.at("masked"), 64);
  EXPECT_EQ(hard.numbers.at("of"), 128);
  EXPECT_EQ(hard.caption, "64 of 128");
  EXPECT_NE(hard.values, plain.values);
  EXPECT_NE(hard.values, at(images, "channel, soft: image", "p = 0.5").values);

  const auto& shapes = file.figures.at("corrupted_shapes");
  const auto& entropy = at(shapes, "spatial, hard: entropy", "p = 0.3");
  EXPECT_EQ(entropy.shade, records::Shade::Entropy);
  EXPECT_EQ(entropy.numbers.at("masked"), 4);  // floor(16 * 0.3)
  const auto [low, high] = std::ranges::minmax(entropy.values.values);
  EXPECT_GE(low, -1e-5);
  EXPECT_LE(high, 2);
  EXPECT_GT(high, 0);
  EXPECT_EQ(at(shapes, "dropout: shape", "p = 0").areas, at(shapes, "channel, hard: shape", "p = 0").areas);
}

TEST_F(Examples, HardExamplesAndAugmentationsShowTheInputScaledToItsRange) {
  const auto file = make({"hard_examples", "augmentations"});
  for (const auto* name : {"hard_examples", "augmentations"}) {
    const auto& input = at(file.figures.at(name), "image", "input");
    const auto [low, high] = std::ranges::minmax(input.values.values);
    EXPECT_NEAR(low, 0, 1e-6);
    EXPECT_NEAR(high, 1, 1e-6);
  }
  const auto& hard = file.figures.at("hard_examples");
  const auto &plain = at(hard, "image", "not masked"), &masked = at(hard, "image", "spatial-wise"),
             &change = at(hard, "change of image", "spatial-wise");
  for (size_t i = 0; i < plain.values.values.size(); i += 97)
    EXPECT_NEAR(change.values.values[i], masked.values.values[i] - plain.values.values[i], 1e-6);
  EXPECT_EQ(at(hard, "image", "channel-wise").numbers.at("masked"), 64);

  const auto& augmented = file.figures.at("augmentations");
  EXPECT_EQ(augmented.columns.front(), "input");
  EXPECT_EQ(augmented.columns.back(), "latent: spatial");
  const auto &input = at(augmented, "image", "input"), &noise = at(augmented, "image", "input noise"),
             &policy = at(augmented, "image", "training policy");
  double squares = 0;
  for (size_t i = 0; i < input.values.values.size(); ++i)
    squares += std::pow(noise.values.values[i] - input.values.values[i], 2);
  EXPECT_NEAR(std::sqrt(squares / double(input.values.values.size())), 0.05, 0.01);
  EXPECT_NE(policy.values, input.values);
  for (const auto* name : {"Rand MWM", "Rand Conv", "Adv Noise", "Adv Bias"}) {
    EXPECT_NE(at(augmented, "image", name).values, input.values) << name;
    EXPECT_FALSE(at(augmented, "change of image", name).values.values.empty()) << name;
  }
  // Made after the baselines: none of them moved the networks' statistics.
  EXPECT_EQ(at(augmented, "image", "latent: channel").values, at(hard, "image", "channel-wise").values);
}

TEST_F(Examples, MontageTakesTheWorstAndTheBestCase) {
  options.montage_cases = 3;  // of three cases there is one worst and one best
  const auto file = make({"montage"});
  const auto& montage = file.figures.at("montage");
  EXPECT_EQ(montage.columns, (std::vector<std::string>{"worst 1: p003_ED", "best 1: p002_ED"}));
  EXPECT_EQ(at(montage, "prediction", "worst 1: p003_ED").caption, "Dice 0.200");
  const auto& reference = at(montage, "reference", "best 1: p002_ED");
  EXPECT_EQ(std::ranges::count_if(reference.outlines.values, [](auto v) { return v != 0; }), 36);
  EXPECT_GT(file.network.stages.size(), 20u);
  EXPECT_EQ(file.about.at("experiment"), "small");
  EXPECT_EQ(file.about.at("run"), "run");  // as its folder is called, whatever its settings hash to today
}

TEST_F(Examples, BadInputIsOneClearMessage) {
  const std::vector<std::string> any = {"hard_examples"};
  options.of = "p009";
  test::expect_error([&] { make(any); }, "holds no labelled case of p009 at frame ED; its cases: coarse_ES");
  options.of = "coarse_ES";
  test::expect_error([&] { make(any); }, "pixels of 2 x 2 mm; the networks take 1.36719 mm");
  options.of = "p004_ES";
  test::expect_error([&] { make(any); }, "no labelled slice");
  options.of = "p002", options.slice = 5;
  test::expect_error([&] { make(any); }, "case p002_ED has slices 0 to 4, no slice 5");
  options.slice = 0;
  test::expect_error([&] { make(any); }, "slice 0 of case p002_ED has no label; labelled are 1 to 4");
  options.slice.reset();
  score("run", std::string(64, 'b'));
  test::expect_error([&] { make({"montage"}); }, "are of another file than");
  std::filesystem::remove(folder / "run/result.h5");
  test::expect_error([&] { make({"montage"}); }, "has no result.h5");
  std::filesystem::remove(folder / "run/checkpoints/best.h5");
  test::expect_error([&] { make(any); }, "has no checkpoints/best.h5 yet");
}

TEST(ExtremeCases, OneScoredCaseIsNotEnough) {
  const std::vector<records::ScoreRow> rows = {{"d", "a", "", "", "FTN+STN", "LV", "dice", 0.5},
                                               {"d", "b", "", "", "FTN", "LV", "dice", 0.5},
                                               {"e", "c", "", "", "FTN+STN", "LV", "dice", 0.5}};
  test::expect_error([&] { extreme_cases(rows, "d", 1); }, "1 cases of d have a Dice score");
}

}  // namespace
}  // namespace tandem::experiment
