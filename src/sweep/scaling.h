#pragma once
#include <cstdint>
#include <string>

namespace tandem::sweep {

/// A number of the scaling model, and whether somebody measured it or it is assumed.
struct Known {
  double value;
  const char* origin;  ///< "measured", "counted", "assumed"
};

/// What the scaling model of distributed.md 2.11 computes with; defaults are its assumptions, none measured
/// here.
struct ScalingInputs {
  Known step_s = {0.015, "assumed"};            ///< one step on one GPU
  Known gradient_bytes = {18e6, "assumed"};     ///< summed over ranks each step
  Known node_gpus = {8, "assumed"};             ///< GPUs of a node
  Known node_bytes_per_s = {200e9, "assumed"};  ///< between GPUs of a node
  Known node_latency_s = {3e-6, "assumed"};
  Known port_bytes_per_s = {20e9, "assumed"};  ///< one network port of a node
  Known port_latency_s = {10e-6, "assumed"};
  Known backward_share = {2.0 / 3, "assumed"};  ///< of a step, behind which sums can hide
};

/// Seconds of one all-reduce over so many GPUs: a ring over all.
double ring_s(const ScalingInputs& in, std::int64_t gpus);
/// The same in two levels: a ring within each node, a tree between nodes with `ports` network ports each.
double two_level_s(const ScalingInputs& in, std::int64_t gpus, std::int64_t ports);
/// Part of the time that n GPUs with a batch each compute: t_c / (t_c + max(0, t_ar - hidden)).
/// @param hidden share of the backward pass behind which sums are hidden; never all, the last bucket is
/// exposed
double weak_efficiency(const ScalingInputs& in, double all_reduce_s, double hidden);

/// Tables for people: the inputs with their origin, weak scaling on 1 to 1024 GPUs, and the makespan of a
/// sweep by ranks per trial. @param steps of a trial
std::string describe_scaling(const ScalingInputs& in, std::int64_t trials, std::int64_t steps,
                             std::int64_t gpus);

}  // namespace tandem::sweep
