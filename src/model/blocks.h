#pragma once
#include <optional>

#include "model/layers.h"

namespace tandem::model {

/// conv3x3 - BN - LeakyReLU - conv3x3 - BN, then LeakyReLU of its sum with a 1x1 shortcut; [N,a,H,W] ->
/// [N,b,H,W].
struct ResidualBody {
  Conv conv0, conv3, shortcut;
  BatchNorm bn1, bn4;

  ResidualBody(std::int64_t a, std::int64_t b);
  at::Tensor forward(const at::Tensor& x, const Pass& pass, Input input = Input::Plain);
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

/// Halves the size: strided 3x3 convolution, then a residual body; [N,a,H,W] -> [N,b,ceil(H/2),ceil(W/2)].
struct ResDown {
  Conv down;
  ResidualBody body;

  ResDown(std::int64_t a, std::int64_t b) : down(a, a, 3, 2), body(a, b) {}
  at::Tensor forward(const at::Tensor& x, const Pass& pass) {
    return body.forward(down.forward(x, pass), pass);
  }
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

enum class Upsampling { NearestNeighbour, TransposedConv2 };

/// Doubles the size, then a residual body; [N,a,H,W] -> [N,b,2H,2W].
struct ResUp {
  std::optional<TransposedConv> up;  // none: nearest neighbour
  ResidualBody body;

  ResUp(std::int64_t a, std::int64_t b, Upsampling upsampling);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

}  // namespace tandem::model
