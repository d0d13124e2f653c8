#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "model/batch_norm.h"

namespace tandem::model {

/// What a tensor of a network is; decides its initialisation and whether it is trained.
enum class Role {
  ConvWeight,
  ConvBias,
  OutputBias,
  TransposedWeight,
  TransposedBias,
  Gamma,
  Beta,
  Mean,
  Variance,
  Counter
};

inline bool is_trained(Role role) { return role < Role::Mean; }

/// Called with the key of the published checkpoints ("general_encoder.inc.0.weight"), the tensor and its
/// role.
using TensorVisitor = std::function<void(const std::string& key, at::Tensor& tensor, Role role)>;

/// What a 3x3 convolution reads: its argument, or that enlarged to twice its height and width by repeating
/// pixels, which is not made (upsampling.h).
enum class Input { Plain, Doubled };

/// A convolution [N,Cin,H,W] -> [N,Cout,H',W'] with zero padding k/2.
struct Conv {
  /// Bias::Output marks the last layer of a network, whose bias starts at 0.
  enum class Bias { None, Hidden, Output };

  at::Tensor weight, bias;  // [out,in,k,k], [out]
  std::int64_t kernel, stride;
  Bias bias_kind;

  Conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
       Bias bias_kind = Bias::Hidden);
  /// @param train_bias false: no gradient for the bias
  at::Tensor forward(const at::Tensor& x, const Pass& pass, Input input = Input::Plain,
                     bool train_bias = true) const;
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

/// act(batch_norm(conv(x)) + residual), the two as one where the pass is optimised: batch statistics cancel
/// the convolution's bias, which then gets no gradient (it is zero but for rounding); running statistics are
/// folded into weight and bias.
at::Tensor conv_norm_act(const Conv& conv, const at::Tensor& x, BatchNorm& bn, const Pass& pass,
                         Activation activation, Input input = Input::Plain, const at::Tensor& residual = {});

/// A 2x2 transposed convolution with stride 2: [N,C,H,W] -> [N,C,2H,2W].
struct TransposedConv {
  at::Tensor weight, bias;  // [in,out,2,2], [out]

  explicit TransposedConv(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

void visit_batch_norm(BatchNorm& bn, const std::string& prefix, const TensorVisitor& visitor);

}  // namespace tandem::model
