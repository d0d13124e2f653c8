#pragma once
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "h5/h5.h"
#include "support/golden.h"
#include "training/train_step.h"

namespace tandem::test {

/// The reference's numbers for one cooperative step (layout: tests/golden/README.md) and networks loaded from
/// it.
class Golden {
 public:
  Golden() : file_(golden_dir() / "cooperative_step.h5", h5::File::Mode::Read) {}
  const h5::File& file() const { return file_; }

  /// A data set as a float64 (or int64) tensor of its shape.
  at::Tensor tensor(const std::string& path, at::ScalarType type = at::kDouble) const {
    auto shape = file_.shape(path);
    const auto values = file_.read<double>(path);
    return at::tensor(values, at::kDouble).view(shape).to(type);
  }
  double scalar(const std::string& path) const { return file_.read_scalar<double>(path); }
  /// Largest magnitude of the reference's values.
  double scale(const std::string& path) const {
    return file_.has_attribute(path, "max_abs") ? file_.attribute<double>(path, "max_abs")
                                                : tensor(path).abs().max().item<double>();
  }

  model::Networks networks(at::ScalarType type, const model::ModelConfig& config = {}) const;
  training::StepInputs inputs(at::ScalarType type,
                              model::Formulation formulation = model::Formulation::Optimised) const {
    return {tensor("/inputs/x", type), tensor("/inputs/y", at::kLong), {}, formulation};
  }
  at::Tensor noisy(at::ScalarType type) const { return tensor("/inputs/x_noisy", type); }
  /// The draws of the main iteration.
  training::StepDraws main_draws() const;
  /// Draws of a group with u, soft_channel, soft_spatial, keep; row = step of the trajectory, or -1.
  augment::LatentDraw draw(const std::string& group, augment::Scheme scheme, int row = -1) const;

 private:
  h5::File file_;
};

inline augment::Scheme scheme_of_code(std::int64_t code) {
  return std::array{augment::Scheme::Dropout, augment::Scheme::Spatial, augment::Scheme::Channel}.at(
      size_t(code));
}

/// |actual - expected| <= atol + rtol |expected| everywhere; prints the largest difference otherwise.
void expect_close(const at::Tensor& actual, const at::Tensor& expected, double rtol, double atol,
                  const std::string& what);

/// Compares a parameter-shaped tensor with ".../full", or with sums and samples where only those are stored.
void expect_stored(const Golden& golden, const at::Tensor& actual, const std::string& group,
                   const std::string& key, double l2_rtol, double atol);

/// Standard pass, hard examples from the reference's own masks (`group`/draw_image/mask, draw_shape/mask),
/// hard pass.
training::ForwardPass forward_with_reference_masks(const Golden& golden, model::Networks& net,
                                                   at::ScalarType type, const std::string& group,
                                                   model::Formulation formulation);

/// Updates of running statistics so far, per module and BatchNorm layer.
std::map<std::string, std::vector<std::int64_t>> counters(model::Networks& net);

/// Trained tensors by "<module>/<key>".
std::vector<std::pair<std::string, at::Tensor>> named_parameters(model::Networks& net);

/// "<module>" of "<module>/<key>".
inline std::string module_of(const std::string& key) { return key.substr(0, key.find('/')); }

}  // namespace tandem::test
