#include "base/console.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/run_argument.h"
#include "config/settings.h"
#include "experiment/weights_exchange.h"

namespace tandem::cli {
namespace {

namespace po = program::po;
using experiment::WeightFormat;
using Words = std::vector<std::string>;

std::string needed(const po::variables_map& options, const char* name) {
  require(options.count(name) > 0, "--{} is missing; see --help", name);
  return options[name].as<std::string>();
}

WeightFormat format_of(const std::string& word) {
  if (word == "safetensors") return WeightFormat::Safetensors;
  require(word == "pth", "--format {} is neither safetensors nor pth", word);
  return WeightFormat::Pth;
}

void run_export(const po::variables_map& options) {
  const std::string out = needed(options, "out");
  experiment::export_weights(run_to_read(needed(options, "run")),
                             format_of(options["format"].as<std::string>()), out, options.count("force") > 0);
  console::say("weights in {}", out);
}

/// Settings of the new run: those of --config, or those that came with the weights.
experiment::ExperimentConfig config_for(const po::variables_map& options, const std::string& brought) {
  auto overrides = options.count("set") ? options["set"].as<Words>() : Words{};
  if (options.count("name")) overrides.push_back("name=\"" + options["name"].as<std::string>() + "\"");
  if (options.count("config"))
    return experiment::ExperimentConfig::from_file(options["config"].as<std::string>(), overrides);
  require(
      !brought.empty(),
      "{} says nothing about its networks; give settings with --config, such as "
      "experiments/presets/release1.toml for the authors' first published code, or head.toml for the last",
      options["source"].as<std::string>());
  auto settings = config::Settings::from_text(brought, "the settings stored with the weights");
  for (const auto& assignment : overrides) settings.override_with(assignment);
  return experiment::ExperimentConfig::from_settings(settings, "imported");
}

void run_import(const po::variables_map& options) {
  const std::string source = needed(options, "source");
  const auto weights = experiment::read_foreign_weights(source);
  const auto config = config_for(options, weights.config);
  const auto run = experiment::import_weights(source, weights, config, options.count("force") > 0);
  if (weights.config.empty())
    console::say("no file tells what closes the image decoder: taken as model.image_decoder_last_act = {}",
                 config.model.image_decoder_last_act == model::LastActivation::Sigmoid ? "sigmoid" : "none");
  console::say("{} tensors; run in {}; evaluate with: tandem evaluate {} --data FILE...",
               weights.tensors.size(), run.path().string(), run.path().string());
}

}  // namespace

std::vector<program::Command> weights_commands() {
  return {
      {.name = "weights export",
       .synopsis = "RUN --out PATH [--format safetensors|pth]",
       .summary = "writes a run's best weights for Python and other programs",
       .declare =
           [](po::options_description& o) {
             o.add_options()("run", po::value<std::string>(), "run folder, or a finished trial of a sweep")(
                 "format", po::value<std::string>()->default_value("safetensors"),
                 "safetensors: one file; pth: the authors' five state dicts")(
                 "out,o", po::value<std::string>(), "the file to write; with pth the folder for five files")(
                 "force", "replace existing files");
           },
       .positional = {"run"},
       .run = run_export},
      {.name = "weights import",
       .synopsis = "SOURCE [--config TOML] [--name NAME] [--set key=value]",
       .summary = "makes a run of published weights, for evaluate, predict and tables",
       .declare =
           [](po::options_description& o) {
             o.add_options()("source", po::value<std::string>(),
                             "a .safetensors file, or a folder with image_encoder.pth and the other four")(
                 "config,c", po::value<std::string>(),
                 "settings of the networks and of evaluation; default: those stored with the weights")(
                 "name", po::value<std::string>(), "name of the new run: the row of a table")(
                 "set", po::value<Words>()->composing(), "key=value, on top of the settings")(
                 "force", "replace a run of the same name and settings");
           },
       .positional = {"source"},
       .run = run_import}};
}

}  // namespace tandem::cli
