#include "base/console.h"
#include "base/error.h"
#include "base/timer.h"
#include "bench/arms.h"
#include "comm/mpi.h"
#include "mpi/training_fixture.h"

namespace tandem::bench {

void measure_exchange(std::int64_t batch, std::int64_t size, int steps) {
  comm::MpiSession session;
  const auto world = session.world();
  if (!world->is_leader()) console::set_quiet(true);
  test::SmallTraining training(*world,
                               {.type = at::kFloat, .items = batch, .rows_per_item = 1, .side = size});
  const auto* reducer = training.spread.reducer();
  require(reducer != nullptr, "one rank exchanges nothing; run with: mpirun -n 2 tandem-bench exchange");
  training.step(0);
  Arm step{.name = "exchange/step", .run = {}, .unit = "s a step"},
      exposed{.name = "exchange/exposed", .run = {}};
  exposed.unit = "s a step";
  for (int number = 1; number <= steps; ++number) {
    const double before = reducer->exposed_seconds();
    const Timer timer;
    training.step(std::uint32_t(number));
    step.seconds.push_back(timer.seconds());
    exposed.seconds.push_back(reducer->exposed_seconds() - before);
  }
  Report report;
  report.add("exchange/ranks", world->size(), "");
  report.add(step);
  report.add(exposed);
  report.add("exchange/exposed_share",
             100 * report.median("exchange/exposed") / report.median("exchange/step"), "%");
  if (world->is_leader()) report.print();
}

}  // namespace tandem::bench
