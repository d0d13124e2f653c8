#include "sweep/status.h"

#include <algorithm>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "sweep/trial_claim.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kWords = {"done", "running", "lost", "waiting", "failed"};

/// Seconds since the owner's last sign of life. For people only: clocks of two machines may differ.
double silence_of(const TrialPaths& paths, int epoch) {
  std::error_code code;
  auto time = fs::last_write_time(paths.beat(epoch), code);
  if (code) time = fs::last_write_time(paths.claim(epoch), code);
  if (code) return 0;
  return std::max(0.0, std::chrono::duration<double>(fs::file_time_type::clock::now() - time).count());
}

TrialStatus status_of(const SweepFolder& sweep, const Trial& trial, Obituaries& obituaries) {
  TrialStatus status{trial, {}, "", 0};
  const auto paths = sweep.paths(trial);
  const auto files = list_trial(paths);
  status.state = read_state(paths, files, kMaxWithoutProgress);
  if (status.state.state != State::Running) return status;
  status.silence_s = silence_of(paths, status.state.epoch);
  if (status.state.claim) status.lost = obituaries.reason(status.state.claim->owner);
  if (status.lost.empty()) return status;
  const auto over = read_state(paths, files, kMaxWithoutProgress, /*owner_gone=*/true);
  if (over.state == State::Failed) status.state = over, status.lost.clear();
  return status;
}

std::map<std::string, int> count_words(const std::vector<TrialStatus>& trials) {
  std::map<std::string, int> counts;
  for (const auto& trial : trials) ++counts[trial.word()];
  return counts;
}

std::string resumed(int times) {
  return times == 0 ? "" : times == 1 ? ", resumed once" : fmt::format(", resumed {} times", times);
}

/// What there is to say about a trial, behind its name and state.
std::string details(const TrialStatus& status) {
  const auto& state = status.state;
  const auto word = status.word();
  const auto host = state.claim ? state.claim->owner.host : "?";
  if (word == "running")
    return fmt::format("step {}  node {}  {} since its claim, heard from {} ago{}", state.beat.step, host,
                       format_duration(state.beat.seconds + status.silence_s),
                       format_duration(status.silence_s), resumed(status.restarts()));
  if (word == "lost")
    return fmt::format("step {}, {}, on {}: {}; the next worker takes it up", state.beat.step,
                       state.beat.saved > 0 ? fmt::format("saved at {}", state.beat.saved) : "nothing saved",
                       host, status.lost);
  if (word == "done") return fmt::format("{}{}", format_duration(state.seconds), resumed(status.restarts()));
  if (word == "failed") return fmt::format("step {}: {}", state.beat.step, state.reason);
  return (state.retry_asked ? "to be tried again; before: " : "") + state.reason;
}

}  // namespace

int TrialStatus::restarts() const {
  return std::max(0, (state.result_epoch ? state.result_epoch : state.epoch) - 1);
}

std::string TrialStatus::word() const {
  switch (state.state) {
    case State::Waiting:
      return "waiting";
    case State::Running:
      return lost.empty() ? "running" : "lost";
    case State::Failed:
      return "failed";
    case State::Done:
      return "done";
  }
  return "";
}

std::vector<TrialStatus> survey(const SweepFolder& sweep, const Owner& self) {
  constexpr double kAskOnce_s = 1e9;
  Obituaries obituaries(
      self, [](const std::string& job) { return ask_squeue(job); }, kAskOnce_s);
  std::vector<TrialStatus> trials;
  for (const auto& trial : sweep.trials()) trials.push_back(status_of(sweep, trial, obituaries));
  return trials;
}

std::string status_text(const std::vector<TrialStatus>& trials, bool all) {
  auto counts = count_words(trials);
  std::vector<std::string> parts;
  for (const auto& word : kWords)
    if (counts[word] > 0 || word != "lost") parts.push_back(fmt::format("{} {}", word, counts[word]));
  std::string text = " " + join(parts, " · ") + "\n";
  size_t width = 0;
  const auto shown = [&](const TrialStatus& status) {
    const auto word = status.word();
    return all || word == "running" || word == "lost" || word == "failed" ||
           (word == "waiting" && status.state.epoch > 0);
  };
  for (const auto& status : trials)
    if (shown(status)) width = std::max(width, status.trial.label.size());
  for (const auto& status : trials)
    if (shown(status))
      text += fmt::format(" {:<{}}  {:<7}  {}\n", status.trial.label, width,
                          status.word() == "failed" ? "FAILED" : status.word(), details(status));
  return text;
}

std::string status_json(const std::vector<TrialStatus>& trials) {
  auto counts = count_words(trials);
  std::vector<std::string> numbers, rows;
  for (const auto& word : kWords) numbers.push_back(fmt::format("{}: {}", json_quote(word), counts[word]));
  for (const auto& status : trials) {
    const auto& state = status.state;
    rows.push_back(
        fmt::format("{{\"id\": {}, \"label\": {}, \"state\": {}, \"epoch\": {}, \"restarts\": {}, \"step\": "
                    "{}, \"saved\": {}, "
                    "\"seconds\": {:.3f}, \"silence_s\": {:.1f}, \"host\": {}, \"reason\": {}}}",
                    json_quote(status.trial.id), json_quote(status.trial.label), json_quote(status.word()),
                    state.epoch, status.restarts(), state.beat.step, state.beat.saved, state.seconds,
                    status.silence_s, json_quote(state.claim ? state.claim->owner.host : ""),
                    json_quote(status.lost.empty() ? state.reason : status.lost)));
  }
  return fmt::format("{{\"counts\": {{{}}},\n \"trials\": [{}]}}\n", join(numbers, ", "),
                     join(rows, ",\n  "));
}

bool all_over(const std::vector<TrialStatus>& trials) {
  return std::all_of(trials.begin(), trials.end(), [](const TrialStatus& trial) {
    return trial.state.state == State::Done || trial.state.state == State::Failed;
  });
}

std::vector<std::string> retry_trials(const SweepFolder& sweep, const std::vector<std::string>& words) {
  Obituaries obituaries(
      this_process(), [](const std::string& job) { return ask_squeue(job); }, 0);
  std::vector<TrialStatus> failed;
  for (const auto& trial : sweep.find(words)) {
    auto status = status_of(sweep, trial, obituaries);
    const bool has_failed = status.state.state == State::Failed;
    require(has_failed || words.empty(), "{} has not failed: it is {}; nothing was changed", trial.label,
            status.word());
    if (has_failed) failed.push_back(std::move(status));
  }
  std::vector<std::string> labels;
  for (const auto& status : failed) {
    write_text_file(sweep.paths(status.trial).retry(status.state.epoch), "asked = \"" + utc_now() + "\"\n");
    labels.push_back(status.trial.label);
  }
  return labels;
}

}  // namespace tandem::sweep
