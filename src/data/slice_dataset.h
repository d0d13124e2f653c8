#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/case.h"

namespace tandem::data {

/// One slice and its label map, both [H,W].
struct SlicePair {
  Image<float> image;
  Image<std::uint8_t> label;
};

/// Which slices an index stands for.
enum class Frames {
  Both,    ///< every slice of both frames is an item
  Random,  ///< as many items, but each takes a random frame at every access
};

/// How slices are taken out of a data set file.
struct SliceOptions {
  Frames frames = Frames::Both;
  bool renormalise = false;  ///< scale each volume by its percentiles again, as the first public code did
};

/// Sets labels outside 0..3 to 0.
void drop_unknown_labels(std::span<std::uint8_t> labels);

/// All slices of some patients, held in memory: ES volumes first, then ED, each in the order of the patients;
/// slices 0..D-1 of a volume in turn. The index space of the official loader.
class SliceDataset {
 public:
  /// Loads the patients' ED and ES cases. A patient is named as in the file or by its trailing number:
  /// "patient001", "001" and "1" are the same. Throws one Error that lists every patient, frame or label that
  /// is missing.
  SliceDataset(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& patients,
               const SliceOptions& options = {});
  /// Takes cases, ES before ED, otherwise in their order. Throws one Error that lists all cases without a
  /// label, without any labelled slice, with voxels that are not finite, of unequal image and label shape, or
  /// with the id of an earlier case. @param origin where they come from, for the message
  explicit SliceDataset(std::vector<Case> cases, const SliceOptions& options = {},
                        const std::string& origin = "");
  /// The data set of another process, whose voxels lie in memory that both see. @param index of that one
  SliceDataset(const std::string& index, std::span<std::byte> memory, std::shared_ptr<const void> owner,
               const SliceOptions& options);

  /// Names and shapes of the volumes as text.
  std::string index() const;
  /// Of all images and labels.
  std::size_t voxel_bytes() const { return voxels_.images.size_bytes() + voxels_.labels.size_bytes(); }
  /// Moves images and labels to memory of voxel_bytes() that lives as long as its owner, which is kept.
  void move_voxels(std::span<std::byte> memory, std::shared_ptr<const void> owner);

  std::int64_t size() const { return std::int64_t(slices_.size()); }
  /// "patient001_ED/4": case id and slice.
  std::string name(std::int64_t index) const;
  bool is_empty(std::int64_t index) const { return slices_.at(size_t(index)).empty; }
  SlicePair slice(std::int64_t index) const;

  /// The slice to use for an index in an epoch. With Frames::Random first a frame, drawn by (seed, Frame,
  /// epoch, sample), whose slice number `index` modulo their count it becomes. Then itself, or if it has no
  /// label a uniformly chosen labelled slice of the same volume, drawn by (seed, EmptySlice, epoch, sample).
  std::int64_t labelled_slice(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const;

 private:
  struct Slice {
    size_t stack;
    std::int64_t slice;
    bool empty;
  };
  /// One case: its voxels are first ... first + slices * rows * columns of all.
  struct Stack {
    std::string id, frame;
    std::int64_t slices, rows, columns;
    size_t first;
  };
  /// Images and labels of all cases, one after the other, in memory of the owner's.
  struct Voxels {
    std::span<const float> images;
    std::span<const std::uint8_t> labels;
    std::shared_ptr<const void> owner;
  };
  static Voxels laid_out(std::span<std::byte> memory, size_t voxels, std::shared_ptr<const void> owner);
  void take_voxels(std::vector<Case> cases);
  std::span<const std::uint8_t> label_of(const Stack& stack, std::int64_t slice) const;
  void index_slices();
  RandomStream stream(Purpose purpose, std::int64_t index, std::uint64_t seed, std::int64_t epoch) const;
  std::int64_t random_frame(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const;

  SliceOptions options_;
  std::vector<Stack> stacks_;
  Voxels voxels_;
  std::vector<Slice> slices_;
  std::int64_t es_slices_ = 0;                       ///< the first so many slices are of ES volumes
  std::vector<std::vector<std::int64_t>> labelled_;  ///< per stack: indices of its slices with a label
};

}  // namespace tandem::data
