#include "augment/augment_config.h"

#include <cmath>

#include "base/error.h"

namespace tandem::augment {

void AugmentConfig::describe(config::Visitor& v) {
  v.choice("policy", policy,
           {{"ACDC_affine_elastic_intensity", Policy::AffineElasticIntensity}, {"none", Policy::None}},
           "image-space augmentation of training slices; none = pad, crop and min-max only");
  v.choice("validation", validation,
           {{"plain", ValidationSlices::Plain}, {"augmented", ValidationSlices::Augmented}},
           "validation slices; augmented = like training slices, drawn anew for every epoch");
  v.field({.name = "pad",
           .help = "slices are padded to at least this side, pixels",
           .range = config::between(16, 4096)},
          pad);
  v.field({.name = "crop",
           .help = "side of the slices the networks see, pixels",
           .range = config::between(16, 4096)},
          crop);
  const auto probability = config::between(0, 1);
  v.field({.name = "flip_left_right", .help = "probability", .range = probability}, flip_left_right);
  v.field({.name = "flip_up_down", .help = "probability", .range = probability}, flip_up_down);
  v.field({.name = "intensity", .help = "probability of contrast * v + brightness", .range = probability},
          intensity);
  v.field({.name = "contrast", .help = "range of the factor"}, contrast);
  v.field({.name = "brightness", .help = "range of the offset"}, brightness);
  v.field({.name = "rotation", .help = "range, degrees"}, rotation);
  v.field({.name = "shift", .help = "range, fraction of rows and of columns"}, shift);
  v.field({.name = "zoom", .help = "range, per axis; below 1 magnifies", .range = config::above(0)}, zoom);
  v.field({.name = "turn_step",
           .help = "then a turn by a random multiple of this, degrees; 360 = none",
           .range = config::between(1, 360)},
          turn_step);
  v.field({.name = "elastic", .help = "probability of an elastic deformation", .range = probability},
          elastic);
  v.field({.name = "elastic_alpha", .help = "range of its strength, fraction of rows"}, elastic_alpha);
  v.field({.name = "elastic_sigma",
           .help = "range of its smoothing, fraction of rows",
           .range = config::above(0)},
          elastic_sigma);
  v.choice("label_corruption", label_corruption,
           {{"none", LabelCorruption::None}, {"hand_made", LabelCorruption::HandMade}},
           "with loss.separate_training: the STN learns from labels corrupted by hand, not from predictions");
}

void AugmentConfig::check() const {
  require(crop <= pad, "augmentation.crop = {} is larger than augmentation.pad = {}", crop, pad);
  const std::vector<std::pair<const char*, const std::vector<double>*>> ranges = {
      {"contrast", &contrast},
      {"brightness", &brightness},
      {"rotation", &rotation},
      {"shift", &shift},
      {"zoom", &zoom},
      {"elastic_alpha", &elastic_alpha},
      {"elastic_sigma", &elastic_sigma}};
  for (const auto& [name, range] : ranges)
    require(range->size() == 2 && range->front() <= range->back(),
            "augmentation.{} = [{}] must be two numbers [low, high] with low <= high", name,
            fmt::join(*range, ", "));
  require(std::fmod(360, turn_step) == 0, "augmentation.turn_step = {} does not divide 360", turn_step);
}

}  // namespace tandem::augment
