#include "model/batch_norm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "parallel/shard_leaves.h"

namespace tandem::model {

BatchNorm::BatchNorm(std::int64_t channels)
    : weight(at::ones({channels})),
      bias(at::zeros({channels})),
      running_mean(at::zeros({channels})),
      running_var(at::ones({channels})),
      num_batches_tracked(at::zeros({}, at::kLong)) {}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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

/// dy * act'(.), from the sign of the result y, which is that of the argument.
at::Tensor activation_backward(const at::Tensor& dy, const at::Tensor& y, Activation activation) {
  if (activation == Activation::None) return dy;
  const double slope = activation == Activation::ReLU ? 0 : kLeakySlope;
  return at::leaky_relu_backward(dy, y, slope, /*self_is_result=*/true);
}

at::Tensor by_channel(const at::Tensor& c, const at::Tensor& x) {
  return c.to(x.scalar_type()).view({1, -1, 1, 1});
}

/// Sums over rows and pixels of a and b, over all ranks that share statistics: [2,C] in float64.
at::Tensor batch_sums(const parallel::BatchPart* part, const at::Tensor& a, const at::Tensor& b) {
  const auto per_shard =
      parallel::stack_shards(part, a, b, [](const at::Tensor& rows_a, const at::Tensor& rows_b) {
        return at::stack(
            {rows_a.sum({0, 2, 3}, false, at::kDouble), rows_b.sum({0, 2, 3}, false, at::kDouble)});
      });
  auto sums = parallel::tree_sum(per_shard).contiguous();
  if (part) parallel::sum_over(part->statistics, sums, part->order());
  return sums;
}

/// The rows of one process among others count once: its gamma and beta get the gradient, the others' get 0.
bool gives_gradient(const parallel::BatchPart* part) {
  return !part || !part->statistics || part->statistics->is_leader();
}

/// [sum] on the leaf's first shard, 0 on the others, if there are leaves per shard.
at::Tensor parameter_gradient(const parallel::BatchPart* part, const at::Tensor& sum, at::ScalarType type) {
  const auto gradient = (gives_gradient(part) ? sum : at::zeros_like(sum)).to(type);
  if (!part || !part->leaves) return gradient;
  auto per_shard = at::zeros({std::int64_t(part->shards.size()), gradient.size(0)}, gradient.options());
  per_shard[0].copy_(gradient);
  return per_shard;
}

struct BatchMoments {
  at::Tensor mean, variance;  // [C] float64, the variance biased
  double count;               // elements a channel
};

BatchMoments batch_moments(const parallel::BatchPart* part, const at::Tensor& x) {
  const double count = double(parallel::statistics_samples_of(part, x) * x.size(2) * x.size(3));
  const auto wide = x.to(at::kDouble);
  const auto moments = batch_sums(part, x, wide * wide) / std::max(count, 1.0);
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
  /// The third and fourth argument are gamma and beta, or their leaves per shard: they only take gradients
  /// here.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor&,
                            const at::Tensor&, const at::Tensor& residual, BatchNorm* bn, Pass pass,
                            Activation activation) {
    const auto batch = batch_moments(pass.part, x);
    const auto inverse_deviation = (batch.variance + kBatchNormEps).rsqrt();
    const auto scale = bn->weight.detach() * inverse_deviation;
    if (pass.mode == PassMode::Tracked) track(*bn, batch);
    auto y = (x - by_channel(batch.mean, x)) * by_channel(scale, x) + by_channel(bn->bias.detach(), x);
    if (residual) y = y + *residual;
    y = activate(y, activation);
    context->save_for_backward({x, y, batch.mean, inverse_deviation, scale});
    context->saved_data["residual"] = residual.has_value();
    context->saved_data["count"] = batch.count;
    context->saved_data["activation"] = std::int64_t(activation);
    context->saved_data["part"] = reinterpret_cast<std::int64_t>(pass.part);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &y = saved[1], &mean = saved[2], &inverse_deviation = saved[3],
               &scale = saved[4];
    const double count = std::max(context->saved_data["count"].toDouble(), 1.0);
    const auto activation = Activation(context->saved_data["activation"].toInt());
    const auto* part = reinterpret_cast<const parallel::BatchPart*>(context->saved_data["part"].toInt());

    const auto g = activation_backward(gradients[0], y, activation);  // [N,C,H,W]
    const auto centred = x - by_channel(mean, x);
    const auto sums = batch_sums(part, g, g * centred);  // sum g, sum g (x - mean)
    at::Tensor dx, dgamma, dbeta;
    if (context->needs_input_grad(0)) {
      const auto slope = inverse_deviation * inverse_deviation * sums[1] / count;
      dx = by_channel(scale, x) * (g - by_channel(sums[0] / count, x) - centred * by_channel(slope, x));
    }
    if (context->needs_input_grad(1)) {
      dgamma = parameter_gradient(part, inverse_deviation * sums[1], x.scalar_type());
      dbeta = parameter_gradient(part, sums[0], x.scalar_type());
    }
    const bool residual = context->saved_data["residual"].toBool() && context->needs_input_grad(3);
    return {dx, dgamma, dbeta, residual ? g : at::Tensor(), {}, {}, {}};
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
  if (pass.mode != PassMode::Evaluation && pass.part)
    return with_batch_statistics(x, bn, pass, activation, residual);
  const auto y = plain(x, bn, pass.mode);
  return activate(residual.defined() ? y + residual : y, activation);
}

}  // namespace tandem::model
