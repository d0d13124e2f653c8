#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/sha256.h"
#include "config/settings.h"
#include "support/temporary_folder.h"
#include "sweep/plan.h"

namespace tandem::test {

/// Settings of an experiment as small as can be.
struct SmallConfig {
  std::int64_t seed = 40;
  double p = 0.5;
  std::vector<std::string> scope = {"image"};

  void describe(config::Visitor& v) {
    v.field({.name = "seed", .help = ""}, seed);
    v.field({.name = "p", .help = "", .range = config::between(0, 1)}, p);
    v.field({.name = "scope", .help = ""}, scope);
  }
};

struct SmallSplit {
  std::int64_t cval = 0;
  void describe(config::Visitor& v) { v.field({.name = "cval", .help = ""}, cval); }
};

/// Resolves as the experiment library does: checks, dumps, hashes.
inline sweep::ResolvedTrial resolve_small(const std::filesystem::path& file,
                                          const std::vector<std::string>& assignments) {
  auto settings = config::Settings::from_file(file);
  for (const auto& assignment : assignments) settings.override_with(assignment);
  SmallConfig training;
  SmallSplit split;
  const auto name = settings.text("name", file.stem().string());
  settings.read("training", training);
  settings.read("split", split);
  settings.check_all_read();
  const auto toml = "name = \"" + name + "\"\n" + config::dump_section("training", training) +
                    config::dump_section("split", split);
  return {sha256(toml).substr(0, 8), name, toml, training.seed};
}

/// A sweep over `count` seeds, planned in <folder>/sweep.
inline sweep::SweepFolder plan_seeds(const std::filesystem::path& folder, int count) {
  write_text_file(folder / "base.toml", "");
  std::string seeds;
  for (int seed = 0; seed < count; ++seed) seeds += std::to_string(seed) + ", ";
  write_text_file(folder / "sweep.toml", "base = 'base.toml'\nseeds = [" + seeds + "]\n");
  sweep::plan_sweep(folder / "sweep.toml", folder / "sweep", resolve_small);
  return sweep::SweepFolder(folder / "sweep");
}

}  // namespace tandem::test
