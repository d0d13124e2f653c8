#include "report/picture_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plot/axes.h"

namespace tandem::report {
namespace {

using plot::Align;
using plot::Canvas;
using plot::Point;
using records::NetworkRecord;
using records::NetworkStage;

constexpr double kWidth = 510, kLeft = 8, kRightRoom = 22;
constexpr double kSmall = 6.5, kNormal = 8, kTitle = 10;
constexpr double kLane = 126, kAxis = 46;  // height of a lane, and of its middle below its top
constexpr size_t kColumns = 12;            // input, six stages of an encoder, five of a decoder

/// A module's place: its lane and the column of its first block.
struct Place {
  const char* module;
  const char* name;
  size_t lane, column;
  size_t color;
};
constexpr std::array<Place, 6> kPlaces = {{{"E", "image encoder E", 0, 0, 0},
                                           {"F", "feature decoupler F", 1, 6, 3},
                                           {"Di", "image decoder Di", 0, 7, 2},
                                           {"Ds", "segmentation decoder Ds", 1, 7, 1},
                                           {"Se", "shape encoder Se", 2, 0, 0},
                                           {"Sd", "shape decoder Sd", 2, 7, 1}}};

/// 1234567 as "1 234 567".
std::string grouped(std::int64_t number) {
  auto text = std::to_string(number);
  for (auto at = std::int64_t(text.size()) - 3; at > 0; at -= 3) text.insert(size_t(at), " ");
  return text;
}

std::vector<NetworkStage> stages_of(const NetworkRecord& network, const std::string& module) {
  std::vector<NetworkStage> stages;
  std::ranges::copy_if(network.stages, std::back_inserter(stages),
                       [&](const auto& stage) { return stage.module == module; });
  return stages;
}

std::int64_t parameters_of(const NetworkRecord& network, const std::vector<std::string>& modules) {
  std::int64_t sum = 0;
  for (const auto& stage : network.stages)
    if (std::ranges::find(modules, stage.module) != modules.end()) sum += stage.parameters;
  return sum;
}

/// The six modules on a sheet.
class Diagram {
 public:
  Diagram(const NetworkRecord& network, double top) : network_(network), top_(top) {}
  void draw(Canvas& canvas) const;
  double bottom() const { return top_ + 3 * kLane; }

 private:
  static double x(size_t column) {
    return kLeft + (kWidth - kLeft - kRightRoom) / double(kColumns) * (double(column) + 0.5);
  }
  double y(size_t lane) const { return top_ + kLane * double(lane) + kAxis; }
  static double width_of(const NetworkStage& stage) {
    return 5 + 2.6 * std::log2(double(std::max<std::int64_t>(stage.channels, 1)));
  }
  static double height_of(const NetworkStage& stage) {
    return 12 + 9 * std::max(0.0, std::log2(double(stage.rows)) - 3);
  }
  void draw_module(Canvas& canvas, const Place& place) const;
  void draw_block(Canvas& canvas, const Place& place, size_t column, const NetworkStage& stage) const;
  void draw_codes(Canvas& canvas) const;
  void draw_inputs_and_outputs(Canvas& canvas) const;

  const NetworkRecord& network_;
  double top_;
};

/// A line along points with a tip at its end.
void arrow(Canvas& canvas, const std::vector<Point>& points) {
  canvas.path(points, plot::kInk, 0.9);
  const auto &end = points.back(), &before = points[points.size() - 2];
  const double length = std::hypot(end.x - before.x, end.y - before.y);
  const double dx = (end.x - before.x) / length, dy = (end.y - before.y) / length;
  canvas.fill({{end.x + dx, end.y + dy},
               {end.x - 4 * dx - 2 * dy, end.y - 4 * dy + 2 * dx},
               {end.x - 4 * dx + 2 * dy, end.y - 4 * dy - 2 * dx}},
              plot::kInk);
}

void Diagram::draw_block(Canvas& canvas, const Place& place, size_t column, const NetworkStage& stage) const {
  const double middle = x(column), axis = y(place.lane), width = width_of(stage), height = height_of(stage);
  const bool input = stage.parameters == 0;
  const auto color = input ? plot::Color{0.5, 0.5, 0.5} : plot::series_color(place.color);
  canvas.rectangle({middle - width / 2, axis - height / 2}, width, height, color.with_alpha(0.3), color, 0.9);
  double line = axis + 38;
  const auto write = [&](const std::string& words) {
    canvas.text({middle, line}, words, kSmall, Align::Centre), line += 8;
  };
  write(stage.name);
  write(fmt::format("{} ch", stage.channels));
  write(fmt::format("{}x{}", stage.rows, stage.columns));
  if (!input) write(grouped(stage.parameters));
}

void Diagram::draw_module(Canvas& canvas, const Place& place) const {
  const auto stages = stages_of(network_, place.module);
  const bool encoder = place.column == 0;
  const auto words = fmt::format("{}: {}", place.name, grouped(parameters_of(network_, {place.module})));
  const double axis = y(place.lane);
  if (place.column == 6)  // F stands alone: its name goes to its left, clear of the way to it
    canvas.text({x(6) - 28, axis + 3}, words, kNormal, Align::Right);
  else
    canvas.text({encoder ? kLeft + 4 : x(place.column) - 12, axis - 34}, words, kNormal);
  for (size_t i = 0; i < stages.size(); ++i) {
    const size_t column = place.column + i;
    if (i > 0)
      arrow(canvas, {{x(column - 1) + width_of(stages[i - 1]) / 2, y(place.lane)},
                     {x(column) - width_of(stages[i]) / 2 - 1, y(place.lane)}});
    draw_block(canvas, place, column, stages[i]);
  }
}

void Diagram::draw_codes(Canvas& canvas) const {
  // Where the codes leave E and F, and where the decoders take them in.
  const auto last = [&](const char* module) { return stages_of(network_, module).back(); };
  const auto first = [&](const char* module) { return stages_of(network_, module).front(); };
  const Point e = {x(6) + width_of(last("E")) / 2, y(0)}, f = {x(6) + width_of(last("F")) / 2, y(1)};
  const Point di = {x(7) - width_of(first("Di")) / 2 - 1, y(0)},
              ds = {x(7) - width_of(first("Ds")) / 2 - 1, y(1)};
  const double between = (e.x + di.x) / 2;
  const auto across = [&](const Point& from, const Point& to, double bend) {
    arrow(canvas, {from, {bend, from.y}, {bend, to.y}, to});
  };
  // F reads E's code; the way down passes the words below E.
  const double detour = x(6) - 22;
  arrow(canvas, {{between, e.y},
                 {between, y(0) + 70},
                 {detour, y(0) + 70},
                 {detour, y(1)},
                 {x(6) - width_of(first("F")) / 2 - 1, y(1)}});
  if (network_.type == "share_code")
    canvas.line(e, {between, e.y}, plot::kInk, 0.9), across(f, di, between + 3);
  else
    arrow(canvas, {e, di});
  if (network_.type == "without_filter")
    canvas.line(f, {between - 3, f.y}, plot::kInk, 0.9), across({between, e.y}, ds, between + 3);
  else
    arrow(canvas, {f, ds});
  canvas.text({between, e.y - 5}, network_.type == "share_code" ? "z_s" : "z_i", kNormal, Align::Centre);
  canvas.text({between, f.y + 10}, network_.type == "without_filter" ? "z_i" : "z_s", kNormal, Align::Centre);
  arrow(canvas, {{x(6) + width_of(last("Se")) / 2, y(2)}, {x(7) - width_of(first("Sd")) / 2 - 1, y(2)}});
}

void Diagram::draw_inputs_and_outputs(Canvas& canvas) const {
  const double right = kWidth - kRightRoom;
  for (const auto& [lane, module, words] :
       {std::tuple(0, "Di", "x'"), std::tuple(1, "Ds", "p"), std::tuple(2, "Sd", "p'")}) {
    const auto stage = stages_of(network_, module).back();
    arrow(canvas, {{x(11) + width_of(stage) / 2, y(size_t(lane))}, {right + 4, y(size_t(lane))}});
    canvas.text({right + 8, y(size_t(lane)) + 3}, words, kNormal);
  }
  canvas.text({x(0) - width_of(stages_of(network_, "E").front()) / 2 - 3, y(0) + 3}, "x", kNormal,
              Align::Right);
  // The prediction goes round to the shape encoder.
  const double height = y(1) + 76;
  const auto input = stages_of(network_, "Se").front();
  arrow(canvas, {{right + 11, y(1) + 8},
                 {right + 11, height},
                 {kLeft - 2, height},
                 {kLeft - 2, y(2)},
                 {x(0) - width_of(input) / 2 - 1, y(2)}});
  canvas.text({x(3), height - 3}, fmt::format("softmax(p / {:g})", network_.temperature), kNormal,
              Align::Centre);
}

void Diagram::draw(Canvas& canvas) const {
  for (const auto& place : kPlaces) draw_module(canvas, place);
  draw_codes(canvas);
  draw_inputs_and_outputs(canvas);
}

/// "inc: 2 conv 3x3; down1 ...": what is in the blocks, each said once.
std::string operations_of(const NetworkRecord& network) {
  std::string text, last;
  for (const auto& stage : network.stages) {
    const auto words = fmt::format("{} {}: {}", stage.module, stage.name, stage.operation);
    if (stage.operation.empty() || text.find(stage.operation) != std::string::npos) continue;
    text += (text.empty() ? "" : "; ") + words;
  }
  return text;
}

}  // namespace

void save_network_diagram(const std::filesystem::path& prefix, const NetworkRecord& network,
                          const std::string& provenance) {
  require(!network.stages.empty(),
          "the file describes no networks; make one with tandem describe RUN|FILE --out FILE");
  for (const auto& place : kPlaces) {
    const auto count = stages_of(network, place.module).size();
    const size_t expected = place.column == 0 ? 7 : place.column == 6 ? 1 : 5;
    require(count == expected, "module {} has {} stages in the file, the diagram has room for {}",
            place.module, count, expected);
  }
  plot::save_figure(prefix, kWidth, [&](Canvas& canvas) {
    const auto ftn = parameters_of(network, {"E", "F", "Di", "Ds"}),
               stn = parameters_of(network, {"Se", "Sd"});
    canvas.text({kLeft, 14},
                fmt::format("Networks: FTN {} + STN {} = {} trained parameters", grouped(ftn), grouped(stn),
                            grouped(ftn + stn)),
                kTitle);
    const Diagram diagram(network, 26);
    diagram.draw(canvas);
    return plot::draw_note(canvas, kLeft, diagram.bottom() - 4,
                           fmt::format("Below each block: stage, channels and size of its output, trained "
                                       "parameters. {}. {}",
                                       operations_of(network), provenance)) -
           3;
  });
}

}  // namespace tandem::report
