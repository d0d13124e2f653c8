#include <fmt/format.h>

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/job.h"
#include "cli/selftest_checks.h"

namespace tandem::cli {
namespace {

std::string_view word_for(CheckState state) {
  switch (state) {
    case CheckState::Ok:
      return "ok";
    case CheckState::Skipped:
      return "skipped";
    case CheckState::Warning:
      return "warning";
    case CheckState::Failed:
      return "FAILED";
  }
  return "?";
}

void print_table(const std::vector<Check>& checks) {
  std::string group;
  for (const auto& check : checks) {
    console::result(fmt::format("{:<9} {:<42} {:<8} {}", check.group == group ? "" : check.group, check.name,
                                word_for(check.state), check.value));
    group = check.group;
  }
}

void print_json(const std::vector<Check>& checks, int ranks, int failed) {
  std::vector<std::string> lines;
  for (const auto& check : checks)
    lines.push_back(fmt::format(R"(  {{"group": {}, "name": {}, "state": {}, "value": {}}})",
                                json_quote(check.group), json_quote(check.name),
                                json_quote(word_for(check.state)), json_quote(check.value)));
  console::result(fmt::format("{{\"ranks\": {}, \"failed\": {}, \"checks\": [\n{}\n]}}", ranks, failed,
                              join(lines, ",\n")));
}

void test(comm::Communicator& ranks, const program::po::variables_map& options) {
  comm::Watchdog watchdog({.step_s = options["limit"].as<double>()});
  watchdog.phase(comm::Phase::Start, 0);
  const auto node = ranks.split_by_node();
  watchdog.share(ranks, *node, "");
  Checklist list(ranks, watchdog);
  check_machine(list, ranks);
  const auto nccl = check_gpus(list, ranks);
  check_collectives(list, ranks, options["megabytes"].as<double>(), nccl);
  check_files(list, ranks, options["folder"].as<std::string>());
  const auto checks = list.agreed();
  watchdog.phase(comm::Phase::Idle, 0);
  int failed = 0;
  for (const auto& check : checks) failed += check.state == CheckState::Failed;
  if (ranks.is_leader()) {
    if (options.count("json"))
      print_json(checks, ranks.size(), failed);
    else
      print_table(checks);
  }
  ranks.barrier();  // the first rank that leaves with an error ends the job: the table must be out by then
  if (failed > 0)
    throw CommonError(fmt::format("{} of {} checks failed", failed, checks.size()), ExitCode::Failure);
}

void run(const program::po::variables_map& options) {
  const double megabytes = options["megabytes"].as<double>(), limit = options["limit"].as<double>();
  require(megabytes > 0 && megabytes <= 4000, "--megabytes {} is not above 0 and at most 4000", megabytes);
  require(limit > 0, "--limit {} is not above 0", limit);
  run_on_ranks([&](auto& ranks) { test(ranks, options); });
}

}  // namespace

program::Command selftest_command() {
  namespace po = program::po;
  return {
      .name = "selftest",
      .synopsis = "[FOLDER] [--json]",
      .summary = "checks ranks, GPUs, collectives and a file system, before a long job",
      .declare =
          [](po::options_description& o) {
            o.add_options()("folder", po::value<std::string>()->default_value("."),
                            "folder for results whose file system is checked; left as it was")(
                "json", "for programs instead of for people")(
                "megabytes", po::value<double>()->default_value(18, "18"),
                "size of the sums that are timed, MB (the networks have 18)")(
                "limit", po::value<double>()->default_value(60, "60"),
                "time for each check, seconds; a rank that hangs longer is named, exit code 76");
          },
      .positional = {"folder"},
      .run = run,
      .details =
          [] {
            return std::string(
                "Start it as the job will be started: mpirun -n 4 tandem selftest RESULTS, or srun "
                "--mpi=pmix.\n"
                "Exit code 0 if nothing failed (warnings and skipped checks are no failures), else 70.\n");
          }};
}

}  // namespace tandem::cli
