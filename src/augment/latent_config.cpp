#include "augment/latent_config.h"

#include <algorithm>

namespace tandem::augment {

void LatentConfig::describe(config::Visitor& v) {
  const std::vector<std::pair<std::string, MaskType>> types = {{"random", MaskType::Random},
                                                               {"dropout", MaskType::Dropout},
                                                               {"spatial", MaskType::Spatial},
                                                               {"channel", MaskType::Channel}};
  v.field({.name = "latent_DA", .help = "cooperative training with hard examples; false = standard training"},
          latent_DA);
  v.field({.name = "mask_scope", .help = "which codes are masked", .choices = {"image", "shape"}},
          mask_scope);
  v.choice("image_mask_type", image_mask_type, types, "scheme for the image code");
  v.choice("shape_mask_type", shape_mask_type, types, "scheme for the shape code");
  v.field({.name = "max_threshold",
           .help = "largest fraction p of a code that is masked; the dropout rate",
           .range = {.low = 0, .high = 1, .high_excluded = true}},
          max_threshold);
  v.field({.name = "random_threshold", .help = "targeted masks draw p from U(0, max_threshold)"},
          random_threshold);
  v.field({.name = "if_soft", .help = "masked values are scaled by a in [0, 0.5) instead of set to 0"},
          if_soft);
  v.field({.name = "dropout_rescale", .help = "dropout multiplies kept channels by 1/(1-p)"},
          dropout_rescale);
  v.field({.name = "dropout_random_p", .help = "dropout draws p from U(0, max_threshold)"}, dropout_random_p);
  v.field({.name = "mask_strict", .help = "mask scores > threshold; false: >= as printed in the paper"},
          mask_strict);
  v.choice("annealing", annealing,
           {{"per_element", Annealing::PerElement},
            {"per_sample", Annealing::PerSample},
            {"per_batch", Annealing::PerBatch}},
           "over what one annealing factor a is shared");
  v.choice("threshold_sampling", threshold_sampling,
           {{"per_batch", ThresholdSampling::PerBatch}, {"per_sample", ThresholdSampling::PerSample}},
           "over what one threshold p is shared");
  v.field({.name = "shared_scheme", .help = "the shape code takes the scheme drawn for the image code"},
          shared_scheme);
  v.field({.name = "abs_gradient", .help = "rank by the magnitude of the mean gradient"}, abs_gradient);
  v.field({.name = "rescale_x_hat", .help = "scale each corrupted image to [0,1]"}, rescale_x_hat);
}

bool LatentConfig::masks_image() const { return std::ranges::find(mask_scope, "image") != mask_scope.end(); }
bool LatentConfig::masks_shape() const { return std::ranges::find(mask_scope, "shape") != mask_scope.end(); }

}  // namespace tandem::augment
