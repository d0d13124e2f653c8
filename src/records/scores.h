#pragma once
#include <string>
#include <vector>

#include "h5/h5.h"

namespace tandem::records {

/// One score: the only thing tables are made from. One row per case, data set, network, class and metric.
struct ScoreRow {
  std::string domain;   ///< data set, "acdc", "acdc-c_bias", ...
  std::string case_id;  ///< "patient007_ED"
  std::string patient;  ///< "patient007"
  std::string frame;    ///< "ED" | "ES"
  std::string network;  ///< "FTN" | "FTN+STN"
  std::string klass;    ///< "LV" | "MYO" | "RV"
  std::string metric;   ///< "dice", "hd95_mm", ...: evaluation/scoring.cpp names them
  double value = 0;     ///< NaN where the metric is not defined

  std::string group = {}, vendor = {}, centre = {};  ///< of the case, as far as known
};

/// Writes rows as one 1-D set per column under /scores of a file being made.
void write_scores(h5::File& file, const std::vector<ScoreRow>& rows);

/// Reads all rows below a group ("" is the root); absent scores give none. Files without group, vendor and
/// centre leave these empty.
std::vector<ScoreRow> read_scores(const h5::File& file, const std::string& group = "");

/// Rows as text and back, values to the bit, for rows that travel between processes.
std::string to_text(const std::vector<ScoreRow>& rows);
std::vector<ScoreRow> parse_score_rows(const std::string& text);

}  // namespace tandem::records
