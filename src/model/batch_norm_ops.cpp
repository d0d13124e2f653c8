#include "model/batch_norm_ops.h"

#include <ATen/ATen.h>

namespace tandem::model::ops {
namespace {

bool by_kernels(const at::Tensor& x, Formulation formulation) {
  return formulation == Formulation::Optimised && x.device().is_cpu() &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

at::Tensor dense(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

std::int64_t pixels_of(const at::Tensor& x) { return x.size(0) * x.size(2) * x.size(3); }

const double* channels(const at::Tensor& c) { return c.const_data_ptr<double>(); }

/// Calls f with a null pointer of the element type.
template <class F>
void with_element_type(const at::Tensor& x, const F& f) {
  if (x.scalar_type() == at::kDouble)
    f(static_cast<double*>(nullptr));
  else
    f(static_cast<float*>(nullptr));
}

template <class T>
const T* pointer(const at::Tensor& t) {
  return t.defined() ? t.const_data_ptr<T>() : nullptr;
}

at::Tensor by_channel(const at::Tensor& c, const at::Tensor& x) {
  return c.to(x.scalar_type()).view({1, -1, 1, 1});
}

/// dy act'(y), from the sign of the result y, which is that of the argument.
at::Tensor activation_backward(const at::Tensor& dy, const at::Tensor& y, Activation activation) {
  if (activation == Activation::None) return dy;
  const double slope = activation == Activation::ReLU ? 0 : kLeakySlope;
  return at::leaky_relu_backward(dy, y, slope, /*self_is_result=*/true);
}

at::Tensor sums_of(const at::Tensor& a, const at::Tensor& b) {
  return at::stack({a.sum({0, 2, 3}, false, at::kDouble), b.sum({0, 2, 3}, false, at::kDouble)});
}

at::Tensor affine_of(const at::Tensor& x, const Affine& affine, const at::Tensor& residual) {
  const auto y = (x - by_channel(affine.mean, x)) * by_channel(affine.scale, x) + by_channel(affine.beta, x);
  return residual.defined() ? y + residual : y;
}

}  // namespace

at::Tensor channel_sums(const at::Tensor& x, Formulation formulation) {
  if (!by_kernels(x, formulation)) {
    const auto wide = x.to(at::kDouble);
    return sums_of(x, wide * wide);
  }
  auto sums = at::empty({2, x.size(1)}, x.options().dtype(at::kDouble));
  const auto rows = dense(x);
  with_element_type(x, [&]<class T>(T*) {
    kernels::channel_sums(pointer<T>(rows), pixels_of(x), x.size(1), sums.mutable_data_ptr<double>());
  });
  return sums;
}

at::Tensor normalise(const at::Tensor& x, const Affine& affine, const at::Tensor& residual,
                     Activation activation, Formulation formulation) {
  if (!by_kernels(x, formulation)) return activate(affine_of(x, affine, residual), activation);
  const auto rows = dense(x), added = residual.defined() ? dense(residual) : residual;
  auto y = at::empty_like(rows);
  with_element_type(x, [&]<class T>(T*) {
    kernels::normalise(pointer<T>(rows), pointer<T>(added), channels(affine.mean), channels(affine.scale),
                       channels(affine.beta), activation, pixels_of(x), x.size(1), y.mutable_data_ptr<T>());
  });
  return y;
}

BackwardSums backward_sums(const at::Tensor& dy, const at::Tensor& y, const at::Tensor& x,
                           const Affine& affine, Activation activation, Formulation formulation) {
  BackwardSums out;
  if (!by_kernels(x, formulation)) {
    const auto result = y.defined() ? y : affine_of(x, affine, {});
    out.g = activation_backward(dy, result, activation);
    out.sums = sums_of(out.g, out.g * (x - by_channel(affine.mean, x)));
    return out;
  }
  out.sums = at::empty({2, x.size(1)}, x.options().dtype(at::kDouble));
  const auto rows = dense(x), gradient = dense(dy), result = y.defined() ? dense(y) : y;
  if (y.defined()) out.g = at::empty_like(rows);
  const kernels::ForwardScale forward = {channels(affine.scale), channels(affine.beta)};
  with_element_type(x, [&]<class T>(T*) {
    kernels::backward_sums(pointer<T>(gradient), pointer<T>(result), pointer<T>(rows), channels(affine.mean),
                           activation, pixels_of(x), x.size(1), out.sums.mutable_data_ptr<double>(),
                           out.g.defined() ? out.g.mutable_data_ptr<T>() : nullptr,
                           y.defined() ? kernels::ForwardScale{} : forward);
  });
  return out;
}

at::Tensor backward_apply(const at::Tensor& dy, const BackwardSums& backward, const at::Tensor& x,
                          const Affine& affine, const Coefficients& k, Activation activation,
                          Formulation formulation) {
  if (!by_kernels(x, formulation))
    return by_channel(k.a, x) * backward.g + (x - by_channel(affine.mean, x)) * by_channel(k.b, x) +
           by_channel(k.c, x);
  const auto rows = dense(x), gradient = dense(backward.g.defined() ? backward.g : dy);
  auto dx = at::empty_like(rows);
  const auto remaining = backward.g.defined() ? Activation::None : activation;
  with_element_type(x, [&]<class T>(T*) {
    kernels::backward_apply(pointer<T>(gradient), static_cast<const T*>(nullptr), pointer<T>(rows),
                            channels(affine.mean), channels(k.a), channels(k.b), channels(k.c), remaining,
                            pixels_of(x), x.size(1), dx.mutable_data_ptr<T>(),
                            {channels(affine.scale), channels(affine.beta)});
  });
  return dx;
}

}  // namespace tandem::model::ops
