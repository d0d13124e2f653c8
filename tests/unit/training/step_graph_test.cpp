// Recorded steps without a GPU: the stand-in repeats the recorded call with the recording's own tensors and
// the host's numbers of the step that was recorded, so that whatever is drawn anew and is no tensor shows.
#include "training/step_graph.h"

#include <ATen/ATen.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "model/initialization.h"
#include "support/expect_error.h"
#include "support/small_cases.h"
#include "support/temporary_folder.h"
#include "training/cuda_graph.h"
#include "training/trainer.h"

namespace tandem::training {
namespace {

class StandIn final : public GraphRecorder {
 public:
  void warm_up(const std::function<void()>& work) override { work(); }
  void record(const std::function<void()>& work) override { work_ = work; }
  void replay() override { ++repeated, work_(); }
  static inline int repeated = 0;

 private:
  std::function<void()> work_;
};

using augment::MaskType;
constexpr std::array kSchemes = {MaskType::Dropout, MaskType::Spatial, MaskType::Channel};

/// Few slices, small, in float64; with a graph or without.
class SmallTraining {
 public:
  SmallTraining(const augment::LatentConfig& config, bool recorded)
      : latent(config), adam(made(net), 1e-3, 0.9, 0.999, 1e-8) {
    if (recorded)
      graph.emplace([] { return std::make_unique<StandIn>(); },
                    [this](const StepInputs& in, const StepDraws& draws) { return step(in, draws); },
                    /*warm_ups=*/1);
  }

  /// One step of these schemes, the same for the same number. @return its losses
  at::Tensor run(std::uint32_t number, MaskType image, MaskType shape, std::int64_t n = 2) {
    auto drawn = latent;
    drawn.image_mask_type = image, drawn.shape_mask_type = shape;
    const augment::StepKey key{1, 0, number};
    const std::vector<std::uint32_t> ids = {7, 8, 9};
    const std::vector<std::uint32_t> rows(ids.begin(), ids.begin() + n);
    const auto x = 0.3 * augment::normal_pixels(Purpose::Test, key, rows, {n, 1, 32, 32}) + 0.5;
    const StepInputs in{x.to(at::kDouble), (x * 4).clamp(0, 3).to(at::kLong).squeeze(1)};
    const auto draws = on_device(draw_step(drawn, key, rows, in.x.sizes()), in.x);
    return graph ? graph->run(in, draws) : step(in, draws);
  }

  model::Networks net{model::ModelConfig{}};
  augment::LatentConfig latent;
  Adam adam;
  std::optional<StepGraph> graph;

 private:
  static std::vector<at::Tensor> made(model::Networks& net) {
    model::initialise(net, 5);
    net.to(at::kCPU, at::kDouble);
    return net.parameters();
  }
  at::Tensor step(const StepInputs& in, const StepDraws& draws) {
    return train_step(net, adam, /*reducer=*/nullptr, in, draws, latent, {});
  }
};

/// Weights, buffers, counters and Adam's state by name.
std::vector<std::pair<std::string, at::Tensor>> state_of(SmallTraining& training) {
  std::vector<std::pair<std::string, at::Tensor>> all;
  training.net.visit(
      [&](const std::string& key, at::Tensor& t, model::Role) { all.emplace_back(key, t.detach()); });
  for (const auto* list : {&training.adam.first_moment, &training.adam.second_moment, &training.adam.steps})
    for (const auto& t : *list) all.emplace_back("adam", t);
  return all;
}

void expect_same_state(SmallTraining& a, SmallTraining& b) {
  const auto left = state_of(a), right = state_of(b);
  for (size_t i = 0; i < left.size(); ++i)
    EXPECT_TRUE(at::equal(left[i].second, right[i].second)) << left[i].first;
}

TEST(StepGraph, StepsOfAllNinePairsOfSchemesHaveTheBitsOfStepsThatAreRun) {
  SmallTraining plain({}, false), recorded({}, true);
  std::uint32_t number = 0;
  for (int round = 0; round < 3; ++round)  // run, recorded and repeated, repeated with other draws
    for (const auto image : kSchemes)
      for (const auto shape : kSchemes) {
        const auto expected = plain.run(number, image, shape), terms = recorded.run(number, image, shape);
        ASSERT_TRUE(at::equal(expected, terms))
            << "step " << number << ", schemes " << int(image) << " " << int(shape) << expected << terms;
        ++number;
      }
  EXPECT_EQ(recorded.graph->recordings(), 9);
  expect_same_state(recorded, plain);
}

TEST(StepGraph, DrawsOfEveryOptionAreTensors) {
  augment::LatentConfig latent;
  latent.dropout_random_p = true;
  latent.threshold_sampling = augment::ThresholdSampling::PerSample;
  latent.annealing = augment::Annealing::PerBatch;
  SmallTraining plain(latent, false), recorded(latent, true);
  std::uint32_t number = 0;
  for (int round = 0; round < 3; ++round)
    for (const auto scheme : {MaskType::Dropout, MaskType::Channel}) {
      ASSERT_TRUE(at::equal(plain.run(number, scheme, scheme), recorded.run(number, scheme, scheme)))
          << "step " << number;
      ++number;
    }
  expect_same_state(recorded, plain);
}

TEST(StepGraph, ABatchOfAnotherSizeIsAnotherKindOfStep) {
  SmallTraining plain({}, false), recorded({}, true);
  std::uint32_t number = 0;
  for (int round = 0; round < 3; ++round)
    for (const std::int64_t n : {3, 1}) {
      const auto scheme = MaskType::Channel;
      ASSERT_TRUE(at::equal(plain.run(number, scheme, scheme, n), recorded.run(number, scheme, scheme, n)))
          << "step " << number;
      ++number;
    }
  EXPECT_EQ(recorded.graph->recordings(), 2);
  expect_same_state(recorded, plain);
}

TEST(StepGraph, LossesOfAStepStayAsTheyAreWhenItsKindIsRepeated) {
  SmallTraining recorded({}, true);
  const auto scheme = MaskType::Spatial;
  recorded.run(0, scheme, scheme);
  const auto terms = recorded.run(1, scheme, scheme), kept = terms.clone();
  recorded.run(2, scheme, scheme);
  EXPECT_TRUE(at::equal(terms, kept));
}

TEST(StepGraph, StandardStepsAreOneKind) {
  augment::LatentConfig latent;
  latent.latent_DA = false;
  SmallTraining plain(latent, false), recorded(latent, true);
  for (std::uint32_t number = 0; number < 3; ++number)
    ASSERT_TRUE(at::equal(plain.run(number, kSchemes[number], MaskType::Dropout),
                          recorded.run(number, kSchemes[number], MaskType::Dropout)));
  EXPECT_EQ(recorded.graph->recordings(), 1);
}

/// Four epochs of three steps by the trainer, the last of each on a smaller batch.
model::Networks trained(const MakeRecorder& recorder) {
  const data::SliceDataset dataset({test::small_case("patient001", "ED", 5, 40, 52)});
  augment::AugmentConfig augmentation;
  augmentation.pad = 48, augmentation.crop = 32;
  BatchLoader loader(dataset, augmentation, {.batch_size = 4, .seed = 4});
  const auto validation = validation_batch(dataset, augmentation, 4, 0);
  Trainer::Configs configs;
  configs.training.epochs = 4, configs.training.validate_every = 4;
  configs.latent.image_mask_type = configs.latent.shape_mask_type = MaskType::Channel;
  model::Networks net(model::ModelConfig{});
  model::initialise(net, 5);
  net.to(at::kCPU, at::kFloat);
  const test::TemporaryFolder folder;
  const auto self = comm::make_self_communicator();
  Trainer trainer(*self, net, loader, [&](std::int64_t) -> const Batch& { return validation; }, folder.path(),
                  configs, {.recorder = recorder});
  EXPECT_TRUE(trainer.run());
  return net;
}

TEST(StepGraph, TheTrainerRepeatsStepsIfItHasARecorder) {
  int recorders = 0;
  StandIn::repeated = 0;
  auto plain = trained({}), recorded = trained([&] { return ++recorders, std::make_unique<StandIn>(); });
  EXPECT_EQ(recorders, 2);  // a whole batch and the smaller one
  EXPECT_EQ(StandIn::repeated, 6 + 2) << "two steps of each kind are run";
  std::vector<at::Tensor> expected;
  plain.visit([&](const std::string&, at::Tensor& t, model::Role) { expected.push_back(t); });
  recorded.visit([&, i = size_t(0)](const std::string& key, at::Tensor& t, model::Role) mutable {
    EXPECT_TRUE(at::equal(t, expected[i++])) << key;
  });
}

TEST(StepGraph, IsRefusedWhereStepsCannotBeRecorded) {
  augment::ImageAugmentationConfig image;
  const c10::Device gpu(c10::kCUDA, 0);
  check_recordable(gpu, true, image);
  test::expect_error([&] { check_recordable(c10::Device(c10::kCPU), true, image); },
                     "training.cuda_graphs = true needs a GPU, but this run is on the cpu");
  test::expect_error([&] { check_recordable(gpu, false, image); }, "one rank that has the whole batch");
  image.da.method = augment::ImageMethod::MultiWindow;
  test::expect_error([&] { check_recordable(gpu, true, image); }, "does not go with da.method = ");
}

TEST(CudaGraphPlugin, AMissingOneSaysWhatToDo) {
  test::expect_error(
      [] { cuda_graph_recorders("/nowhere/tandem_cuda_graph.so", c10::Device(c10::kCUDA, 0)); },
      "launch/setup.sh --cuda", ExitCode::Failure);
}

TEST(CudaGraphPlugin, IsLoadedByLibTorchsCudaLibrary) {
  const auto plugin = cuda_graph_plugin_path();
  if (!std::filesystem::exists(plugin))
    GTEST_SKIP() << "built without the CUDA headers or LibTorch's CUDA library";
  if (!::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL))
    GTEST_SKIP() << "LibTorch's CUDA library cannot be loaded here: " << ::dlerror();
  ASSERT_TRUE(::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL)) << ::dlerror();
  if (std::filesystem::exists("/proc/driver/nvidia/version")) GTEST_SKIP() << "this machine has a GPU";
  test::expect_error([&] { cuda_graph_recorders(plugin, c10::Device(c10::kCUDA, 0)); },
                     "CUDA graph: ", ExitCode::Failure);
}

}  // namespace
}  // namespace tandem::training
