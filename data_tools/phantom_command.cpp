#include "data_tools/phantom_command.h"

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "data/case_file.h"
#include "data_tools/in_order.h"
#include "data_tools/phantom.h"
#include "data_tools/tool_version.h"

namespace tandem::data_tools {
namespace {

using program::po::variables_map;

/// The preset, changed by --set key=value.
PhantomDomain domain_from(const variables_map& map) {
  const auto name = map["scanner"].as<std::string>();
  std::vector<std::string> names;
  PhantomDomain domain;
  bool found = false;
  for (const auto& [preset, values] : phantom_presets()) {
    names.push_back(preset);
    if (preset == name) domain = values, found = true;
  }
  const auto near = nearest_name(name, names);
  require(found, "--scanner {}: there is no such scanner{}; known: {}", name,
          near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), join(names, ", "));
  config::Settings settings;
  if (map.count("set"))
    for (const auto& assignment : map["set"].as<std::vector<std::string>>())
      settings.override_with("phantom." + assignment);
  settings.read("phantom", domain);
  settings.check_all_read();
  return domain;
}

void run(const variables_map& map) {
  const auto out = map["out"].as<std::string>(), name = map["domain"].as<std::string>();
  const int subjects = map["subjects"].as<int>(), first = map["first"].as<int>(),
            threads = map["threads"].as<int>();
  const auto seed = map["seed"].as<std::uint64_t>();
  require(subjects >= 1 && subjects <= 10000, "--subjects {}: must be 1 to 10000", subjects);
  require(first >= 1, "--first {}: subjects are numbered from 1", first);
  require(threads >= 1 && threads <= 256, "--threads {}: must be 1 to 256", threads);
  require(!name.empty(), "--domain must not be empty: it names the column in tables");
  const auto domain = domain_from(map);
  refuse_overwrite(out, map.count("force") > 0);

  data::CaseFileWriter writer(
      out, {.domain = name,
            .preprocessing = fmt::format("synthetic, scanner {}, seed {}; percentiles 2-98 to [0,1]",
                                         map["scanner"].as<std::string>(), seed),
            .tool_version = tool_version(),
            .source = "synthetic"});
  console::Progress progress("phantom", subjects);
  using Frames = std::array<data::PackedCase, 2>;
  const auto begin = [&](size_t job) {
    return [&, job] {
      auto cases = make_phantom(seed, first + int(job), domain);
      for (auto& c : cases) c.centre = name;
      return Frames{data::pack(cases[0]), data::pack(cases[1])};
    };
  };
  in_order<Frames>(size_t(subjects), size_t(threads), begin, [&](size_t, const Frames& frames) {
    for (const auto& c : frames) writer.add(c);
    progress.advance();
  });
  writer.commit();
  console::say("{} synthetic subjects, {} cases -> {}", subjects, 2 * subjects, out);
}

void declare(program::po::options_description& options) {
  namespace po = program::po;
  options.add_options()("out", po::value<std::string>()->required(), "the data set file to write")(
      "subjects", po::value<int>()->default_value(12), "number of subjects, each with ED and ES")(
      "first", po::value<int>()->default_value(1),
      "number of the first subject: 13 goes on after 12 of the same seed")(
      "seed", po::value<std::uint64_t>()->default_value(1),
      "seed; equal seed and number give the same heart")(
      "domain", po::value<std::string>()->default_value("phantom"), "name of the data set in tables")(
      "scanner", po::value<std::string>()->default_value("standard"),
      "preset: standard, low-field, strong-shading, other-vendor")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "key=value: changes one property of the scanner")("threads", po::value<int>()->default_value(2),
                                                        "subjects made at the same time")(
      "force", "replace an existing file");
}

std::string details() {
  std::string text = "Keys for --set, with the values of the standard scanner:\n";
  return text + config::help_section<PhantomDomain>("phantom");
}

}  // namespace

program::Command phantom_command() {
  return {.name = "phantom",
          .synopsis = "--out FILE [--subjects N] [--seed N] [--scanner NAME] [--set key=value]...",
          .summary = "makes a data set of synthetic hearts (short axis, ED and ES)",
          .declare = declare,
          .positional = {},
          .run = run,
          .details = details};
}

}  // namespace tandem::data_tools
