#include "sweep/sweep_spec.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace tandem::sweep {
namespace {

using config::TomlFields;
using config::TomlSetting;

bool is_repetition(const std::string& key) { return key == "training.seed" || key.rfind("split.", 0) == 0; }

/// "cval2" for split.cval = 2: the key's last part and the value without TOML's punctuation.
std::string short_name(const TomlSetting& setting) {
  std::string text = setting.key.substr(setting.key.rfind('.') + 1);
  for (const char c : setting.value)
    if (std::isalnum(static_cast<unsigned char>(c)) || std::string_view("._-+").find(c) != std::string::npos)
      text += c;
  return text;
}

void append(std::string& text, const std::string& part) {
  if (part.empty()) return;
  text += text.empty() ? part : "-" + part;
}

Choice choice_of(const std::vector<TomlSetting>& settings) {
  Choice choice;
  choice.settings = settings;
  for (const auto& setting : settings)
    append(is_repetition(setting.key) ? choice.repeat : choice.suffix, short_name(setting));
  return choice;
}

void require_list(const TomlSetting& setting) {
  require(setting.is_list && !setting.elements.empty(),
          "'{}' must be a list of values to try, such as [0.3, 0.5]\n  {}", setting.key, setting.place);
}

/// The i-th value of a list as a setting of its own.
TomlSetting element(const TomlSetting& list, size_t i) {
  return {list.key, list.elements[i], {}, false, list.place, list.line};
}

Axis grid_axis(const TomlSetting& list) {
  require_list(list);
  Axis axis;
  for (size_t i = 0; i < list.elements.size(); ++i) axis.push_back(choice_of({element(list, i)}));
  return axis;
}

/// Lists of equal length that are walked together.
Axis zip_axis(TomlFields& table) {
  const auto lists = table.settings("");
  require(!lists.empty(), "[[zip]] needs lists to walk together: KEY = [...]\n  {}", table.place());
  for (const auto& list : lists) {
    require_list(list);
    require(list.elements.size() == lists[0].elements.size(),
            "the lists of one [[zip]] must be equally long: '{}' has {} values, '{}' has {}\n  {}",
            lists[0].key, lists[0].elements.size(), list.key, list.elements.size(), list.place);
  }
  Axis axis;
  for (size_t i = 0; i < lists[0].elements.size(); ++i) {
    std::vector<TomlSetting> settings;
    for (const auto& list : lists) settings.push_back(element(list, i));
    axis.push_back(choice_of(settings));
  }
  return axis;
}

/// One axis for each list that rows name, in the order of their first rows.
struct RowAxes {
  std::vector<Axis> axes;
  std::map<std::string, size_t> known;
};

void add_rows(TomlFields& fields, const std::filesystem::path& folder, RowAxes& rows) {
  for (auto& row : fields.tables("row")) {
    const auto list = row.text("list", "rows");
    const auto [at, is_new] = rows.known.emplace(list, rows.axes.size());
    if (is_new) rows.axes.emplace_back();
    Choice choice;
    const auto file = row.text("file", "");
    if (!file.empty()) choice.file = folder / file;
    choice.row_name = file.empty() ? row.text("name") : row.text("name", "");
    choice.settings = row.settings("set");
    row.check_all_read();
    rows.axes[at->second].push_back(std::move(choice));
  }
}

std::vector<Axis> row_axes(TomlFields& fields, const std::filesystem::path& folder) {
  RowAxes rows;
  for (const auto& name : fields.texts("rows_of")) {
    const auto other = folder / name;
    auto other_fields = TomlFields::from_file(other);
    add_rows(other_fields, other.parent_path(), rows);
    require(!rows.axes.empty(), "{} has no [[row]]; 'rows_of' takes nothing else\n  {}", other.string(),
            fields.place("rows_of"));
  }
  add_rows(fields, folder, rows);
  return rows.axes;
}

/// The settings of the files that `with` names, in order.
std::vector<TomlSetting> laid_over(TomlFields& fields, const std::filesystem::path& folder) {
  std::vector<TomlSetting> all;
  for (const auto& name : fields.texts("with"))
    for (auto& setting : TomlFields::from_file(folder / name).settings("")) all.push_back(std::move(setting));
  return all;
}

Axis seed_axis(TomlFields& fields) {
  auto list = fields.settings("seeds").at(0);
  list.key = "training.seed";
  return grid_axis(list);
}

}  // namespace

SweepSpec SweepSpec::from_file(const std::filesystem::path& file) {
  auto fields = TomlFields::from_file(file);
  SweepSpec spec;
  spec.file = file;
  const auto folder = file.parent_path();
  const auto base = fields.text("base", "");
  if (!base.empty()) spec.base = folder / base;
  spec.settings = laid_over(fields, folder);
  for (auto& setting : fields.settings("set")) spec.settings.push_back(std::move(setting));
  spec.axes = row_axes(fields, folder);
  for (auto& table : fields.tables("zip")) spec.axes.push_back(zip_axis(table));
  for (const auto& list : fields.settings("grid")) spec.axes.push_back(grid_axis(list));
  if (fields.has("seeds")) spec.axes.push_back(seed_axis(fields));
  fields.check_all_read();
  const auto names_files = [](const Axis& axis) {
    return std::all_of(axis.begin(), axis.end(), [](const Choice& choice) { return !choice.file.empty(); });
  };
  require(!base.empty() || std::any_of(spec.axes.begin(), spec.axes.end(), names_files),
          "'base' is missing: name an experiment file, or give every [[row]] its own 'file'\n  {}",
          fields.place());
  return spec;
}

std::vector<TrialRequest> expand(const SweepSpec& spec) {
  std::vector<TrialRequest> requests = {{spec.base, spec.settings, "", "", ""}};
  for (const auto& axis : spec.axes) {
    std::vector<TrialRequest> longer;
    for (const auto& start : requests)
      for (const auto& choice : axis) {
        TrialRequest request = start;
        if (!choice.file.empty()) request.file = choice.file;
        request.settings.insert(request.settings.end(), choice.settings.begin(), choice.settings.end());
        append(request.row_name, choice.row_name);
        append(request.suffix, choice.suffix);
        append(request.repeat, choice.repeat);
        longer.push_back(std::move(request));
      }
    requests = std::move(longer);
  }
  return requests;
}

}  // namespace tandem::sweep
