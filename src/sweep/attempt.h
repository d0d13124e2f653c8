#pragma once
#include "sweep/worker.h"

namespace tandem::sweep {

/// Runs a claimed trial to its end, whatever that is, and writes it down: publishes, releases or fails the
/// claim. Returns the kind of the last event. Throws only Watchdog (76) errors, after writing them down.
Event::Kind run_attempt(const Trial& trial, TrialClaim& claim, const TrialFiles& before,
                        const WorkerOptions& options, const TrialRunner& runner);

/// Hands an event to options.on_event, or prints it.
void announce(const WorkerOptions& options, const Event& event);

}  // namespace tandem::sweep
