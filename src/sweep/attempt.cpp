#include "sweep/attempt.h"

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using Kind = Event::Kind;

void make_folder(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) fail_system("cannot create {}: {}", path.string(), code.message());
}

TrialContext context_of(const Trial& trial, TrialClaim& claim, const TrialFiles& before,
                        const WorkerOptions& options) {
  const auto& paths = claim.paths();
  TrialContext context;
  context.trial = trial;
  context.epoch = claim.epoch();
  context.settings = paths.settings();
  context.checkpoints = paths.checkpoints(claim.epoch());
  context.result = paths.result(claim.epoch());
  for (auto epoch = before.claims.rbegin(); epoch != before.claims.rend(); ++epoch)
    if (fs::exists(paths.checkpoints(*epoch))) context.earlier.push_back(paths.checkpoints(*epoch));
  context.start_at = [&claim](std::int64_t step) { claim.start_at(step); };
  context.beat = [&claim, interval = options.beat_s](std::int64_t step) { claim.beat(step, interval); };
  context.saved = [&claim](std::int64_t step) { claim.saved(step); };
  context.superseded = [&claim] { return !claim.superseded().empty(); };
  return context;
}

/// What happened, with the exception that ended the runner where there was one.
struct Outcome {
  Kind kind;
  std::string text = {};
  FailureKind failure = FailureKind::Failure;
  std::exception_ptr broken_group = {};  ///< a Watchdog error, to be passed on
};

Outcome outcome_of(const Error& error) {
  switch (error.code()) {
    case ExitCode::Stopped:
      return {Kind::Stopped, error.what()};
    case ExitCode::BadInput:
      return {Kind::Failed, error.what(), FailureKind::BadInput};
    case ExitCode::Watchdog:
      return {Kind::Failed, error.what(), FailureKind::Failure, std::current_exception()};
    default:
      return {Kind::Failed, error.what()};
  }
}

Outcome publish(const Trial& trial, TrialClaim& claim, const WorkerOptions& options) {
  if (!fs::exists(claim.paths().result(claim.epoch())))
    fail_system("the run ended without {}", claim.paths().result(claim.epoch()).string());
  announce(options, {Kind::ResultReady, trial.label, claim.epoch(), claim.last_beat().step, ""});
  switch (claim.publish()) {
    case Publication::Published:
      return {Kind::Published, "after " + format_duration(claim.seconds())};
    case Publication::Duplicate:
      return {Kind::Duplicate, "another worker had published its result; this one was removed"};
    case Publication::Superseded:
      break;
  }
  return {Kind::Superseded, claim.superseded()};
}

Outcome run_and_publish(const Trial& trial, TrialClaim& claim, const TrialFiles& before,
                        const WorkerOptions& options, const TrialRunner& runner) {
  try {
    make_folder(claim.paths().checkpoints(claim.epoch()));
    auto context = context_of(trial, claim, before, options);
    claim.beat(0, 0);
    runner(context);
    return publish(trial, claim, options);
  } catch (const Error& error) {
    return outcome_of(error);
  } catch (const std::exception& error) {
    return {Kind::Failed, error.what()};
  }
}

}  // namespace

void announce(const WorkerOptions& options, const Event& event) {
  if (options.on_event)
    options.on_event(event);
  else if (event.kind != Kind::ResultReady)
    console::print(describe(event));
}

Kind run_attempt(const Trial& trial, TrialClaim& claim, const TrialFiles& before,
                 const WorkerOptions& options, const TrialRunner& runner) {
  auto outcome = run_and_publish(trial, claim, before, options, runner);
  try {
    // An owner that stalled and lost its trial meets all kinds of errors; none of them is the trial's.
    if (outcome.kind == Kind::Failed || outcome.kind == Kind::Stopped)
      if (const auto by = claim.superseded(); !by.empty())
        outcome = {Kind::Superseded, by, {}, outcome.broken_group};
    if (outcome.kind == Kind::Failed) claim.fail(outcome.failure, outcome.text);
    if (outcome.kind == Kind::Stopped) claim.release(outcome.text);
  } catch (const Error& error) {
    outcome.text += fmt::format(" (and this could not be written down: {})", error.what());
  }
  announce(options, {outcome.kind, trial.label, claim.epoch(), claim.last_beat().step, outcome.text});
  if (outcome.broken_group) std::rethrow_exception(outcome.broken_group);
  return outcome.kind;
}

}  // namespace tandem::sweep
