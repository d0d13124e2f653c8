#include "training/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/sha256.h"
#include "config/toml_fields.h"

namespace tandem::training {
namespace {

constexpr size_t kKept = 2;

struct State {
  std::string file;
  std::int64_t step = 0, bytes = 0;
  std::string sha256;
};

/// Newest first; nothing if there is no manifest.
std::vector<State> read_manifest(const std::filesystem::path& path) {
  std::vector<State> states;
  if (!std::filesystem::exists(path)) return states;
  auto fields = config::TomlFields::from_file(path);
  for (auto& entry : fields.tables("state"))
    states.push_back({entry.text("file"), entry.integer("step", 0, config::at_least(0)),
                      entry.integer("bytes", 0, config::at_least(0)), entry.text("sha256")});
  return states;
}

std::string manifest_of(const std::vector<State>& states) {
  std::string text;
  for (const auto& s : states)
    text += fmt::format("[[state]]\nfile = \"{}\"\nstep = {}\nbytes = {}\nsha256 = \"{}\"\n", s.file, s.step,
                        s.bytes, s.sha256);
  return text;
}

/// A name that no state of the manifest has: until the manifest changes, its states must stay as they are. A
/// step is saved again by a run that goes on from it.
std::string free_name(const std::vector<State>& states, std::int64_t step) {
  for (int copy = 1;; ++copy) {
    const auto name = copy == 1 ? fmt::format("step-{}.h5", step) : fmt::format("step-{}-{}.h5", step, copy);
    if (std::ranges::none_of(states, [&](const State& s) { return s.file == name; })) return name;
  }
}

/// Removes states that the manifest does not name, and what an interrupted save left behind.
void tidy(const std::filesystem::path& folder, const std::vector<State>& states) {
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool named = std::ranges::any_of(states, [&](const State& s) { return s.file == name; });
    if ((name.starts_with("step-") && !named) || name.starts_with("manifest.toml.tmp"))
      std::filesystem::remove(entry.path());
  }
}

}  // namespace

void CheckpointStore::save(std::int64_t step,
                           const std::function<void(const std::filesystem::path&)>& write) const {
  const auto manifest = folder_ / "manifest.toml";
  auto states = read_manifest(manifest);
  tidy(folder_, states);
  State state{free_name(states, step), step, 0, ""};
  write(folder_ / state.file);
  state.bytes = std::int64_t(std::filesystem::file_size(folder_ / state.file));
  state.sha256 = file_sha256(folder_ / state.file);
  states.insert(states.begin(), state);
  if (states.size() > kKept) states.resize(kKept);
  write_text_file(manifest, manifest_of(states));
  tidy(folder_, states);  // only now may a state go that the manifest before named
}

std::optional<SavedState> CheckpointStore::newest() const {
  for (const auto& state : read_manifest(folder_ / "manifest.toml")) {
    const auto path = folder_ / state.file;
    std::error_code code;
    const bool whole = std::filesystem::exists(path) &&
                       std::int64_t(std::filesystem::file_size(path, code)) == state.bytes &&
                       file_sha256(path) == state.sha256;
    if (whole) return SavedState{path, state.step};
    console::warn(fmt::format("{} is damaged or gone; the state before it is used", path.string()));
  }
  return std::nullopt;
}

}  // namespace tandem::training
