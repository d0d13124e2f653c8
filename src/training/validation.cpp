#include "training/validation.h"

#include <ATen/ATen.h>

#include <cmath>

#include "equations/overlap_metrics.h"
#include "evaluation/predictor.h"

namespace tandem::training {
namespace {

using equations::Confusion;

void sum_over(comm::Communicator& ranks, Confusion& counts) {
  std::vector<double> values;  // counts below 2^53 are exact in float64
  for (const auto& row : counts) values.insert(values.end(), row.begin(), row.end());
  ranks.host_all_reduce(values, comm::Op::Sum);
  for (size_t i = 0; i < values.size(); ++i)
    counts[i / counts.size()][i % counts.size()] = std::int64_t(values[i]);
}

}  // namespace

ValidationScore validate(model::Networks& net, const Batch& slices, std::int64_t chunk,
                         comm::Communicator& ranks, const std::function<void()>& before_chunk,
                         model::Formulation formulation) {
  if (slices.n == 0) return {NAN, NAN};
  Confusion ftn_counts{}, stn_counts{};
  const auto like = net.general_encoder.inc0.weight.options().requires_grad(false);
  const std::int64_t pixels = slices.crop * slices.crop;
  for (std::int64_t k = ranks.rank(); k * chunk < slices.n; k += ranks.size()) {
    before_chunk();
    const std::int64_t first = k * chunk, n = std::min(chunk, slices.n - first);
    const auto x = at::from_blob(const_cast<float*>(slices.images.data()) + first * pixels,
                                 {n, 1, slices.crop, slices.crop}, at::kFloat)
                       .to(like)
                       .contiguous(at::MemoryFormat::ChannelsLast);
    const auto [ftn, stn] = evaluation::segment(net, x, /*with_stn=*/true, formulation);
    const std::span label(slices.labels.data() + first * pixels, size_t(n * pixels));
    for (const auto& [prediction, counts] : {std::pair{ftn, &ftn_counts}, std::pair{stn, &stn_counts}}) {
      const auto bytes = prediction.to(at::kCPU, at::kByte).contiguous();
      equations::add_confusion(*counts, label, {bytes.const_data_ptr<std::uint8_t>(), size_t(n * pixels)});
    }
  }
  sum_over(ranks, ftn_counts);
  sum_over(ranks, stn_counts);
  return {equations::mean_iou(ftn_counts), equations::mean_iou(stn_counts)};
}

}  // namespace tandem::training
