#include "sweep/trial_records.h"

#include "base/error.h"
#include "config/format.h"
#include "config/toml_fields.h"

namespace tandem::sweep {
namespace {

using config::quote_toml;
using config::TomlFields;

const std::vector<std::pair<std::string, FailureKind>> kKinds = {{"bad input", FailureKind::BadInput},
                                                                 {"failure", FailureKind::Failure}};

}  // namespace

std::string to_text(const Claim& claim) {
  const auto& owner = claim.owner;
  return fmt::format(
      "host = {}\nmachine = {}\npid = {}\nstart = {}\ncluster = {}\njob = {}\njob_restart = {}\nwidth = {}\n"
      "started = {}\n",
      quote_toml(owner.host), quote_toml(owner.machine), owner.pid, owner.start, quote_toml(owner.cluster),
      quote_toml(owner.job), owner.job_restart, claim.width, quote_toml(claim.started));
}

Claim read_claim(const std::filesystem::path& file) {
  auto fields = TomlFields::from_file(file);
  Claim claim;
  claim.owner.host = fields.text("host", "");
  claim.owner.machine = fields.text("machine", "");
  claim.owner.pid = fields.integer("pid", 0, {});
  claim.owner.start = fields.integer("start", 0, {});
  claim.owner.cluster = fields.text("cluster", "");
  claim.owner.job = fields.text("job", "");
  claim.owner.job_restart = fields.integer("job_restart", 0, {});
  claim.width = fields.integer("width", 1, config::at_least(1));
  claim.started = fields.text("started", "");
  return claim;
}

std::string to_text(const Beat& beat) {
  return fmt::format("count = {}\nstep = {}\nsaved = {}\nfirst_step = {}\nmilliseconds = {}\n", beat.count,
                     beat.step, beat.saved, beat.first_step, std::int64_t(beat.seconds * 1000));
}

Beat read_beat(const std::filesystem::path& file) {
  auto fields = TomlFields::from_file(file);
  Beat beat;
  beat.count = fields.integer("count", 0, {});
  beat.step = fields.integer("step", 0, {});
  beat.saved = fields.integer("saved", 0, {});
  beat.first_step = fields.integer("first_step", 0, {});
  beat.seconds = double(fields.integer("milliseconds", 0, {})) / 1000;
  return beat;
}

std::string to_text(const Ending& ending) {
  std::string kind;
  for (const auto& [word, meaning] : kKinds)
    if (meaning == ending.kind) kind = word;
  return fmt::format("kind = {}\nreason = {}\n", quote_toml(kind), quote_toml(ending.reason));
}

Ending read_ending(const std::filesystem::path& file) {
  auto fields = TomlFields::from_file(file);
  Ending ending;
  ending.kind = fields.choice("kind", FailureKind::Failure, kKinds);
  ending.reason = fields.text("reason", "");
  return ending;
}

}  // namespace tandem::sweep
