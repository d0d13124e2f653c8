#include "sweep/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace tandem::sweep {
namespace {

/// Ring of n members: 2 (n-1) latency + 2 (n-1)/n bytes / bandwidth.
double ring(double n, double bytes, double latency_s, double bytes_per_s) {
  return 2 * (n - 1) * latency_s + 2 * (n - 1) / n * bytes / bytes_per_s;
}

std::string describe_inputs(const ScalingInputs& in) {
  std::string text = "The model computes with\n";
  const auto line = [&](const char* what, const Known& known, double unit, const char* name) {
    text += fmt::format("  {:<44} {:>8.4g} {:<6} {}\n", what, known.value / unit, name, known.origin);
  };
  line("a step on one GPU", in.step_s, 1e-3, "ms");
  line("gradients summed a step", in.gradient_bytes, 1e6, "MB");
  line("GPUs of a node", in.node_gpus, 1, "");
  line("bandwidth between them", in.node_bytes_per_s, 1e9, "GB/s");
  line("latency between them", in.node_latency_s, 1e-6, "us");
  line("bandwidth of a network port", in.port_bytes_per_s, 1e9, "GB/s");
  line("latency between nodes", in.port_latency_s, 1e-6, "us");
  line("share of the backward pass in a step", in.backward_share, 1, "");
  return text;
}

}  // namespace

double ring_s(const ScalingInputs& in, std::int64_t gpus) {
  if (gpus <= 1) return 0;
  const bool inside = double(gpus) <= in.node_gpus.value;
  return ring(double(gpus), in.gradient_bytes.value,
              inside ? in.node_latency_s.value : in.port_latency_s.value,
              inside ? in.node_bytes_per_s.value : in.port_bytes_per_s.value);
}

double two_level_s(const ScalingInputs& in, std::int64_t gpus, std::int64_t ports) {
  if (double(gpus) <= in.node_gpus.value) return ring_s(in, gpus);
  const double nodes = std::ceil(double(gpus) / in.node_gpus.value);
  return ring_s(in, std::int64_t(in.node_gpus.value)) +
         2 * std::ceil(std::log2(nodes)) * in.port_latency_s.value +
         2 * (nodes - 1) / nodes * in.gradient_bytes.value / (in.port_bytes_per_s.value * double(ports));
}

double weak_efficiency(const ScalingInputs& in, double all_reduce_s, double hidden) {
  const double step = in.step_s.value;
  return step / (step + std::max(0.0, all_reduce_s - hidden * in.backward_share.value * step));
}

std::string describe_scaling(const ScalingInputs& in, std::int64_t trials, std::int64_t steps,
                             std::int64_t gpus) {
  std::string text = describe_inputs(in);
  text += "\nA batch on each GPU (modelled): milliseconds of the sum of gradients, and efficiency\n";
  text +=
      "  GPUs   ring  2 levels, 1 port  2 levels, 8 ports  1 port: nothing hidden  3/4 of backward hidden\n";
  for (const std::int64_t n : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}) {
    const double one = two_level_s(in, n, 1);
    text += fmt::format("{:>6} {:>6.2f} {:>17.2f} {:>18.2f} {:>20.1f} % {:>21.1f} %\n", n,
                        1e3 * ring_s(in, n), 1e3 * one, 1e3 * two_level_s(in, n, 8),
                        100 * weak_efficiency(in, one, 0), 100 * weak_efficiency(in, one, 0.75));
  }
  text += fmt::format("\nOne batch over the ranks of a trial (modelled): {} trials of {} steps on {} GPUs\n",
                      trials, steps, gpus);
  text += " ranks a trial  efficiency      makespan\n";
  for (std::int64_t width = 1; width <= std::min<std::int64_t>(gpus, 64); width *= 2) {
    const double efficiency =  // a rank computes step / width and waits for the sum
        in.step_s.value / (in.step_s.value + double(width) * two_level_s(in, width, 1));
    const double trial_s = double(steps) * in.step_s.value / (double(width) * efficiency);
    const auto rounds = (trials * width + gpus - 1) / gpus;
    text += fmt::format("{:>14} {:>9.0f} % {:>13}\n", width, 100 * efficiency,
                        format_duration(double(rounds) * trial_s));
  }
  return text;
}

}  // namespace tandem::sweep
