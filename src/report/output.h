#pragma once
#include <filesystem>
#include <functional>

#include "program/program.h"
#include "report/sheet.h"

namespace tandem::report {

/// A table in words, and the same for programs, with full precision where it has numbers.
struct Output {
  Sheet sheet;
  std::string csv = {};
};

/// Declares --format, --out and --force.
void declare_output(program::po::options_description& options);

/// Writes PREFIX.md, PREFIX.csv, PREFIX.tex and PREFIX.html. @return their names
std::vector<std::string> write_all_formats(const std::filesystem::path& prefix, const Output& output);

/// Error if one of the files of write_all_formats() is there already, unless `force`.
void refuse_all_formats(const std::filesystem::path& prefix, bool force);

/// Makes a table and shows or writes it as --format, --out and --force ask; an unknown format and a file that
/// stands in the way are said before the work.
void put_out(const program::po::variables_map& options, const std::function<Output()>& make);

}  // namespace tandem::report
