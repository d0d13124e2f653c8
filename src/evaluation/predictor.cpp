#include "evaluation/predictor.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "equations/intensity.h"

namespace tandem::evaluation {
namespace {

constexpr std::int64_t kChunk =
    10;  // slices at a time, as in the official evaluation; has no effect on the result

void copy_labels(const at::Tensor& labels, std::uint8_t* out) {
  const auto bytes = labels.to(at::kCPU, at::kByte).contiguous();
  std::copy_n(bytes.const_data_ptr<std::uint8_t>(), bytes.numel(), out);
}

}  // namespace

std::pair<at::Tensor, at::Tensor> segment(model::Networks& net, const at::Tensor& x, bool with_stn,
                                          model::Formulation formulation) {
  const at::NoGradGuard no_grad;
  const model::Pass pass(model::PassMode::Evaluation, /*part=*/nullptr, formulation);
  const auto logits = net.ftn(x, pass);  // [N,4,H,W]
  if (!with_stn) return {logits.argmax(1), {}};
  return {logits.argmax(1), net.stn(logits, pass).argmax(1)};
}

Volume<float> prepare(Volume<float> cropped, const EvaluationConfig& config) {
  if (!config.slice_minmax) return cropped;
  for (std::int64_t s = 0; s < cropped.slices; ++s) {
    auto slice = cropped.slice_image(s);
    equations::scale_min_max(slice);
    std::copy(slice.values.begin(), slice.values.end(), cropped.slice(s).begin());
  }
  return cropped;
}

Prediction predict_volume(model::Networks& net, const Volume<float>& v, model::Formulation formulation) {
  Prediction out{Volume<std::uint8_t>(v.slices, v.rows, v.columns),
                 Volume<std::uint8_t>(v.slices, v.rows, v.columns)};
  const auto options = net.general_encoder.inc0.weight.options().requires_grad(false);
  for (std::int64_t first = 0; first < v.slices; first += kChunk) {
    const std::int64_t count = std::min(kChunk, v.slices - first), offset = first * v.slice_size();
    const auto x =
        at::from_blob(const_cast<float*>(v.values.data()) + offset, {count, 1, v.rows, v.columns}, at::kFloat)
            .to(options)
            .contiguous(at::MemoryFormat::ChannelsLast);
    const auto [ftn, ftn_stn] = segment(net, x, /*with_stn=*/true, formulation);
    copy_labels(ftn, out.ftn.values.data() + offset);
    copy_labels(ftn_stn, out.ftn_stn.values.data() + offset);
  }
  return out;
}

}  // namespace tandem::evaluation
