#pragma once
#include <string>
#include <vector>

#include "config/visitor.h"

namespace tandem::augment {

/// Which image-space augmentation adds its loss to training: the baselines of [chen2021] Table 1.
enum class ImageMethod { None, MultiWindow, RandomConvolution, AdversarialNoise, AdversarialBias };

/// How two predictions are compared.
enum class Divergence {
  Kl,         ///< KL divergence
  KlContour,  ///< KL + 0.5 contour
  Mse,        ///< squared difference of probabilities
};

/// Section [da].
struct ImageMethodConfig {
  ImageMethod method = ImageMethod::None;
  double p_apply = 1;
  double weight = 1;
  void describe(config::Visitor& v);
};

/// Random multi-window in- and out-painting, section [mwm].
struct MultiWindowConfig {
  enum class OutWindows { Author, Genesis };
  double p_out = 0.5;
  OutWindows out_windows = OutWindows::Author;
  std::int64_t max_windows = 5;
  double p_continue = 0.95;
  void describe(config::Visitor& v);
};

/// Random convolutions, section [randconv].
struct RandomConvolutionConfig {
  std::vector<double> kernels = {1, 3, 5, 7};
  bool mix = true;
  std::int64_t draws = 3;
  double lambda = 10;
  bool ce = false;
  void describe(config::Visitor& v);
};

/// Adversarial noise (virtual adversarial training), section [advnoise].
struct AdversarialNoiseConfig {
  double eps = 0.1, xi = 1e-2;
  std::int64_t iters = 1;
  bool renorm = true;
  Divergence div = Divergence::Kl;
  void describe(config::Visitor& v);
};

/// Adversarial bias fields, section [advbias].
struct AdversarialBiasConfig {
  enum class Constraint {
    Box,     ///< control points and field are clamped
    MinMax,  ///< unit L2 control points, field scaled to fill the interval: the code of 2021-04
  };
  double eps = 0.3;
  std::int64_t spacing = 0;
  std::int64_t downscale = 2;
  std::int64_t iters = 1;
  double step = 1;
  Divergence div = Divergence::KlContour;
  Constraint constraint = Constraint::Box;
  void describe(config::Visitor& v);
  /// Pixels between control points along an axis; 0 in the settings stands for half of it.
  std::int64_t spacing_of(std::int64_t side) const { return spacing > 0 ? spacing : side / 2; }
};

/// Settings of the image-space augmentation that adds a loss; each method has a section of its own.
struct ImageAugmentationConfig {
  ImageMethodConfig da;
  MultiWindowConfig mwm;
  RandomConvolutionConfig randconv;
  AdversarialNoiseConfig advnoise;
  AdversarialBiasConfig advbias;

  bool active() const { return da.method != ImageMethod::None; }
  /// The method's word in the settings: "advnoise".
  std::string method_name() const;
  /// Throws Error where single keys are fine but do not fit together. @param side of the slices, pixels
  void check(std::int64_t side) const;
};

}  // namespace tandem::augment
