#include "augment/image_augmentation_config.h"

#include <cmath>

#include "base/error.h"

namespace tandem::augment {
namespace {

using config::at_least;

const config::Range kProbability = config::between(0, 1);

const std::vector<std::pair<std::string, ImageMethod>> kMethods = {
    {"none", ImageMethod::None},
    {"mwm", ImageMethod::MultiWindow},
    {"randconv", ImageMethod::RandomConvolution},
    {"advnoise", ImageMethod::AdversarialNoise},
    {"advbias", ImageMethod::AdversarialBias}};

void describe_divergence(config::Visitor& v, Divergence& value) {
  v.choice("div", value,
           {{"kl", Divergence::Kl}, {"kl_contour", Divergence::KlContour}, {"mse", Divergence::Mse}},
           "how predictions are compared; kl_contour = KL + 0.5 contour");
}

}  // namespace

void ImageMethodConfig::describe(config::Visitor& v) {
  v.choice("method", method, kMethods, "image-space augmentation that adds a loss to each step");
  v.field({.name = "p_apply", .help = "probability of a step to have it", .range = kProbability}, p_apply);
  v.field({.name = "weight", .help = "factor of its loss", .range = at_least(0)}, weight);
}

void MultiWindowConfig::describe(config::Visitor& v) {
  v.field({.name = "p_out",
           .help = "probability of an image to be painted outside its windows, else inside",
           .range = kProbability},
          p_out);
  v.choice("out_windows", out_windows, {{"author", OutWindows::Author}, {"genesis", OutWindows::Genesis}},
           "windows of out-painting: 1/6 to 1/3 of the side, or 3/7 to 4/7 and at least one");
  v.field({.name = "max_windows", .help = "windows of an image", .range = config::between(1, 100)},
          max_windows);
  v.field({.name = "p_continue", .help = "probability of a next window", .range = kProbability}, p_continue);
}

void RandomConvolutionConfig::describe(config::Visitor& v) {
  v.field({.name = "kernels", .help = "sides to choose from, odd", .range = config::between(1, 31)}, kernels);
  v.field({.name = "mix", .help = "mix with the image by U(0,1); false = the image itself with p 0.5"}, mix);
  v.field({.name = "draws", .help = "randomised images a step", .range = config::between(2, 16)}, draws);
  v.field({.name = "lambda", .help = "factor of the consistency", .range = at_least(0)}, lambda);
  v.field({.name = "ce", .help = "cross entropy of FTN and STN on randomised images, too"}, ce);
}

void AdversarialNoiseConfig::describe(config::Visitor& v) {
  v.field({.name = "eps", .help = "L2 norm of the noise over an image", .range = at_least(0)}, eps);
  v.field({.name = "xi", .help = "L2 norm of the probe for the gradient", .range = config::above(0)}, xi);
  v.field({.name = "iters", .help = "power iterations; 0 = random noise", .range = at_least(0)}, iters);
  v.field({.name = "renorm",
           .help = "scale each noisy image to the range of the clean one; gathers the noise on few pixels"},
          renorm);
  describe_divergence(v, div);
}

void AdversarialBiasConfig::describe(config::Visitor& v) {
  v.field({.name = "eps",
           .help = "fields lie in [1 - eps, 1 + eps]",
           .range = {.low = 0, .high = 1, .low_excluded = true, .high_excluded = true}},
          eps);
  v.field({.name = "spacing",
           .help = "between control points, pixels; 0 = half of the side",
           .range = at_least(0)},
          spacing);
  v.field({.name = "downscale", .help = "fields are made at 1/downscale of the size", .range = at_least(1)},
          downscale);
  v.field({.name = "iters", .help = "steps of the search; 0 = random fields", .range = at_least(0)}, iters);
  v.field({.name = "step", .help = "length of the first; the t-th is 1/sqrt(t) of it", .range = at_least(0)},
          step);
  describe_divergence(v, div);
  v.choice("constraint", constraint, {{"box", Constraint::Box}, {"minmax", Constraint::MinMax}},
           "how strength is bounded: clamped, or scaled to fill the interval");
}

std::string ImageAugmentationConfig::method_name() const {
  for (const auto& [word, method] : kMethods)
    if (method == da.method) return word;
  return "";
}

void ImageAugmentationConfig::check(std::int64_t side) const {
  require(!randconv.kernels.empty(), "randconv.kernels is empty; give odd sides such as [1, 3, 5, 7]");
  for (const auto k : randconv.kernels)
    require(std::fmod(k, 2) == 1, "randconv.kernels: {} is not an odd whole number", k);
  const auto spacing = advbias.spacing_of(side);
  require(
      da.method != ImageMethod::AdversarialBias ||
          (side % advbias.downscale == 0 && spacing >= advbias.downscale),
      "advbias.downscale = {} must divide the side of the slices, {}, and not exceed advbias.spacing = {}",
      advbias.downscale, side, spacing);
}

}  // namespace tandem::augment
