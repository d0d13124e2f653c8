#include "plot/contours.h"

#include <map>
#include <utility>

namespace tandem::plot {
namespace {

using Node = std::pair<std::int64_t, std::int64_t>;  // row, column of a pixel's corner
using Edges = std::multimap<Node, Node>;

/// All edges between the class and what is not of it, each with the class on its right.
Edges border_edges(const Image<std::uint8_t>& labels, std::uint8_t klass) {
  const auto inside = [&](std::int64_t r, std::int64_t c) {
    return r >= 0 && c >= 0 && r < labels.rows && c < labels.columns && labels.at(r, c) == klass;
  };
  Edges edges;
  for (std::int64_t r = 0; r < labels.rows; ++r)
    for (std::int64_t c = 0; c < labels.columns; ++c) {
      if (!inside(r, c)) continue;
      if (!inside(r - 1, c)) edges.insert({{r, c}, {r, c + 1}});
      if (!inside(r, c + 1)) edges.insert({{r, c + 1}, {r + 1, c + 1}});
      if (!inside(r + 1, c)) edges.insert({{r + 1, c + 1}, {r + 1, c}});
      if (!inside(r, c - 1)) edges.insert({{r + 1, c}, {r, c}});
    }
  return edges;
}

Node step(const Node& from, const Node& to) { return {to.first - from.first, to.second - from.second}; }

/// Takes the next edge out of the set; where two go on, the one that turns right stays with the same pixel.
Node take_next(Edges& edges, const Node& from, const Node& at) {
  auto [next, end] = edges.equal_range(at);
  const auto [rows, columns] = step(from, at);
  const Node right = {columns, -rows};
  for (auto edge = next; edge != end; ++edge)
    if (step(at, edge->second) == right) next = edge;
  const auto to = next->second;
  edges.erase(next);
  return to;
}

}  // namespace

std::vector<std::vector<Point>> class_borders(const Image<std::uint8_t>& labels, std::uint8_t klass) {
  auto edges = border_edges(labels, klass);
  std::vector<std::vector<Point>> loops;
  while (!edges.empty()) {
    // The first edge starts at an upper left corner of the loop, so the loop can begin with it.
    const Node start = edges.begin()->first;
    Node from = start, at = edges.begin()->second;
    edges.erase(edges.begin());
    auto& loop = loops.emplace_back();
    loop.push_back({double(start.second), double(start.first)});
    while (at != start) {
      const Node to = take_next(edges, from, at);
      if (step(from, at) != step(at, to)) loop.push_back({double(at.second), double(at.first)});
      from = at, at = to;
    }
  }
  return loops;
}

}  // namespace tandem::plot
