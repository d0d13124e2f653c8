// Every file under experiments/ and sweeps/ can be read, at every size, and the tables find their rows.
#include <gmock/gmock.h>

#include "config/toml_fields.h"
#include "data/split.h"
#include "experiment/experiment_config.h"
#include "support/temporary_folder.h"
#include "sweep/plan.h"

namespace tandem::experiment {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::string>;

const fs::path kSource = TANDEM_SOURCE_DIR;

Files toml_files(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_in(const std::string& file, const std::string& folder) {
  return fs::path(file).parent_path().filename() == folder;
}

sweep::Plan plan(const std::string& file) {
  const test::TemporaryFolder folder;
  return sweep::plan_sweep(file, folder / "sweep", [](const fs::path& experiment, const Files& assignments) {
    const auto config = ExperimentConfig::from_file(experiment, assignments);
    EXPECT_FALSE(config.evaluation.data.empty()) << config.name << " would have no scores";
    return sweep::ResolvedTrial{config.id(), config.name, config.dump(), config.training.seed};
  });
}

std::set<std::string> names_of(const sweep::Plan& plan) {
  std::set<std::string> names;
  for (const auto& trial : plan.trials) names.insert(trial.name);
  return names;
}

std::set<std::string> rows_of_table(const std::string& name) {
  auto fields = config::TomlFields::from_file(kSource / "results/tables" / name);
  std::set<std::string> rows;
  for (auto& row : fields.tables("row")) rows.insert(row.text("experiment"));
  return rows;
}

TEST(ExperimentFiles, AreReadAtTheirOwnAndEveryOtherSize) {
  const auto sizes = toml_files("experiments/sizes");
  ASSERT_EQ(sizes.size(), 2);
  int read = 0;
  for (const auto& file : toml_files("experiments")) {
    if (is_in(file, "splits") || is_in(file, "sizes")) continue;
    SCOPED_TRACE(file);
    const auto own = ExperimentConfig::from_file(file, {});
    for (const auto& size : sizes) {
      const auto resized = ExperimentConfig::from_file(file, {}, {size});
      EXPECT_EQ(resized.name, own.name);
      EXPECT_LT(resized.training.batch_size * resized.augmentation.crop, 20 * 192);
    }
    ++read;
  }
  EXPECT_GE(read, 17);
}

TEST(ExperimentFiles, OfSplitsTestSomethingAndTrainAndValidateTogether) {
  for (const auto& file : toml_files("experiments/splits")) {
    const auto split = data::read_split(file);
    EXPECT_FALSE(split.test.empty()) << file;
    EXPECT_EQ(split.training.empty(), split.validation.empty())
        << file;  // both are in a list of test patients
  }
}

TEST(SweepFiles, ArePlanned) {
  for (const auto& file : toml_files("sweeps")) {
    SCOPED_TRACE(file);
    EXPECT_GE(plan(file).trials.size(), 6);
  }
}

TEST(SweepFiles, OfTheTablesHoldTheRowsThatTheTablesShow) {
  const auto first = names_of(plan((kSource / "sweeps/table1.toml").string())),
             second = names_of(plan((kSource / "sweeps/table2.toml").string()));
  EXPECT_EQ(first, rows_of_table("table1.toml"));
  EXPECT_EQ(second, rows_of_table("table2.toml"));
  auto both = first;
  both.insert(second.begin(), second.end());
  for (const char* file : {"sweeps/tables_scaled.toml", "sweeps/tables_smoke.toml"}) {
    const auto all = plan((kSource / file).string());
    EXPECT_EQ(names_of(all), both) << file;
    EXPECT_EQ(all.trials.size(), 11) << file;  // 12 rows; the proposed method stands in both tables
    EXPECT_EQ(all.collapsed, 1) << file;
  }
}

TEST(ExperimentFiles, DifferFromTheirBaseInWhatTheySay) {
  const auto of = [](const char* file) {
    return ExperimentConfig::from_file(kSource / "experiments" / file, {});
  };
  using augment::ImageMethod;
  for (const auto& [file, method] : {std::pair{"table1/rand_mwm.toml", ImageMethod::MultiWindow},
                                     std::pair{"table1/rand_conv.toml", ImageMethod::RandomConvolution},
                                     std::pair{"table1/adv_noise.toml", ImageMethod::AdversarialNoise},
                                     std::pair{"table1/adv_bias.toml", ImageMethod::AdversarialBias},
                                     std::pair{"table1/standard.toml", ImageMethod::None}}) {
    EXPECT_EQ(of(file).image.da.method, method) << file;
    EXPECT_FALSE(of(file).latent.latent_DA) << file;
  }
  EXPECT_TRUE(of("table2/separate.toml").loss.separate_training);
  EXPECT_FALSE(of("table2/separate.toml").latent.latent_DA);
  EXPECT_EQ(of("table2/share_code_a.toml").model.network_type, model::NetworkType::WithoutFilter);
  EXPECT_EQ(of("table2/share_code_b.toml").model.network_type, model::NetworkType::ShareCode);
  EXPECT_EQ(of("table2/dropout_only.toml").latent.shape_mask_type, augment::MaskType::Dropout);
}

TEST(ExperimentId, IsOfWhatDecidesTheResult) {
  const auto id = [](const Files& assignments) {
    return ExperimentConfig::from_file(kSource / "experiments/table1/standard.toml", assignments).id();
  };
  EXPECT_EQ(id({"training.cuda_graphs=true"}), id({}));
  EXPECT_EQ(id({"training.device=cpu"}), id({}));
  EXPECT_NE(id({"training.tf32=true"}), id({}));
  EXPECT_NE(id({"training.dtype=bfloat16"}), id({}));
}

}  // namespace
}  // namespace tandem::experiment
