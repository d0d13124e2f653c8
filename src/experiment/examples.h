#pragma once
#include <optional>

#include "experiment/train_run.h"
#include "records/pictures.h"

namespace tandem::experiment {

/// The figures that make_examples() can fill, besides the networks, which are always recorded.
inline const std::vector<std::string> kExampleFigures = {"hard_examples", "thresholds", "augmentations",
                                                         "corrupted_shapes", "montage"};

/// Which pictures to make of a run.
struct ExampleOptions {
  std::filesystem::path data;         ///< data set file
  std::string of;                     ///< case id or patient; "": the first labelled case of the frame
  std::string frame = "ED";           ///< where `of` is not a case id
  std::optional<std::int64_t> slice;  ///< counted from 0; none: the middle one of the labelled slices
  std::vector<std::string> figures = kExampleFigures;
  std::int64_t montage_cases = 3;  ///< so many worst and so many best cases
  std::uint64_t seed = 0;          ///< of the masks and image-space draws
};

/// The pictures of a run's best weights behind Fig. 3, Supp. Fig. 1, 2, 4, 5 and the montage of cases.
/// Error if the run has no checkpoint, the case or slice is not there or has no label, its pixels are not
/// those the data are prepared to, or, for the montage, the run has no Dice scores of this very file.
records::PictureFile make_examples(const Team& team, const RunFolder& folder, const ExampleOptions& options,
                                   const std::vector<std::string>& overrides);

}  // namespace tandem::experiment
