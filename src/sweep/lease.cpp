#include "sweep/lease.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "sweep/trial_records.h"

namespace tandem::sweep {
namespace {

/// A file's text; "" if it is not there (yet).
std::string text_of(const std::filesystem::path& file) {
  try {
    return read_text_file(file);
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

LeaseWatch::LeaseWatch(Obituaries obituaries, double lease_s, std::function<double()> clock)
    : obituaries_(std::move(obituaries)), lease_s_(lease_s), clock_(std::move(clock)) {}

std::string LeaseWatch::why_gone(const TrialPaths& paths, int epoch) {
  auto& seen = seen_[paths.folder];
  const auto beat = text_of(paths.beat(epoch));
  if (seen.epoch != epoch)
    seen = {epoch, beat, now(), false};
  else if (seen.beat != beat)
    seen = {epoch, beat, now(), true};
  const double silence = now() - seen.since;
  if (silence >= lease_s_) return "no sign of life for " + format_duration(silence);
  try {
    return obituaries_.reason(read_claim(paths.claim(epoch)).owner);
  } catch (const Error&) {
    return "";  // a claim that cannot be read still has its lease
  }
}

bool LeaseWatch::alive_since(const TrialPaths& paths, double time) const {
  const auto found = seen_.find(paths.folder);
  return found != seen_.end() && found->second.changed && found->second.since >= time;
}

}  // namespace tandem::sweep
