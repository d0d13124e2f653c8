#include "comm/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <tuple>

#include "base/text.h"

namespace tandem::comm {
namespace {

auto position(const RankProgress& p) { return std::tuple(p.step, p.phase, p.bucket); }

std::string place(const RankProgress& p) {
  switch (p.phase) {
    case Phase::Idle:
      return "what lies between trials";
    case Phase::Start:
      return "the start";
    case Phase::FirstStep:
    case Phase::Step:
      return fmt::format("step {}", p.step);
    case Phase::Checkpoint:
      return fmt::format("the checkpoint of step {}", p.step);
    case Phase::Evaluation:
      return fmt::format("the evaluation after step {}", p.step);
  }
  return "?";
}

std::string place_with_bucket(const RankProgress& p) {
  if (p.bucket < 0) return place(p);
  return fmt::format("{} ({} {})", place(p), p.phase == Phase::Evaluation ? "case" : "bucket", p.bucket);
}

/// "rank 1 (host n1)" or "ranks 0, 2, 3".
std::string name_ranks(const std::vector<RankProgress>& ranks, bool with_hosts) {
  std::vector<std::string> words;
  for (const auto& p : ranks) {
    if (words.size() == 8 && ranks.size() > 9) {
      words.push_back(fmt::format("... ({} in all)", ranks.size()));
      break;
    }
    const std::string state = p.alive ? "" : fmt::format(", process {} is stopped or lost", p.pid);
    words.push_back(with_hosts ? fmt::format("{} (host {}{})", p.rank, p.host, state)
                               : std::to_string(p.rank));
  }
  return (ranks.size() == 1 ? "rank " : "ranks ") + join(words, ", ");
}

/// Ranks grouped by what they are at, in words.
std::map<std::string, std::vector<RankProgress>> by_place(const std::vector<RankProgress>& ranks,
                                                          std::string (*words)(const RankProgress&)) {
  std::map<std::string, std::vector<RankProgress>> groups;
  for (const auto& p : ranks) groups[words(p)].push_back(p);
  return groups;
}

/// Those of ranks_behind that the message blames: only the lost ones if there are any. The living ones wait
/// for them too: a sum reaches some ranks earlier than others, so that they may stand a bucket apart.
std::vector<int> ranks_to_name(const std::map<int, RankProgress>& ranks) {
  auto behind = ranks_behind(ranks);
  const auto lost = [&](int rank) { return !ranks.at(rank).alive; };
  if (std::any_of(behind.begin(), behind.end(), lost)) std::erase_if(behind, std::not_fn(lost));
  return behind;
}

}  // namespace

std::string to_text(const RankProgress& p) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", p.rank, p.host, p.pid, int(p.phase), p.step, p.bucket,
                     p.checkpoint, p.beat, p.remaining_ms);
}

bool parse_progress(const std::string& line, RankProgress& p) {
  std::istringstream in(line);
  int phase = 0;
  in >> p.rank >> p.host >> p.pid >> phase >> p.step >> p.bucket >> p.checkpoint >> p.beat >> p.remaining_ms;
  p.phase = Phase(phase);
  return !in.fail() && phase >= int(Phase::Idle) && phase <= int(Phase::Evaluation);
}

void compare_beats(const std::map<int, RankProgress>& before, std::map<int, RankProgress>& now) {
  for (const auto& [rank, was] : before) {
    auto [found, missing] = now.try_emplace(rank, was);
    found->second.alive = !missing && found->second.beat != was.beat;
    found->second.moved = position(found->second) != position(was);
  }
}

std::vector<int> ranks_behind(const std::map<int, RankProgress>& ranks) {
  auto foremost = std::tuple(std::int64_t(-1), Phase::Idle, std::int64_t(-1));
  for (const auto& [rank, p] : ranks) foremost = std::max(foremost, position(p));
  std::vector<int> behind;
  for (const auto& [rank, p] : ranks)
    if (!p.alive || position(p) < foremost) behind.push_back(rank);
  return behind;
}

std::int64_t patience_ms(const std::map<int, RankProgress>& ranks) {
  constexpr std::int64_t kAfterAMove_ms = 1000;
  const auto behind = ranks_behind(ranks);
  std::int64_t longest = 0;
  for (const auto& [rank, p] : ranks) {
    if (!p.alive) continue;
    if (p.moved) longest = std::max(longest, kAfterAMove_ms);
    const bool awaited = behind.empty() || std::find(behind.begin(), behind.end(), rank) != behind.end();
    if (awaited) longest = std::max(longest, p.remaining_ms);
  }
  return longest;
}

std::string stall_message(const std::map<int, RankProgress>& ranks, double waited_s) {
  const auto late = ranks_to_name(ranks);
  std::vector<RankProgress> behind, waiting;
  std::int64_t checkpoint = -1;
  for (const auto& [rank, p] : ranks) {
    (std::find(late.begin(), late.end(), rank) != late.end() ? behind : waiting).push_back(p);
    checkpoint = std::max(checkpoint, p.checkpoint);
  }
  std::vector<std::string> parts;
  if (behind.empty())
    parts.push_back(
        fmt::format("no rank has gone on for {:.0f} s (is the network or a GPU stuck?)", waited_s));
  for (const auto& [what, group] : by_place(behind, place))
    parts.push_back(fmt::format("{} {} not finished {} for {:.0f} s", name_ranks(group, true),
                                group.size() == 1 ? "has" : "have", what, waited_s));
  for (const auto& [what, group] : by_place(waiting, place_with_bucket))
    parts.push_back(
        fmt::format("{} {} in {}", name_ranks(group, false), group.size() == 1 ? "waits" : "wait", what));
  const auto saved =
      checkpoint < 0 ? std::string("No checkpoint yet") : fmt::format("Last checkpoint: step {}", checkpoint);
  return fmt::format("{}. {}. Exit code 76.", join(parts, "; "), saved);
}

}  // namespace tandem::comm
