#include "training/step_graph.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::training {
namespace {

/// All tensors that a step reads and that change from step to step.
std::vector<at::Tensor*> inputs_of(StepInputs& in, StepDraws& draws) {
  std::vector<at::Tensor*> all = {&in.x, &in.y};
  if (in.y_corrupted.defined()) all.push_back(&in.y_corrupted);
  const auto drawn = tensors_of(draws);
  all.insert(all.end(), drawn.values.begin(), drawn.values.end());
  all.insert(all.end(), drawn.choices.begin(), drawn.choices.end());
  return all;
}

}  // namespace

StepGraph::StepGraph(MakeRecorder make, Step step, int warm_ups)
    : make_(std::move(make)), step_(std::move(step)), warm_ups_(warm_ups) {}

at::Tensor StepGraph::run(const StepInputs& in, const StepDraws& draws) {
  auto& recording = recordings_[{draws.image.scheme, draws.shape.scheme, in.x.sizes().vec()}];
  if (!recording.recorder) recording.recorder = make_();
  if (recording.warmed_up < warm_ups_) {
    ++recording.warmed_up;
    at::Tensor terms;
    recording.recorder->warm_up([&] { terms = step_(in, draws); });
    return terms;
  }
  if (!recording.recorded) record(recording, in, draws);
  auto new_in = in;
  auto new_draws = draws;
  const auto from = inputs_of(new_in, new_draws), to = inputs_of(recording.in, recording.draws);
  if (from.size() != to.size()) fail_system("a step of a known kind has other draws than the recorded one");
  for (size_t i = 0; i < to.size(); ++i) to[i]->copy_(*from[i], /*non_blocking=*/true);
  recording.recorder->replay();
  return recording.terms.clone();  // the next step of this kind writes to the same memory
}

void StepGraph::record(Recording& recording, const StepInputs& in, const StepDraws& draws) {
  recording.in = in;
  recording.draws = draws;
  for (auto* t : inputs_of(recording.in, recording.draws)) *t = t->clone();
  recording.recorder->record([this, &recording] { recording.terms = step_(recording.in, recording.draws); });
  recording.recorded = true;
}

int StepGraph::recordings() const {
  return int(std::ranges::count_if(recordings_, [](const auto& kind) { return kind.second.recorded; }));
}

void check_recordable(c10::Device device, bool whole_batch, const augment::ImageAugmentationConfig& image) {
  const std::string instead = "; use training.cuda_graphs = false";
  require(device.is_cuda(), "training.cuda_graphs = true needs a GPU, but this run is on the {}{}",
          device.str(), instead);
  require(
      whole_batch,
      "training.cuda_graphs = true needs one rank that has the whole batch, without parallel.deterministic = "
      "\"shards\"{}",
      instead);
  require(!image.active(), "training.cuda_graphs = true does not go with da.method = \"{}\"{}",
          image.method_name(), instead);
}

}  // namespace tandem::training
