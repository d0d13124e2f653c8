#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/array.h"

namespace tandem::records {

inline constexpr const char* kPicturesFormat = "tandem-pictures";
inline constexpr std::int64_t kPicturesFormatVersion = 1;

/// What the numbers of a picture are, and so how they are shown: intensities in [0, 1], a difference of two
/// images, an entropy in bits.
enum class Shade { Image, Change, Entropy };

/// One picture of a figure: a grid [H,W] of numbers with class maps over it.
struct Picture {
  std::string row, column;                 ///< its place: a row and a column of the figure by name
  std::string caption = {};                ///< a few words below it
  Shade shade = Shade::Image;              ///< what `values` are
  Image<float> values = {};                ///< [H,W]
  Image<std::uint8_t> areas = {};          ///< [H,W] classes shown as translucent areas, or empty
  Image<std::uint8_t> outlines = {};       ///< [H,W] classes shown as contours, or empty
  std::array<std::int64_t, 3> shown = {};  ///< first row, first column and side of the square to show; 0: all
  std::map<std::string, double> numbers = {};  ///< "dice", "masked", ...: what the caption says and more
};

/// Pictures in rows and columns; places may stay free.
struct PictureFigure {
  std::string title, note;
  double pixel_mm = 0;  ///< of all its pictures, square pixels
  std::vector<std::string> rows = {}, columns = {};
  std::vector<Picture> pictures = {};
};

/// One stage of a network: what leaves it, and what is trained in it.
struct NetworkStage {
  std::string module;     ///< "E", "F", "Ds", "Di", "Se", "Sd"
  std::string name;       ///< "down1", as in the checkpoint; "input" for what goes in
  std::string operation;  ///< "2 conv 3x3", ...
  std::int64_t channels = 0, rows = 0, columns = 0, parameters = 0;
};

/// The networks of a model, measured on it.
struct NetworkRecord {
  std::string type;        ///< which codes the decoders read: "standard", "without_filter", "share_code"
  double temperature = 0;  ///< of the softmax before the STN
  std::vector<NetworkStage> stages = {};  ///< module by module, in the order of the passes
};

/// All that the picture figures need, readable without LibTorch.
struct PictureFile {
  std::map<std::string, std::string> about;  ///< "experiment", "run_id", "commit", "case", ...
  std::map<std::string, PictureFigure> figures;
  NetworkRecord network;  ///< without stages: not recorded
};

/// Writes the file atomically.
void write_pictures(const std::filesystem::path& path, const PictureFile& pictures);

/// Reads a file; errors name it and what is wrong.
PictureFile read_pictures(const std::filesystem::path& path);

}  // namespace tandem::records
