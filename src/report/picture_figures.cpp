#include "report/picture_figures.h"

#include "base/error.h"
#include "base/text.h"
#include "report/picture_grid.h"
#include "report/picture_network.h"

namespace tandem::report {
namespace {

void draw_grid(const records::PictureFile& file, const std::string& name,
               const std::filesystem::path& prefix) {
  const auto found = file.figures.find(name);
  std::vector<std::string> names;
  for (const auto& [other, figure] : file.figures) names.push_back(other);
  require(found != file.figures.end(),
          "the file holds no pictures for '{}', only for: {}. Make them with tandem examples --figures {}",
          name, names.empty() ? "nothing" : join(names, ", "), name);
  save_picture_grid(prefix, found->second, picture_provenance(file));
}

}  // namespace

void draw_hard_examples(const records::PictureFile& file, const std::filesystem::path& prefix) {
  draw_grid(file, "hard_examples", prefix);
}

void draw_thresholds(const records::PictureFile& file, const std::filesystem::path& prefix) {
  draw_grid(file, "thresholds", prefix);
}

void draw_augmentations(const records::PictureFile& file, const std::filesystem::path& prefix) {
  draw_grid(file, "augmentations", prefix);
}

void draw_corrupted_shapes(const records::PictureFile& file, const std::filesystem::path& prefix) {
  draw_grid(file, "corrupted_shapes", prefix);
}

void draw_network(const records::PictureFile& file, const std::filesystem::path& prefix) {
  save_network_diagram(prefix, file.network, picture_provenance(file));
}

void draw_montage(const records::PictureFile& file, const std::filesystem::path& prefix) {
  draw_grid(file, "montage", prefix);
}

const std::vector<PictureFigureKind>& picture_figure_kinds() {
  static const std::vector<PictureFigureKind> kinds = {
      {"hard_examples", "hard examples of the three masking schemes (Fig. 3)", draw_hard_examples},
      {"thresholds", "images and predictions over p, hard and soft masks (Supp. Fig. 1)", draw_thresholds},
      {"augmentations", "image-space beside latent-space augmentation (Supp. Fig. 2)", draw_augmentations},
      {"corrupted_shapes", "corrupted segmentations and entropy maps (Supp. Fig. 4)", draw_corrupted_shapes},
      {"network", "the networks with shapes and parameter counts (Supp. Fig. 5)", draw_network},
      {"montage", "the worst and best cases of a run", draw_montage}};
  return kinds;
}

}  // namespace tandem::report
