#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "training/step_inputs.h"

namespace tandem::training {

/// Runs the backward pass of a step part by part, each as soon as its losses are there: what the part kept
/// for it is freed, and its gradient at a code is known before the step is over. The step keeps one backward
/// pass nevertheless: the losses of a part go on as values that hand its gradients, already known, to what it
/// started from, so that whoever sums gradients over ranks or shards sees each one once.
///
/// In the reference form, or where no graph is wanted, all this does nothing.
class EarlyBackward {
 public:
  EarlyBackward(model::Networks& net, const StepInputs& in);

  /// Where a part begins: a value of the graph before it, and the leaf that stands for it within the part.
  struct Start {
    at::Tensor before, leaf;
    // NOLINTNEXTLINE(google-explicit-constructor): the part computes on it as on the value
    operator const at::Tensor&() const { return leaf; }
  };
  Start start(const at::Tensor& value) const;

  /// Ends a part: goes backward through it from the sum of its losses [S] and replaces them by values of
  /// known gradient. They then count as one: whoever differentiates some of them without the others gets an
  /// error.
  /// @param starts where the part began, beside the parameters; one that was detached counts for nothing
  /// @return the gradients at the starts that have one; empty if nothing was done
  std::vector<at::Tensor> finish(const std::vector<at::Tensor*>& losses,
                                 const std::vector<Start>& starts = {}) const;

  /// The gradient of a loss at a start, ahead of finish().
  static at::Tensor gradient(const at::Tensor& loss, const Start& start);

 private:
  bool active_;
  std::vector<at::Tensor> parameters_;  ///< or their leaves per shard
};

}  // namespace tandem::training
