#include "base/error.h"
#include "cli/commands.h"
#include "cli/run_argument.h"
#include "experiment/predict_run.h"

namespace tandem::cli {

program::Command predict_command() {
  namespace po = program::po;
  using Words = std::vector<std::string>;
  return {.name = "predict",
          .synopsis = "RUN --input FILE|DIR --output DIR",
          .summary = "segments NIfTI short-axis stacks; masks on their own grids, volumes in a CSV file",
          .declare =
              [](po::options_description& o) {
                o.add_options()("run", po::value<std::string>(),
                                "run folder, or a finished trial of a sweep")(
                    "input,i", po::value<std::string>(), "a .nii or .nii.gz file, or a folder of them")(
                    "output,o", po::value<std::string>(), "folder for the masks and volumes.csv")(
                    "network", po::value<std::string>()->default_value("FTN+STN"), "FTN or FTN+STN")(
                    "force", "replace existing masks")("set", po::value<Words>()->composing(),
                                                       "evaluation.key=value, on top of the run's settings");
              },
          .positional = {"run"},
          .run =
              [](const po::variables_map& options) {
                for (const char* name : {"run", "input", "output"})
                  require(options.count(name) > 0, "--{} is missing; see tandem predict --help", name);
                const auto network = options["network"].as<std::string>();
                require(network == "FTN" || network == "FTN+STN", "--network {} is neither FTN nor FTN+STN",
                        network);
                experiment::predict_run(
                    run_to_read(options["run"].as<std::string>()), options["input"].as<std::string>(),
                    options["output"].as<std::string>(),
                    network == "FTN" ? experiment::PredictWith::FTN : experiment::PredictWith::FTN_STN,
                    options.count("force") > 0, options.count("set") ? options["set"].as<Words>() : Words{});
              }};
}

}  // namespace tandem::cli
