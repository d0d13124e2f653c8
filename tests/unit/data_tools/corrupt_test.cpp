#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "base/random.h"
#include "data/case_file.h"
#include "data_tools/corrupt_command.h"
#include "equations/severity.h"
#include "support/expect_error.h"
#include "support/run_command.h"
#include "support/temporary_folder.h"

namespace tandem::data_tools {
namespace {

data::Case small_case(const std::string& patient, const std::string& frame) {
  data::Case c;
  c.id = patient + "_" + frame;
  c.patient = patient;
  c.frame = frame;
  c.spacing_mm = {10, 1.36719, 1.36719};
  c.image = Volume<float>(2, 60, 51);
  c.label.emplace(2, 60, 51);
  RandomStream random({.seed = 5, .sample = hash_name(c.id.data(), c.id.size())});
  for (float& v : c.image.values) v = float(random.uniform());
  for (auto& l : c.label->values) l = std::uint8_t(random.integer(0, 3));
  return c;
}

class Corrupt : public ::testing::Test {
 protected:
  void SetUp() override { write_source({"patient007", "patient008", "patient107"}); }

  void write_source(const std::vector<std::string>& patients) {
    data::CaseFileWriter writer(source, {"acdc", "as imported", "test", "test"});
    for (const auto& patient : patients)
      for (const char* frame : {"ED", "ES"}) writer.add(small_case(patient, frame));
    writer.commit();
  }
  void corrupt(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), source.string());
    test::run_command(corrupt_command(), arguments);
  }
  std::string message(const std::vector<std::string>& arguments) const {
    return test::error_of([&] { corrupt(arguments); });
  }
  std::string at(const std::string& name) const { return (folder / name).string(); }

  test::TemporaryFolder folder;
  std::filesystem::path source = folder / "acdc.h5";
};

TEST_F(Corrupt, MakesCopiesWithLabelsAndParameters) {
  corrupt({"--kind", "spike", "--copies", "2", "--patients", "007,8", "--frames", "ES", "--out", at("s.h5")});
  const data::CaseFile file(at("s.h5"));
  EXPECT_EQ(file.info().domain, "acdc-c_spike");
  EXPECT_EQ(file.ids(), (std::vector<std::string>{"patient007_ES_c0", "patient007_ES_c1", "patient008_ES_c0",
                                                  "patient008_ES_c1"}));
  const auto clean = small_case("patient007", "ES");
  std::set<std::string> parameters;
  for (const char* id : {"patient007_ES_c0", "patient007_ES_c1"}) {
    const auto c = file.read(id);
    EXPECT_EQ(c.label, clean.label);
    EXPECT_EQ(c.patient, "patient007");
    EXPECT_EQ(c.corruption, "spike");
    EXPECT_EQ(c.image.shape(), clean.image.shape());
    EXPECT_NE(c.image, clean.image);
    parameters.insert(c.corruption_parameters);
  }
  EXPECT_EQ(parameters.size(), 2) << "copies must differ";
}

TEST_F(Corrupt, ReplayGivesTheSameBits) {
  corrupt({"--kind", "all", "--copies", "2", "--seed", "9", "--out", at("sets")});
  for (const char* kind : {"bias", "ghosting", "motion", "spike"}) {
    SCOPED_TRACE(kind);
    const auto made = at("sets") + "/acdc-c_" + kind + ".h5";
    corrupt({"--replay", made, "--out", at("again.h5"), "--force"});
    const data::CaseFile first(made), second(at("again.h5"));
    EXPECT_EQ(second.info().domain, first.info().domain);
    ASSERT_EQ(first.ids(), second.ids());
    ASSERT_EQ(first.ids().size(), 12);
    for (const auto& id : first.ids()) {
      const auto a = first.read(id), b = second.read(id);
      ASSERT_EQ(a.image, b.image) << id;
      ASSERT_EQ(a.label, b.label) << id;
      ASSERT_EQ(a.corruption_parameters, b.corruption_parameters) << id;
    }
  }
}

TEST_F(Corrupt, ACopyDoesNotDependOnWhatElseIsMade) {
  corrupt({"--kind", "all", "--copies", "3", "--out", at("sets")});
  corrupt({"--kind", "motion", "--copies", "1", "--patients", "patient107", "--out", at("one.h5")});
  const data::CaseFile all(at("sets/acdc-c_motion.h5")), one(at("one.h5"));
  ASSERT_EQ(one.ids().size(), 2);
  for (const auto& id : one.ids()) EXPECT_EQ(one.read(id).image, all.read(id).image);
  corrupt({"--kind", "motion", "--copies", "1", "--patients", "patient107", "--seed", "2", "--out",
           at("two.h5")});
  EXPECT_NE(one.read(one.ids()[0]).image, data::CaseFile(at("two.h5")).read(one.ids()[0]).image);
}

TEST_F(Corrupt, SplitFileChoosesItsTestPatients) {
  std::ofstream(at("split.toml")) << "[split]\nname = \"mine\"\ntest = [\"008\"]\n";
  corrupt({"--kind", "bias", "--copies", "1", "--split", at("split.toml"), "--out", at("b.h5")});
  EXPECT_EQ(data::CaseFile(at("b.h5")).ids(),
            (std::vector<std::string>{"patient008_ED_c0", "patient008_ES_c0"}));
  std::ofstream(at("empty.toml")) << "[split]\ntraining = [\"008\"]\n";
  EXPECT_NE(message({"--kind", "bias", "--split", at("empty.toml"), "--out", at("c.h5")})
                .find("names no test patients"),
            std::string::npos);
}

TEST_F(Corrupt, LevelsOfSeverityAreFilesThatReplay) {
  corrupt({"--kind", "all", "--severity", "1,4", "--copies", "2", "--frames", "ED", "--out", at("levels")});
  for (const auto& kind : equations::severity_kinds())
    for (const char* level : {"1", "4"}) {
      SCOPED_TRACE(kind + level);
      const auto made = at("levels") + "/acdc-c_" + kind + "_s" + level + ".h5";
      const data::CaseFile file(made);
      EXPECT_EQ(file.info().domain, "acdc-c_" + kind + "_s" + level);
      EXPECT_EQ(file.ids().size(), equations::is_fixed_by_level(kind) ? 3 : 6);
      corrupt({"--replay", made, "--out", at("again.h5"), "--force"});
      const data::CaseFile again(at("again.h5"));
      for (const auto& id : file.ids()) {
        const auto c = file.read(id);
        EXPECT_EQ(c.image, again.read(id).image) << id;
        EXPECT_EQ(c.label, again.read(id).label) << id;
        EXPECT_EQ(c.label == small_case(c.patient, c.frame).label, kind != "pose");
        EXPECT_NE(c.corruption_parameters.find(fmt::format("\"severity\": {}", level)), std::string::npos);
      }
    }
}

TEST_F(Corrupt, ALevelDoesNotDependOnWhatElseIsMade) {
  corrupt({"--kind", "rician", "--severity", "all", "--out", at("levels")});
  corrupt(
      {"--kind", "rician", "--severity", "3", "--copies", "1", "--patients", "008", "--out", at("one.h5")});
  const data::CaseFile all(at("levels/acdc-c_rician_s3.h5")), one(at("one.h5"));
  for (const auto& id : one.ids()) EXPECT_EQ(one.read(id).image, all.read(id).image);
}

TEST_F(Corrupt, RefusesFaultyInputAndWritesNothing) {
  const std::vector<std::string> out = {"--out", at("x.h5")};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), out.begin(), out.end());
    return message(arguments);
  };
  EXPECT_NE(with({}).find("--kind"), std::string::npos);
  EXPECT_NE(with({"--kind", "ghosts"}).find("kinds: bias"), std::string::npos);
  EXPECT_NE(with({"--kind", "all"}).find("folder"), std::string::npos);
  EXPECT_NE(with({"--kind", "bias", "--severity", "1,2"}).find("2 files: --out must name a folder"),
            std::string::npos);
  for (const char* level : {"0", "6", "x", "1,,2"})
    EXPECT_NE(with({"--kind", "bias", "--severity", level}).find("levels are 1 to 5"), std::string::npos)
        << level;
  EXPECT_NE(with({"--kind", "blur"}).find("needs --severity"), std::string::npos);
  EXPECT_NE(with({"--kind", "bias", "--patients", "099"}).find("none of its 6 cases"), std::string::npos);
  EXPECT_NE(with({"--kind", "bias", "--frames", "EX"}).find("ED and ES"), std::string::npos);
  EXPECT_NE(with({"--kind", "bias", "--copies", "0"}).find("--copies 0"), std::string::npos);
  EXPECT_NE(with({"--replay", source.string()}).find("not a corrupted copy"), std::string::npos);
  EXPECT_NE(with({"--replay", source.string(), "--kind", "bias"}).find("leave out --kind"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.h5"));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, std::set<std::string>{"acdc.h5"}) << "no leftovers";

  corrupt({"--kind", "bias", "--copies", "1", "--out", at("x.h5")});
  EXPECT_NE(with({"--kind", "bias"}).find("--force"), std::string::npos);
  source = folder / "x.h5";
  EXPECT_NE(message({"--kind", "bias", "--out", at("y.h5")}).find("corrupted copy (bias) already"),
            std::string::npos);
}

TEST_F(Corrupt, NamesTheCaseWithAValueThatIsNotFinite) {
  auto broken = small_case("patient001", "ED");
  broken.image.at(1, 2, 3) = std::numeric_limits<float>::quiet_NaN();
  {
    data::CaseFileWriter writer(source, {"acdc", "", "", ""});
    writer.add(broken);
    writer.commit();
  }
  EXPECT_NE(
      message({"--kind", "bias", "--out", at("x.h5")}).find("patient001_ED holds values that are not finite"),
      std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.h5"));
}

}  // namespace
}  // namespace tandem::data_tools
