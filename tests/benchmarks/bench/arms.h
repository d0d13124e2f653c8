#pragma once
#include <cstdint>
#include <memory>

#include "bench/report.h"
#include "training/train_step.h"

namespace tandem::bench {

/// What a training step is measured with.
struct StepSetting {
  bool cooperative = true;
  augment::MaskType scheme = augment::MaskType::Random;
  model::Formulation formulation = model::Formulation::Optimised;
  std::int64_t batch = 20, size = 192;
};

/// A training of random images, one step at a time, float32 on the CPU.
class StepBench {
 public:
  explicit StepBench(const StepSetting& setting);
  /// One whole step, with its draws. @return the sum of its terms, which waits for them
  double step();

 private:
  StepSetting setting_;
  model::Networks net_;
  training::Adam adam_;
  training::StepInputs in_;
  std::vector<std::uint32_t> ids_;
  std::uint32_t number_ = 0;
};

/// "cooperative/channel/optimised".
std::string name_of(const StepSetting& setting);

/// Whole volumes [10,size,size] through FTN and STN, in both forms; items are slices.
std::vector<Arm> inference_arms(std::int64_t size);

/// Cooperative steps by all ranks of an MPI job together, float32: time, and what of it is waiting for
/// gradients.
void measure_exchange(std::int64_t batch, std::int64_t size, int steps);

/// Prints the learning curves of small cooperative trainings with two seeds in both forms.
void compare_curves(int steps, std::int64_t batch);

}  // namespace tandem::bench
