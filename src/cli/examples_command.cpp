#include <algorithm>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/run_argument.h"
#include "experiment/examples.h"

namespace tandem::cli {
namespace {

namespace po = program::po;
using Words = std::vector<std::string>;

void run(const po::variables_map& options) {
  require(options.count("run") > 0, "which run? Give its folder");
  require(options.count("data") > 0, "which data? Give --data FILE");
  const auto out = options["out"].as<std::string>();
  refuse_overwrite(out, options.count("force") > 0);
  experiment::ExampleOptions wanted;
  wanted.data = options["data"].as<std::string>();
  wanted.of = options["case"].as<std::string>();
  wanted.frame = options["frame"].as<std::string>();
  if (options.count("slice") > 0) wanted.slice = options["slice"].as<std::int64_t>();
  wanted.montage_cases = options["montage-cases"].as<std::int64_t>();
  wanted.seed = options["seed"].as<std::uint64_t>();
  if (options.count("figures") > 0) wanted.figures = options["figures"].as<Words>();
  for (const auto& name : wanted.figures)
    require(std::ranges::find(experiment::kExampleFigures, name) != experiment::kExampleFigures.end(),
            "--figures {} is none of {}", name, join(experiment::kExampleFigures, ", "));
  require(wanted.montage_cases > 0, "--montage-cases {} must be at least 1", wanted.montage_cases);
  const auto folder = run_to_read(options["run"].as<std::string>());
  const auto alone = comm::make_self_communicator();
  const auto pictures = experiment::make_examples(
      {*alone}, folder, wanted, options.count("set") ? options["set"].as<Words>() : Words{});
  records::write_pictures(out, pictures);
  Words names = {"network"};
  for (const auto& [name, figure] : pictures.figures) names.push_back(name);
  console::say("pictures in {}; draw with: tandem-report figure NAME {} --out PREFIX, NAME one of {}", out,
               out, join(names, ", "));
}

}  // namespace

program::Command examples_command() {
  return {
      .name = "examples",
      .synopsis = "RUN --data FILE [--case ID] [--frame ED] [--slice K] --out examples.h5",
      .summary = "makes the pictures behind the figures: masked codes, augmentations, worst and best cases",
      .declare =
          [](po::options_description& o) {
            o.add_options()("run", po::value<std::string>(), "run folder, or a finished trial of a sweep")(
                "data,d", po::value<std::string>(), "data set file")(
                "case", po::value<std::string>()->default_value(""),
                "case id or patient; none: the first labelled case")(
                "frame", po::value<std::string>()->default_value("ED"),
                "ED or ES, where no case id is given")("slice", po::value<std::int64_t>(),
                                                       "counted from 0; none: the middle one with a label")(
                "figures", po::value<Words>()->multitoken(),
                ("which pictures: " + join(experiment::kExampleFigures, ", ") + "; none given: all").c_str())(
                "montage-cases", po::value<std::int64_t>()->default_value(3),
                "so many worst and so many best cases")("seed", po::value<std::uint64_t>()->default_value(0),
                                                        "of masks and image-space draws")(
                "out,o", po::value<std::string>()->default_value("examples.h5"), "file to write")(
                "force", "replace the file if it exists")("set", po::value<Words>()->composing(),
                                                          "section.key=value, on top of the run's settings");
          },
      .positional = {"run"},
      .run = run};
}

}  // namespace tandem::cli
