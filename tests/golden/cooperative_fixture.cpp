#include "golden/cooperative_fixture.h"

#include "equations/latent_masks.h"

namespace tandem::test {

model::Networks Golden::networks(at::ScalarType type, const model::ModelConfig& config) const {
  model::Networks net(config);
  net.visit([&](const std::string& key, at::Tensor& t, model::Role) {
    const auto stored = tensor("/weights/" + key);
    ASSERT_EQ(stored.sizes(), t.sizes()) << key;
    t = stored.to(t.scalar_type() == at::kLong ? at::kLong : at::kFloat);
  });
  net.to(at::kCPU, type);
  return net;
}

training::StepDraws Golden::main_draws() const {
  training::StepDraws draws;
  for (const std::string code : {"image", "shape"}) {
    const std::string group = "/hard/draw_" + code;
    auto& draw = code == "image" ? draws.image : draws.shape;
    draw.scheme = scheme_of_code(file_.read_scalar<std::int64_t>(group + "/scheme"));
    if (draw.scheme == augment::Scheme::Dropout) {
      draw.keep = tensor(group + "/keep");
      draw.set_dropout(0.5);
    } else {
      draw.soft_u = tensor(group + "/soft_u");
      draw.set_thresholds({scalar(group + "/q")}, draw.soft_u.size(1));
    }
  }
  return draws;
}

augment::LatentDraw Golden::draw(const std::string& group, augment::Scheme scheme, int row) const {
  const auto at_row = [&](const std::string& name) {
    const auto all = tensor(group + "/" + name);
    return row < 0 ? all : all[row];
  };
  augment::LatentDraw draw;
  draw.scheme = scheme;
  draw.keep = at_row("keep");
  draw.set_dropout(0.5);
  draw.soft_u = at_row(scheme == augment::Scheme::Channel ? "soft_channel" : "soft_spatial");
  draw.set_thresholds({0.5 * at_row("u").item<double>()}, draw.soft_u.size(-1));
  return draw;
}

void expect_close(const at::Tensor& actual, const at::Tensor& expected, double rtol, double atol,
                  const std::string& what) {
  const auto a = actual.detach().to(at::kDouble).contiguous(), e = expected.detach().to(at::kDouble);
  ASSERT_EQ(a.sizes(), e.sizes()) << what;
  const auto difference = (a - e).abs();
  const bool good = (difference <= atol + rtol * e.abs()).all().item<bool>();
  EXPECT_TRUE(good) << what << ": largest absolute difference " << difference.max().item<double>()
                    << ", largest relative " << (difference / (e.abs() + 1e-300)).max().item<double>();
}

void expect_stored(const Golden& golden, const at::Tensor& actual, const std::string& group,
                   const std::string& key, double l2_rtol, double atol) {
  if (golden.file().exists(group + "/" + key + "/full")) {
    const auto expected = golden.tensor(group + "/" + key + "/full");
    const double difference = (actual.detach().to(at::kDouble) - expected).norm().item<double>();
    EXPECT_LE(difference, atol + l2_rtol * expected.norm().item<double>()) << group << "/" << key;
    return;
  }
  const auto flat = actual.detach().to(at::kDouble).contiguous().flatten();
  const auto stats = golden.file().read<double>(group + "/" + key + "/stats");
  EXPECT_NEAR(flat.norm().item<double>(), stats[2], atol + l2_rtol * stats[2]) << group << "/" << key;
  const auto index = golden.tensor("/sample_index/" + key, at::kLong);
  const auto values = golden.tensor(group + "/" + key + "/values");
  EXPECT_LE((flat.index_select(0, index) - values).norm().item<double>(),
            atol + 10 * l2_rtol * values.norm().item<double>())
      << group << "/" << key;
}

training::ForwardPass forward_with_reference_masks(const Golden& golden, model::Networks& net,
                                                   at::ScalarType type, const std::string& group,
                                                   model::Formulation formulation) {
  const auto masked = [&](const at::Tensor& code, const std::string& path) {
    const auto mask = golden.tensor(path, type);
    return augment::MaskedCode{.code = mask.size(1) == code.size(1)
                                           ? equations::apply_channel_mask(code, mask)
                                           : equations::apply_spatial_mask(code, mask),
                               .gradient = {},
                               .scores = {},
                               .threshold = {},
                               .set = {},
                               .mask = mask};
  };
  const auto in = golden.inputs(type, formulation);
  training::ForwardPass out;
  out.standard = training::standard_pass(net, in, golden.noisy(type), {});
  {
    const at::NoGradGuard no_grad;
    auto& hard = out.hard_examples;
    hard.image = masked(out.standard.codes.z_i, group + "/draw_image/mask");
    hard.shape = masked(out.standard.codes.z_s, group + "/draw_shape/mask");
    hard.x_hat = net.decode_image(hard.image.code, model::PassMode::Frozen);
    hard.p_m = net.decode_shape(hard.shape.code, model::PassMode::Frozen);
  }
  out.hard = training::hard_pass(net, in, out.hard_examples, {});
  out.loss = (out.standard.terms.total() + out.hard.terms.total()).sum();
  return out;
}

std::map<std::string, std::vector<std::int64_t>> counters(model::Networks& net) {
  std::map<std::string, std::vector<std::int64_t>> all;
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    if (role == model::Role::Counter) all[module_of(key)].push_back(t.item<std::int64_t>());
  });
  return all;
}

std::vector<std::pair<std::string, at::Tensor>> named_parameters(model::Networks& net) {
  std::vector<std::pair<std::string, at::Tensor>> all;
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    if (model::is_trained(role)) all.emplace_back(key, t);
  });
  return all;
}

}  // namespace tandem::test
