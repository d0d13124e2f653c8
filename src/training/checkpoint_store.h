#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace tandem::training {

/// A state on the disk.
struct SavedState {
  std::filesystem::path file;
  std::int64_t step = 0;
};

/// The saved states of a run: files step-<n>.h5 and a manifest with their sizes and checksums, written last.
/// The two newest are kept. One process writes; nothing depends on the number of ranks.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Saves a state: `write` makes the file, complete or absent. Errors leave the states before untouched.
  void save(std::int64_t step, const std::function<void(const std::filesystem::path&)>& write) const;
  /// The newest state whose size and checksum hold; warns about damaged ones. Nothing if there is none.
  std::optional<SavedState> newest() const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace tandem::training
