#include "data/split.h"

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data_tools/commands.h"

namespace tandem::data_tools {
namespace {

namespace po = program::po;

/// How many patients of a list the data set holds, and which it lacks.
std::string coverage(const std::vector<std::string>& list, const std::vector<std::string>& held) {
  std::vector<std::string> missing;
  for (const auto& patient : list)
    if (!data::contains_patient(held, patient)) missing.push_back(patient);
  return fmt::format("{} of {} in the data set{}{}", list.size() - missing.size(), list.size(),
                     missing.empty() ? "" : "; missing: ", join(missing, ", "));
}

void show(const data::Split& split, const po::variables_map& map) {
  std::vector<std::string> held;
  if (map.count("data")) {
    const data::CaseFile file(map["data"].as<std::string>());
    for (const auto& id : file.ids()) held.push_back(file.read_header(id).patient);
  }
  const auto line = [&](const char* name, const std::vector<std::string>& list) {
    console::result(fmt::format("{:<11} {:>3} patients{}", name, list.size(),
                                map.count("data") ? "  (" + coverage(list, held) + ")" : ""));
  };
  console::result("split " + (split.name.empty() ? "without a name" : split.name));
  line("training", split.training);
  line("validation", split.validation);
  line("test", split.test);
  if (const auto shared = data::validation_overlap(split); !shared.empty())
    console::warn("both training and validation (the paper's lists): " + join(shared, ", "));
}

void run(const po::variables_map& map) {
  if (map.count("check")) return show(data::read_split(map["check"].as<std::string>()), map);
  require(map.count("out") > 0,
          "say where to write the split (--out FILE), or which file to check (--check FILE)");
  const auto out = map["out"].as<std::string>();
  refuse_overwrite(out, map.count("force") > 0);
  const auto split = data::paper_split(map["setting"].as<std::string>(), map["cval"].as<std::int64_t>(),
                                       map["val-list"].as<std::string>());
  data::write_split(out, split);
  show(split, map);
  console::say("wrote {}", out);
}

void declare(po::options_description& options) {
  options.add_options()("setting", po::value<std::string>()->default_value("10"),
                        "standard (70/10/20), or how many of the pool of 40 train: 1..40 or a fraction")(
      "cval", po::value<std::int64_t>()->default_value(0), "number of the draw, 0..4")(
      "val-list", po::value<std::string>()->default_value("code"),
      "code (the official code's lists), no_overlap (without training patients), standard10")(
      "out", po::value<std::string>(), "TOML file to write")("force", "replace the output if it exists")(
      "check", po::value<std::string>(), "TOML file to check instead")(
      "data", po::value<std::string>(), "data set file: say which patients it holds");
}

}  // namespace

program::Command split_command() {
  return {.name = "split",
          .synopsis = "--setting S --cval N --out FILE | --check FILE",
          .summary = "Write the paper's ACDC split, or check a split file",
          .declare = declare,
          .positional = {},
          .run = run};
}

}  // namespace tandem::data_tools
