#pragma once
#include <filesystem>

#include "records/pictures.h"

namespace tandem::report {

/// Draws the networks as lanes of blocks (E and Di, F and Ds, Se and Sd) into PREFIX.svg, .pdf and .png: a
/// block for every stage, its height by the side of its output, its width by its channels, both on a
/// logarithmic scale, with output shape and number of trained parameters.
/// Error if the record has no stages, or not those of the six modules.
void save_network_diagram(const std::filesystem::path& prefix, const records::NetworkRecord& network,
                          const std::string& provenance);

}  // namespace tandem::report
