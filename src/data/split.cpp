#include "data/split.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "data/numpy_random.h"

namespace tandem::data {
namespace {

using Numbers = std::vector<int>;

// The lists of [chen2021], by the three digits of ACDC's patient folders.
const Numbers kTest = {7, 8, 9, 10, 27, 28, 29, 30, 47, 48, 49, 50, 67, 68, 69, 70, 87, 88, 89, 90};
const Numbers kStandardValidation = {5, 20, 23, 37, 42, 46, 66, 78, 82, 97};
const Numbers kPool = {1,  2,  3,  4,  5,  6,  12, 13, 21, 22, 23, 24, 25, 26, 32, 33, 41, 42, 43, 44,
                       45, 46, 52, 53, 61, 62, 63, 64, 65, 66, 72, 73, 81, 82, 83, 84, 85, 86, 92, 93};
const std::array<Numbers, 5> kCodeValidation = {{{11, 71, 62, 95, 82},
                                                 {11, 71, 2, 22, 95},
                                                 {11, 71, 2, 62, 95},
                                                 {11, 71, 22, 62, 95},
                                                 {11, 71, 22, 62, 82}}};
constexpr int kPatientCount = 100;
const std::vector<std::string> kValidationLists = {"code", "no_overlap", "standard10"};

bool has(const Numbers& numbers, int number) { return std::ranges::find(numbers, number) != numbers.end(); }

std::vector<std::string> patient_names(const Numbers& numbers) {
  std::vector<std::string> names;
  for (const int n : numbers) names.push_back(fmt::format("patient{:03}", n));
  return names;
}

/// How many of the pool train: a whole number, or a fraction of it rounded down (as scikit-learn does for
/// training).
std::size_t training_count(const std::string& setting) {
  double value = 0;
  const auto [end, error] = std::from_chars(setting.data(), setting.data() + setting.size(), value);
  const bool number = error == std::errc() && end == setting.data() + setting.size();
  const bool whole = number && value >= 1 && value <= double(kPool.size()) && value == std::floor(value);
  const double share = number && value > 0 && value < 1 ? std::floor(value * double(kPool.size())) : 0;
  require(whole || share >= 1,
          "split setting '{}' is neither 'standard', nor a whole number from 1 to {}, nor a fraction below 1 "
          "that "
          "leaves at least one of {} patients",
          setting, kPool.size(), kPool.size());
  return std::size_t(whole ? value : share);
}

Numbers draw_training(std::size_t count, std::int64_t cval) {
  if (count == kPool.size()) return kPool;
  const auto order = NumpyRandomState(std::uint32_t(cval)).permutation(std::int64_t(kPool.size()));
  Numbers training;
  for (std::size_t i = kPool.size() - count; i < kPool.size(); ++i)
    training.push_back(kPool[std::size_t(order[i])]);
  return training;
}

Split standard_split() {
  Numbers training;
  for (int n = 1; n <= kPatientCount; ++n)
    if (!has(kTest, n) && !has(kStandardValidation, n)) training.push_back(n);
  return {patient_names(training), patient_names(kStandardValidation), patient_names(kTest), "acdc_standard"};
}

/// The paper's split of this name ("acdc_10_cval1", "acdc_10_cval0_standard10"); nothing for other names.
std::optional<Split> paper_split_named(const std::string& name) {
  const auto words = split_words(name, '_');
  if (words.size() < 3 || words[0] != "acdc" || words[2].size() != 5 || !words[2].starts_with("cval"))
    return {};
  std::string list = "code";
  if (words.size() > 3) list = name.substr(words[0].size() + words[1].size() + words[2].size() + 3);
  try {
    auto split = paper_split(words[1], words[2][4] - '0', list);
    if (split.name == name) return split;
  } catch (const Error&) {
    // A name that only looks like the paper's.
  }
  return {};
}

bool same_lists(const Split& a, const Split& b) {
  return a.training == b.training && a.validation == b.validation;
}

std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  for (const auto& patient : a)
    if (contains_patient(b, patient)) both.push_back(patient);
  return both;
}

void check_list(const std::vector<std::string>& patients, const char* list, const std::string& origin) {
  for (std::size_t i = 0; i < patients.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      require(!same_patient(patients[i], patients[j]), "{}: {} names {} twice", origin, list, patients[i]);
}

}  // namespace

void Split::describe(config::Visitor& v) {
  v.field({"name", "name of the split; the paper's own lists are known by it"}, name);
  v.field({"training", "patients that train"}, training);
  v.field({"validation", "patients that select the model"}, validation);
  v.field({"test", "patients for evaluation only"}, test);
}

Split paper_split(const std::string& setting, std::int64_t cval, const std::string& val_list) {
  require(std::ranges::find(kValidationLists, val_list) != kValidationLists.end(),
          "split val_list '{}' is unknown; one of: {}", val_list, join(kValidationLists, ", "));
  require(cval >= 0 && cval < std::int64_t(kCodeValidation.size()), "split cval {} does not exist; 0 to {}",
          cval, kCodeValidation.size() - 1);
  if (setting == "standard") return standard_split();
  const Numbers training = draw_training(training_count(setting), cval);
  Numbers validation = val_list == "standard10" ? kStandardValidation : kCodeValidation[std::size_t(cval)];
  if (val_list == "no_overlap") std::erase_if(validation, [&](int n) { return has(training, n); });
  std::string name = fmt::format("acdc_{}_cval{}", setting, cval);
  if (val_list != "code") name += "_" + val_list;
  return {patient_names(training), patient_names(validation), patient_names(kTest), name};
}

Split read_split(const std::filesystem::path& path) {
  auto settings = config::Settings::from_file(path);
  Split split;
  settings.read("split", split);
  settings.check_all_read();
  check_split(split, path.string());
  return split;
}

void write_split(const std::filesystem::path& path, const Split& split) {
  check_split(split, path.string());
  std::string text = fmt::format("# {} training, {} validation, {} test patients.\n", split.training.size(),
                                 split.validation.size(), split.test.size());
  if (const auto shared = validation_overlap(split); !shared.empty())
    text += fmt::format("# The paper's lists share patients between training and validation: {}.\n",
                        join(shared, ", "));
  write_text_file(path, text + config::dump_section("split", split));
}

void check_split(const Split& split, const std::string& origin) {
  require(!split.training.empty() || !split.test.empty(),
          "{}: the split names neither training nor test patients", origin);
  check_list(split.training, "training", origin);
  check_list(split.validation, "validation", origin);
  check_list(split.test, "test", origin);
  const auto trained = common(split.test, split.training), validated = common(split.test, split.validation);
  require(trained.empty(), "{}: patients in both training and test: {}", origin, join(trained, ", "));
  require(validated.empty(), "{}: patients in both validation and test: {}", origin, join(validated, ", "));
  const auto shared = validation_overlap(split);
  if (shared.empty()) return;
  const auto known = paper_split_named(split.name);
  require(known && same_lists(*known, split),
          "{}: patients in both training and validation: {}. Only the paper's own lists may do that, under "
          "their name "
          "(acdc_10_cval1, acdc_10_cval4, ...)",
          origin, join(shared, ", "));
}

std::vector<std::string> validation_overlap(const Split& split) {
  return common(split.validation, split.training);
}

bool same_patient(const std::string& a, const std::string& b) {
  if (a == b) return true;
  constexpr const char* kDigits = "0123456789";
  const auto digits_from = [&](const std::string& s) { return s.find_last_not_of(kDigits) + 1; };
  const std::size_t da = digits_from(a), db = digits_from(b);
  if (da != 0 && db != 0) return false;  // two names; else at least one is a bare number
  const auto& name = da != 0 ? a : b;
  const auto& number = da != 0 ? b : a;
  const std::size_t start = std::max(da, db);
  if (name.find_first_of(kDigits) != start || number.empty()) return false;
  const auto value = [](const std::string& s) {
    return s.substr(std::min(s.find_first_not_of('0'), s.size() - 1));
  };
  return value(name.substr(start)) == value(number);
}

bool contains_patient(const std::vector<std::string>& patients, const std::string& patient) {
  return std::ranges::any_of(patients, [&](const std::string& p) { return same_patient(p, patient); });
}

}  // namespace tandem::data
