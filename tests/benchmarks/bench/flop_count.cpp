#include "bench/flop_count.h"

#include <ATen/ATen.h>

#include "support/operator_watch.h"

namespace tandem::bench {
namespace {

/// 2 x products of one direction of a convolution. @param small the tensor on whose pixels each weight acts
/// once
double flop_of(const at::Tensor& small, const at::Tensor& weight) {
  return 2.0 * double(small.size(0) * small.size(2) * small.size(3)) * double(weight.numel());
}

}  // namespace

double convolution_flop(const std::function<void()>& work) {
  double flop = 0;
  {
    const test::OperatorWatch watch([&](const at::RecordFunction& f) {
      const std::string_view name = f.name();
      const auto in = f.inputs();
      if (name == "aten::convolution") {  // input, weight, bias, stride, padding, dilation, transposed, ...
        const auto x = in[0].toTensor(), w = in[1].toTensor();
        const auto stride = in[3].toIntVector(), padding = in[4].toIntVector();
        const auto pixels = [&](int axis) {
          return in[6].toBool() ? x.size(axis)
                                : (x.size(axis) + 2 * padding[0] - w.size(axis)) / stride[0] + 1;
        };
        flop += 2.0 * double(x.size(0) * pixels(2) * pixels(3)) * double(w.numel());
      } else if (name ==
                 "aten::convolution_backward") {  // dy, input, weight, sizes, ..., transposed [7], mask [10]
        const auto mask = in[10].toBoolList();
        const double once = flop_of(in[7].toBool() ? in[1].toTensor() : in[0].toTensor(), in[2].toTensor());
        flop += once * (int(mask.get(0)) + int(mask.get(1)));
      }
    });
    work();
  }
  return flop;
}

}  // namespace tandem::bench
