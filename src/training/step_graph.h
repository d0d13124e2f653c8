#pragma once
#include <c10/core/Device.h>

#include <functional>
#include <map>
#include <tuple>

#include "augment/image_augmentation_config.h"
#include "training/graph_recorder.h"
#include "training/step_inputs.h"

namespace tandem::training {

/// Steps that are recorded once per kind and then repeated: a step of 3,000 kernels is one call of the host.
/// A kind is a pair of schemes and the shape of the batch, so that there are nine for each shape. Steps of a
/// kind run as they are at first, so that whatever is made at first use is there when one is recorded.
class StepGraph {
 public:
  /// A whole step on given inputs, as train_step(): it may read of the host only what is the same in every
  /// step of a kind. What it returns must be of its own.
  using Step = std::function<at::Tensor(const StepInputs& in, const StepDraws& draws)>;

  /// @param warm_ups steps of each kind that run before one is recorded
  StepGraph(MakeRecorder make, Step step, int warm_ups = 2);

  /// One step. @param draws on the device of the inputs
  at::Tensor run(const StepInputs& in, const StepDraws& draws);
  /// Kinds of steps that were recorded.
  int recordings() const;

 private:
  using Kind = std::tuple<augment::Scheme, augment::Scheme, std::vector<std::int64_t>>;
  /// The recording reads and writes these tensors whenever it is repeated.
  struct Recording {
    std::unique_ptr<GraphRecorder> recorder;
    int warmed_up = 0;
    bool recorded = false;
    StepInputs in;
    StepDraws draws;
    at::Tensor terms;
  };
  void record(Recording& recording, const StepInputs& in, const StepDraws& draws);

  MakeRecorder make_;
  Step step_;
  int warm_ups_;
  std::map<Kind, Recording> recordings_;
};

/// Refuses a run whose steps cannot be recorded, with the reason: training.cuda_graphs needs a GPU, one
/// process that has the whole batch, and steps without image-space augmentation, whose draws choose what is
/// computed.
void check_recordable(c10::Device device, bool whole_batch, const augment::ImageAugmentationConfig& image);

}  // namespace tandem::training
