#include "experiment/experiment_config.h"

#include <filesystem>

#include "base/error.h"
#include "base/sha256.h"
#include "config/format.h"
#include "model/networks.h"

namespace tandem::experiment {

void DataConfig::describe(config::Visitor& v) {
  v.field({.name = "train", .help = "data set files with the training and validation patients"}, train);
  v.choice("frames", slices.frames, {{"both", data::Frames::Both}, {"random", data::Frames::Random}},
           "both = every slice of ED and ES once an epoch; random = as many items, each of a random frame");
  v.field({.name = "renormalise", .help = "scale each volume by its percentiles again when it is read"},
          slices.renormalise);
}

void SplitConfig::describe(config::Visitor& v) {
  v.field({.name = "setting",
           .help = "the paper's setting: \"10\" (or another number of subjects) or \"standard\""},
          setting);
  v.field(
      {.name = "cval", .help = "which random training set of the setting", .range = config::between(0, 4)},
      cval);
  v.field(
      {.name = "val_list", .help = "validation subjects", .choices = {"code", "no_overlap", "standard10"}},
      val_list);
  v.field({.name = "file", .help = "a TOML file with lists of patients instead of a setting"}, file);
}

void RunConfig::describe(config::Visitor& v) {
  v.field({.name = "folder", .help = "runs are kept in <folder>/<experiment>/<id>"}, folder);
}

template <class Visit>
void ExperimentConfig::each_section(const Visit& visit) {
  visit("data", data);
  visit("split", split);
  visit("augmentation", augmentation);
  visit("latent", latent);
  visit("da", image.da);
  visit("mwm", image.mwm);
  visit("randconv", image.randconv);
  visit("advnoise", image.advnoise);
  visit("advbias", image.advbias);
  visit("loss", loss);
  visit("model", model);
  visit("training", training);
  visit("parallel", parallel);
  visit("evaluation", evaluation);
  visit("comm", comm);
  visit("watchdog", watchdog);
  visit("run", run);
}

ExperimentConfig ExperimentConfig::from_settings(config::Settings& settings,
                                                 const std::string& default_name) {
  ExperimentConfig config;
  config.name = settings.text("name", default_name);
  config.each_section([&](const char* section, auto& part) { settings.read(section, part); });
  settings.check_all_read();
  config.check();
  return config;
}

ExperimentConfig ExperimentConfig::from_file(const std::filesystem::path& file,
                                             const std::vector<std::string>& overrides,
                                             const std::vector<std::string>& over) {
  auto settings = config::Settings::from_file(file);
  for (const auto& other : over) settings.lay_over(other);
  for (const auto& assignment : overrides) settings.override_with(assignment);
  return from_settings(settings, file.stem().string());
}

void ExperimentConfig::check() const {
  augmentation.check();
  require(augmentation.crop % model::kDownsampling == 0, "augmentation.crop = {} must be a multiple of {}",
          augmentation.crop, model::kDownsampling);
  require(evaluation.crop % model::kDownsampling == 0, "evaluation.crop = {} must be a multiple of {}",
          evaluation.crop, model::kDownsampling);
  image.check(augmentation.crop);
  require(training.betas.size() == 2, "training.betas must be two numbers");
  require(!latent.latent_DA || !latent.mask_scope.empty(),
          "latent.mask_scope is empty; name image, shape, or both");
  require(!loss.corrupted_segmentation || (latent.latent_DA && latent.masks_shape()),
          "loss.corrupted_segmentation = true needs corrupted segmentations: latent.latent_DA = true and "
          "\"shape\" in latent.mask_scope");
  require(augmentation.label_corruption == augment::LabelCorruption::None || loss.separate_training,
          "augmentation.label_corruption = \"hand_made\" trains the STN without the FTN: set "
          "loss.separate_training = true");
  require(name.find('/') == std::string::npos && !name.empty(),
          "name = '{}' must be a plain word: it names a folder", name);
}

std::string ExperimentConfig::dump() const {
  std::string text = fmt::format("name = {}\n", config::quote_toml(name));
  ExperimentConfig copy = *this;
  copy.each_section([&](const char* section, auto& part) {
    text.append("\n").append(config::dump_section(section, part));
  });
  return text;
}

std::string ExperimentConfig::id() const {
  ExperimentConfig copy = *this;
  const training::TrainingConfig defaults;
  copy.training.device = defaults.device;
  copy.training.cuda_graphs = defaults.cuda_graphs;
  copy.training.threads = defaults.threads;
  copy.training.loader_threads = defaults.loader_threads;
  copy.training.checkpoint_minutes = defaults.checkpoint_minutes;
  copy.training.max_minutes = defaults.max_minutes;
  copy.parallel.bucket_mb = parallel::ParallelConfig().bucket_mb;
  copy.comm = {};
  copy.watchdog = {};
  copy.run = {};
  return sha256(copy.dump()).substr(0, 8);
}

std::string ExperimentConfig::help() {
  std::string text = "Settings (in the TOML file by section, or --set section.key=value):\n";
  ExperimentConfig defaults;
  defaults.each_section(
      [&](const char* section, auto& part) { text += config::help_section(section, part); });
  return text;
}

}  // namespace tandem::experiment
