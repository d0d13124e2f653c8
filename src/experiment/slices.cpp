#include "experiment/slices.h"

#include "base/console.h"
#include "base/error.h"
#include "comm/shared_memory.h"
#include "training/agreement.h"

namespace tandem::experiment {
namespace {

std::vector<std::filesystem::path> training_files(const ExperimentConfig& config) {
  require(
      !config.data.train.empty(),
      "data.train names no data set; give one with --set data.train=FILE.h5 (tandem-data import makes it)");
  return {config.data.train.begin(), config.data.train.end()};
}

data::Split split_of(const ExperimentConfig& config) {
  const auto& s = config.split;
  return s.file.empty() ? data::paper_split(s.setting, s.cval, s.val_list) : data::read_split(s.file);
}

std::unique_ptr<Slices> read(const ExperimentConfig& config) {
  auto split = split_of(config);
  const auto files = training_files(config);
  data::SliceDataset training(files, split.training, config.data.slices);
  data::SliceDataset validation(files, split.validation, config.data.slices);
  return std::make_unique<Slices>(Slices{std::move(split), std::move(training), std::move(validation)});
}

/// Moves the slices of the host's leader to memory that all its ranks see; without room for that nothing
/// changes.
/// @param slices null but on the leader
void share(comm::Communicator& node, std::unique_ptr<Slices>& slices, const data::Split& split,
           const data::SliceOptions& options) {
  const auto end_of = [](const data::SliceDataset& set) { return (set.voxel_bytes() + 63) / 64 * 64; };
  std::shared_ptr<comm::SharedMemory> memory;
  try {
    const auto bytes = slices ? end_of(slices->training) + end_of(slices->validation) : 0;
    memory = std::make_shared<comm::SharedMemory>(node, bytes);
  } catch (const Error& error) {
    if (node.is_leader()) console::warn(fmt::format("{}; each rank keeps data of its own", error.what()));
    return;
  }
  const auto rest = [&](const data::SliceDataset& set) { return memory->bytes().subspan(end_of(set)); };
  if (slices) {
    slices->training.move_voxels(memory->bytes(), memory);
    slices->validation.move_voxels(rest(slices->training), memory);
  }
  // Sent once the voxels are there.
  const auto training = node.host_broadcast(slices ? slices->training.index() : "", 0);
  const auto validation = node.host_broadcast(slices ? slices->validation.index() : "", 0);
  if (slices) return;
  data::SliceDataset first(training, memory->bytes(), memory, options);
  data::SliceDataset second(validation, rest(first), memory, options);
  slices = std::make_unique<Slices>(Slices{split, std::move(first), std::move(second)});
}

}  // namespace

std::unique_ptr<Slices> read_slices(const Team& team, const ExperimentConfig& config) {
  std::unique_ptr<Slices> slices;
  data::Split split;
  training::agree(team.ranks, {}, training::trouble_of([&] {
                    split = split_of(config);
                    if (!team.node || team.node->is_leader()) slices = read(config);
                  }));
  if (team.node && team.node->size() > 1) share(*team.node, slices, split, config.data.slices);
  training::agree(team.ranks, {}, training::trouble_of([&] {
                    if (!slices) slices = read(config);
                  }));
  return slices;
}

}  // namespace tandem::experiment
