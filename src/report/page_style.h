#pragma once

namespace tandem::report {

/// The style sheet of pages: light and dark, screen and print; no fonts or pictures from elsewhere.
extern const char* const kPageStyle;

/// Sorts, filters and pages the table with the id "trials"; without it the table stands there whole.
extern const char* const kPageScript;

}  // namespace tandem::report
