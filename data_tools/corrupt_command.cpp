#include "data_tools/corrupt_command.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data/split.h"
#include "data_tools/in_order.h"
#include "data_tools/tool_version.h"
#include "equations/artefact_sampling.h"
#include "equations/corruption_pipeline.h"
#include "equations/severity.h"

namespace tandem::data_tools {
namespace {

namespace eq = equations;
namespace fs = std::filesystem;
using program::po::variables_map;

/// Ids of the chosen cases in the file's order; Error if none is left, a warning for patients that are not
/// there.
std::vector<std::string> select(const data::CaseFile& file, const CaseSelection& selection) {
  std::vector<std::string> chosen;
  std::vector<bool> found(selection.patients.size(), false);
  for (const auto& id : file.ids()) {
    const auto header = file.read_header(id);
    bool wanted = selection.patients.empty();
    for (size_t p = 0; p < selection.patients.size(); ++p)
      if (data::same_patient(selection.patients[p], header.patient)) wanted = found[p] = true;
    const auto& frames = selection.frames;
    if (!frames.empty() && std::find(frames.begin(), frames.end(), header.frame) == frames.end())
      wanted = false;
    if (wanted) chosen.push_back(id);
  }
  require(!chosen.empty(), "{}: none of its {} cases is chosen by --split, --patients and --frames",
          file.path().string(), file.ids().size());
  std::vector<std::string> missing;
  for (size_t p = 0; p < found.size(); ++p)
    if (!found[p]) missing.push_back(selection.patients[p]);
  if (!missing.empty())
    console::warn(fmt::format("{} has no patient {}; {} of {} patients are corrupted", file.path().string(),
                              join(missing, ", "), found.size() - missing.size(), found.size()));
  return chosen;
}

void check_usable(const data::Case& c, const data::CaseFile& file) {
  require(c.corruption.empty(), "{}: case {} is a corrupted copy ({}) already; give the clean data set",
          file.path().string(), c.id, c.corruption);
  require(data::has_finite_image(c),
          "{}: the image of case {} holds values that are not finite; run tandem-data verify",
          file.path().string(), c.id);
}

struct Output {
  fs::path path;
  std::unique_ptr<data::CaseFileWriter> writer;
  size_t volumes = 0;
};

using Copies = std::vector<data::PackedCase>;
using Work = std::function<Copies()>;

/// Makes and writes copies.
///
/// @param jobs number of jobs, of which number n is for output n % outputs.size()
/// @param read gives the work of a job, on this thread
void run_jobs(std::vector<Output>& outputs, const std::string& what, size_t jobs,
              const std::function<Work(size_t)>& read) {
  console::Progress progress(what, std::int64_t(jobs));
  in_order<Copies>(jobs, jobs_at_once(), read, [&](size_t job, const Copies& copies) {
    auto& output = outputs[job % outputs.size()];
    for (const auto& c : copies) output.writer->add(c);
    output.volumes += copies.size();
    progress.advance();
  });
}

void finish(std::vector<Output>& outputs) {
  for (auto& output : outputs) output.writer->commit();
  for (const auto& output : outputs) console::say("{} volumes -> {}", output.volumes, output.path.string());
}

std::vector<std::string> words_of(const variables_map& map, const char* name) {
  return map.count(name) ? split_words(map[name].as<std::string>(), ',') : std::vector<std::string>{};
}

CaseSelection selection_from(const variables_map& map) {
  CaseSelection selection{words_of(map, "patients"), words_of(map, "frames")};
  for (const auto& frame : selection.frames)
    require(frame == "ED" || frame == "ES", "--frames {}: frames are ED and ES", frame);
  if (map.count("split")) {
    const auto test = data::read_split(map["split"].as<std::string>()).test;
    require(!test.empty(), "{} names no test patients", map["split"].as<std::string>());
    selection.patients.insert(selection.patients.end(), test.begin(), test.end());
  }
  return selection;
}

void replay(const data::CaseFile& source, const variables_map& map) {
  for (const char* option : {"kind", "severity", "split", "patients", "frames"})
    require(map.count(option) == 0, "--replay takes everything from the corrupted file; leave out --{}",
            option);
  const data::CaseFile corrupted(map["replay"].as<std::string>());
  require(!corrupted.ids().empty(), "{} holds no cases", corrupted.path().string());
  data::DataSetInfo info = corrupted.info();
  info.tool_version = tool_version();
  std::vector<Output> outputs;
  const fs::path path = map["out"].as<std::string>();
  refuse_overwrite(path.string(), map.count("force") > 0);
  outputs.push_back({path, std::make_unique<data::CaseFileWriter>(path, info)});
  run_jobs(outputs, "replaying " + info.domain, corrupted.ids().size(), [&](size_t job) -> Work {
    const auto header = corrupted.read_header(corrupted.ids()[job]);
    const auto suffix = header.id.rfind("_c");
    require(!header.corruption.empty() && suffix != std::string::npos,
            "{}: case {} is not a corrupted copy; there is nothing to replay", corrupted.path().string(),
            header.id);
    auto clean = source.read(header.id.substr(0, suffix));
    check_usable(clean, source);
    return [clean = std::move(clean), header] { return Copies{data::pack(replayed_copy(clean, header))}; };
  });
  finish(outputs);
}

/// Copies of each case; one where all would be equal.
int copies_of(const CorruptionChoice& choice, const variables_map& map) {
  return choice.severity > 0 && eq::is_fixed_by_level(choice.kind) ? 1 : map["copies"].as<int>();
}

/// Levels named by --severity, rising; {0} without it: corruptions as in ACDC-C.
std::vector<int> levels_from(const variables_map& map) {
  if (map.count("severity") == 0) return {0};
  std::vector<int> levels;
  for (const auto& word : words_of(map, "severity")) {
    for (int level = 1; level <= eq::kSeverityLevels; ++level)
      if (word == "all" || word == std::to_string(level)) levels.push_back(level);
    require(word == "all" || (!levels.empty() && word == std::to_string(levels.back())),
            "--severity {}: levels are 1 to {}, such as 3 or 1,2,3 or all", word, eq::kSeverityLevels);
  }
  std::ranges::sort(levels);
  levels.erase(std::ranges::unique(levels).begin(), levels.end());
  require(!levels.empty(), "--severity names no level");
  return levels;
}

/// What --kind and --severity choose, a file for each; refuses an unknown kind.
std::vector<CorruptionChoice> choices_from(const variables_map& map) {
  const auto levels = levels_from(map);
  const auto all = levels[0] == 0 ? eq::kArtefactKinds : eq::severity_kinds();
  require(map.count("kind") > 0, "which artefact? --kind {} or all", join(all, ", "));
  const std::string kind = map["kind"].as<std::string>();
  std::vector<CorruptionChoice> choices;
  for (const auto& k : kind == "all" ? all : std::vector{kind})
    for (const int level : levels) {
      require(level > 0 || kind == "all" || !std::ranges::count(eq::severity_kinds(), k) ||
                  std::ranges::count(eq::kArtefactKinds, k),
              "--kind {} needs --severity 1 to {}", k, eq::kSeverityLevels);
      if (level == 0)
        eq::sample_artefact(k, eq::torch_generator(0));
      else
        eq::artefact_at_severity(k, level, eq::torch_generator(0));
      choices.push_back({k, level});
    }
  return choices;
}

/// "acdc-c_bias", or "acdc-c_bias_s3" at a level.
std::string domain_of(const std::string& source, const CorruptionChoice& choice) {
  return source + "-c_" + choice.kind + (choice.severity == 0 ? "" : fmt::format("_s{}", choice.severity));
}

std::string describe(const CorruptionChoice& choice, const variables_map& map) {
  return fmt::format(
      "; {} {} on the central {} x {} pixels, slices to [0,1]; {} copies, seed {}", choice.kind,
      choice.severity == 0 ? "artefact (TorchIO 0.18 rules)"
                           : fmt::format("at severity {} of {}", choice.severity, eq::kSeverityLevels),
      eq::kCorruptionSize, eq::kCorruptionSize, copies_of(choice, map), map["seed"].as<std::uint64_t>());
}

std::vector<Output> open_outputs(const data::CaseFile& source, const std::vector<CorruptionChoice>& choices,
                                 const variables_map& map) {
  const fs::path out = map["out"].as<std::string>();
  const bool folder = choices.size() > 1 || fs::is_directory(out);
  require(!folder || out.extension() != ".h5", "these are {} files: --out must name a folder, not {}",
          choices.size(), out.string());
  std::vector<fs::path> paths;
  for (const auto& choice : choices)
    paths.push_back(folder ? out / (domain_of(source.info().domain, choice) + ".h5") : out);
  for (const auto& path : paths) refuse_overwrite(path.string(), map.count("force") > 0);
  std::error_code error;
  if (folder) fs::create_directories(out, error);
  if (error) fail_system("cannot make the folder {}: {}", out.string(), error.message());
  std::vector<Output> outputs;
  for (size_t k = 0; k < choices.size(); ++k) {
    auto info = source.info();
    info.domain = domain_of(info.domain, choices[k]);
    info.preprocessing += describe(choices[k], map);
    info.source = source.path().filename().string();
    info.tool_version = tool_version();
    outputs.push_back({paths[k], std::make_unique<data::CaseFileWriter>(paths[k], info)});
  }
  return outputs;
}

void draw_anew(const data::CaseFile& source, const variables_map& map) {
  const auto choices = choices_from(map);
  const int copies = map["copies"].as<int>();
  require(copies >= 1 && copies <= 1000, "--copies {}: must be 1 to 1000", copies);
  const auto seed = map["seed"].as<std::uint64_t>();
  const auto ids = select(source, selection_from(map));
  for (const auto& id : ids) check_usable(source.read_header(id), source);
  auto outputs = open_outputs(source, choices, map);
  run_jobs(outputs, fmt::format("corrupting {}", source.info().domain), ids.size() * choices.size(),
           [&](size_t job) -> Work {
             auto clean = source.read(ids[job / choices.size()]);
             check_usable(clean, source);
             const auto& choice = choices[job % choices.size()];
             return [clean = std::move(clean), &choice, count = copies_of(choice, map), seed] {
               Copies made;
               for (int copy = 0; copy < count; ++copy)
                 made.push_back(data::pack(corrupted_copy(clean, choice, copy, seed)));
               return made;
             };
           });
  finish(outputs);
}

std::string details() {
  std::string text =
      "Domains are named after the source: acdc gives acdc-c_bias, acdc-c_ghosting, acdc-c_motion, "
      "acdc-c_spike,\n"
      "and with --severity acdc-c_bias_s1 and so on. Equal seed, source and case id give equal copies, "
      "whatever\n"
      "else is chosen. The drawn parameters stand beside every volume as JSON. Kinds that draw nothing "
      "(blur, gamma)\n"
      "have one copy.\n\nSeverity levels 1 to 5 (grid of ROOD-MRI; src/equations/severity.cpp):\n";
  for (const auto& row : eq::severity_grid())
    text += fmt::format("  {:<13} {:<19} {:<25} {}\n", row.kind, row.parameter,
                        fmt::format("{}", fmt::join(row.at, " ")), row.meaning);
  return text;
}

void declare(program::po::options_description& options) {
  namespace po = program::po;
  options.add_options()("source", po::value<std::string>()->required(), "the clean data set file")(
      "kind", po::value<std::string>(),
      "bias, ghosting, motion, spike, or all; with --severity more, see below")(
      "severity", po::value<std::string>(),
      "levels 1 (mild) to 5, such as 3 or 1,2,3 or all; default: as in ACDC-C")(
      "copies", po::value<int>()->default_value(3), "corrupted copies of each case")(
      "seed", po::value<std::uint64_t>()->default_value(1), "seed of the draws")(
      "split", po::value<std::string>(), "only the patients in the list 'test' of this TOML file")(
      "patients", po::value<std::string>(), "only these patients, by comma: 007,008")(
      "frames", po::value<std::string>(), "only these frames: ED, ES (default: all)")(
      "replay", po::value<std::string>(),
      "make the copies of this corrupted file again, from its stored parameters")(
      "out", po::value<std::string>()->required(), "the file to write; a folder for several kinds or levels")(
      "force", "replace existing files");
}

}  // namespace

program::Command corrupt_command() {
  return {.name = "corrupt",
          .synopsis = "FILE --kind KIND [--severity LEVELS] --out FILE|FOLDER [--split TOML] [--replay FILE]",
          .summary = "corrupts the cases of a data set by MR artefacts (ACDC-C)",
          .declare = declare,
          .positional = {"source"},
          .run =
              [](const variables_map& map) {
                const data::CaseFile source(map["source"].as<std::string>());
                if (map.count("replay"))
                  replay(source, map);
                else
                  draw_anew(source, map);
              },
          .details = details};
}

}  // namespace tandem::data_tools
