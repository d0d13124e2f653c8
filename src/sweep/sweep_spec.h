#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "config/toml_fields.h"

namespace tandem::sweep {

/// One alternative on an axis: what it sets, and how it is called.
struct Choice {
  std::filesystem::path file = {};  ///< the experiment file to use instead of the sweep's base; may be empty
  std::vector<config::TomlSetting> settings = {};
  std::string row_name = {};  ///< becomes the experiment's name: the row of a table; may be empty
  std::string suffix = {};    ///< is appended to the experiment's name, "threshold0.3"; may be empty
  std::string repeat = {};    ///< tells repeats of one row apart, "cval2" or "seed41"; may be empty
};

/// Alternatives of which every trial has exactly one.
using Axis = std::vector<Choice>;

/// A sweep file: a base experiment and axes that multiply. `rows_of` names sweep files whose [[row]]s stand
/// before its own.
///
/// `seeds` and keys of [grid] that only choose a repetition (training.seed and the section split) keep the
/// row's name; other keys of [grid] and [[zip]] are appended to it, so that tables do not average over them.
struct SweepSpec {
  std::filesystem::path file, base;
  std::vector<config::TomlSetting> settings;  ///< of every trial: the files of `with`, then [set]
  std::vector<Axis> axes;                     ///< the last varies fastest

  /// Reads a sweep file; experiment files are relative to it. Errors carry file:line:column.
  static SweepSpec from_file(const std::filesystem::path& file);
};

/// One point of the product of all axes.
struct TrialRequest {
  std::filesystem::path file;
  std::vector<config::TomlSetting> settings;  ///< in rising priority
  std::string row_name;                       ///< names of the rows, joined by '-'; may be empty
  std::string suffix;                         ///< joined by '-'; may be empty
  std::string repeat;                         ///< "cval2-seed41"; may be empty
};

/// All trials of a sweep in the order of its axes.
std::vector<TrialRequest> expand(const SweepSpec& spec);

}  // namespace tandem::sweep
