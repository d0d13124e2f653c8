#include "data/slice_dataset.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

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
    : options_(options) {
  std::stable_partition(cases.begin(), cases.end(), [](const Case& c) { return c.frame == "ES"; });
  std::vector<std::string> faults;
  std::set<std::string> ids;
  for (auto& c : cases) {
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
  take_voxels(std::move(cases));
  index_slices();
}

SliceDataset::SliceDataset(const std::string& index, std::span<std::byte> memory,
                           std::shared_ptr<const void> owner, const SliceOptions& options)
    : options_(options) {
  std::istringstream lines(index);
  Stack stack;
  size_t voxels = 0;
  while (lines >> stack.frame >> stack.slices >> stack.rows >> stack.columns &&
         std::getline(lines >> std::ws, stack.id)) {
    stack.first = voxels;
    voxels += size_t(stack.slices * stack.rows * stack.columns);
    stacks_.push_back(stack);
  }
  voxels_ = laid_out(memory, voxels, std::move(owner));
  index_slices();
}

std::string SliceDataset::index() const {
  std::string text;
  for (const auto& s : stacks_)
    text += fmt::format("{} {} {} {} {}\n", s.frame, s.slices, s.rows, s.columns, s.id);
  return text;
}

SliceDataset::Voxels SliceDataset::laid_out(std::span<std::byte> memory, size_t voxels,
                                            std::shared_ptr<const void> owner) {
  const auto* images = reinterpret_cast<const float*>(memory.data());
  return {
      {images, voxels}, {reinterpret_cast<const std::uint8_t*>(images + voxels), voxels}, std::move(owner)};
}

void SliceDataset::take_voxels(std::vector<Case> cases) {
  size_t voxels = 0;
  for (const auto& c : cases) {
    stacks_.push_back({c.id, c.frame, c.image.slices, c.image.rows, c.image.columns, voxels});
    voxels += c.image.values.size();
  }
  const auto memory = std::make_shared<std::vector<std::byte>>(voxels * (sizeof(float) + 1));
  auto* image = memory->data();
  auto* label = image + voxels * sizeof(float);
  for (auto& c : cases) {
    image = std::ranges::copy(std::as_bytes(std::span(c.image.values)), image).out;
    label = std::ranges::copy(std::as_bytes(std::span(c.label->values)), label).out;
    c = {};  // so that there is never much more than one copy
  }
  voxels_ = laid_out(*memory, voxels, memory);
}

void SliceDataset::move_voxels(std::span<std::byte> memory, std::shared_ptr<const void> owner) {
  const auto images = std::as_bytes(voxels_.images), labels = std::as_bytes(voxels_.labels);
  std::ranges::copy(labels, std::ranges::copy(images, memory.data()).out);
  voxels_ = laid_out(memory, voxels_.images.size(), std::move(owner));
}

std::span<const std::uint8_t> SliceDataset::label_of(const Stack& stack, std::int64_t slice) const {
  const auto pixels = size_t(stack.rows * stack.columns);
  return voxels_.labels.subspan(stack.first + size_t(slice) * pixels, pixels);
}

void SliceDataset::index_slices() {
  labelled_.resize(stacks_.size());
  for (size_t v = 0; v < stacks_.size(); ++v)
    for (std::int64_t s = 0; s < stacks_[v].slices; ++s) {
      const bool empty =
          std::ranges::all_of(label_of(stacks_[v], s), [](auto l) { return l == kBackground; });
      if (!empty) labelled_[v].push_back(size());
      slices_.push_back({v, s, empty});
      es_slices_ += stacks_[v].frame == "ES";
    }
}

std::string SliceDataset::name(std::int64_t index) const {
  const auto& at = slices_.at(size_t(index));
  return fmt::format("{}/{}", stacks_[at.stack].id, at.slice);
}

RandomStream SliceDataset::stream(Purpose purpose, std::int64_t index, std::uint64_t seed,
                                  std::int64_t epoch) const {
  const auto sample = name(index);
  return RandomStream({seed, purpose, std::uint32_t(epoch), 0, hash_name(sample.data(), sample.size())});
}

SlicePair SliceDataset::slice(std::int64_t index) const {
  const auto& at = slices_.at(size_t(index));
  const auto& stack = stacks_[at.stack];
  const auto label = label_of(stack, at.slice);
  const auto image = voxels_.images.subspan(size_t(label.data() - voxels_.labels.data()), label.size());
  SlicePair pair;
  pair.image.rows = pair.label.rows = stack.rows;
  pair.image.columns = pair.label.columns = stack.columns;
  pair.image.values.assign(image.begin(), image.end());
  pair.label.values.assign(label.begin(), label.end());
  return pair;
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
  const auto& choices = labelled_[at.stack];
  auto random = stream(Purpose::EmptySlice, index, seed, epoch);
  return choices[size_t(random.integer(0, std::int64_t(choices.size()) - 1))];
}

}  // namespace tandem::data
