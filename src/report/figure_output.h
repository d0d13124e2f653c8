#pragma once
#include <filesystem>
#include <functional>

#include "program/program.h"

namespace tandem::report {

/// Declares --out PREFIX and --force.
void declare_figure_output(program::po::options_description& options);

/// Refuses to replace the three files of --out unless --force is given, draws, and says where they are.
void save_figure_files(const program::po::variables_map& options,
                       const std::function<void(const std::filesystem::path& prefix)>& draw);

}  // namespace tandem::report
