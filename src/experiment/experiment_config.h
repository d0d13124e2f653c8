#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "augment/augment_config.h"
#include "augment/image_augmentation_config.h"
#include "augment/latent_config.h"
#include "comm/comm_config.h"
#include "config/settings.h"
#include "data/slice_dataset.h"
#include "evaluation/evaluation_config.h"
#include "model/model_config.h"
#include "parallel/parallel_config.h"
#include "training/training_config.h"

namespace tandem::experiment {

/// Where the data are, section [data].
struct DataConfig {
  std::vector<std::string> train;  ///< data set files that hold training and validation patients
  data::SliceOptions slices;

  void describe(config::Visitor& v);
};

/// Which patients train, validate and test, section [split].
struct SplitConfig {
  std::string setting = "10";
  std::int64_t cval = 0;
  std::string val_list = "code";
  std::string file;

  void describe(config::Visitor& v);
};

/// Where runs are kept, section [run].
struct RunConfig {
  std::string folder = "results/runs";

  void describe(config::Visitor& v);
};

/// Everything one experiment is made of: each library owns its struct, here they stand together.
struct ExperimentConfig {
  std::string name;  ///< the row of a table; default: the file's name
  DataConfig data;
  SplitConfig split;
  augment::AugmentConfig augmentation;
  augment::LatentConfig latent;
  augment::ImageAugmentationConfig image;  ///< sections [da], [mwm], [randconv], [advnoise], [advbias]
  training::LossConfig loss;
  model::ModelConfig model;
  training::TrainingConfig training;
  parallel::ParallelConfig parallel;
  evaluation::EvaluationConfig evaluation;
  comm::CommConfig comm;
  comm::WatchdogConfig watchdog;
  RunConfig run;

  /// Reads all sections and refuses unknown keys; then checks what one library cannot see alone.
  static ExperimentConfig from_settings(config::Settings& settings, const std::string& default_name);
  /// A TOML file, others laid over it in order, --set assignments on top.
  static ExperimentConfig from_file(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides,
                                    const std::vector<std::string>& over = {});
  /// Resolved settings as TOML; reads back to the same.
  std::string dump() const;
  /// Eight hexadecimal digits of a hash of all settings that can change the result.
  std::string id() const;
  /// Help lines of all sections.
  static std::string help();

 private:
  template <class Visit>
  void each_section(const Visit& visit);
  void check() const;
};

}  // namespace tandem::experiment
