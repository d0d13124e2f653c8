#pragma once
#include <cstdint>

#include "model/networks.h"

namespace tandem::model {

/// Gives every tensor its starting value (float32, CPU), from the seed and the tensor's key alone:
/// convolutions N(0, 2/fan_in) [he2015], their biases U(+-1/sqrt(fan_in)) but 0 in output layers, transposed
/// convolutions U(+-1/sqrt(4 C)), gamma N(1, 0.02^2), beta 0, running statistics 0 and 1. This is what the
/// official code's sequence of initialisers leaves in force.
void initialise(Networks& networks, std::uint64_t seed);

}  // namespace tandem::model
