#include "model/model_config.h"

namespace tandem::model {

void ModelConfig::describe(config::Visitor& v) {
  v.choice("network_type", network_type,
           {{"FCN_16_standard", NetworkType::Standard},
            {"FCN_16_standard_w_o_filter", NetworkType::WithoutFilter},
            {"FCN_16_standard_share_code", NetworkType::ShareCode}},
           "which code the two FTN decoders read");
  v.choice("image_decoder_last_act", image_decoder_last_act,
           {{"sigmoid", LastActivation::Sigmoid}, {"none", LastActivation::None}},
           "what closes the image decoder");
  v.field({.name = "decoupler_bias", .help = "biases in the two convolutions of the feature decoupler"},
          decoupler_bias);
  v.field({.name = "stn_temperature", .help = "the STN reads softmax(logits / T)", .range = config::above(0)},
          stn_temperature);
}

}  // namespace tandem::model
