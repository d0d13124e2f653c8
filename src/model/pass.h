#pragma once
#include "parallel/batch_part.h"

namespace tandem::model {

/// The three ways a network is passed through. [chen2021] says nothing of BatchNorm; these follow the
/// official code.
enum class PassMode {
  Tracked,  ///< batch statistics normalise, running statistics are updated, gamma and beta are trained
  Frozen,  ///< batch statistics normalise, running statistics stay, gamma and beta are constants of this pass
  Evaluation,  ///< running statistics normalise
};

/// How and on what a network is passed through.
struct Pass {
  // NOLINTNEXTLINE(google-explicit-constructor): a mode alone is a pass over a batch that is all here
  Pass(PassMode m, const parallel::BatchPart* p = nullptr) : mode(m), part(p) {}

  PassMode mode;
  const parallel::BatchPart* part;  ///< null: the whole batch is here; must outlive the backward pass
};

}  // namespace tandem::model
