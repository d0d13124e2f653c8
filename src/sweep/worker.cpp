#include "sweep/worker.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "sweep/attempt.h"

namespace tandem::sweep {
namespace {

using Kind = Event::Kind;

double system_clock_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// How long Slurm's answer about a job is believed.
constexpr double kAskQueueAgain_s = 30;
/// A trial is begun only if this many times its usual length is left.
constexpr double kTimeReserve = 1.2;

class Worker {
 public:
  Worker(const SweepFolder& sweep, const WorkerOptions& options, const TrialRunner& runner)
      : sweep_(sweep),
        options_(options),
        runner_(runner),
        watch_(Obituaries(options.self, options.ask_queue, kAskQueueAgain_s), options.lease_s,
               options.clock ? options.clock : system_clock_s),
        over_(sweep.trials().size(), false) {}

  WorkerReport run() {
    const size_t count = sweep_.trials().size();
    if (count == 0) return report_;
    size_t next = size_t(options_.offset) % count;
    size_t fruitless = 0;  // trials looked at since the last one that was run
    bool others_run = false, all_alive = true;
    double idle_since = watch_.now();
    while (true) {
      if (options_.stop_asked()) return ended(WorkerReport::End::Stopped);
      if (fruitless == count) {
        if (!others_run || (all_alive && !options_.wait_for_others)) return report_;
        wait();
        fruitless = 0, others_run = false, all_alive = true;
        continue;
      }
      const auto look = over_[next] ? Look::Over : look_at(next);
      if (look == Look::Stopped) return ended(WorkerReport::End::Stopped);
      if (look == Look::TooLate) return ended(WorkerReport::End::OutOfTime);
      if (look == Look::Ran) fruitless = 0, others_run = false, all_alive = true, idle_since = watch_.now();
      if (look == Look::Busy) {
        others_run = true;
        all_alive = all_alive && watch_.alive_since(sweep_.paths(sweep_.trials()[next]), idle_since);
      }
      if (look != Look::Ran) ++fruitless;
      next = (next + 1) % count;
    }
  }

 private:
  enum class Look {
    Over,     ///< done, or failed for good
    Busy,     ///< somebody else's
    Ran,      ///< claimed and run, with whatever success
    Stopped,  ///< the runner was asked to stop
    TooLate,  ///< could be claimed, but the time left is too short
  };

  WorkerReport ended(WorkerReport::End end) {
    report_.end = end;
    return report_;
  }

  Look look_at(size_t index) {
    const auto& trial = sweep_.trials()[index];
    const auto paths = sweep_.paths(trial);
    try {
      if (std::filesystem::exists(paths.published())) return note_done(index);
      const auto files = list_trial(paths);
      const bool held = files.epoch() > 0 && !files.ended(files.epoch());
      const auto gone = held ? watch_.why_gone(paths, files.epoch()) : "";
      if (held && gone.empty()) return Look::Busy;
      const auto state = read_state(paths, files, options_.max_without_progress, /*owner_gone=*/held);
      if (state.state == State::Done) return note_done(index);
      if (state.state == State::Failed) return Look::Over;
      if (!enough_time()) return Look::TooLate;
      return claim_and_run(index, trial, paths, files, state, gone);
    } catch (const Error& error) {
      if (error.code() == ExitCode::Watchdog) throw;
      // A folder that cannot be used now must not keep the worker from the others, nor itself for ever.
      console::warn(fmt::format("trial={} cannot be worked on: {}", trial.label, error.what()));
      over_[index] = true;
      return Look::Over;
    }
  }

  Look note_done(size_t index) {
    over_[index] = true;
    return Look::Over;
  }

  Look claim_and_run(size_t index, const Trial& trial, const TrialPaths& paths, const TrialFiles& files,
                     const TrialState& state, const std::string& gone) {
    auto claim = TrialClaim::take(paths, files.epoch() + 1, {options_.self, options_.width, utc_now()});
    if (!claim) return Look::Busy;
    if (const auto by = claim->superseded(); !by.empty()) {  // finished between the look and the claim
      claim->release(by);
      return Look::Ran;
    }
    announce(options_,
             {Kind::Claimed, trial.label, claim->epoch(), state.beat.saved, why_claimed(state, gone)});
    const auto kind = run_attempt(trial, *claim, files, options_, runner_);
    if (kind == Kind::Published) {
      ++report_.published;
      seconds_.push_back(claim->seconds());
    }
    if (kind == Kind::Published || kind == Kind::Duplicate) over_[index] = true;
    if (kind == Kind::Failed) ++report_.failed;
    return kind == Kind::Stopped ? Look::Stopped : Look::Ran;
  }

  static std::string why_claimed(const TrialState& state, const std::string& gone) {
    if (state.epoch == 0) return "";
    if (state.retry_asked) return "tried again after: " + state.reason;
    if (gone.empty()) return "goes on after: " + state.reason;
    const auto host = state.claim ? " on " + state.claim->owner.host : "";
    return fmt::format("taken over from epoch {}{}: {}", state.epoch, host, gone);
  }

  bool enough_time() {
    const double left = options_.seconds_left();
    if (left == std::numeric_limits<double>::infinity()) return true;
    const double typical = options_.typical_trial_s > 0 ? options_.typical_trial_s : mean_seconds();
    const double needed = options_.checkpoint_s > 0 ? std::min(typical, options_.checkpoint_s) : typical;
    return left > 0 && left >= kTimeReserve * needed;
  }

  /// Of this worker's own trials, or else of those that others have finished; 0 if there are none.
  double mean_seconds() {
    if (seconds_.empty()) {
      for (const auto& trial : sweep_.trials()) {
        const auto paths = sweep_.paths(trial);
        const auto files = list_trial(paths);
        if (files.published)
          seconds_.push_back(read_state(paths, files, options_.max_without_progress).seconds);
      }
    }
    if (seconds_.empty()) return 0;
    return std::accumulate(seconds_.begin(), seconds_.end(), 0.0) / double(seconds_.size());
  }

  void wait() const {
    for (double waited = 0; waited < options_.poll_s && !options_.stop_asked(); waited += 0.05)
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.05, options_.poll_s)));
  }

  const SweepFolder& sweep_;
  const WorkerOptions& options_;
  const TrialRunner& runner_;
  LeaseWatch watch_;
  std::vector<bool> over_;
  std::vector<double> seconds_;
  WorkerReport report_;
};

}  // namespace

std::string describe(const Event& event) {
  const char* word = "";
  switch (event.kind) {
    case Kind::Claimed:
      word = "claimed";
      break;
    case Kind::ResultReady:
      word = "result ready";
      break;
    case Kind::Published:
      word = "published";
      break;
    case Kind::Duplicate:
      word = "duplicate";
      break;
    case Kind::Superseded:
      word = "superseded";
      break;
    case Kind::Stopped:
      word = "stopped";
      break;
    case Kind::Failed:
      word = "failed";
      break;
  }
  return fmt::format("trial={} epoch={} step={} {}{}{}", event.label, event.epoch, event.step, word,
                     event.text.empty() ? "" : ": ", event.text);
}

WorkerReport run_worker(const SweepFolder& sweep, const WorkerOptions& options, const TrialRunner& runner) {
  return Worker(sweep, options, runner).run();
}

}  // namespace tandem::sweep
