#include "records/pictures.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "h5/h5.h"

namespace tandem::records {
namespace {

const std::vector<std::pair<Shade, std::string>> kShades = {
    {Shade::Image, "image"}, {Shade::Change, "change"}, {Shade::Entropy, "entropy"}};

template <class T>
void write_plane(h5::File& file, const std::string& path, const Image<T>& plane) {
  if (plane.values.empty()) return;
  file.write(path, plane.values.data(), {plane.rows, plane.columns}, {.chunk = {plane.rows, plane.columns}});
}

template <class T>
Image<T> read_plane(const h5::File& file, const std::string& path) {
  if (!file.exists(path)) return {};
  const auto shape = file.shape(path);
  require(shape.size() == 2 && shape[0] > 0 && shape[1] > 0, "{}: {} is not an image", file.path().string(),
          path);
  Image<T> plane;
  plane.rows = shape[0], plane.columns = shape[1], plane.values = file.read<T>(path);
  return plane;
}

void write_picture(h5::File& file, const std::string& path, const Picture& picture) {
  file.make_group(path);
  const auto shade = std::ranges::find(kShades, picture.shade, [](const auto& s) { return s.first; });
  file.set_attribute(path, "row", picture.row);
  file.set_attribute(path, "column", picture.column);
  file.set_attribute(path, "caption", picture.caption);
  file.set_attribute(path, "shade", shade->second);
  file.set_attribute(path, "shown", std::vector(picture.shown.begin(), picture.shown.end()));
  write_plane(file, path + "/values", picture.values);
  write_plane(file, path + "/areas", picture.areas);
  write_plane(file, path + "/outlines", picture.outlines);
  file.make_group(path + "/numbers");
  for (const auto& [name, value] : picture.numbers) file.set_attribute(path + "/numbers", name, value);
}

Picture read_picture(const h5::File& file, const std::string& path) {
  const std::string where = file.path().string();
  Picture picture;
  picture.row = file.attribute_string(path, "row");
  picture.column = file.attribute_string(path, "column");
  picture.caption = file.attribute_string(path, "caption");
  const auto word = file.attribute_string(path, "shade");
  const auto shade = std::ranges::find(kShades, word, [](const auto& s) { return s.second; });
  require(shade != kShades.end(), "{}: {} has the unknown shade '{}'", where, path, word);
  picture.shade = shade->first;
  picture.values = read_plane<float>(file, path + "/values");
  picture.areas = read_plane<std::uint8_t>(file, path + "/areas");
  picture.outlines = read_plane<std::uint8_t>(file, path + "/outlines");
  require(!picture.values.values.empty(), "{}: {} has no values", where, path);
  for (const auto* map : {&picture.areas, &picture.outlines})
    require(
        map->values.empty() || (map->rows == picture.values.rows && map->columns == picture.values.columns),
        "{}: {} has a class map of another size than its values", where, path);
  const auto shown = file.attribute_vector<std::int64_t>(path, "shown");
  require(shown.size() == 3, "{}: {} has no square to show", where, path);
  std::copy(shown.begin(), shown.end(), picture.shown.begin());
  const auto [row, column, side] = picture.shown;
  require(side >= 0 && row >= 0 && column >= 0 && row + side <= picture.values.rows &&
              column + side <= picture.values.columns,
          "{}: {} shows the square {} at ({}, {}), outside its {} x {} pixels", where, path, side, row,
          column, picture.values.rows, picture.values.columns);
  for (const auto& name : file.list_attributes(path + "/numbers"))
    picture.numbers[name] = file.attribute<double>(path + "/numbers", name);
  return picture;
}

void write_figure(h5::File& file, const std::string& path, const PictureFigure& figure) {
  file.make_group(path);
  file.set_attribute(path, "title", figure.title);
  file.set_attribute(path, "note", figure.note);
  file.set_attribute(path, "pixel_mm", figure.pixel_mm);
  file.set_attribute(path, "rows", figure.rows);
  file.set_attribute(path, "columns", figure.columns);
  for (size_t i = 0; i < figure.pictures.size(); ++i)
    write_picture(file, fmt::format("{}/pictures/{:04}", path, i), figure.pictures[i]);
}

PictureFigure read_figure(const h5::File& file, const std::string& path) {
  PictureFigure figure;
  figure.title = file.attribute_string(path, "title");
  figure.note = file.attribute_string(path, "note");
  figure.pixel_mm = file.attribute<double>(path, "pixel_mm");
  figure.rows = file.attribute_strings(path, "rows");
  figure.columns = file.attribute_strings(path, "columns");
  for (const auto& name : file.list(path + "/pictures"))
    figure.pictures.push_back(read_picture(file, path + "/pictures/" + name));
  return figure;
}

std::vector<std::pair<const char*, std::string NetworkStage::*>> stage_words() {
  return {{"module", &NetworkStage::module},
          {"name", &NetworkStage::name},
          {"operation", &NetworkStage::operation}};
}

std::vector<std::pair<const char*, std::int64_t NetworkStage::*>> stage_numbers() {
  return {{"channels", &NetworkStage::channels},
          {"rows", &NetworkStage::rows},
          {"columns", &NetworkStage::columns},
          {"parameters", &NetworkStage::parameters}};
}

void write_network(h5::File& file, const NetworkRecord& network) {
  if (network.stages.empty()) return;
  file.make_group("/network");
  file.set_attribute("/network", "type", network.type);
  file.set_attribute("/network", "temperature", network.temperature);
  for (const auto& [name, member] : stage_words()) {
    std::vector<std::string> column;
    for (const auto& stage : network.stages) column.push_back(stage.*member);
    file.write_strings(std::string("/network/") + name, column);
  }
  for (const auto& [name, member] : stage_numbers()) {
    std::vector<std::int64_t> column;
    for (const auto& stage : network.stages) column.push_back(stage.*member);
    file.write(std::string("/network/") + name, column);
  }
}

NetworkRecord read_network(const h5::File& file) {
  NetworkRecord network;
  if (!file.exists("/network")) return network;
  network.type = file.attribute_string("/network", "type");
  network.temperature = file.attribute<double>("/network", "temperature");
  network.stages.resize(file.read_strings("/network/module").size());
  const auto fill = [&](const char* name, const auto& column, auto member) {
    require(column.size() == network.stages.size(), "{}: /network/{} has {} entries, expected {}",
            file.path().string(), name, column.size(), network.stages.size());
    for (size_t i = 0; i < column.size(); ++i) network.stages[i].*member = column[i];
  };
  for (const auto& [name, member] : stage_words())
    fill(name, file.read_strings(std::string("/network/") + name), member);
  for (const auto& [name, member] : stage_numbers())
    fill(name, file.read<std::int64_t>(std::string("/network/") + name), member);
  return network;
}

}  // namespace

void write_pictures(const std::filesystem::path& path, const PictureFile& pictures) {
  AtomicFile target(path);
  h5::File file(target.temporary(), h5::File::Mode::Create);
  file.set_attribute("/", "format", kPicturesFormat);
  file.set_attribute("/", "format_version", kPicturesFormatVersion);
  file.make_group("/about");
  for (const auto& [name, value] : pictures.about) file.set_attribute("/about", name, value);
  file.make_group("/figures");
  for (const auto& [name, figure] : pictures.figures) write_figure(file, "/figures/" + name, figure);
  write_network(file, pictures.network);
  file.close();
  target.commit();
}

PictureFile read_pictures(const std::filesystem::path& path) {
  const h5::File file(path, h5::File::Mode::Read);
  require(file.has_attribute("/", "format") && file.attribute_string("/", "format") == kPicturesFormat,
          "{} holds no pictures; tandem examples and tandem describe --out make such files", path.string());
  const auto version = file.attribute<std::int64_t>("/", "format_version");
  require(version == kPicturesFormatVersion,
          "{} was written by format version {}; this program reads version {}: make it again with tandem "
          "examples",
          path.string(), version, kPicturesFormatVersion);
  PictureFile pictures;
  for (const auto& name : file.list_attributes("/about"))
    pictures.about[name] = file.attribute_string("/about", name);
  for (const auto& name : file.list("/figures"))
    pictures.figures[name] = read_figure(file, "/figures/" + name);
  pictures.network = read_network(file);
  return pictures;
}

}  // namespace tandem::records
