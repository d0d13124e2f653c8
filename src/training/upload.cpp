#include "training/upload.h"

#include <ATen/ATen.h>

namespace tandem::training {

at::Tensor upload(const at::Tensor& host, const at::TensorOptions& wanted) {
  const auto options = wanted.requires_grad(false);
  if (!options.device().is_cuda()) return host.to(options, /*non_blocking=*/false, /*copy=*/true);
  // Nobody holds the pinned memory after this line: LibTorch's host allocator keeps it until the copy is
  // over.
  return host.pin_memory()
      .to(options.device(), host.scalar_type(), /*non_blocking=*/true)
      .to(options.dtype());
}

}  // namespace tandem::training
