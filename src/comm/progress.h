#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem::comm {

/// What a rank is at, in the order of a step; Idle has no time limit.
enum class Phase { Idle, Start, FirstStep, Step, Checkpoint, Evaluation };

/// Where a rank stands.
struct RankProgress {
  int rank = 0;
  std::string host = {};
  std::int64_t pid = 0;
  Phase phase = Phase::Idle;
  std::int64_t step = 0;
  std::int64_t bucket = -1;       ///< bucket of gradients (or case) it is at; -1 = none
  std::int64_t checkpoint = -1;   ///< step of the last checkpoint; -1 = none
  std::int64_t beat = 0;          ///< moves as long as its watchdog runs
  std::int64_t remaining_ms = 0;  ///< until its own time limit; 0 = over or none
  bool alive = true;              ///< its beat moves
  bool moved = false;             ///< it has gone on between two readings
};

/// One line of text and back; false on text that is none (a file read while it changes).
std::string to_text(const RankProgress& progress);
bool parse_progress(const std::string& line, RankProgress& progress);

/// Marks as not alive the ranks whose beat has not moved between two readings, or that are missing in the
/// second.
void compare_beats(const std::map<int, RankProgress>& before, std::map<int, RankProgress>& now);

/// The ranks that the others wait for: those that are not alive, and those that stand behind the foremost.
std::vector<int> ranks_behind(const std::map<int, RankProgress>& ranks);

/// How long it is right to wait for the others, ms. A rank behind may take the time of its own limit (a slow
/// checkpoint is no fault); with no rank behind, one may just have caught up, and the limit of the last to
/// come counts.
std::int64_t patience_ms(const std::map<int, RankProgress>& ranks);

/// One message for people: who has not finished what for how long, where the others wait, the last
/// checkpoint.
std::string stall_message(const std::map<int, RankProgress>& ranks, double waited_s);

}  // namespace tandem::comm
