#pragma once
#include <string>

#include "equations/mr_artefacts.h"
#include "equations/torch_generator.h"

namespace tandem::equations {

/// Draws the parameters of one artefact as ACDC-C does: TorchIO 0.18's RandomBiasField(), RandomGhosting(),
/// RandomSpike() and RandomMotion(degrees=30, translation=10), in TorchIO's order of draws.
///
/// With torch_generator(N) the values are those after torch.manual_seed(N), bit for bit; with another source
/// of words they follow the same distributions. Error if the kind is none of kArtefactKinds.
Artefact sample_artefact(const std::string& kind, const WordSource& words);

BiasField sample_bias_field(const WordSource& words);
Ghosting sample_ghosting(const WordSource& words);
Spike sample_spike(const WordSource& words);
/// @param degrees, translation half-widths (degrees, voxels); @param movements number of movements
Motion sample_motion(const WordSource& words, float degrees = 30, float translation = 10, int movements = 2);

}  // namespace tandem::equations
