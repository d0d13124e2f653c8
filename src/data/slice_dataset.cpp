#include "data/slice_dataset.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data/split.h"
#include "equations/preprocessing.h"

namespace tandem::data {
namespace {

/// Where a case is: file and id.
struct Place {
  size_t file;
  std::string id;
};

/// The cases of the files by patient and frame.
class Index {
 public:
  explicit Index(const std::vector<CaseFile>& files) {
    for (size_t f = 0; f < files.size(); ++f)
      for (const auto& id : files[f].ids()) {
        const Case header = files[f].read_header(id);
        cases_[header.patient][header.frame].push_back({f, id});
      }
  }

  /// The patients of the files that a name means: the one of that name, else all with the same number.
  std::vector<std::string> find(const std::string& name) const {
    if (cases_.contains(name)) return {name};
    std::vector<std::string> found;
    for (const auto& [patient, frames] : cases_)
      if (same_patient(patient, name)) found.push_back(patient);
    return found;
  }

  const std::vector<Place>& places(const std::string& patient, const std::string& frame) const {
    static const std::vector<Place> kNone;
    const auto& frames = cases_.at(patient);
    const auto found = frames.find(frame);
    return found == frames.end() ? kNone : found->second;
  }

 private:
  std::map<std::string, std::map<std::string, std::vector<Place>>> cases_;
};

std::string names_of(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.string());
  return join(names, ", ");
}

std::vector<Case> load(const std::vector<std::filesystem::path>& paths,
                       const std::vector<std::string>& patients) {
  std::vector<CaseFile> files;
  std::vector<std::string> faults, names;
  for (const auto& path : paths) files.emplace_back(path);
  const Index index(files);
  for (const auto& name : patients) {
    const auto found = index.find(name);
    if (found.empty()) faults.push_back(fmt::format("patient {} is missing", name));
    if (found.size() > 1) faults.push_back(fmt::format("patient {} could be {}", name, join(found, " or ")));
    if (found.size() == 1) names.push_back(found.front());
  }
  std::vector<Place> places;
  for (const auto* frame : {"ES", "ED"})
    for (const auto& name : names) {
      const auto& all = index.places(name, frame);
      if (all.empty()) faults.push_back(fmt::format("frame {} of {} is missing", frame, name));
      places.insert(places.end(), all.begin(), all.end());
    }
  require(faults.empty(), "{}: {}; choose a split whose patients are in the file, or import them",
          names_of(paths), join(faults, "; "));
  std::vector<Case> cases;
  for (const auto& place : places) cases.push_back(files[place.file].read(place.id));
  return cases;
}

}  // namespace

void drop_unknown_labels(std::span<std::uint8_t> labels) {
  for (auto& l : labels)
    if (l >= kClassCount) l = kBackground;
}

SliceDataset::SliceDataset(const std::vector<std::filesystem::path>& files,
                           const std::vector<std::string>& patients, const SliceOptions& options)
    : SliceDataset(load(files, patients), options, names_of(files)) {}

SliceDataset::SliceDataset(std::vector<Case> cases, const SliceOptions& options, const std::string& origin)
    : options_(options), cases_(std::move(cases)) {
  std::stable_partition(cases_.begin(), cases_.end(), [](const Case& c) { return c.frame == "ES"; });
  std::vector<std::string> faults;
  std::set<std::string> ids;
  for (auto& c : cases_) {
    if (!ids.insert(c.id).second) faults.push_back(c.id + " appears twice");
    if (!c.label) {
      faults.push_back(c.id + " has no label");
      continue;
    }
    if (c.label->shape() != c.image.shape())
      faults.push_back(c.id + " has a label of another shape than its image");
    if (!has_finite_image(c)) faults.push_back(c.id + " has voxels that are not finite numbers");
    drop_unknown_labels(c.label->values);
    if (std::ranges::all_of(c.label->values, [](auto v) { return v == kBackground; }))
      faults.push_back(c.id + " has no slice with a label");
    if (options.renormalise) c.image = equations::normalise_percentiles(c.image);
  }
  require(faults.empty(), "{}{}these cases cannot be trained or validated on: {}", origin,
          origin.empty() ? "" : ": ", join(faults, "; "));
  index_cases();
}

void SliceDataset::index_cases() {
  labelled_.resize(cases_.size());
  for (size_t v = 0; v < cases_.size(); ++v)
    for (std::int64_t s = 0; s < cases_[v].image.slices; ++s) {
      const bool empty =
          std::ranges::all_of(cases_[v].label->slice(s), [](auto l) { return l == kBackground; });
      if (!empty) labelled_[v].push_back(size());
      slices_.push_back({v, s, empty});
      es_slices_ += cases_[v].frame == "ES";
    }
}

std::string SliceDataset::name(std::int64_t index) const {
  const auto& at = slices_.at(size_t(index));
  return fmt::format("{}/{}", cases_[at.volume].id, at.slice);
}

RandomStream SliceDataset::stream(Purpose purpose, std::int64_t index, std::uint64_t seed,
                                  std::int64_t epoch) const {
  const auto sample = name(index);
  return RandomStream({seed, purpose, std::uint32_t(epoch), 0, hash_name(sample.data(), sample.size())});
}

SlicePair SliceDataset::slice(std::int64_t index) const {
  const auto& at = slices_.at(size_t(index));
  const auto& c = cases_[at.volume];
  return {c.image.slice_image(at.slice), c.label->slice_image(at.slice)};
}

std::int64_t SliceDataset::random_frame(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const {
  const std::int64_t ed_slices = size() - es_slices_;
  if (es_slices_ == 0 || ed_slices == 0) return index;
  auto random = stream(Purpose::Frame, index, seed, epoch);
  return random.chance(0.5) ? index % es_slices_ : es_slices_ + index % ed_slices;
}

std::int64_t SliceDataset::labelled_slice(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const {
  if (options_.frames == Frames::Random) index = random_frame(index, seed, epoch);
  const auto& at = slices_.at(size_t(index));
  if (!at.empty) return index;
  const auto& choices = labelled_[at.volume];
  auto random = stream(Purpose::EmptySlice, index, seed, epoch);
  return choices[size_t(random.integer(0, std::int64_t(choices.size()) - 1))];
}

}  // namespace tandem::data
