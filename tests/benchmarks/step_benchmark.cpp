// Seconds per training step, run by hand: step_benchmark [standard|cooperative] [batch] [size] [steps]
// [threads]
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/timer.h"
#include "model/initialization.h"
#include "training/device.h"
#include "training/train_step.h"

int main(int argc, char** argv) {
  using namespace tandem;
  training::tune_allocator();
  const std::string mode = argc > 1 ? argv[1] : "cooperative";
  const std::int64_t batch = argc > 2 ? std::stoll(argv[2]) : 20, size = argc > 3 ? std::stoll(argv[3]) : 192;
  const int steps = argc > 4 ? std::stoi(argv[4]) : 5;
  const auto device = training::choose_device("cpu", argc > 5 ? std::stoll(argv[5]) : 0, 0, 1);

  model::Networks net({});
  model::initialise(net, 1);
  net.to(device, at::kFloat);
  training::Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  augment::LatentConfig latent;
  latent.latent_DA = mode == "cooperative";
  training::StepInputs in{at::rand({batch, 1, size, size}).contiguous(at::MemoryFormat::ChannelsLast),
                          at::randint(4, {batch, size, size}, at::kLong)};
  std::vector<std::uint32_t> ids;
  for (std::int64_t n = 0; n < batch; ++n) ids.push_back(std::uint32_t(n));

  std::vector<double> seconds;
  for (int step = -1; step < steps; ++step) {
    Timer timer;
    const auto draws = training::draw_step(latent, {1, 0, std::uint32_t(step + 1)}, ids, in.x.sizes());
    training::train_step(net, adam, /*reducer=*/nullptr, in, draws, latent, {});
    if (step >= 0) seconds.push_back(timer.seconds());
  }
  std::sort(seconds.begin(), seconds.end());
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} batch {} size {} threads {}: median {:.3f} s  min {:.3f}  max {:.3f}  peak {:.2f} GB\n",
             mode, batch, size, at::get_num_threads(), seconds[seconds.size() / 2], seconds.front(),
             seconds.back(), double(usage.ru_maxrss) / 1048576);
}
