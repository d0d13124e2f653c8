// tandem-bench: how long things take and how much memory, by hand on an idle machine.
#include <fmt/ranges.h>

#include <algorithm>

#include "base/console.h"
#include "base/error.h"
#include "base/host.h"
#include "base/timer.h"
#include "bench/arms.h"
#include "bench/data_arms.h"
#include "bench/flop_count.h"
#include "program/program.h"
#include "training/device.h"

namespace tandem::bench {
namespace {

namespace po = program::po;
using Words = std::vector<std::string>;
const Words kGroups = {"step", "scheme", "inference", "augmentation", "artefacts"};

void add_threads(po::options_description& o) {
  o.add_options()("threads", po::value<int>()->default_value(0), "of the step; 0 = all cores")(
      "batch", po::value<std::int64_t>()->default_value(20), "images a step")(
      "size", po::value<std::int64_t>()->default_value(192), "side of the images, pixels");
}

int use_threads(const po::variables_map& options) {
  training::choose_device("cpu", options["threads"].as<int>(), 0, 1, /*tf32=*/false);
  return options["threads"].as<int>() > 0 ? options["threads"].as<int>() : usable_cores();
}

/// Arms of one group, with the trainings that they step.
std::vector<Arm> step_arms(const std::vector<StepSetting>& settings) {
  std::vector<Arm> arms;
  for (const auto& setting : settings) {
    const auto bench = std::make_shared<StepBench>(setting);
    arms.push_back(
        {.name = "step/" + name_of(setting), .run = [bench] { bench->step(); }, .unit = "s a step"});
  }
  return arms;
}

void measure(std::vector<Arm> arms, int rounds, Report& report) {
  interleave(arms, rounds);
  for (const auto& arm : arms) report.add(arm);
}

/// FLOP/s of the convolutions as the reference form does them over the time of the optimised one, beside the
/// peak.
void add_roofline(const StepSetting& base, int threads, Report& report) {
  auto setting = base;
  const double peak = measured_fma_peak(threads);
  report.add("fma_peak", peak * 1e-9, "GFLOP/s");
  for (const auto formulation : {model::Formulation::Reference, model::Formulation::Optimised}) {
    setting.formulation = formulation;
    setting.scheme = augment::MaskType::Channel;  // with the passes for masks
    StepBench bench(setting);
    const double flop = convolution_flop([&] { bench.step(); });
    const auto name = name_of(setting);
    report.add("flop/" + name, flop * 1e-9, "GFLOP a step");
  }
  const double seconds = report.median("step/cooperative/channel/optimised");
  for (const auto* form : {"reference", "optimised"})
    report.add(fmt::format("roofline/{}_flop", form),
               report.median(fmt::format("flop/cooperative/channel/{}", form)) * 1e9 / seconds / peak,
               "of the peak");
}

void run_all(const po::variables_map& options) {
  const int threads = use_threads(options), rounds = std::max(1, options["rounds"].as<int>());
  const auto only = options.count("only") ? options["only"].as<Words>() : kGroups;
  for (const auto& group : only)
    require(std::ranges::count(kGroups, group) > 0, "--only {}: there are {}", group,
            fmt::join(kGroups, ", "));
  const auto wanted = [&](const char* group) { return std::ranges::count(only, group) > 0; };
  Report report;
  report.add("threads", threads, "");
  StepSetting base;
  base.batch = options["batch"].as<std::int64_t>(), base.size = options["size"].as<std::int64_t>();
  auto plain = base, standard = base, standard_plain = base;
  plain.formulation = standard_plain.formulation = model::Formulation::Reference;
  standard.cooperative = standard_plain.cooperative = false;
  if (wanted("step")) measure(step_arms({base, plain, standard, standard_plain}), rounds, report);
  if (wanted("scheme")) {
    std::vector<StepSetting> schemes(3, base);
    schemes[0].scheme = augment::MaskType::Channel, schemes[1].scheme = augment::MaskType::Spatial;
    schemes[2].scheme = augment::MaskType::Dropout;
    measure(step_arms(schemes), rounds, report);
    add_roofline(base, threads, report);
  }
  if (wanted("inference")) measure(inference_arms(base.size), rounds, report);
  if (wanted("augmentation")) measure(augmentation_arms(), rounds, report);
  if (wanted("artefacts")) measure(artefact_arms(), rounds, report);
  report.print();
  if (options.count("json")) report.write_json(options["json"].as<std::string>());
}

void run_step(const po::variables_map& options) {
  use_threads(options);
  StepSetting setting;
  setting.batch = options["batch"].as<std::int64_t>(), setting.size = options["size"].as<std::int64_t>();
  setting.cooperative = options["mode"].as<std::string>() == "cooperative";
  if (options["form"].as<std::string>() == "reference") setting.formulation = model::Formulation::Reference;
  StepBench bench(setting);
  const int steps = std::max(1, options["steps"].as<int>());
  bench.step();
  Report report;
  Arm arm{.name = name_of(setting), .run = {}, .unit = "s a step"};
  double halfway = 0;
  for (int step = 0; step < steps; ++step) {
    const Timer timer;
    bench.step();
    arm.seconds.push_back(timer.seconds());
    if (step == steps / 2) halfway = peak_memory_gb();
  }
  report.add(arm);
  report.add("peak_memory", peak_memory_gb(), "GB");
  report.add("peak_memory_growth_in_second_half", 1000 * (peak_memory_gb() - halfway), "MB");
  report.print();
  console::result(fmt::format("seconds_per_iteration {:.4f}", report.median(name_of(setting))));
}

std::vector<program::Command> commands() {
  return {
      {.name = "run",
       .synopsis = "[--only GROUP]... [--rounds N] [--json FILE]",
       .summary = "all measurements, arms of a group in turn; FLOP counts and the roofline with group scheme",
       .declare =
           [](po::options_description& o) {
             add_threads(o);
             o.add_options()("only", po::value<Words>()->composing(),
                             "step, scheme, inference, augmentation or artefacts; all without")(
                 "rounds", po::value<int>()->default_value(5), "medians over so many")(
                 "json", po::value<std::string>(), "also write the figures here");
           },
       .positional = {},
       .run = run_all},
      {.name = "step",
       .synopsis = "[--mode M] [--form F] [--steps N]",
       .summary = "one kind of step alone in a process: time, peak memory and its growth",
       .declare =
           [](po::options_description& o) {
             add_threads(o);
             o.add_options()("mode", po::value<std::string>()->default_value("cooperative"),
                             "cooperative or standard")(
                 "form", po::value<std::string>()->default_value("optimised"), "optimised or reference")(
                 "steps", po::value<int>()->default_value(3), "measured steps after one to warm up");
           },
       .positional = {},
       .run = run_step},
      {.name = "curves",
       .synopsis = "[--steps N] [--batch N]",
       .summary = "learning curves of both forms and two seeds on made-up hearts, 64 x 64",
       .declare =
           [](po::options_description& o) {
             add_threads(o);
             o.add_options()("steps", po::value<int>()->default_value(200), "of each training");
           },
       .positional = {},
       .run =
           [](const po::variables_map& options) {
             use_threads(options);
             compare_curves(std::max(8, options["steps"].as<int>()), options["batch"].as<std::int64_t>());
           }},
      {.name = "exchange",
       .synopsis = "[--batch N] [--size S] [--steps N]",
       .summary = "under mpirun: steps of all ranks together, and the time they wait for gradients",
       .declare =
           [](po::options_description& o) {
             add_threads(o);
             o.add_options()("steps", po::value<int>()->default_value(5),
                             "measured steps after one to warm up");
           },
       .positional = {},
       .run =
           [](const po::variables_map& options) {
             use_threads(options);
             measure_exchange(options["batch"].as<std::int64_t>(), options["size"].as<std::int64_t>(),
                              std::max(1, options["steps"].as<int>()));
           }}};
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  tandem::training::tune_allocator();
  tandem::program::Program program;
  program.name = "tandem-bench";
  program.summary = "measures Tandem: steps, memory, inference, augmentation, artefacts";
  program.commands = tandem::bench::commands();
  return program.run(argc, argv);
}
