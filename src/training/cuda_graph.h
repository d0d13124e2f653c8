#pragma once
#include <c10/core/Device.h>

#include <filesystem>

#include "training/graph_recorder.h"

namespace tandem::training {

/// Recorders of CUDA graphs on a device, with one pool of memory for all of them, by the plug-in. LibTorch's
/// CUDA library must be loaded (choose_device). Error (70) with the plug-in's reason. Not run on a GPU so
/// far.
MakeRecorder cuda_graph_recorders(const std::filesystem::path& plugin, c10::Device device);

/// Where the plug-in lies: beside the running program.
std::filesystem::path cuda_graph_plugin_path();

}  // namespace tandem::training
