#pragma once
#include <array>
#include <string>
#include <vector>

#include "model/blocks.h"
#include "model/model_config.h"

namespace tandem::model {

inline constexpr std::int64_t kCodeChannels = 128;
inline constexpr std::int64_t kClasses = 4;        // background, LV, MYO, RV
inline constexpr std::int64_t kDownsampling = 16;  // image side / code side

/// Encoder E (1 input channel) or shape encoder Se (4): [N,in,H,W] -> [N,128,H/16,W/16], values >= 0.
struct Encoder {
  Conv inc0, inc3;
  BatchNorm inc1, inc4;
  std::array<ResDown, 4> down;
  Conv final_conv;
  BatchNorm final_bn;

  explicit Encoder(std::int64_t in);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

/// Feature decoupler F (H in the paper): image code z_i -> shape code z_s, both [N,128,h,w].
struct FeatureDecoupler {
  Conv conv0, conv3;
  BatchNorm bn1, bn4;

  explicit FeatureDecoupler(bool bias);
  at::Tensor forward(const at::Tensor& z_i, const Pass& pass);
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

/// A decoder without skip connections: code [N,128,h,w] -> [N,out,16h,16w].
struct Decoder {
  std::array<ResUp, 4> up;
  Conv final_conv;
  bool sigmoid;

  Decoder(std::int64_t out, Upsampling upsampling, bool close_with_sigmoid);
  at::Tensor forward(const at::Tensor& code, const Pass& pass);
  void visit(const std::string& prefix, const TensorVisitor& visitor);
};

/// Image code and shape code of a batch, each [N,128,h,w].
struct Codes {
  at::Tensor z_i, z_s;
};

/// All five modules of [chen2021]: the FTN (E, F, Ds, Di) and the STN (Se, Sd). Weights start at zero; see
/// initialise() and checkpoints.
class Networks {
 public:
  explicit Networks(const ModelConfig& config);

  /// (z_i, z_s) = (E(x), F(E(x))) with the sharing rule of the variant applied; x [N,1,H,W].
  Codes encode(const at::Tensor& x, const Pass& pass);
  /// Ds: shape code -> segmentation logits [N,4,H,W].
  at::Tensor decode_shape(const at::Tensor& z_s, const Pass& pass) {
    return segmentation_decoder.forward(z_s, pass);
  }
  /// Di: image code -> reconstruction [N,1,H,W].
  at::Tensor decode_image(const at::Tensor& z_i, const Pass& pass) {
    return image_decoder.forward(z_i, pass);
  }
  /// FTN(x) = Ds(F(E(x))): logits [N,4,H,W].
  at::Tensor ftn(const at::Tensor& x, const Pass& pass) { return decode_shape(encode(x, pass).z_s, pass); }
  /// STN on predicted logits l: Sd(Se(softmax(l / T))), logits [N,4,H,W].
  at::Tensor stn(const at::Tensor& logits, const Pass& pass);
  /// STN on labels y [N,H,W] int64, as a hard one-hot map.
  at::Tensor stn_of_labels(const at::Tensor& labels, const Pass& pass);

  const ModelConfig& config() const { return config_; }
  /// Visits all tensors, module by module: keys are "<module>/<key of the published checkpoint>".
  void visit(const TensorVisitor& visitor);
  /// Every trained tensor in visiting order.
  std::vector<at::Tensor> parameters();
  /// Device, element type and memory format (channels last) of all tensors; parameters become leaves that
  /// need gradients.
  void to(at::Device device, at::ScalarType type);

  Encoder general_encoder;
  FeatureDecoupler code_decoupler;
  Decoder segmentation_decoder, image_decoder;
  Encoder shape_encoder;
  Decoder shape_decoder;

 private:
  ModelConfig config_;
};

/// Names of the five modules, in the order of visit().
inline const std::array<std::string, 5> kModuleNames = {"image_encoder", "segmentation_decoder",
                                                        "image_decoder", "shape_encoder", "shape_decoder"};

}  // namespace tandem::model
