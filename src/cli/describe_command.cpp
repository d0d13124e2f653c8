#include <fmt/ranges.h>

#include <map>

#include "base/atomic_file.h"
#include "base/build_info.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/run_argument.h"
#include "experiment/network_stages.h"
#include "experiment/run_folder.h"
#include "model/networks.h"
#include "sweep/scaling.h"

namespace tandem::cli {
namespace {

using Words = std::vector<std::string>;

/// Tensors and trained numbers per module, then every tensor's shape.
void print_networks(const model::ModelConfig& config, bool all_tensors) {
  model::Networks net(config);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  std::int64_t total = 0;
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    auto& [tensors, trained] = counts[key.substr(0, key.find('/'))];
    ++tensors;
    if (!model::is_trained(role)) return;
    trained += t.numel(), total += t.numel();
  });
  console::result(fmt::format("{:<24} {:>8} {:>12}", "module", "tensors", "parameters"));
  for (const auto& name : model::kModuleNames)
    console::result(fmt::format("{:<24} {:>8} {:>12}", name, counts[name].first, counts[name].second));
  console::result(fmt::format("{:<24} {:>8} {:>12}\n", "all", "", total));
  if (!all_tensors) return;
  net.visit([](const std::string& key, at::Tensor& t, model::Role) {
    console::result(fmt::format("{:<60} [{}]", key, fmt::join(t.sizes().vec(), ", ")));
  });
}

/// Stages with shapes and counts, for tandem-report figure network.
void write_stages(const experiment::ExperimentConfig& config, const std::string& path, bool force) {
  refuse_overwrite(path, force);
  model::Networks net(config.model);
  records::PictureFile file;
  file.about = {{"experiment", config.name}, {"commit", std::string(build_info::kCommit)}};
  file.network = experiment::network_stages(net, config.evaluation.crop);
  records::write_pictures(path, file);
}

void print_scaling(const program::po::variables_map& options) {
  sweep::ScalingInputs in;
  if (options.count("step-ms")) in.step_s = {1e-3 * options["step-ms"].as<double>(), "measured (--step-ms)"};
  require(in.step_s.value > 0, "--step-ms must be above 0");
  std::int64_t parameters = 0;
  model::Networks net({});
  for (const auto& p : net.parameters()) parameters += p.numel();
  in.gradient_bytes = {4.0 * double(parameters), "counted (float32)"};
  const auto number = [&](const char* name) {
    const auto value = options[name].as<std::int64_t>();
    require(value > 0, "--{} {} must be above 0", name, value);
    return value;
  };
  console::result(sweep::describe_scaling(in, number("trials"), number("steps"), number("gpus")));
}

void run(const program::po::variables_map& options) {
  if (options.count("scaling")) return print_scaling(options);
  const std::filesystem::path what = options.count("what") ? options["what"].as<std::string>() : "";
  const Words overrides = options.count("set") ? options["set"].as<Words>() : Words{};
  require(!what.empty(), "what? Give a run folder or an experiment file");
  const bool folder = std::filesystem::is_directory(what);
  const auto file = folder ? run_to_read(what).config() : what;
  auto settings = config::Settings::from_file(file);
  if (options.count("with"))
    for (const auto& other : options["with"].as<Words>()) settings.lay_over(other);
  for (const auto& assignment : overrides) settings.override_with(assignment);
  const auto config = experiment::ExperimentConfig::from_settings(settings, file.stem().string());
  print_networks(config.model, options.count("tensors") > 0);
  if (options.count("out") > 0)
    write_stages(config, options["out"].as<std::string>(), options.count("force") > 0);
  console::result(fmt::format("# run id {}", config.id()));
  std::string section;
  for (const auto& line : split_words(config.dump(), '\n')) {
    if (line.starts_with("[")) section = line.substr(1, line.size() - 2) + ".";
    const auto key = section + line.substr(0, line.find(' '));
    const auto origin = settings.origin(key);
    const bool assignment = line.find(" = ") != std::string::npos;
    console::result(!folder && assignment ? fmt::format("{:<50} # {}", line, origin) : line);
  }
}

}  // namespace

program::Command describe_command() {
  namespace po = program::po;
  return {.name = "describe",
          .synopsis =
              "RUN | FILE [--with SIZE.toml]... [--set section.key=value]... [--out FILE] | --scaling "
              "[--step-ms T]",
          .summary =
              "prints resolved settings with their origin, and the networks with their counts; or what to "
              "expect of many GPUs",
          .declare =
              [](po::options_description& o) {
                o.add_options()("what", po::value<std::string>(), "run folder or experiment file")(
                    "with", po::value<Words>()->composing(), "settings laid over the file; may be repeated")(
                    "set", po::value<Words>()->composing(), "section.key=value, on top of the file")(
                    "tensors", "list every tensor with its shape")(
                    "out", po::value<std::string>(),
                    "also writes stages and shapes for tandem-report figure network")(
                    "force", "replace the file if it exists")(
                    "scaling", "instead: expected efficiency on 1 to 1024 GPUs, makespan by ranks per trial")(
                    "step-ms", po::value<double>(), "a measured step on one GPU, ms; without: 15, assumed")(
                    "trials", po::value<std::int64_t>()->default_value(200), "of a sweep, for --scaling")(
                    "steps", po::value<std::int64_t>()->default_value(12000), "of a trial, for --scaling")(
                    "gpus", po::value<std::int64_t>()->default_value(64), "of the sweep, for --scaling");
              },
          .positional = {"what"},
          .run = run};
}

}  // namespace tandem::cli
