#include "data_tools/dataset_import.h"

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/build_info.h"
#include "base/console.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/stop.h"
#include "base/text.h"
#include "data/preprocess.h"
#include "data_tools/in_order.h"
#include "data_tools/n4.h"

namespace tandem::data_tools {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFaultsShown = 20;

std::string shape_text(const std::array<std::int64_t, 3>& shape) {
  return fmt::format("{}", fmt::join(shape, "x"));
}

/// Replaces the source's codes by ours, in place.
void translate_labels(Volume<std::uint8_t>& label, const LabelCodes& codes, const std::string& file) {
  std::uint8_t largest = 0;
  for (const auto code : label.values) largest = std::max(largest, code);
  if (largest >= codes.meaning.size()) {
    const auto is_unknown = [&](std::uint8_t code) { return code >= codes.meaning.size(); };
    fail("{}: {} voxels have unknown label values (first: {}); expected {}", file,
         std::ranges::count_if(label.values, is_unknown),
         int(*std::ranges::find_if(label.values, is_unknown)), codes.words);
  }
  for (auto& value : label.values) value = codes.meaning[value];
}

void check_same_grid(const nifti::Grid& image, const nifti::Grid& label, const std::string& file) {
  require(label.shape == image.shape,
          "{}: label shape {} differs from image shape {} (slices x rows x columns)", file,
          shape_text(label.shape), shape_text(image.shape));
  for (std::size_t i = 0; i < 3; ++i)
    require(std::abs(label.spacing_mm[i] - image.spacing_mm[i]) < 1e-3,
            "{}: label spacing {} mm differs from image spacing {} mm (z, y, x)", file,
            fmt::join(label.spacing_mm, " x "), fmt::join(image.spacing_mm, " x "));
}

/// Equal arrays show the same place only if both files' axes point the same way.
void check_same_axes(const nifti::Grid& image, const nifti::Grid& label, const std::string& file) {
  if (!image.oriented || !label.oriented) return;
  for (std::size_t j = 0; j < 3; ++j) {
    double dot = 0, square_a = 0, square_b = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double a = image.affine[4 * i + j], b = label.affine[4 * i + j];
      dot += a * b, square_a += a * a, square_b += b * b;
    }
    require(
        dot > 0.9 * std::sqrt(square_a * square_b),
        "{}: axis {} of the label points elsewhere than the image's (cosine {:.2f}); flip or reorient one "
        "of the two files",
        file, "ijk"[j], dot / std::sqrt(square_a * square_b));
  }
}

bool is_right_handed(const nifti::Grid& grid) {
  const auto& m = grid.affine;
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) +
             m[2] * (m[4] * m[9] - m[5] * m[8]) >
         0;
}

void count_headers(const nifti::Grid& grid, HeaderCounts& counts) {
  counts.unit_scale += grid.unit_scale_sform;
  counts.sheared_slices += grid.sheared_slices;
}

Volume<float> corrected(const nifti::FloatFile& scan, const fs::path& path) {
  try {
    return correct_bias_field(scan.volume, scan.grid.spacing_mm);
  } catch (const Error& error) {
    throw Error(path.string() + ": " + error.what(), error.code());
  }
}

/// What a worker hands back: the cases of a patient, or what is wrong with it.
struct Outcome {
  std::vector<data::PackedCase> cases;
  std::string fault;
  HeaderCounts counts;
};

Outcome import_patient(const SourcePatient& patient, const ImportOptions& options) {
  Outcome outcome;
  try {
    for (const auto& source : patient.find_cases())
      outcome.cases.push_back(data::pack(import_case(source, options, outcome.counts)));
  } catch (const Error& error) {
    if (error.code() != ExitCode::BadInput) throw;
    outcome = {};
    outcome.fault = error.what();
  }
  return outcome;
}

/// Numbers for the closing lines.
struct Summary {
  std::int64_t cases = 0, slices = 0;
  HeaderCounts counts;
  double low_z = INFINITY, high_z = 0;
  std::array<double, 2> plane = {};
  std::vector<std::string> faults;

  void add(const HeaderCounts& more) {
    counts.unit_scale += more.unit_scale, counts.sheared_slices += more.sheared_slices;
    counts.right_handed += more.right_handed, counts.left_handed += more.left_handed;
  }
  void add(const data::PackedCase& c) {
    ++cases;
    slices += c.image.shape[0];
    const auto& [z, y, x] = c.header.spacing_mm;
    low_z = std::min(low_z, z);
    high_z = std::max(high_z, z);
    plane = {y, x};
  }
};

[[noreturn]] void fail_with_faults(const std::vector<std::string>& faults, std::size_t patients) {
  std::string text;
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i)
    text += (i > 0 ? "\n" : "") + faults[i];
  if (faults.size() > kFaultsShown) text += fmt::format("\n... and {} more", faults.size() - kFaultsShown);
  const std::size_t good = patients - faults.size();
  fail("{}\n  nothing was written.{}", text,
       good > 0 ? fmt::format(" Use --skip-faulty to import the other {}.", counted(good, "patient")) : "");
}

void warn_about_headers(const HeaderCounts& counts) {
  const auto warn = [](const std::string& text) {
    console::warn(text + " (see data_tools/README.md#headers)");
  };
  if (counts.unit_scale > 0)
    warn(fmt::format("{} files carry a unit-scale sform; spacing was taken from pixdim", counts.unit_scale));
  if (counts.sheared_slices > 0)
    warn(
        fmt::format("{} files have slices that are shifted against each other; each slice was taken as it is",
                    counts.sheared_slices));
  if (counts.right_handed > 0 && counts.left_handed > 0)
    warn(fmt::format("{} images have right-handed axes, {} left-handed ones; nothing was flipped",
                     counts.right_handed, counts.left_handed));
}

void report(const Summary& summary, const ImportOptions& options) {
  console::say("{} cases, {} slices, {:.2f} x {:.2f} mm in plane, {:g}{} mm between slices", summary.cases,
               summary.slices, summary.plane[0], summary.plane[1], summary.low_z,
               summary.high_z > summary.low_z ? fmt::format("-{:g}", summary.high_z) : "");
  warn_about_headers(summary.counts);
  for (const auto& fault : summary.faults) console::warn("skipped: " + fault);
  console::say("wrote {} ({:.1f} MB)", options.out.string(), double(fs::file_size(options.out)) / 1e6);
}

}  // namespace

data::Case import_case(const SourceCase& source, const ImportOptions& options, HeaderCounts& counts) {
  data::Case c;
  c.id = source.id, c.patient = source.patient, c.frame = source.frame, c.group = source.group;
  c.vendor = source.vendor, c.centre = source.centre;
  auto image = nifti::read_image(source.image, source.read);
  count_headers(image.grid, counts);
  (is_right_handed(image.grid) ? counts.right_handed : counts.left_handed) += 1;
  c.source_sha256_image = file_sha256(source.image);
  std::optional<Volume<std::uint8_t>> label;
  if (!source.label.empty()) {
    auto file = nifti::read_label(source.label, source.read);
    check_same_grid(image.grid, file.grid, source.label.string());
    check_same_axes(image.grid, file.grid, source.label.string());
    translate_labels(file.volume, options.labels, source.label.string());
    count_headers(file.grid, counts);
    c.source_sha256_label = file_sha256(source.label);
    label = std::move(file.volume);
  }
  c.original = {image.grid.shape, image.grid.spacing_mm, image.grid.affine};
  if (options.n4) image.volume = corrected(image, source.image);
  if (options.preprocess) {
    auto prepared = data::preprocess(image.volume, label, image.grid.spacing_mm);
    c.image = std::move(prepared.image), c.label = std::move(prepared.label),
    c.spacing_mm = prepared.spacing_mm;
  } else {
    c.image = image.volume, c.label = std::move(label), c.spacing_mm = image.grid.spacing_mm;
  }
  return c;
}

void import_patients(const std::vector<SourcePatient>& patients, const ImportOptions& options) {
  data::CaseFileWriter writer(options.out, options.info);
  Summary summary;
  {
    console::Progress progress(fmt::format("importing {} patients", patients.size()),
                               std::int64_t(patients.size()));
    const auto begin = [&](std::size_t job) {
      return [&patient = patients[job], &options] { return import_patient(patient, options); };
    };
    in_order<Outcome>(patients.size(), jobs_at_once(), begin, [&](std::size_t, const Outcome& outcome) {
      if (!outcome.fault.empty()) summary.faults.push_back(outcome.fault);
      summary.add(outcome.counts);
      const bool faulty = !summary.faults.empty() && !options.skip_faulty;
      for (const auto& c : outcome.cases) {
        summary.add(c);
        if (!faulty) writer.add(c);
      }
      progress.advance();
      if (stop_requested()) throw Error("stopped; nothing was written", ExitCode::Stopped);
    });
  }
  if (!summary.faults.empty() && !options.skip_faulty) fail_with_faults(summary.faults, patients.size());
  require(summary.cases > 0, "no case could be imported; nothing was written{}{}",
          summary.faults.empty() ? "" : ":\n", join(summary.faults, "\n"));
  writer.commit();
  report(summary, options);
}

std::vector<fs::path> list_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code code;
  fs::directory_iterator entries(folder, code);
  require(!code, "cannot read folder {}: {}", folder.string(), code.message());
  for (const auto& entry : entries)
    if (entry.is_directory(code)) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

void declare_import_options(program::po::options_description& options, const std::string& domain) {
  namespace po = program::po;
  options.add_options()("folder", po::value<std::string>()->required(), "folder to read")(
      "out", po::value<std::string>()->required(), "data set file to write (.h5)")(
      "domain", po::value<std::string>()->default_value(domain),
      "name of the data set: its column in tables")("force", "replace the output if it exists")(
      "skip-faulty", "leave faulty patients out instead of stopping")(
      "n4",
      "N4 bias-field correction of every scan before it is normalised (minutes; needs a build with ITK)");
}

ImportOptions import_options(const program::po::variables_map& map) {
  ImportOptions options;
  options.out = map["out"].as<std::string>();
  options.skip_faulty = map.count("skip-faulty") > 0;
  refuse_overwrite(options.out.string(), map.count("force") > 0);
  options.info.domain = map["domain"].as<std::string>();
  options.info.preprocessing = data::kPreprocessing;
  options.n4 = map.count("n4") > 0;
  if (options.n4) {
    require_n4();
    options.info.preprocessing =
        fmt::format("N4 bias-field correction (ITK {}, mask by Otsu's threshold); {}", itk_version(),
                    data::kPreprocessing);
  }
  options.info.tool_version = fmt::format("tandem-data {} ({})", build_info::kVersion, build_info::kCommit);
  const auto folder = fs::path(map["folder"].as<std::string>()).lexically_normal();
  options.info.source = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  return options;
}

}  // namespace tandem::data_tools
