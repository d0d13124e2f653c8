#pragma once
#include <string>

namespace tandem::records {

/// Which of two values of a metric is the better one.
enum class Better { Higher, Lower, Neither };

/// By the name of a metric as scores carry it; Neither for names that are not known.
inline Better better_of(const std::string& metric) {
  for (const char* high : {"dice", "iou", "nsd"})
    if (metric.starts_with(high)) return Better::Higher;
  for (const char* low : {"hd_", "hd95_", "assd_"})
    if (metric.starts_with(low)) return Better::Lower;
  return metric.find("error") != std::string::npos ? Better::Lower : Better::Neither;
}

}  // namespace tandem::records
