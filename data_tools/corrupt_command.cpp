#include "data_tools/corrupt_command.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <memory>

#include "base/console.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data/split.h"
#include "data_tools/tool_version.h"
#include "equations/artefact_json.h"
#include "equations/artefact_sampling.h"
#include "equations/corruption_pipeline.h"

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
};

/// Makes cases in the background while earlier ones are written: HDF5 is used by this thread alone.
///
/// @param jobs number of jobs; @param read gives the work of a job, on this thread; the work returns one case
/// per output, in the order of writing: [job][n] -> output n % outputs.size()
void run_jobs(std::vector<Output>& outputs, const std::string& what, size_t jobs,
              const std::function<std::function<std::vector<data::Case>()>(size_t)>& read) {
  console::Progress progress(what, std::int64_t(jobs));
  std::future<std::vector<data::Case>> next = std::async(std::launch::async, read(0));
  for (size_t job = 0; job < jobs; ++job) {
    const auto cases = next.get();
    if (job + 1 < jobs) next = std::async(std::launch::async, read(job + 1));
    for (size_t n = 0; n < cases.size(); ++n) outputs[n % outputs.size()].writer->add(cases[n]);
    progress.advance();
  }
}

void finish(std::vector<Output>& outputs, size_t volumes) {
  for (auto& output : outputs) output.writer->commit();
  for (const auto& output : outputs) console::say("{} volumes -> {}", volumes, output.path.string());
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
  for (const char* option : {"kind", "split", "patients", "frames"})
    require(map.count(option) == 0, "--replay takes everything from the corrupted file; leave out --{}",
            option);
  const data::CaseFile corrupted(map["replay"].as<std::string>());
  require(!corrupted.ids().empty(), "{} holds no cases", corrupted.path().string());
  data::DataSetInfo info = corrupted.info();
  info.tool_version = tool_version();
  std::vector<Output> outputs;
  const fs::path path = map["out"].as<std::string>();
  program::refuse_overwrite(path.string(), map.count("force") > 0);
  outputs.push_back({path, std::make_unique<data::CaseFileWriter>(path, info)});
  run_jobs(outputs, "replaying " + info.domain, corrupted.ids().size(), [&](size_t job) {
    const auto header = corrupted.read_header(corrupted.ids()[job]);
    const auto suffix = header.id.rfind("_c");
    require(!header.corruption.empty() && suffix != std::string::npos,
            "{}: case {} is not a corrupted copy; there is nothing to replay", corrupted.path().string(),
            header.id);
    auto clean = source.read(header.id.substr(0, suffix));
    check_usable(clean, source);
    return [clean = std::move(clean), header] { return std::vector{replayed_copy(clean, header)}; };
  });
  finish(outputs, corrupted.ids().size());
}

std::vector<Output> open_outputs(const data::CaseFile& source, const std::vector<std::string>& kinds,
                                 const variables_map& map) {
  const fs::path out = map["out"].as<std::string>();
  const bool folder = kinds.size() > 1 || fs::is_directory(out);
  require(!folder || out.extension() != ".h5",
          "--kind all writes four files: --out must name a folder, not {}", out.string());
  std::vector<fs::path> paths;
  for (const auto& kind : kinds)
    paths.push_back(folder ? out / (source.info().domain + "-c_" + kind + ".h5") : out);
  for (const auto& path : paths) program::refuse_overwrite(path.string(), map.count("force") > 0);
  std::error_code error;
  if (folder) fs::create_directories(out, error);
  if (error) fail_system("cannot make the folder {}: {}", out.string(), error.message());
  std::vector<Output> outputs;
  for (size_t k = 0; k < kinds.size(); ++k) {
    auto info = source.info();
    info.domain += "-c_" + kinds[k];
    info.preprocessing += fmt::format(
        "; {} artefact (TorchIO 0.18 rules) on the central {} x {} pixels, slices to [0,1]; "
        "{} copies, seed {}",
        kinds[k], eq::kCorruptionSize, eq::kCorruptionSize, map["copies"].as<int>(),
        map["seed"].as<std::uint64_t>());
    info.source = source.path().filename().string();
    info.tool_version = tool_version();
    outputs.push_back({paths[k], std::make_unique<data::CaseFileWriter>(paths[k], info)});
  }
  return outputs;
}

void draw_anew(const data::CaseFile& source, const variables_map& map) {
  require(map.count("kind") > 0, "which artefact? --kind {} or all", join(eq::kArtefactKinds, ", "));
  const std::string kind = map["kind"].as<std::string>();
  if (kind != "all") eq::sample_artefact(kind, eq::torch_generator(0));  // refuses an unknown kind
  const auto kinds = kind == "all" ? eq::kArtefactKinds : std::vector{kind};
  const int copies = map["copies"].as<int>();
  require(copies >= 1 && copies <= 1000, "--copies {}: must be 1 to 1000", copies);
  const auto seed = map["seed"].as<std::uint64_t>();
  const auto ids = select(source, selection_from(map));
  for (const auto& id : ids) check_usable(source.read_header(id), source);
  auto outputs = open_outputs(source, kinds, map);
  run_jobs(outputs, fmt::format("corrupting {} ({})", source.info().domain, kind), ids.size(),
           [&](size_t job) {
             auto clean = source.read(ids[job]);
             check_usable(clean, source);
             return [clean = std::move(clean), &kinds, copies, seed] {
               std::vector<data::Case> made;
               for (int copy = 0; copy < copies; ++copy)
                 for (const auto& k : kinds) made.push_back(corrupted_copy(clean, k, copy, seed));
               return made;
             };
           });
  finish(outputs, ids.size() * size_t(copies));
}

void declare(program::po::options_description& options) {
  namespace po = program::po;
  options.add_options()("source", po::value<std::string>()->required(), "the clean data set file")(
      "kind", po::value<std::string>(), "bias, ghosting, motion, spike, or all")(
      "copies", po::value<int>()->default_value(3), "corrupted copies of each case")(
      "seed", po::value<std::uint64_t>()->default_value(1), "seed of the draws")(
      "split", po::value<std::string>(), "only the patients in the list 'test' of this TOML file")(
      "patients", po::value<std::string>(), "only these patients, by comma: 007,008")(
      "frames", po::value<std::string>(), "only these frames: ED, ES (default: all)")(
      "replay", po::value<std::string>(),
      "make the copies of this corrupted file again, from its stored parameters")(
      "out", po::value<std::string>()->required(), "the file to write; a folder with --kind all")(
      "force", "replace existing files");
}

}  // namespace

data::Case corrupted_copy(const data::Case& source, const std::string& kind, int copy, std::uint64_t seed) {
  const auto index =
      std::find(eq::kArtefactKinds.begin(), eq::kArtefactKinds.end(), kind) - eq::kArtefactKinds.begin();
  RandomStream stream({.seed = seed,
                       .purpose = Purpose::Corruption,
                       .epoch = std::uint32_t(copy),
                       .step = std::uint32_t(index),
                       .sample = hash_name(source.id.data(), source.id.size())});
  data::Case header;
  header.id = fmt::format("{}_c{}", source.id, copy);
  header.corruption = kind;
  header.corruption_parameters = eq::to_json(eq::sample_artefact(kind, [&stream] { return stream.bits(); }));
  return replayed_copy(source, header);
}

data::Case replayed_copy(const data::Case& source, const data::Case& corrupted_header) {
  const auto artefact = eq::artefact_from_json(corrupted_header.corruption_parameters);
  require(eq::kind_of(artefact) == corrupted_header.corruption,
          "case {}: corruption '{}' has parameters of '{}'", corrupted_header.id, corrupted_header.corruption,
          eq::kind_of(artefact));
  data::Case out = source;
  out.id = corrupted_header.id;
  out.corruption = corrupted_header.corruption;
  out.corruption_parameters = corrupted_header.corruption_parameters;
  out.image = eq::corrupt(source.image, artefact);
  return out;
}

program::Command corrupt_command() {
  return {.name = "corrupt",
          .synopsis = "FILE --kind KIND --out FILE|FOLDER [--split TOML] [--replay FILE]",
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
          .details =
              [] {
                return std::string(
                    "Domains are named after the source: acdc gives acdc-c_bias, acdc-c_ghosting, "
                    "acdc-c_motion, acdc-c_spike.\n"
                    "Equal seed, source and case id give equal copies, whatever else is chosen. The drawn "
                    "parameters stand\n"
                    "beside every volume as JSON.\n");
              }};
}

}  // namespace tandem::data_tools
