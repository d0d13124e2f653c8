#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "augment/image_augmentation_config.h"
#include "augment/step_key.h"
#include "base/random.h"
#include "equations/image_perturbation.h"

namespace tandem::augment {

/// One random convolution: weight [C,C,k,k] float64, and how much of the image is mixed in.
struct RandomKernel {
  at::Tensor weight;
  double alpha = 0;

  /// Whether it turns bright into dark: a factor below 0 on all of the image.
  bool inverts() const;
};

/// What control points give to pixels along the rows M_H [H,gH] and the columns M_W [W,gW], float64: the same
/// in every step, and among its draws so that no step copies it from the host.
struct SplineBasis {
  at::Tensor rows, columns;
};
/// @param image_shape {N,C,H,W}
SplineBasis spline_basis(const AdversarialBiasConfig& config, at::IntArrayRef image_shape);

/// All random numbers behind one step's augmented images; what the method does not use stays empty.
struct ImageDraw {
  bool apply = true;
  std::vector<std::vector<equations::Window>> windows;  ///< mwm: of each row
  std::vector<RandomKernel> kernels;                    ///< randconv: shared by the batch
  at::Tensor pixels;          ///< mwm: U[0,1), advnoise: standard normal; float32 [N,C,H,W]
  at::Tensor inside;          ///< mwm: pixels in a window, bool [N,1,H,W]
  at::Tensor outside;         ///< mwm: which rows are painted outside, bool [N,1,1,1]
  at::Tensor control_points;  ///< advbias: [N,1,gH,gW] float64
  SplineBasis spline;         ///< advbias: of the field between them
};

/// Draws for a step by (seed, epoch, step, sample), what a batch shares by (seed, epoch, step); on the CPU.
/// @param image_shape {N,C,H,W}
ImageDraw draw_image_augmentation(const ImageAugmentationConfig& config, const StepKey& key,
                                  const std::vector<std::uint32_t>& sample_ids, at::IntArrayRef image_shape);

/// Standard normal values, float32, each row from its sample's own stream. @param shape {N,C,H,W}
at::Tensor normal_pixels(Purpose purpose, const StepKey& key, const std::vector<std::uint32_t>& sample_ids,
                         at::IntArrayRef shape);

/// The random convolutions of one step. @param channels C
std::vector<RandomKernel> draw_kernels(const RandomConvolutionConfig& config, const StepKey& key,
                                       std::int64_t channels);

/// Which part of an epoch's random convolutions inverts the contrast: k = 1 with a negative factor, which
/// scaling to [0,1] does not undo. @param steps of the epoch, with the settings' probability to apply
double inverted_fraction(const ImageAugmentationConfig& config, std::uint64_t seed, std::uint32_t epoch,
                         std::int64_t steps);

}  // namespace tandem::augment
