#pragma once
#include <filesystem>

#include "interchange/named_tensor.h"
#include "model/networks.h"

namespace tandem::experiment {

/// All tensors of the networks in visiting order, named "<module>/<key of the published checkpoint>"; float32
/// or float64 as they are.
std::vector<interchange::NamedTensor> tensors_of(model::Networks& net);

/// Fills the networks with tensors so named, of any float type. Error that names what is missing, left over
/// or misshapen, and the settings whose networks would fit, if any; then nothing has been changed.
/// @param source where the tensors come from, for the message
void fill_networks(model::Networks& net, const std::vector<interchange::NamedTensor>& tensors,
                   const std::string& source);

}  // namespace tandem::experiment
