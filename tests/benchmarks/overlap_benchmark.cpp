// What of the gradients' sums a step waits for, by size of the buckets: one bucket for all gradients against
// several that are summed beside the backward pass. Prints figures; run by hand on an idle machine:
//   mpirun -n 2 --bind-to none overlap_benchmark [SIDE] [STEPS]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "base/timer.h"
#include "comm/mpi.h"
#include "mpi/training_fixture.h"

namespace {

using namespace tandem;

struct Row {
  double bucket_mb;
  int buckets = 0;
  double step_ms = 0, exposed_ms = 0;  ///< medians over the steps, of this rank
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Row measure(comm::Communicator& ranks, double bucket_mb, std::int64_t side, int steps) {
  test::SmallTraining::Setting setting;
  setting.type = at::kFloat;
  setting.items = 4, setting.side = side;
  setting.parallel.bucket_mb = bucket_mb;
  test::SmallTraining training(ranks, setting);
  const auto* reducer = training.spread.reducer();
  std::vector<double> seconds, exposed;
  for (int step = -1; step < steps; ++step) {
    ranks.barrier();
    const double before = reducer->exposed_seconds();
    const Timer timer;
    training.step(std::uint32_t(step + 1));
    if (step < 0) continue;  // warming up
    seconds.push_back(timer.seconds());
    exposed.push_back(reducer->exposed_seconds() - before);
  }
  return {bucket_mb, reducer->buckets(), 1000 * median(seconds), 1000 * median(exposed)};
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t side = argc > 1 ? std::atoll(argv[1]) : 128;
  const int steps = argc > 2 ? std::atoi(argv[2]) : 15;
  comm::MpiSession session;
  const auto world = session.world();
  if (world->size() < 2 || side <= 0 || steps <= 0) {
    std::cerr << "start it on 2 ranks or more: mpirun -n 2 --bind-to none overlap_benchmark [SIDE] [STEPS]\n";
    return 65;
  }
  if (world->is_leader()) std::cout << "bucket MiB   buckets   step ms   exposed ms\n";
  for (const double bucket_mb : {100.0, 4.0, 1.0, 0.25}) {
    const auto row = measure(*world, bucket_mb, side, steps);
    if (world->is_leader())
      std::cout << fmt::format("{:10.2f} {:9} {:9.1f} {:12.2f}\n", row.bucket_mb, row.buckets, row.step_ms,
                               row.exposed_ms)
                << std::flush;
  }
  return 0;
}
