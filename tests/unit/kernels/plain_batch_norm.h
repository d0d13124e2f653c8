#pragma once
#include <cmath>
#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

#include "kernels/batch_norm_kernels.h"

/// What the BatchNorm kernels compute, written down plainly: one value after the other, sums in long double.
namespace tandem::kernels::plain {

template <class T>
T activated(Activation activation, T v) {
  if (activation == Activation::None || v >= 0) return v;
  return activation == Activation::ReLU ? T(0) : v * T(kLeakySlope);
}

template <class T>
T gradient(Activation activation, T dy, T y) {
  if (activation == Activation::None || y > 0) return dy;
  return activation == Activation::ReLU ? T(0) : dy * T(kLeakySlope);
}

/// A made-up BatchNorm call: inputs of all kernels for [pixels, channels].
template <class T>
struct Case {
  Case(std::int64_t pixels_, std::int64_t channels_, double offset = 0)
      : pixels(pixels_), channels(channels_) {
    std::mt19937 engine(unsigned(pixels * 1000 + channels));
    std::normal_distribution<double> normal;
    const auto fill = [&](auto& values, std::int64_t n, double centre) {
      values.resize(size_t(n));
      for (auto& v : values) v = static_cast<std::decay_t<decltype(v)>>(centre + normal(engine));
    };
    fill(x, pixels * channels, offset), fill(residual, pixels * channels, 0), fill(dy, pixels * channels, 0);
    fill(mean, channels, offset);
    for (auto* values : {&scale, &beta, &a, &b, &c}) fill(*values, channels, 0);
  }
  std::int64_t size() const { return pixels * channels; }

  std::int64_t pixels, channels;
  std::vector<T> x, residual, dy;
  std::vector<double> mean, scale, beta, a, b, c;
};

/// A value, and the sum of the sizes of what it was added up from: rounding errors are measured against that.
struct Value {
  long double value = 0, size = 0;
  void add(long double v) { value += v, size += std::abs(v); }
};

template <class T>
std::vector<Value> channel_sums(const Case<T>& in) {
  std::vector<Value> sums(size_t(2 * in.channels));
  for (std::int64_t i = 0; i < in.size(); ++i) {
    const long double x = in.x[size_t(i)];
    sums[size_t(i % in.channels)].add(x);
    sums[size_t(in.channels + i % in.channels)].add(x * x);
  }
  return sums;
}

/// Before the activation.
template <class T>
std::vector<Value> normalised(const Case<T>& in, bool with_residual) {
  std::vector<Value> out(in.x.size());
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t c = i % size_t(in.channels);
    out[i].add((static_cast<long double>(in.x[i]) - in.mean[c]) * in.scale[c]);
    out[i].add(in.beta[c]);
    if (with_residual) out[i].add(in.residual[i]);
  }
  return out;
}

template <class T>
std::vector<T> gradients(const Case<T>& in, Activation activation, const std::vector<T>& y) {
  std::vector<T> g(in.dy.size());
  for (size_t i = 0; i < g.size(); ++i) g[i] = gradient(activation, in.dy[i], y[i]);
  return g;
}

template <class T>
std::vector<Value> backward_sums(const Case<T>& in, const std::vector<T>& g) {
  std::vector<Value> sums(size_t(2 * in.channels));
  for (std::int64_t i = 0; i < in.size(); ++i) {
    const std::int64_t c = i % in.channels;
    sums[size_t(c)].add(g[size_t(i)]);
    sums[size_t(in.channels + c)].add(g[size_t(i)] *
                                      (static_cast<long double>(in.x[size_t(i)]) - in.mean[size_t(c)]));
  }
  return sums;
}

template <class T>
std::vector<Value> backward_applied(const Case<T>& in, const std::vector<T>& g) {
  std::vector<Value> dx(g.size());
  for (size_t i = 0; i < g.size(); ++i) {
    const size_t c = i % size_t(in.channels);
    dx[i].add(static_cast<long double>(in.a[c]) * g[i]);
    dx[i].add(in.b[c] * (static_cast<long double>(in.x[i]) - in.mean[c]));
    dx[i].add(in.c[c]);
  }
  return dx;
}

}  // namespace tandem::kernels::plain
