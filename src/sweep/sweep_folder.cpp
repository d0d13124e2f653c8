#include "sweep/sweep_folder.h"

#include <limits>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "config/format.h"
#include "config/toml_fields.h"

namespace tandem::sweep {
namespace {

std::vector<Trial> read_index(const std::filesystem::path& file) {
  auto fields = config::TomlFields::from_file(file);
  std::vector<Trial> trials;
  for (auto& table : fields.tables("trial")) {
    Trial trial;
    trial.id = table.text("id");
    trial.label = table.text("label");
    trial.name = table.text("name");
    trial.seed = table.integer("seed", 0, {});
    trial.settings = table.texts("settings");
    table.check_all_read();
    trials.push_back(std::move(trial));
  }
  fields.check_all_read();
  return trials;
}

}  // namespace

SweepFolder::SweepFolder(std::filesystem::path path) : path_(std::move(path)) {
  const auto index = index_file(path_);
  require(std::filesystem::exists(index),
          "{} is not a planned sweep: it has no index.toml. Make it with: tandem sweep plan SWEEP.toml {}",
          path_.string(), path_.string());
  trials_ = read_index(index);
}

std::vector<Trial> SweepFolder::find(const std::vector<std::string>& words) const {
  if (words.empty()) return trials_;
  std::vector<Trial> found;
  std::vector<std::string> labels;
  for (const auto& trial : trials_) labels.push_back(trial.label);
  for (const auto& word : words) {
    const size_t before = found.size();
    for (const auto& trial : trials_)
      if (trial.label == word || trial.name == word || trial.id.rfind(word, 0) == 0) found.push_back(trial);
    const auto near = nearest_name(word, labels);
    require(found.size() > before,
            "no trial of {0} is called '{1}'{2}; tandem sweep status {0} --all lists them", path_.string(),
            word, near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near));
  }
  return found;
}

void write_index(const std::filesystem::path& folder, const std::vector<Trial>& trials) {
  std::string text = "# Written by tandem sweep plan: the trials in order. Their files are in trials/<id>.\n";
  for (const auto& trial : trials) {
    std::vector<std::string> settings;
    for (const auto& setting : trial.settings) settings.push_back(config::quote_toml(setting));
    text += fmt::format("\n[[trial]]\nid = {}\nlabel = {}\nname = {}\nseed = {}\nsettings = [{}]\n",
                        config::quote_toml(trial.id), config::quote_toml(trial.label),
                        config::quote_toml(trial.name), trial.seed, join(settings, ", "));
  }
  write_text_file(SweepFolder::index_file(folder), text);
}

}  // namespace tandem::sweep
