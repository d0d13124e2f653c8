#include "training/training_config.h"

#include <algorithm>

namespace tandem::training {

std::string name_of(DType dtype) {
  return std::ranges::find(kDTypeNames, dtype, &std::pair<std::string, DType>::second)->first;
}

void LossConfig::describe(config::Visitor& v) {
  v.field({.name = "rec_weight", .help = "factor of the mean squared error", .range = config::at_least(0)},
          rec_weight);
  v.field({.name = "gt_shape_loss", .help = "include L_shp(STN(y), y)"}, gt_shape_loss);
  v.field({.name = "input_noise_sigma",
           .help = "deviation of the noise on the input",
           .range = config::at_least(0)},
          input_noise_sigma);
  v.field({.name = "input_noise_clamp", .help = "clamp the noisy input to [0,1]"}, input_noise_clamp);
  v.field({.name = "separate_training", .help = "the STN's loss does not reach the FTN"}, separate_training);
  v.field(
      {.name = "corrupted_segmentation",
       .help =
           "corrupted segmentations Ds(masked z_s) also train Ds by their own loss; with latent.latent_DA"},
      corrupted_segmentation);
  v.choice("bn_policy", bn_policy, {{"head", BnPolicy::Head}, {"track_all", BnPolicy::TrackAll}},
           "which passes move BatchNorm statistics");
}

void TrainingConfig::describe(config::Visitor& v) {
  using config::at_least;
  v.field({.name = "seed", .help = "of every random draw", .range = at_least(0)}, seed);
  v.field({.name = "learning_rate", .help = "of Adam", .range = config::above(0)}, learning_rate);
  v.field({.name = "betas", .help = "of Adam", .range = {.low = 0, .high = 1, .high_excluded = true}}, betas);
  v.field({.name = "eps", .help = "of Adam", .range = config::above(0)}, eps);
  v.field({.name = "epochs", .help = "passes over all training slices", .range = at_least(1)}, epochs);
  v.field({.name = "max_steps", .help = "stop after so many steps; 0 = no limit", .range = at_least(0)},
          max_steps);
  v.field(
      {.name = "batch_size", .help = "images a step, augmented and original together", .range = at_least(1)},
      batch_size);
  v.field({.name = "keep_orig_pairs", .help = "half of a batch are the un-augmented slices"},
          keep_orig_pairs);
  v.choice(
      "dtype", dtype, kDTypeNames,
      "element type of the networks; \"bfloat16\" trains with convolutions in it and the rest in float32: "
      "gradients at the start are far from float32's (measured: 88 % off), evaluation is in float32");
  v.choice("step", step,
           {{"optimised", model::Formulation::Optimised}, {"reference", model::Formulation::Reference}},
           "form of the arithmetic; both compute the same function, \"reference\" as the formulas read");
  v.field({.name = "device", .help = "where the networks run", .choices = {"auto", "cpu", "cuda"}}, device);
  v.field(
      {.name = "cuda_graphs",
       .help = "record the step as a CUDA graph and repeat it; needs a GPU, one rank and no [da] method; not "
               "run on a GPU so far"},
      cuda_graphs);
  v.field(
      {.name = "tf32",
       .help = "let a GPU round the factors of float32 convolutions and products to 10 bits in training; not "
               "run on a GPU so far"},
      tf32);
  v.field({.name = "threads", .help = "of the step; 0 = all cores", .range = at_least(0)}, threads);
  v.field({.name = "loader_threads",
           .help = "that load and augment ahead of the step",
           .range = config::between(1, 256)},
          loader_threads);
  v.choice("select_by", select_by,
           {{"stn_miou_with_background", SelectBy::StnMeanIoU},
            {"ftn_miou_with_background", SelectBy::FtnMeanIoU},
            {"last_epoch", SelectBy::LastEpoch}},
           "what decides which weights are kept as best");
  v.field({.name = "validate_every", .help = "epochs between validations", .range = at_least(1)},
          validate_every);
  v.field(
      {.name = "checkpoint_minutes", .help = "minutes between saves of the last state", .range = at_least(0)},
      checkpoint_minutes);
  v.field({.name = "max_minutes",
           .help = "save and stop after so many minutes; 0 = no limit",
           .range = at_least(0)},
          max_minutes);
}

}  // namespace tandem::training
