#include "data_tools/verification.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data_tools/case_statistics.h"
#include "equations/mr_artefacts.h"
#include "equations/preprocessing.h"

namespace tandem::data_tools {
namespace {

/// What is kept of a case to compare the frames of a patient.
struct Frame {
  std::string id;
  std::int64_t slices = 0;
  std::array<double, 3> spacing_mm = {};
  bool has_label = false;
  double lv_ml = 0;
};

class Verifier {
 public:
  explicit Verifier(const std::filesystem::path& path) : file_(path) {}

  std::vector<std::string> run() {
    check_root();
    console::Progress progress("verifying", std::int64_t(file_.ids().size()));
    for (const auto& id : file_.ids()) {
      try {
        check_case(file_.read(id));
      } catch (const Error& error) {
        note("{}: {}", id, error.what());
      }
      progress.advance();
    }
    for (const auto& [key, frames] : frames_) check_frames(key, frames);
    return std::move(faults_);
  }

 private:
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void check_root() {
    if (!file_.h5().has_attribute("/", "label_names"))
      note("the file has no attribute label_names");
    else if (const auto names = file_.h5().attribute_strings("/", "label_names"); names != data::kLabelNames)
      note("label_names are {}, expected {}", join(names, ", "), join(data::kLabelNames, ", "));
    if (file_.info().domain.empty()) note("the attribute domain is empty");
    if (file_.ids().empty()) note("the file holds no case");
  }

  void check_case(const data::Case& c) {
    check_identity(c);
    check_geometry(c);
    const auto statistics = case_statistics(c);
    check_intensities(c, statistics);
    if (c.label) check_anatomy(c, statistics);
    // Copies of a corrupted set are compared among themselves: patient003_ED_c1 with patient003_ES_c1.
    const auto frame_at = c.id.find("_" + c.frame);
    const auto suffix = frame_at == std::string::npos ? "" : c.id.substr(frame_at + 1 + c.frame.size());
    frames_[c.patient + suffix][c.frame] = {c.id, c.image.slices, c.spacing_mm, c.label.has_value(),
                                            statistics.millilitres(data::kLV, c.spacing_mm)};
  }

  void check_identity(const data::Case& c) {
    if (c.frame != "ED" && c.frame != "ES") note("{}: frame is '{}', expected ED or ES", c.id, c.frame);
    if (c.patient.empty() || !c.id.starts_with(c.patient))
      note("{}: the id does not begin with the patient '{}'", c.id, c.patient);
    for (const auto& sum : {c.source_sha256_image, c.source_sha256_label}) {
      const bool hexadecimal =
          sum.size() == 64 && sum.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (!sum.empty() && !hexadecimal) note("{}: '{}' is not a SHA-256", c.id, sum);
    }
    const auto& kinds = equations::kCorruptionKinds;
    if (!c.corruption.empty() && std::ranges::find(kinds, c.corruption) == kinds.end())
      note("{}: corruption '{}' is unknown", c.id, c.corruption);
  }

  void check_geometry(const data::Case& c) {
    if (c.image.values.empty()) note("{}: the image is empty", c.id);
    const auto positive = [](double v) { return std::isfinite(v) && v > 0; };
    if (!std::ranges::all_of(c.spacing_mm, positive))
      note("{}: spacing {} mm is not above 0", c.id, fmt::join(c.spacing_mm, " x "));
    else if (std::abs(equations::kWorkingSpacingMm / c.spacing_mm[1] +
                      equations::kWorkingSpacingMm / c.spacing_mm[2] - 2) >= 1e-4)
      note("{}: in-plane spacing {} x {} mm, expected {}", c.id, c.spacing_mm[1], c.spacing_mm[2],
           equations::kWorkingSpacingMm);
    if (!std::ranges::all_of(c.original.spacing_mm, positive))
      note("{}: the original spacing {} mm is not above 0", c.id, fmt::join(c.original.spacing_mm, " x "));
    if (c.original.shape[0] != c.image.slices)
      note("{}: {} slices, but {} in the original file", c.id, c.image.slices, c.original.shape[0]);
  }

  void check_intensities(const data::Case& c, const CaseStatistics& s) {
    if (s.not_finite > 0) note("{}: {} voxels are NaN or infinite", c.id, s.not_finite);
    if (s.minimum < -1e-6f || s.maximum > 1 + 1e-6f)
      note("{}: intensities from {:g} to {:g}, expected 0 to 1", c.id, s.minimum, s.maximum);
    if (s.maximum <= s.minimum) note("{}: the image is constant ({:g})", c.id, s.minimum);
  }

  void check_anatomy(const data::Case& c, const CaseStatistics& s) {
    if (s.unknown_labels > 0) note("{}: {} voxels have a label above 3", c.id, s.unknown_labels);
    for (const auto label : {data::kLV, data::kMYO, data::kRV})
      if (s.voxels[label] == 0) note("{}: no voxel is labelled {}", c.id, data::kLabelNames[label]);
    const auto& n = s.lv_neighbours;
    const auto others = n[data::kBackground] + n[data::kRV];
    if (n[data::kMYO] < others)
      note(
          "{}: LV borders on other classes more than on MYO ({} against {} pixel pairs): are the labels "
          "swapped?",
          c.id, others, n[data::kMYO]);
  }

  void check_frames(const std::string& key, const std::map<std::string, Frame>& frames) {
    if (!frames.contains("ED") || !frames.contains("ES")) {
      note("{}: has {} only; ED and ES are expected", key, frames.begin()->first);
      return;
    }
    const auto &ed = frames.at("ED"), &es = frames.at("ES");
    if (ed.slices != es.slices) note("{}: {} slices at ED, {} at ES", key, ed.slices, es.slices);
    if (ed.spacing_mm != es.spacing_mm)
      note("{}: spacing {} mm at ED, {} mm at ES", key, fmt::join(ed.spacing_mm, " x "),
           fmt::join(es.spacing_mm, " x "));
    if (ed.has_label && es.has_label && ed.lv_ml <= es.lv_ml)
      note("{}: LV is {:.1f} ml at ED and {:.1f} ml at ES; it must be larger at ED", key, ed.lv_ml, es.lv_ml);
  }

  data::CaseFile file_;
  std::vector<std::string> faults_;
  std::map<std::string, std::map<std::string, Frame>> frames_;
};

}  // namespace

std::vector<std::string> find_faults(const std::filesystem::path& path) { return Verifier(path).run(); }

}  // namespace tandem::data_tools
