#pragma once
#include "model/networks.h"
#include "records/pictures.h"

namespace tandem::experiment {

/// What stands in the network diagram, measured on the networks: shapes by passing zeros through every stage,
/// counts from the tensors. Throws Error (70) if the stages leave out a trained parameter.
/// @param side of the square input, pixels; a multiple of 16
records::NetworkRecord network_stages(model::Networks& net, std::int64_t side);

}  // namespace tandem::experiment
