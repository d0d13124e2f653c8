#include "base/console.h"
#include "base/error.h"
#include "base/timer.h"
#include "bench/arms.h"
#include "comm/mpi.h"
#include "mpi/training_fixture.h"

namespace tandem::bench {

namespace {

/// Steps with buckets of one size: their time, and what of it is waiting for gradients.
void measure(comm::Communicator& world, Report& report, double bucket_mb, std::int64_t batch,
             std::int64_t size, int steps) {
  test::SmallTraining::Setting setting;
  setting.type = at::kFloat;
  setting.items = batch, setting.rows_per_item = 1, setting.side = size;
  setting.parallel.bucket_mb = bucket_mb;
  test::SmallTraining training(world, setting);
  const auto* reducer = training.spread.reducer();
  require(reducer != nullptr, "one rank exchanges nothing; run with: mpirun -n 2 tandem-bench exchange");
  training.step(0);
  const auto name = fmt::format("exchange/{}_buckets", reducer->buckets());
  Arm step{.name = name + "/step", .run = {}, .unit = "s a step"};
  Arm exposed{.name = name + "/exposed", .run = {}, .unit = "s a step"};
  for (int number = 1; number <= steps; ++number) {
    world.barrier();
    const double before = reducer->exposed_seconds();
    const Timer timer;
    training.step(std::uint32_t(number));
    step.seconds.push_back(timer.seconds());
    exposed.seconds.push_back(reducer->exposed_seconds() - before);
  }
  report.add(step);
  report.add(exposed);
  report.add(name + "/exposed_share", 100 * report.median(exposed.name) / report.median(step.name), "%");
}

}  // namespace

void measure_exchange(std::int64_t batch, std::int64_t size, int steps) {
  comm::MpiSession session;
  const auto world = session.world();
  if (!world->is_leader()) console::set_quiet(true);
  Report report;
  report.add("exchange/ranks", world->size(), "");
  // All gradients in one bucket, then in more and more that are summed beside the backward pass.
  for (const double bucket_mb : {100.0, 4.0, 1.0, 0.25})
    measure(*world, report, bucket_mb, batch, size, steps);
  if (world->is_leader()) report.print();
}

}  // namespace tandem::bench
