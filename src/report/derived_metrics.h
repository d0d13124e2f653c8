#pragma once
#include <string>
#include <vector>

#include "records/scores.h"

namespace tandem::report {

/// Rows of a metric: those stored under its name or, for a derived metric, made from the stored volumes.
///
/// Derived are, one row per patient (frame "ED-ES") with the case's name less its frame:
///   ejection_fraction, ejection_fraction_label, ejection_fraction_error (absolute, percentage points),
///   stroke_volume_error_ml (absolute), for LV and RV; and myocardial_mass_error_g (absolute, ED), for MYO;
/// and one row per case: volume_error_ml (absolute).
/// Patients without both frames have no row. NaN where the volume at ED is 0.
std::vector<records::ScoreRow> rows_of_metric(const std::vector<records::ScoreRow>& rows,
                                              const std::string& metric);

/// The classes whose scores make the one number of a metric, equally weighted: LV, MYO, RV as far as defined.
std::vector<std::string> classes_of_metric(const std::string& metric);

}  // namespace tandem::report
