#include "model/initialization.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/random.h"

namespace tandem::model {
namespace {

/// A float32 tensor filled value by value; the numbers depend on seed and key only.
template <class Draw>
at::Tensor filled(at::IntArrayRef shape, std::uint64_t seed, const std::string& key, const Draw& draw) {
  RandomStream random({seed, Purpose::WeightInit, 0, 0, hash_name(key.data(), key.size())});
  auto tensor = at::empty(shape, at::kFloat);
  float* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = float(draw(random));
  return tensor;
}

}  // namespace

void initialise(Networks& n, std::uint64_t seed) {
  double fan_in = 1;  // of the convolution whose weight was visited last; its bias follows it
  n.visit([&](const std::string& key, at::Tensor& t, Role role) {
    const auto normal = [&](double mean, double deviation) {
      return filled(t.sizes(), seed, key, [=](RandomStream& r) { return mean + deviation * r.normal(); });
    };
    const auto uniform = [&](double bound) {
      return filled(t.sizes(), seed, key, [=](RandomStream& r) { return r.uniform(-bound, bound); });
    };
    switch (role) {
      case Role::ConvWeight:
        fan_in = double(t.numel()) / double(t.size(0)), t = normal(0, std::sqrt(2 / fan_in));
        break;
      case Role::TransposedWeight:
        fan_in = double(t.numel()) / double(t.size(0)), t = uniform(1 / std::sqrt(fan_in));
        break;
      case Role::ConvBias:
      case Role::TransposedBias:
        t = uniform(1 / std::sqrt(fan_in));
        break;
      case Role::Gamma:
        t = normal(1, 0.02);
        break;
      case Role::OutputBias:
      case Role::Beta:
      case Role::Mean:
        t.zero_();
        break;
      case Role::Variance:
        t.fill_(1);
        break;
      case Role::Counter:
        t.zero_();
        break;
    }
  });
}

}  // namespace tandem::model
