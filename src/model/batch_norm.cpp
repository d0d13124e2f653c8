#include "model/batch_norm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/batch_norm_ops.h"
#include "parallel/shard_leaves.h"

namespace tandem::model {

BatchNorm::BatchNorm(std::int64_t channels)
    : weight(at::ones({channels})),
      bias(at::zeros({channels})),
      running_mean(at::zeros({channels})),
      running_var(at::ones({channels})),
      num_batches_tracked(at::zeros({}, at::kLong)) {}

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::ReLU:
      return at::relu(x);
    case Activation::LeakyReLU:
      return at::leaky_relu(x, kLeakySlope);
    case Activation::None:
      break;
  }
  return x;
}

namespace {

using parallel::BatchPart;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// [S,2,C] of the local shards -> [2,C] over all rows that share statistics.
at::Tensor over_batch(const BatchPart* part, const std::vector<at::Tensor>& per_shard) {
  auto sums = parallel::tree_sum(at::stack(per_shard)).contiguous();
  if (part) parallel::sum_over(part->statistics, sums, part->order());
  return sums;
}

/// The local shards of a tensor; an undefined one gives undefined ones.
std::vector<at::Tensor> shards_of(const BatchPart* part, const at::Tensor& x) {
  if (!part || part->shards.size() <= 1) return {x};
  if (!x.defined()) return std::vector<at::Tensor>(part->shards.size());
  return x.split_with_sizes(part->shards, 0);
}

/// Of the processes whose rows are summed one gives gamma and beta their gradient, the others give 0; among
/// its leaves per shard the first gets it.
at::Tensor parameter_gradient(const BatchPart* part, const at::Tensor& sum, at::ScalarType type) {
  const bool gives = !part || !part->statistics || part->statistics->is_leader();
  const auto gradient = (gives ? sum : at::zeros_like(sum)).to(type);
  if (!part || !part->leaves) return gradient;
  auto per_shard = at::zeros({std::int64_t(part->shards.size()), gradient.size(0)}, gradient.options());
  per_shard[0].copy_(gradient);
  return per_shard;
}

struct BatchMoments {
  at::Tensor mean, variance;  // [C] float64, the variance biased
  double count;               // elements a channel
};

BatchMoments batch_moments(const Pass& pass, const at::Tensor& x) {
  const double count = double(parallel::statistics_samples_of(pass.part, x) * x.size(2) * x.size(3));
  std::vector<at::Tensor> sums;
  for (const auto& shard : shards_of(pass.part, x))
    sums.push_back(ops::channel_sums(shard, pass.formulation));
  const auto moments = over_batch(pass.part, sums) / std::max(count, 1.0);
  return {moments[0], (moments[1] - moments[0] * moments[0]).clamp_min(0), count};
}

/// running = (1 - m) running + m batch, with the unbiased variance.
void track(BatchNorm& bn, const BatchMoments& batch) {
  if (batch.count < 1) return;
  bn.num_batches_tracked.add_(1);
  const auto unbiased = batch.variance * (batch.count / std::max(batch.count - 1, 1.0));
  bn.running_mean.copy_((1 - kBatchNormMomentum) * bn.running_mean + kBatchNormMomentum * batch.mean);
  bn.running_var.copy_((1 - kBatchNormMomentum) * bn.running_var + kBatchNormMomentum * unbiased);
}

/// y = act((x - mean) scale + beta + residual), scale = gamma / sqrt(var + eps); gradients through the
/// statistics of the whole batch.
struct BatchNormFunction : torch::autograd::Function<BatchNormFunction> {
  /// The third and fourth argument are gamma and beta, or their leaves per shard: they only take gradients.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor&,
                            const at::Tensor&, const std::optional<at::Tensor>& residual, BatchNorm* bn,
                            Pass pass, Activation activation) {
    const auto batch = batch_moments(pass, x);
    const auto inverse_deviation = (batch.variance + kBatchNormEps).rsqrt();
    const auto scale = bn->weight.detach().to(at::kDouble) * inverse_deviation;
    const auto beta = bn->bias.detach().to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
    for (int i = 0; pass.mode == PassMode::Tracked && i < pass.updates; ++i) track(*bn, batch);
    const auto y = ops::normalise(x, {batch.mean, scale, beta}, residual.value_or(at::Tensor()), activation,
                                  pass.formulation);
    // Without a residual the sign of y follows from x, so that y need not be kept for this pass.
    context->save_for_backward({x, residual ? y : at::Tensor(), batch.mean, scale, beta, inverse_deviation});
    context->saved_data["count"] = batch.count;
    context->saved_data["activation"] = std::int64_t(activation);
    context->saved_data["formulation"] = std::int64_t(pass.formulation);
    context->saved_data["part"] = reinterpret_cast<std::int64_t>(pass.part);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &y = saved[1], &scale = saved[3], &inverse_deviation = saved[5];
    const ops::Affine affine{saved[2], scale, saved[4]};
    const double count = std::max(context->saved_data["count"].toDouble(), 1.0);
    const auto activation = Activation(context->saved_data["activation"].toInt());
    const auto formulation = Formulation(context->saved_data["formulation"].toInt());
    const auto* part = reinterpret_cast<const BatchPart*>(context->saved_data["part"].toInt());

    const auto dys = shards_of(part, gradients[0]), ys = shards_of(part, y), xs = shards_of(part, x);
    std::vector<ops::BackwardSums> parts;
    std::vector<at::Tensor> local;
    for (size_t s = 0; s < xs.size(); ++s) {
      parts.push_back(ops::backward_sums(dys[s], ys[s], xs[s], affine, activation, formulation));
      local.push_back(parts.back().sums);
    }
    const auto sums = over_batch(part, local);  // sum g, sum g (x - mean)

    at::Tensor dx, dgamma, dbeta, dresidual;
    if (context->needs_input_grad(0)) {
      const ops::Coefficients k{scale, -scale * inverse_deviation.square() * sums[1] / count,
                                -scale * sums[0] / count};
      std::vector<at::Tensor> rows;
      for (size_t s = 0; s < xs.size(); ++s)
        rows.push_back(ops::backward_apply(dys[s], parts[s], xs[s], affine, k, activation, formulation));
      dx = rows.size() == 1 ? rows[0] : at::cat(rows, 0);
    }
    if (context->needs_input_grad(1)) {
      dgamma = parameter_gradient(part, inverse_deviation * sums[1], x.scalar_type());
      dbeta = parameter_gradient(part, sums[0], x.scalar_type());
    }
    if (y.defined() && context->needs_input_grad(3)) {
      std::vector<at::Tensor> rows;
      for (const auto& p : parts) rows.push_back(p.g);
      dresidual = rows.size() == 1 ? rows[0] : at::cat(rows, 0);
    }
    return {dx, dgamma, dbeta, dresidual, {}, {}, {}};
  }
};

at::Tensor with_batch_statistics(const at::Tensor& x, BatchNorm& bn, const Pass& pass, Activation activation,
                                 const at::Tensor& residual) {
  const bool trained = pass.mode == PassMode::Tracked;
  const auto* leaves = pass.part ? pass.part->leaves : nullptr;
  const auto leaf = [&](const at::Tensor& parameter) {
    return trained ? (leaves ? leaves->of(parameter) : parameter) : parameter.detach();
  };
  return BatchNormFunction::apply(x, leaf(bn.weight), leaf(bn.bias),
                                  residual.defined() ? std::optional(residual) : std::nullopt, &bn, pass,
                                  activation);
}

/// The plain formulation, for a batch that is all here.
at::Tensor plain(const at::Tensor& x, BatchNorm& bn, PassMode mode) {
  const auto normalise = [&](const at::Tensor& gamma, const at::Tensor& beta, bool running, bool training) {
    return at::batch_norm(x, gamma, beta, running ? bn.running_mean : at::Tensor(),
                          running ? bn.running_var : at::Tensor(), training, kBatchNormMomentum,
                          kBatchNormEps,
                          /*cudnn_enabled=*/true);
  };
  switch (mode) {
    case PassMode::Tracked: {
      const at::NoGradGuard no_grad_for_counter;
      bn.num_batches_tracked.add_(1);
      break;
    }
    case PassMode::Frozen:
      return normalise(bn.weight.detach(), bn.bias.detach(), false, true);
    case PassMode::Evaluation:
      return normalise(bn.weight, bn.bias, true, false);
  }
  return normalise(bn.weight, bn.bias, true, true);
}

}  // namespace

at::Tensor batch_norm_act(const at::Tensor& x, BatchNorm& bn, const Pass& pass, Activation activation,
                          const at::Tensor& residual) {
  if (pass.mode != PassMode::Evaluation &&
      (pass.part || pass.formulation == Formulation::Optimised || pass.updates > 1))
    return with_batch_statistics(x, bn, pass, activation, residual);
  const auto y = plain(x, bn, pass.mode);
  return activate(residual.defined() ? y + residual : y, activation);
}

}  // namespace tandem::model
