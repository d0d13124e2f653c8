#pragma once
#include <string>
#include <vector>

#include "config/visitor.h"
#include "model/pass.h"

namespace tandem::training {

/// Which passes move running statistics and train gamma and beta.
enum class BnPolicy {
  Head,      ///< frozen passes for hard examples, as in the official code's last commit
  TrackAll,  ///< every pass tracked and trained, as in its first commit
};

/// Settings of one step's losses, section [loss].
struct LossConfig {
  double rec_weight = 0.5;
  bool gt_shape_loss = true;
  double input_noise_sigma = 0.05;
  bool input_noise_clamp = true;
  bool separate_training = false;
  bool corrupted_segmentation = false;
  BnPolicy bn_policy = BnPolicy::Head;

  void describe(config::Visitor& v);
};

enum class DType {
  Float32,
  Float64,
  BFloat16,  ///< convolutions in bfloat16, weights and everything else in float32
};
/// As the settings spell them.
inline const std::vector<std::pair<std::string, DType>> kDTypeNames = {
    {"float32", DType::Float32}, {"float64", DType::Float64}, {"bfloat16", DType::BFloat16}};
std::string name_of(DType dtype);

/// What decides which weights are kept as `best`.
enum class SelectBy { StnMeanIoU, FtnMeanIoU, LastEpoch };

/// Settings of the loop, section [training].
struct TrainingConfig {
  std::int64_t seed = 40;
  double learning_rate = 1e-4;
  std::vector<double> betas = {0.9, 0.999};
  double eps = 1e-8;
  std::int64_t epochs = 600;
  std::int64_t max_steps = 0;
  std::int64_t batch_size = 20;
  bool keep_orig_pairs = true;
  DType dtype = DType::Float32;
  model::Formulation step = model::Formulation::Optimised;
  std::string device = "auto";
  bool cuda_graphs = false;
  bool tf32 = false;
  std::int64_t threads = 0;
  std::int64_t loader_threads = 1;
  SelectBy select_by = SelectBy::StnMeanIoU;
  std::int64_t validate_every = 1;
  double checkpoint_minutes = 5;
  double max_minutes = 0;

  void describe(config::Visitor& v);
};

}  // namespace tandem::training
