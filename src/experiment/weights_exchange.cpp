#include "experiment/weights_exchange.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "config/format.h"
#include "experiment/complete_result.h"
#include "experiment/train_run.h"
#include "experiment/weight_tensors.h"
#include "interchange/pth.h"
#include "interchange/safetensors.h"
#include "training/checkpoint.h"

namespace tandem::experiment {
namespace {

namespace fs = std::filesystem;
using interchange::NamedTensor;
using Tensors = std::vector<NamedTensor>;

std::string module_of(const std::string& key) { return key.substr(0, key.find('/')); }

/// One .pth file for each module, in a folder.
void write_modules(const fs::path& folder, const Tensors& tensors) {
  for (const auto& module : model::kModuleNames) {
    Tensors own;
    for (const auto& t : tensors)
      if (module_of(t.name) == module)
        own.push_back({t.name.substr(module.size() + 1), t.type, t.shape, t.bytes});
    interchange::write_pth(folder / (module + ".pth"), own);
  }
}

ForeignWeights read_modules(const fs::path& folder) {
  std::vector<std::string> missing, hashes;
  for (const auto& module : model::kModuleNames)
    if (!fs::exists(folder / (module + ".pth"))) missing.push_back(module + ".pth");
  require(missing.empty(), "{} lacks {}; the networks are five files (often in a folder checkpoints/)",
          folder.string(), join(missing, ", "));
  ForeignWeights out;
  for (const auto& module : model::kModuleNames) {
    const auto path = folder / (module + ".pth");
    for (auto& t : interchange::read_pth(path).tensors) {
      t.name = module + "/" + t.name;
      out.tensors.push_back(std::move(t));
    }
    hashes.push_back(file_sha256(path));
  }
  out.sha256 = join(hashes, ",");
  return out;
}

/// "image_encoder.code_decoupler.0.bias" -> "image_encoder/code_decoupler.0.bias"
ForeignWeights read_one_file(const fs::path& path) {
  auto file = interchange::read_safetensors(path);
  for (auto& t : file.tensors)
    if (const auto dot = t.name.find('.'); dot != std::string::npos) t.name[dot] = '/';
  return {std::move(file.tensors), file.metadata["config"], file_sha256(path)};
}

/// A dictionary with model_state and optimizer_state, of which the first is wanted.
ForeignWeights read_snapshot(const fs::path& path) {
  const std::string wanted = "model_state/";
  auto tensors = interchange::read_pth(path).tensors;
  std::erase_if(tensors, [&](const auto& t) { return !t.name.starts_with(wanted); });
  require(
      !tensors.empty(),
      "{} has no model_state and so is no snapshot of all modules; give the folder with {}.pth and the other "
      "four, or a .safetensors file",
      path.string(), model::kModuleNames[0]);
  for (auto& t : tensors) t.name.erase(0, wanted.size());
  return {std::move(tensors), "", file_sha256(path)};
}

}  // namespace

void export_weights(const RunFolder& run, WeightFormat format, const fs::path& out, bool force) {
  const auto alone = comm::make_self_communicator();
  const auto config = run.read_config();
  auto net = load_networks({*alone}, run, config, "cpu");
  auto tensors = tensors_of(net);
  if (format == WeightFormat::Pth) {
    require(!fs::exists(out) || fs::is_directory(out), "{} is a file; five .pth files need a folder",
            out.string());
    for (const auto& module : model::kModuleNames) refuse_overwrite(out / (module + ".pth"), force);
    return write_modules(out, tensors);
  }
  require(!fs::is_directory(out), "{} is a folder; --out must name the file to write", out.string());
  refuse_overwrite(out, force);
  for (auto& t : tensors) t.name[t.name.find('/')] = '.';
  interchange::write_safetensors(
      out, {std::move(tensors),
            {{"format", "pt"}, {"config", config.dump()}, {"run", config.name + "-" + config.id()}}});
}

ForeignWeights read_foreign_weights(const fs::path& source) {
  require(fs::exists(source), "{} does not exist", source.string());
  if (fs::is_directory(source)) return read_modules(source);
  return source.extension() == ".safetensors" ? read_one_file(source) : read_snapshot(source);
}

RunFolder import_weights(const fs::path& source, const ForeignWeights& weights,
                         const ExperimentConfig& config, bool force) {
  require(force || !fs::exists(RunFolder::of(config).config()),
          "a run with these settings is in {}; name the new one with --name, or replace it with --force",
          RunFolder::of(config).path().string());
  model::Networks net(config.model);
  if (config.training.dtype == training::DType::Float64) net.to(at::kCPU, at::kDouble);
  fill_networks(net, weights.tensors, source.string());
  const auto folder = RunFolder::create(config);
  training::save_weights(folder.best(), net, config.dump());
  write_text_file(folder.environment(),
                  describe_environment("cpu", 1) + fmt::format("imported_from = {}\nimported_sha256 = {}\n",
                                                               config::quote_toml(source.filename().string()),
                                                               config::quote_toml(weights.sha256)));
  records::write_result(folder.result(), complete_result(config, folder));
  return folder;
}

}  // namespace tandem::experiment
