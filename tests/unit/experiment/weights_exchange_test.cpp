#include "experiment/weights_exchange.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "experiment/train_run.h"
#include "experiment/weight_tensors.h"
#include "interchange/pth.h"
#include "interchange/safetensors.h"
#include "model/initialization.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "training/checkpoint.h"

namespace tandem::experiment {
namespace {

namespace fs = std::filesystem;
using interchange::NamedTensor;

const std::vector<std::string> kBiases = {"image_encoder/code_decoupler.0.bias",
                                          "image_encoder/code_decoupler.3.bias"};

class Exchange : public ::testing::Test {
 protected:
  /// A run with weights that nobody trained.
  RunFolder make_run(const ExperimentConfig& config) const {
    const auto run = RunFolder::create(config);
    model::Networks net(config.model);
    model::initialise(net, 7);
    net.general_encoder.inc1.num_batches_tracked.fill_(123456789012345);
    if (config.training.dtype == training::DType::Float64) net.to(at::kCPU, at::kDouble);
    training::save_weights(run.best(), net, config.dump());
    return run;
  }
  ExperimentConfig config(const std::string& name) const {
    ExperimentConfig out;
    out.name = name;
    out.run.folder = folder / "runs";
    return out;
  }
  static std::vector<NamedTensor> weights_of(const RunFolder& run) {
    const auto alone = comm::make_self_communicator();
    auto net = load_networks({*alone}, run, run.read_config(), "cpu");
    return tensors_of(net);
  }
  std::string import_error(const fs::path& source, const ExperimentConfig& as) const {
    return test::error_of([&] { import_weights(source, read_foreign_weights(source), as, false); });
  }

  test::TemporaryFolder folder;
};

TEST_F(Exchange, BothFormatsBringTheSameBitsBack) {
  for (const auto dtype : {training::DType::Float32, training::DType::Float64}) {
    auto mine = config("mine"), theirs = config("theirs");
    mine.training.dtype = theirs.training.dtype = dtype;
    const auto run = make_run(mine);
    for (const auto format : {WeightFormat::Safetensors, WeightFormat::Pth}) {
      const auto out = folder / (format == WeightFormat::Pth ? "five" : "one.safetensors");
      export_weights(run, format, out, true);
      const auto again = import_weights(out, read_foreign_weights(out), theirs, true);
      EXPECT_EQ(weights_of(again), weights_of(run));
    }
  }
}

TEST_F(Exchange, NamesAreThoseOfThePublishedFiles) {
  const auto run = make_run(config("mine"));
  export_weights(run, WeightFormat::Pth, folder / "five", false);
  // method.md 1.7: tensors of each file.
  for (const auto& [module, count] : std::map<std::string, size_t>{{"image_encoder", 107},
                                                                   {"segmentation_decoder", 66},
                                                                   {"image_decoder", 74},
                                                                   {"shape_encoder", 93},
                                                                   {"shape_decoder", 66}})
    EXPECT_EQ(interchange::read_pth(folder / "five" / (module + ".pth")).tensors.size(), count) << module;
  const auto decoder = interchange::read_pth(folder / "five" / "image_decoder.pth").tensors;
  EXPECT_EQ(decoder[0].name, "up1.up.weight");
  EXPECT_EQ(decoder[0].shape, (std::vector<std::int64_t>{128, 128, 2, 2}));

  export_weights(run, WeightFormat::Safetensors, folder / "one.safetensors", false);
  const auto one = interchange::read_safetensors(folder / "one.safetensors");
  EXPECT_EQ(one.tensors[0].name, "image_encoder.general_encoder.inc.0.weight");
  EXPECT_EQ(one.metadata.at("config"), run.read_config().dump());
}

TEST_F(Exchange, AnImportedRunIsComplete) {
  const auto run = make_run(config("mine"));
  export_weights(run, WeightFormat::Pth, folder / "five", false);
  const auto again =
      import_weights(folder / "five", read_foreign_weights(folder / "five"), config("published"), false);
  const auto result = records::read_result(again.result());
  EXPECT_EQ(result.experiment, "published");
  EXPECT_EQ(result.state, "complete");
  EXPECT_THAT(result.environment, testing::HasSubstr("imported_from = \"five\""));
  EXPECT_THAT(result.environment, testing::ContainsRegex("imported_sha256 = \"[0-9a-f]{64},"));
  EXPECT_THAT(import_error(folder / "five", config("published")), testing::HasSubstr("--name"));
}

TEST_F(Exchange, WeightsWithoutDecouplerBiasesNameTheSettingThatFits) {
  auto bare = config("bare");
  bare.model.decoupler_bias = false;
  const auto run = make_run(bare);
  export_weights(run, WeightFormat::Pth, folder / "five", false);
  auto full = config("full");
  const auto message = import_error(folder / "five", full);
  EXPECT_THAT(message, testing::HasSubstr("missing: " + kBiases[0] + ", " + kBiases[1] + ". These"));
  EXPECT_THAT(message, testing::HasSubstr("--set model.decoupler_bias=false"));
  EXPECT_FALSE(fs::exists(RunFolder::of(full).path())) << "nothing half made";
  full.model.decoupler_bias = false;
  EXPECT_EQ(weights_of(import_weights(folder / "five", read_foreign_weights(folder / "five"), full, false)),
            weights_of(run));

  export_weights(make_run(config("mine")), WeightFormat::Pth, folder / "five", true);
  auto other = config("other");
  other.model.decoupler_bias = false;
  EXPECT_THAT(import_error(folder / "five", other),
              testing::AllOf(testing::HasSubstr("left over: " + kBiases[0]),
                             testing::HasSubstr("--set model.decoupler_bias=true")));
}

TEST_F(Exchange, MisfitsAreNamed) {
  export_weights(make_run(config("mine")), WeightFormat::Safetensors, folder / "one.safetensors", false);
  const auto weights = read_foreign_weights(folder / "one.safetensors");
  EXPECT_FALSE(weights.config.empty());
  const auto message = [&](const std::function<void(ForeignWeights&)>& spoil) {
    auto spoilt = weights;
    spoil(spoilt);
    return test::error_of([&] { import_weights("some file", spoilt, config("other"), false); });
  };
  EXPECT_THAT(message([](auto& w) { w.tensors.resize(3); }),
              testing::HasSubstr("missing: image_encoder/general_encoder.inc.1.bias"));
  EXPECT_THAT(message([](auto& w) { w.tensors.erase(w.tensors.begin() + 9, w.tensors.end()); }),
              testing::HasSubstr(" more. No setting of [model] makes such networks"));
  EXPECT_THAT(message([](auto& w) {
                w.tensors[0].shape = {16, 1, 9, 1};
              }),
              testing::HasSubstr("general_encoder.inc.0.weight [16, 1, 9, 1] instead of [16, 1, 3, 3]"));
  EXPECT_THAT(message([](auto& w) { w.tensors.push_back(w.tensors[0]); }),
              testing::HasSubstr("is there twice"));
  EXPECT_THAT(message([](auto& w) { std::fill_n(w.tensors[0].bytes.begin(), 4, '\xff'); }),
              testing::HasSubstr("not finite"));
  EXPECT_FALSE(fs::exists(RunFolder::of(config("other")).path()));
}

TEST_F(Exchange, TheAuthorsSnapshotOfAnInterruptedTrainingIsTaken) {
  const auto run = make_run(config("mine"));
  // Written flat with "/" in its names, which reads like the nested dictionaries of the snapshot.
  auto tensors = weights_of(run);
  for (auto& t : tensors) t.name = "model_state/" + t.name;
  tensors.push_back({"optimizer_state/image_encoder/state/0/exp_avg", interchange::DType::F32, {1}, "abcd"});
  interchange::write_pth(folder / "FCN_16_standard.pkl", tensors);
  EXPECT_EQ(read_foreign_weights(folder / "FCN_16_standard.pkl").tensors, weights_of(run));
}

TEST_F(Exchange, FaultySourcesAreExplained) {
  const auto run = make_run(config("mine"));
  export_weights(run, WeightFormat::Pth, folder / "five", false);
  test::expect_error([&] { export_weights(run, WeightFormat::Pth, folder / "five", false); }, "--force");
  test::expect_error([&] { read_foreign_weights(folder / "five" / "image_encoder.pth"); },
                     "give the folder with");
  fs::remove(folder / "five" / "image_encoder.pth");
  test::expect_error([&] { read_foreign_weights(folder / "five"); }, "lacks image_encoder.pth");
  test::expect_error([&] { read_foreign_weights(folder / "nothing"); }, "does not exist");
  test::expect_error([&] { export_weights(run, WeightFormat::Safetensors, folder / "five", false); },
                     "is a folder");
}

}  // namespace
}  // namespace tandem::experiment
