#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/atomic_file.h"
#include "nifti/nifti.h"
#include "support/temporary_folder.h"

namespace tandem::test {

/// A folder in ACDC's layout with small made-up hearts: RV (1) beside a ring of MYO (2) around LV (3),
/// smaller at ES.
class AcdcFolder {
 public:
  AcdcFolder() {
    add_patient("patient001");
    add_patient("patient002");
  }
  std::filesystem::path path() const { return folder_.path() / "acdc"; }
  std::filesystem::path file(const std::string& patient, const std::string& rest) const {
    return path() / "training" / patient / (patient + rest);
  }
  /// Anything else the test writes.
  std::filesystem::path other(const std::string& name) const { return folder_.path() / name; }

  static nifti::Grid grid() {
    return {.shape = {3, 40, 48},
            .spacing_mm = {10, 1.5625, 1.5625},
            .affine = {-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}};
  }
  static Volume<std::uint8_t> label(std::int64_t cavity_radius) {
    Volume<std::uint8_t> out(3, 40, 48);
    for (std::int64_t s = 0; s < 3; ++s)
      for (std::int64_t r = 0; r < 40; ++r)
        for (std::int64_t c = 0; c < 48; ++c) {
          const auto square = (r - 20) * (r - 20) + (c - 28) * (c - 28);
          const auto wall = cavity_radius + 4;
          auto& v = out.at(s, r, c);
          if (square <= cavity_radius * cavity_radius)
            v = 3;
          else if (square <= wall * wall)
            v = 2;
          else if ((r - 20) * (r - 20) + (c - 12) * (c - 12) < 50)
            v = 1;
        }
    return out;
  }
  static Volume<float> image(const Volume<std::uint8_t>& label) {
    Volume<float> out(label.slices, label.rows, label.columns);
    for (size_t i = 0; i < out.values.size(); ++i)
      out.values[i] = float(20 + 50 * (label.values[i] % 2) + (i * 2654435761u >> 7) % 17);
    return out;
  }

 private:
  void add_patient(const std::string& name) {
    std::filesystem::create_directories(file(name, "").parent_path());
    write_text_file(file(name, "").parent_path() / "Info.cfg", "ED: 1\r\nES: 9\r\nGroup: NOR\r\n");
    for (const auto& [frame, radius] :
         {std::pair<const char*, std::int64_t>{"_frame01", 8}, {"_frame09", 5}}) {
      nifti::write_image(file(name, std::string(frame) + ".nii.gz"), image(label(radius)), grid());
      nifti::write_mask(file(name, std::string(frame) + "_gt.nii.gz"), label(radius), grid());
    }
  }
  TemporaryFolder folder_;
};

}  // namespace tandem::test
