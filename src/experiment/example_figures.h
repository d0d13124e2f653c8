#pragma once
#include <functional>

#include "augment/augment_config.h"
#include "augment/image_augmentation_config.h"
#include "experiment/masked_example.h"
#include "records/pictures.h"

namespace tandem::experiment {

/// What the figures of one slice are made from.
struct ExampleScene {
  model::Networks& net;
  const augment::LatentConfig& latent;
  ExampleSlice slice;
  double pixel_mm = 0;
  std::uint64_t seed = 0;
};

/// An augmented image with its labels, [1,1,H,W] and [1,H,W].
struct AugmentedExample {
  at::Tensor x, y;
};

/// One way to augment in image space, for the comparison with latent space: the name of its column, and what
/// it makes of the slice.
struct ImageAugmentation {
  std::string name;
  std::function<AugmentedExample(const ExampleScene&)> apply;
};

/// The image-space augmentations that are compared; a new one is one line here.
std::vector<ImageAugmentation> image_augmentations(const augment::AugmentConfig& policy,
                                                   const augment::ImageAugmentationConfig& baselines);

/// [chen2021] Fig. 3: the input, the unmasked reconstruction and hard masks (a = 0) of the three schemes with
/// the largest threshold of the run; images, their change, the prediction on them, and what a masked shape
/// code decodes to.
records::PictureFigure hard_examples_figure(const ExampleScene& scene);

/// The slice under all masks of the next two figures, which share this work: dropout, and the targeted
/// schemes hard and soft, each at p = 0, 0.1 ... 0.5.
std::vector<MaskedExample> threshold_examples(const ExampleScene& scene);

/// Supp. Fig. 1: images from a masked z_i and the FTN's prediction on them, over p.
records::PictureFigure thresholds_figure(const ExampleScene& scene,
                                         const std::vector<MaskedExample>& examples);

/// Supp. Fig. 4: segmentations from a masked z_s and their entropy (softmax at the STN's temperature), over
/// p.
records::PictureFigure corrupted_shapes_figure(const ExampleScene& scene,
                                               const std::vector<MaskedExample>& examples);

/// Supp. Fig. 2: some image-space augmentations beside the three schemes in latent space.
records::PictureFigure augmentations_figure(const ExampleScene& scene,
                                            const std::vector<ImageAugmentation>& image_space);

/// [1,1,H,W] or [1,H,W] as numbers; argmax of logits [1,4,H,W] or labels [1,H,W] as class codes.
Image<float> plane_of(const at::Tensor& values);
Image<std::uint8_t> classes_of(const at::Tensor& logits_or_labels);

/// The square that shows the classes with some room around, at least 64 pixels wide if the map is, or as wide
/// as asked; the largest square of the map if it holds no class. {first row, first column, side}
std::array<std::int64_t, 3> square_around(const Image<std::uint8_t>& labels, std::int64_t wanted_side = 0);

/// Mean Dice over the classes that the reference of a slice holds; NaN if none.
double slice_dice(const Image<std::uint8_t>& reference, const Image<std::uint8_t>& prediction);

}  // namespace tandem::experiment
