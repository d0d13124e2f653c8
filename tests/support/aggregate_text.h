#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "records/merged_results.h"
#include "records/run_result.h"

namespace tandem::test {

/// All of an aggregated file that must not depend on who ran what and when: the table of trials, and of each
/// result everything but the machine and the seconds taken. Every digit counts. /provenance is left out.
inline std::string aggregate_text(const std::filesystem::path& path) {
  const h5::File file(path, h5::File::Mode::Read);
  std::string text;
  for (const auto& column : file.list("/table"))
    if (column == "seed")
      text += fmt::format("{}: {}\n", column, fmt::join(file.read<std::int64_t>("/table/" + column), " | "));
    else
      text += fmt::format("{}: {}\n", column, fmt::join(file.read_strings("/table/" + column), " | "));
  for (const auto& group : records::result_groups(file)) {
    const auto result = records::read_result(file, group);
    text += fmt::format("\n{}: {} {} {} seed {} cval {}\n{}\n", group, result.experiment, result.run_id,
                        result.state, result.seed, result.cval, result.config);
    for (const auto& [name, column] : result.history)
      if (name != "data_seconds" && name != "step_seconds")
        text += fmt::format("{}: {}\n", name, fmt::join(column, " "));
    for (const auto& [domain, hash] : result.data_sha256) text += fmt::format("{} is {}\n", domain, hash);
    text += records::to_text(result.scores);
  }
  return text;
}

}  // namespace tandem::test
