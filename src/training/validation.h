#pragma once
#include <functional>

#include "comm/communicator.h"
#include "model/networks.h"
#include "training/batch_loader.h"

namespace tandem::training {

/// Mean IoU over the four classes on the validation slices, by both networks.
struct ValidationScore {
  double ftn = 0, stn = 0;
};

/// Scores the networks on all slices of a batch, in chunks of fixed size that the ranks share out: the result
/// does not depend on how many there are. NaN without slices. Collective.
/// @param before_chunk called before each chunk of this rank
ValidationScore validate(model::Networks& net, const Batch& slices, std::int64_t chunk,
                         comm::Communicator& ranks, const std::function<void()>& before_chunk,
                         model::Formulation formulation = model::Formulation::Optimised);

}  // namespace tandem::training
