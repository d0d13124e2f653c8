#pragma once
#include "config/visitor.h"

namespace tandem::model {

/// Which code each decoder of the FTN reads, after (z_i, z_s) = (E(x), F(E(x))).
enum class NetworkType {
  Standard,       ///< z_i and z_s as they are (the proposed network)
  WithoutFilter,  ///< z_s := z_i: both read E's output (Table 2, "share code (a)")
  ShareCode,      ///< z_i := z_s: both read F's output (Table 2, "share code (b)")
};

enum class LastActivation { None, Sigmoid };

/// Settings of the networks, section [model]. Defaults are those of the official code's last commit.
struct ModelConfig {
  NetworkType network_type = NetworkType::Standard;
  LastActivation image_decoder_last_act = LastActivation::Sigmoid;
  bool decoupler_bias = true;
  double stn_temperature = 2.0;

  void describe(config::Visitor& v);
};

}  // namespace tandem::model
