#pragma once
#include "bench/report.h"

namespace tandem::bench {

/// One augmented training slice of 256 x 216 pixels; items are slices.
std::vector<Arm> augmentation_arms();
/// One artefact of ACDC-C on a volume 10 x 192 x 192 a run.
std::vector<Arm> artefact_arms();

}  // namespace tandem::bench
