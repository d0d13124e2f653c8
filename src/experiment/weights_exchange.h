#pragma once
#include <filesystem>

#include "experiment/run_folder.h"
#include "interchange/named_tensor.h"

namespace tandem::experiment {

enum class WeightFormat {
  Safetensors,  ///< one file; names "<module>.<key>", the run's settings in its metadata
  Pth           ///< a folder with the authors' five state dicts, <module>.pth
};

/// Writes the best weights of a run for other programs. Error if something is there already, unless `force`.
void export_weights(const RunFolder& run, WeightFormat format, const std::filesystem::path& out, bool force);

/// Weights of others: tensors named "<module>/<key>", and the settings that a file of ours brings.
struct ForeignWeights {
  std::vector<interchange::NamedTensor> tensors;
  std::string config;  ///< TOML, or ""
  std::string sha256;  ///< of the file, or of the five in the order of model::kModuleNames, by comma
};

/// Reads a .safetensors file as export_weights() makes, a folder with the authors' five .pth files, or the
/// authors' snapshot of an interrupted training (one file with all modules).
ForeignWeights read_foreign_weights(const std::filesystem::path& source);

/// Makes a complete run of weights, so that evaluate, predict and the tables take it like one of ours:
/// without history, its environment naming the source. Nothing is written unless all tensors fit.
RunFolder import_weights(const std::filesystem::path& source, const ForeignWeights& weights,
                         const ExperimentConfig& config, bool force);

}  // namespace tandem::experiment
