#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "records/pictures.h"

namespace tandem::report {

/// Each draws one figure of pictures into PREFIX.svg, .pdf and .png from a file that `tandem examples` wrote.
/// Error if the file lacks what the figure shows.

/// [chen2021] Fig. 3: hard examples of the three masking schemes.
void draw_hard_examples(const records::PictureFile& file, const std::filesystem::path& prefix);
/// Supp. Fig. 1: images and predictions over the threshold p, hard and soft masks.
void draw_thresholds(const records::PictureFile& file, const std::filesystem::path& prefix);
/// Supp. Fig. 2: image-space beside latent-space augmentation.
void draw_augmentations(const records::PictureFile& file, const std::filesystem::path& prefix);
/// Supp. Fig. 4: corrupted segmentations and their entropy.
void draw_corrupted_shapes(const records::PictureFile& file, const std::filesystem::path& prefix);
/// Supp. Fig. 5: the networks with shapes and counts; also from `tandem describe --out`.
void draw_network(const records::PictureFile& file, const std::filesystem::path& prefix);
/// The worst and best cases of a run.
void draw_montage(const records::PictureFile& file, const std::filesystem::path& prefix);

/// One of the figures above under its name on the command line and in the file.
struct PictureFigureKind {
  std::string name, summary;
  void (*draw)(const records::PictureFile& file, const std::filesystem::path& prefix);
};

/// All figures above, in their order in the paper.
const std::vector<PictureFigureKind>& picture_figure_kinds();

}  // namespace tandem::report
