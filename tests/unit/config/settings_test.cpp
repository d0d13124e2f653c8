#include "config/settings.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::config {
namespace {

using test::error_of;

enum class Mode { Standard, Cooperative };

struct Example {
  bool augment = true;
  std::int64_t epochs = 600;
  double learning_rate = 1e-4;
  std::string name = "plain";
  std::vector<std::string> files = {"a.h5"};
  std::vector<double> weights = {0.25, 1};
  Mode mode = Mode::Standard;

  void describe(Visitor& v) {
    v.field({"augment", "augment the images"}, augment);
    v.field({"epochs", "passes over the data", at_least(1)}, epochs);
    v.field({"learning_rate", "step size of Adam", above(0)}, learning_rate);
    v.field({"name", "the run's name"}, name);
    v.field({"files", "data sets"}, files);
    v.field({"weights", "loss weights", between(0, 1)}, weights);
    v.choice("mode", mode, {{"standard", Mode::Standard}, {"cooperative", Mode::Cooperative}},
             "how to train");
  }
};

Example read(Settings& settings) {
  Example example;
  settings.read("training", example);
  settings.check_all_read();
  return example;
}

Example read(const std::string& toml) {
  auto settings = Settings::from_text(toml, "my.toml");
  return read(settings);
}

TEST(Settings, OtherFilesAreLaidOverInOrderAndNameNothing) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "e.toml", "[training]\nepochs = 3\nname = 'kept'\n");
  write_text_file(folder / "size.toml", "[training]\nepochs = 5\naugment = false\n");
  write_text_file(folder / "again.toml", "[training]\nepochs = 7\n");
  write_text_file(folder / "named.toml", "name = 'other'\n");
  auto settings = Settings::from_file(folder / "e.toml");
  settings.lay_over(folder / "size.toml");
  settings.lay_over(folder / "again.toml");
  EXPECT_TRUE(settings.origin("training.epochs").ends_with("again.toml:2:10"));
  const auto e = read(settings);
  EXPECT_EQ(e.epochs, 7);
  EXPECT_EQ(e.name, "kept");
  EXPECT_FALSE(e.augment);
  EXPECT_NE(error_of([&] { settings.lay_over(folder / "named.toml"); }).find("cannot have a 'name'"),
            std::string::npos);
}

TEST(Settings, ReadsEveryTypeAndKeepsDefaultsOfAbsentKeys) {
  const auto e = read(
      "[training]\naugment = false\nepochs = 3\nlearning_rate = 1\nname = 'x'\nfiles = ['b', 'c']\n"
      "weights = [0, 0.5]\nmode = 'cooperative'\n");
  EXPECT_FALSE(e.augment);
  EXPECT_EQ(e.epochs, 3);
  EXPECT_EQ(e.learning_rate, 1.0);
  EXPECT_EQ(e.name, "x");
  EXPECT_EQ(e.files, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(e.weights, (std::vector<double>{0, 0.5}));
  EXPECT_EQ(e.mode, Mode::Cooperative);
  EXPECT_EQ(read("").epochs, 600);
}

TEST(Settings, ASingleValueStandsForAListOfOne) {
  const auto e = read("training.files = 'one.h5'\ntraining.weights = 0.5");
  EXPECT_EQ(e.files, (std::vector<std::string>{"one.h5"}));
  EXPECT_EQ(e.weights, (std::vector<double>{0.5}));
}

TEST(Settings, UnknownKeyNamesPlaceAndNearestKey) {
  EXPECT_EQ(error_of([] { read("[training]\nepochs = 3\n  learning_rte = 1e-3\n"); }),
            "unknown key 'training.learning_rte' (did you mean 'training.learning_rate'?)\n  my.toml:3:3");
  EXPECT_EQ(error_of([] { read("[zzzzzzzzzzzz]\nqqqqqqq = 1"); }),
            "unknown key 'zzzzzzzzzzzz.qqqqqqq'\n  my.toml:2:1");
  EXPECT_EQ(error_of([] { read("[trainin]\nepochs = 3"); }),
            "unknown key 'trainin.epochs' (did you mean 'training.epochs'?)\n  my.toml:2:1");
  EXPECT_EQ(
      error_of([] { read("training.lr = 1"); }),
      "unknown key 'training.lr'; the keys of its section are augment, epochs, files, learning_rate, mode, "
      "name, weights\n  my.toml:1:10");
}

TEST(Settings, WrongTypeNamesKeyTypeAndPlace) {
  EXPECT_EQ(error_of([] { read("[training]\nepochs = 'many'"); }),
            "'training.epochs' must be a whole number, not 'many'\n  my.toml:2:10");
  EXPECT_EQ(error_of([] { read("[training]\nepochs = 3.5"); }),
            "'training.epochs' must be a whole number, not 3.5\n  my.toml:2:10");
  EXPECT_EQ(error_of([] { read("training.augment = 1"); }),
            "'training.augment' must be true or false, not 1\n  my.toml:1:20");
  EXPECT_EQ(error_of([] { read("training.learning_rate = true"); }),
            "'training.learning_rate' must be a number, not true\n  my.toml:1:26");
  EXPECT_EQ(error_of([] { read("training.name = 7"); }),
            "'training.name' must be text, not 7\n  my.toml:1:17");
  EXPECT_EQ(error_of([] { read("training.files = ['a', 7]"); }),
            "'training.files' must be a list of texts, not [ 'a', 7 ]\n  my.toml:1:18");
  EXPECT_EQ(error_of([] { read("training.weights = ['a']"); }),
            "'training.weights' must be a list of numbers, not [ 'a' ]\n  my.toml:1:20");
  EXPECT_EQ(error_of([] { read("training.weights = [true]"); }),
            "'training.weights' must be a list of numbers, not [ true ]\n  my.toml:1:20");
}

TEST(Settings, OutOfRangeNamesValueAndAllowedRange) {
  EXPECT_EQ(error_of([] { read("training.epochs = 0"); }),
            "'training.epochs' = 0 is out of range, allowed: at least 1\n  my.toml:1:19");
  EXPECT_EQ(error_of([] { read("training.learning_rate = 0.0"); }),
            "'training.learning_rate' = 0 is out of range, allowed: above 0\n  my.toml:1:26");
  EXPECT_EQ(error_of([] { read("training.weights = [0.5, 1.5]"); }),
            "'training.weights' = 1.5 is out of range, allowed: from 0 to 1\n  my.toml:1:20");
  for (const char* value : {"nan", "inf"})
    EXPECT_NE(error_of([&] { read(std::string("training.learning_rate = ") + value); }).find("out of range"),
              std::string::npos);
}

TEST(Settings, UnknownWordListsTheWords) {
  EXPECT_EQ(
      error_of([] { read("training.mode = 'cooperativ'"); }),
      "'training.mode' = 'cooperativ' is not one of standard, cooperative (did you mean 'cooperative'?)\n"
      "  my.toml:1:17");
}

TEST(Settings, SyntaxErrorsCarryThePlace) {
  const auto message = error_of([] { read("[training]\nepochs = = 3"); });
  EXPECT_NE(message.find("my.toml:2:"), std::string::npos) << message;
  const auto twice = error_of([] { read("[training]\nepochs = 1\nepochs = 2"); });
  EXPECT_NE(twice.find("my.toml:3:"), std::string::npos) << twice;
}

TEST(Settings, SetWinsOverFileAndFileOverItsBases) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "presets/root.toml",
                  "[training]\nepochs = 1\nname = 'root'\naugment = false\nmode = 'cooperative'");
  write_text_file(folder / "presets/middle.toml",
                  "base = 'root.toml'\n[training]\nepochs = 2\nname = 'middle'");
  write_text_file(folder / "mine.toml", "base = 'presets/middle.toml'\n[training]\nepochs = 3");
  auto settings = Settings::from_file(folder / "mine.toml");
  settings.override_with("training.mode=standard");
  const auto e = read(settings);
  EXPECT_EQ(e.epochs, 3);
  EXPECT_EQ(e.name, "middle");
  EXPECT_FALSE(e.augment);
  EXPECT_EQ(e.mode, Mode::Standard);
  EXPECT_EQ(settings.origin("training.epochs"), (folder / "mine.toml").string() + ":3:10");
  EXPECT_EQ(settings.origin("training.name"), (folder / "presets/middle.toml").string() + ":4:8");
  EXPECT_EQ(settings.origin("training.mode"), "--set");
  EXPECT_EQ(settings.origin("training.weights"), "default");
}

TEST(Settings, ACircleOfBasesIsAnError) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "a.toml", "base = 'b.toml'");
  write_text_file(folder / "b.toml", "base = 'a.toml'");
  EXPECT_NE(error_of([&] { Settings::from_file(folder / "a.toml"); }).find("circle"), std::string::npos);
}

TEST(Settings, AMissingBaseNamesTheFile) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "a.toml", "base = 'none.toml'");
  EXPECT_NE(error_of([&] { Settings::from_file(folder / "a.toml"); }).find("none.toml"), std::string::npos);
}

TEST(Settings, SetTakesTomlValuesAndBareWords) {
  auto settings = Settings::from_text("", "my.toml");
  for (const char* assignment : {"training.learning_rate=1e-3", "training.augment=false", "training.epochs=7",
                                 "training.name=results/run 1.h5", "training.weights=[0.1, 0.2]"})
    settings.override_with(assignment);
  const auto e = read(settings);
  EXPECT_EQ(e.learning_rate, 1e-3);
  EXPECT_FALSE(e.augment);
  EXPECT_EQ(e.epochs, 7);
  EXPECT_EQ(e.name, "results/run 1.h5");
  EXPECT_EQ(e.weights, (std::vector<double>{0.1, 0.2}));
}

TEST(Settings, FaultsInSetSaySo) {
  auto settings = Settings::from_text("", "my.toml");
  EXPECT_EQ(error_of([&] { settings.override_with("training.epochs"); }),
            "--set training.epochs: expected key=value");
  EXPECT_EQ(
      error_of([&] { settings.override_with("training.files=[a.h5]"); }),
      "--set training.files=[a.h5]: '[a.h5]' is not TOML; the shell may have taken its quotes. Write --set "
      "'training.files=[\"a\", \"b\"]'");
  settings.override_with("training.epochs=-1");
  EXPECT_EQ(error_of([&] { read(settings); }),
            "'training.epochs' = -1 is out of range, allowed: at least 1\n  --set");
  auto unknown = Settings::from_text("", "my.toml");
  unknown.override_with("training.epoch=3");
  EXPECT_EQ(error_of([&] { read(unknown); }),
            "unknown key 'training.epoch' (did you mean 'training.epochs'?)\n  --set");
}

TEST(Settings, TopLevelText) {
  auto settings = Settings::from_text("experiment = 'proposed'", "my.toml");
  EXPECT_EQ(settings.text("experiment", "none"), "proposed");
  EXPECT_EQ(settings.text("other", "none"), "none");
  settings.check_all_read();
  auto number = Settings::from_text("experiment = 3", "my.toml");
  EXPECT_EQ(error_of([&] { number.text("experiment", ""); }),
            "'experiment' must be text, not 3\n  my.toml:1:14");
}

TEST(Dump, ReadsBackToTheSame) {
  Example e;
  e.augment = false, e.epochs = 1234567890123, e.learning_rate = 0.1 + 0.2, e.name = "a \"b\"\n\\µ\x7f";
  e.files = {}, e.weights = {1, 1.0 / 3}, e.mode = Mode::Cooperative;
  const std::string text = dump_section("training", e);
  const auto back = read(text);
  EXPECT_EQ(back.augment, e.augment);
  EXPECT_EQ(back.epochs, e.epochs);
  EXPECT_EQ(back.learning_rate, e.learning_rate);
  EXPECT_EQ(back.name, e.name);
  EXPECT_EQ(back.files, e.files);
  EXPECT_EQ(back.weights, e.weights);
  EXPECT_EQ(back.mode, e.mode);
  EXPECT_EQ(dump_section("training", back), text);
}

TEST(Help, ListsEveryKeyWithDefaultAndLimits) {
  const std::string text = help_section<Example>("training");
  for (const char* part :
       {"training.augment", "default true", "training.epochs", "default 600", "at least 1", "default 0.0001",
        "above 0", "default \"plain\"", "default [\"a.h5\"]", "from 0 to 1", "default [0.25, 1.0]",
        "standard | cooperative", "default \"standard\"", "step size of Adam"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
}

}  // namespace
}  // namespace tandem::config
