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

/// How the arithmetic is done; both forms compute the same function.
enum class Formulation {
  Reference,  ///< as the formulas read
  Optimised,  ///< kernels of our own (on the CPU), merged upsampling, each part's backward pass at once
};

/// Element type of the convolutions, whose weights and results stay as they are: everything between them is
/// computed in the networks' type.
enum class Precision {
  Full,      ///< the networks' type
  BFloat16,  ///< forward and backward on values rounded to bfloat16; a pass of evaluation does not
};

/// How and on what a network is passed through.
struct Pass {
  // NOLINTNEXTLINE(google-explicit-constructor): a mode alone is a plain pass over a batch that is all here
  Pass(PassMode m, const parallel::BatchPart* p = nullptr, Formulation f = Formulation::Reference,
       Precision c = Precision::Full)
      : mode(m), part(p), formulation(f), convolutions(m == PassMode::Evaluation ? Precision::Full : c) {}

  /// The same pass; running statistics, if they are tracked, take in the batch so many times.
  Pass updating(int times) const {
    auto pass = *this;
    pass.updates = times;
    return pass;
  }

  PassMode mode;
  const parallel::BatchPart* part;  ///< null: the whole batch is here; must outlive the backward pass
  Formulation formulation;
  Precision convolutions;
  int updates = 1;
};

}  // namespace tandem::model
