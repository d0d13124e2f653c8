#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "augment/latent_config.h"
#include "augment/step_key.h"
#include "base/random.h"
#include "parallel/batch_part.h"

namespace tandem::augment {

/// All random numbers behind one masked code, so that a step can be replayed. Masks are made of the tensors:
/// numbers of the host would stay those of the step that was recorded.
struct LatentDraw {
  Scheme scheme = Scheme::Dropout;
  std::vector<double> q;   ///< targeted schemes: threshold fraction, one for the batch or one per sample
  double dropout_p = 0.5;  ///< as drawn; for records, as q
  at::Tensor soft_u;  ///< targeted: U[0,1), [N,L], L = C (channel) or h*w (spatial), or what broadcasts to it
  at::Tensor ranks;   ///< targeted: of the thresholds q, int64 [1] or [N]
  at::Tensor keep;    ///< dropout: 1 = kept, [N,C]
  at::Tensor kept_scale;  ///< dropout: 1/(1-p), [1]

  /// q and the ranks that follow. @param length L
  void set_thresholds(const std::vector<double>& fractions, std::int64_t length);
  /// p and the factor that follows.
  void set_dropout(double p);
};

enum class Code { Image, Shape };

/// Draws scheme, threshold and mask values for one code. @param code_shape {N,C,h,w}
LatentDraw draw_latent(const LatentConfig& config, Code code, const StepKey& key,
                       const std::vector<std::uint32_t>& sample_ids, at::IntArrayRef code_shape);

/// The masked code and what led to it.
struct MaskedCode {
  at::Tensor code;       ///< [N,C,h,w], detached
  at::Tensor gradient;   ///< targeted: [N,C,h,w]
  at::Tensor scores;     ///< targeted: [N,L]
  at::Tensor threshold;  ///< targeted: [N,1]
  at::Tensor set;        ///< targeted: bool [N,L]
  at::Tensor mask;       ///< targeted: [N,L]
};

/// Masks a code by the drawn scheme; [chen2021] Sec. 2.3.
/// @param code [N,C,h,w], detached
/// @param loss_of the loss of a decoder on the code, a scalar; called for the targeted schemes only, once
/// @param part whose rows these are; null: the whole batch
MaskedCode mask_code(const at::Tensor& code, const LatentConfig& config, const LatentDraw& draw,
                     const std::function<at::Tensor(const at::Tensor& code)>& loss_of,
                     const parallel::BatchPart* part = nullptr);
/// The same where the decoder's gradient is known already. @param gradient [N,C,h,w]; not read by dropout
MaskedCode mask_code(const at::Tensor& code, const at::Tensor& gradient, const LatentConfig& config,
                     const LatentDraw& draw, const parallel::BatchPart* part = nullptr);

}  // namespace tandem::augment
