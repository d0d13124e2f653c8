#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/visitor.h"

namespace tandem::data {

/// Which patients train, validate and test.
struct Split {
  std::vector<std::string> training, validation, test;
  std::string name;  ///< "acdc_10_cval1"; the paper's own lists are known by it

  void describe(config::Visitor& v);
};

/// The split of [chen2021] on the 100 training patients of ACDC ("patient001" ... "patient100").
///
/// setting: "standard" (70/10/20), or how many of the pool of 40 train: a whole number 1..40 or a fraction in
/// (0,1); the draw is NumPy's RandomState(cval).permutation(40), cval 0..4. val_list: "code" (validation
/// lists of the official code, which share patients with training for cval 1 and 4), "no_overlap" (the same
/// without training patients), or "standard10" (the ten of "standard"). Errors name the value.
Split paper_split(const std::string& setting, std::int64_t cval, const std::string& val_list);

/// Reads section [split] of a TOML file and checks it.
Split read_split(const std::filesystem::path& path);
/// Writes a split as TOML, with its overlap named in a comment.
void write_split(const std::filesystem::path& path, const Split& split);

/// Throws Error (65), `origin` first, if a list is empty or names a patient twice, if a test patient also
/// trains or validates, or if a training patient also validates, unless the lists are those that paper_split
/// gives for the name.
void check_split(const Split& split, const std::string& origin);

/// Patients that both train and validate.
std::vector<std::string> validation_overlap(const Split& split);

/// Equal names, or a bare number and a name of letters that ends in it: "001" is "patient001".
bool same_patient(const std::string& a, const std::string& b);
bool contains_patient(const std::vector<std::string>& patients, const std::string& patient);

}  // namespace tandem::data
