#include "bench/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/build_info.h"
#include "base/console.h"
#include "base/error.h"
#include "base/host.h"
#include "base/text.h"
#include "base/timer.h"

namespace tandem::bench {

void interleave(std::vector<Arm>& arms, int rounds) {
  for (int round = -1; round < rounds; ++round)
    for (auto& arm : arms) {
      const Timer timer;
      arm.run();
      if (round >= 0) arm.seconds.push_back(timer.seconds() / arm.items);
    }
}

void Report::add(const Arm& arm) {
  auto sorted = arm.seconds;
  std::ranges::sort(sorted);
  require(!sorted.empty(), "{} was not measured", arm.name);
  figures_.push_back(
      {arm.name, arm.unit, sorted[sorted.size() / 2], sorted.front(), sorted.back(), sorted.size()});
}

void Report::add(const std::string& name, double value, const std::string& unit) {
  figures_.push_back({name, unit, value, value, value, 1});
}

void Report::print() const {
  console::result(fmt::format("{:<52} {:>12} {:>12} {:>12}  unit", "what", "median", "least", "largest"));
  for (const auto& f : figures_)
    console::result(fmt::format("{:<52} {:>12.5g} {:>12.5g} {:>12.5g}  {}", f.name, f.median, f.least,
                                f.largest, f.unit));
}

double Report::median(const std::string& name) const {
  const auto found = std::ranges::find(figures_, name, &Figure::name);
  require(found != figures_.end(), "{} was not measured", name);
  return found->median;
}

void Report::write_json(const std::string& path) const {
  std::vector<std::string> lines;
  for (const auto& f : figures_)
    lines.push_back(fmt::format(
        R"(    {{"name": "{}", "unit": "{}", "median": {:.9g}, "least": {:.9g}, "largest": {:.9g}, "rounds": {}}})",
        f.name, f.unit, f.median, f.least, f.largest, f.rounds));
  write_text_file(path,
                  fmt::format("{{\n  \"commit\": \"{}\",\n  \"cores\": {},\n  \"figures\": [\n{}\n  ]\n}}\n",
                              build_info::kCommit, usable_cores(), join(lines, ",\n")));
}

double peak_memory_gb() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024e-9;
}

}  // namespace tandem::bench
