#include "report/selection.h"

#include <fmt/format.h>

namespace tandem::report {
namespace {

bool fits(const std::string& wanted, const std::string& found) { return wanted.empty() || wanted == found; }

}  // namespace

bool Filter::takes(const records::ScoreRow& row) const {
  return fits(vendor, row.vendor) && fits(centre, row.centre) && fits(group, row.group) &&
         fits(frame, row.frame) && fits(klass, row.klass);
}

std::string Filter::text() const {
  std::string out;
  for (const auto& [name, value] :
       {std::pair("vendor", &vendor), std::pair("centre", &centre), std::pair("group", &group),
        std::pair("frame", &frame), std::pair("class", &klass)})
    if (!value->empty()) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, *value);
  return out;
}

std::string Selection::place() const {
  const auto words = filter.text();
  return words.empty() ? domain : fmt::format("{} ({})", domain, words);
}

}  // namespace tandem::report
