// One cooperative step against the reference implementation, in float64 (tight) and float32 (as loose as the
// problem is).
#include "equations/latent_masks.h"
#include "equations/losses.h"
#include "golden/cooperative_fixture.h"

namespace tandem::test {
namespace {

using model::PassMode;

struct Tolerance {
  double array_rtol, array_atol, stn_atol, stn_y_atol;  // atol relative to the array's scale
  double loss_rtol;
};
constexpr Tolerance kDouble{1e-6, 1e-7, 1e-7, 1e-7, 1e-10};
constexpr Tolerance kSingle{0, 1e-4, 5e-4, 2e-3, 5e-5};

using model::Formulation;

class CooperativeStep : public testing::TestWithParam<std::tuple<at::ScalarType, Formulation>> {
 protected:
  at::ScalarType type() const { return std::get<0>(GetParam()); }
  Formulation formulation() const { return std::get<1>(GetParam()); }
  bool is_double() const { return type() == at::kDouble; }
  const Tolerance& tolerance() const { return is_double() ? kDouble : kSingle; }

  void expect_array(const at::Tensor& actual, const std::string& path, double atol) {
    // The carried file leaves out the large arrays of the variants; their losses and gradient norms are
    // there.
    if (path.starts_with("/variant_") && !golden.file().exists(path)) return;
    expect_close(actual, golden.tensor(path), tolerance().array_rtol, atol * golden.scale(path), path);
  }
  void expect_loss(const at::Tensor& actual, const std::string& path) {
    expect_close(actual.sum(), golden.tensor(path), tolerance().loss_rtol, 0, path);
  }
  /// The whole pass; `group` holds the masks of the reference ("/hard/draw_image/mask"). float64 ranks by its
  /// own gradients; float32 takes the reference's masks, since near-ties in the ranking may fall the other
  /// way.
  training::ForwardPass forward(model::Networks& net, const std::string& group = "/hard",
                                bool latent_DA = true) {
    augment::LatentConfig latent;
    latent.latent_DA = latent_DA;
    const auto in = golden.inputs(type(), formulation());
    const auto noisy = golden.noisy(type());
    if (is_double() || !latent_DA)
      return training::forward_step(net, in, noisy, golden.main_draws(), latent, {});
    return forward_with_reference_masks(golden, net, type(), group, formulation());
  }
  void expect_standard(const training::StandardPass& s, const std::string& group) {
    const auto& t = tolerance();
    expect_array(s.codes.z_i, group + "/z_i", t.array_atol);
    expect_array(s.codes.z_s, group + "/z_s", t.array_atol);
    expect_array(s.p, group + "/p", t.array_atol);
    expect_array(s.x_rec, group + "/x_rec", t.array_atol);
    expect_array(s.stn_p, group + "/stn_p", t.stn_atol);
    expect_array(s.stn_y, group + "/stn_y", t.stn_y_atol);
    expect_loss(s.terms.ce_p, group + "/loss/ce_p");
    expect_loss(s.terms.rec, group + "/loss/rec");
    expect_loss(s.terms.ce_stn_p, group + "/loss/ce_stn_p");
    expect_loss(s.terms.ce_stn_y, group + "/loss/ce_stn_y");
    expect_loss(s.terms.total(), group + "/loss/total");
  }
  void expect_hard(const training::ForwardPass& pass, const std::string& group) {
    const auto& t = tolerance();
    const auto& h = pass.hard;
    expect_array(pass.hard_examples.x_hat, group + "/x_hat", t.array_atol);
    expect_array(pass.hard_examples.p_m, group + "/p_m", t.array_atol);
    expect_array(h.codes.z_i, group + "/zh_i", t.array_atol);
    expect_array(h.codes.z_s, group + "/zh_s", t.array_atol);
    expect_array(h.p, group + "/p_h", t.array_atol);
    expect_array(h.x_rec, group + "/x_rec_h", t.array_atol);
    expect_array(h.stn_p, group + "/stn_p_h", t.stn_atol);
    expect_array(h.stn_pm, group + "/stn_p_m", t.stn_atol);
    expect_loss(h.terms.ce_p, group + "/loss/ce_p");
    expect_loss(h.terms.rec, group + "/loss/rec");
    expect_loss(h.terms.ce_stn_p, group + "/loss/ce_stn_p");
    expect_loss(h.terms.ce_stn_pm, group + "/loss/ce_stn_pm");
    expect_loss(h.terms.total(), group + "/loss/total");
  }
  Golden golden;
};

TEST_P(CooperativeStep, StandardPassMatches) {
  auto net = golden.networks(type());
  expect_standard(forward(net, "/hard", false).standard, "/standard");
}

TEST_P(CooperativeStep, HardExamplesAndTheirPassMatch) {
  auto net = golden.networks(type());
  const auto pass = forward(net);
  expect_hard(pass, "/hard");
  expect_loss(pass.loss, "/hard/total_loss");
  for (const std::string code : {"image", "shape"}) {
    const auto& masked = code == "image" ? pass.hard_examples.image : pass.hard_examples.shape;
    const std::string group = "/hard/draw_" + code;
    expect_array(masked.code, group + "/masked_code", tolerance().array_atol);
    expect_close(masked.mask, golden.tensor(group + "/mask"), 0, 1e-7, group + "/mask");
  }
}

TEST_P(CooperativeStep, VariantsMatch) {
  const std::map<std::string, model::NetworkType> variants = {
      {"/variant_w_o_filter", model::NetworkType::WithoutFilter},
      {"/variant_share_code", model::NetworkType::ShareCode}};
  for (const auto& [group, network_type] : variants) {
    model::ModelConfig config;
    config.network_type = network_type;
    auto net = golden.networks(type(), config);
    const auto pass = forward(net, group + "/hard");
    expect_standard(pass.standard, group + "/standard");
    expect_hard(pass, group + "/hard");
    expect_loss(pass.loss, group + "/total_loss");
  }
}

TEST_P(CooperativeStep, SchemePairsMatchInLossesAndBatchNormUpdates) {
  const auto losses = golden.tensor("/scheme_pairs/losses");
  const auto updates = golden.tensor("/scheme_pairs/bn_updates", at::kLong);
  for (int i = 0; i < 3; ++i)
    for (int s = 0; s < 3; ++s) {
      auto net = golden.networks(type());
      const auto before = counters(net);
      training::StepDraws draws;
      draws.image = golden.draw("/scheme_pairs/draw_image", scheme_of_code(i));
      draws.shape = golden.draw("/scheme_pairs/draw_shape", scheme_of_code(s));
      const auto pass = training::forward_step(net, golden.inputs(type(), formulation()),
                                               golden.noisy(type()), draws, {}, {});
      // float32 may choose another set where scores nearly tie, which moves the hard terms and the total.
      const std::string what = fmt::format("schemes {} {}", i, s);
      expect_close(pass.terms[0].slice(0, 0, 4), losses[i][s].slice(0, 0, 4), tolerance().loss_rtol, 0, what);
      expect_close(pass.terms[0].slice(0, 4, 9), losses[i][s].slice(0, 4, 9), is_double() ? 1e-10 : 4e-2, 0,
                   what);
      auto after = counters(net);
      for (size_t m = 0; m < model::kModuleNames.size(); ++m)
        for (size_t layer = 0; layer < after[model::kModuleNames[m]].size(); ++layer)
          EXPECT_EQ(after[model::kModuleNames[m]][layer] - before.at(model::kModuleNames[m])[layer],
                    updates[i][s][std::int64_t(m)].item<std::int64_t>());
    }
}

TEST_P(CooperativeStep, InferenceMatches) {
  const at::NoGradGuard no_grad;
  auto net = golden.networks(type());
  const auto x = golden.tensor("/inputs/x", type());
  const model::Pass pass(PassMode::Evaluation, nullptr, formulation());
  const auto ftn = net.ftn(x, pass);
  const auto stn = net.stn(ftn, pass);
  const auto stn2 = net.stn(stn, pass);
  const std::vector<std::pair<std::string, at::Tensor>> outputs = {
      {"ftn", ftn}, {"stn", stn}, {"stn2", stn2}};
  for (const auto& [name, logits] : outputs) {
    expect_array(logits, "/inference/" + name + "_logits", tolerance().array_atol);
    const auto differs = logits.argmax(1).ne(golden.tensor("/inference/" + name + "_argmax", at::kLong));
    const auto best = std::get<0>(golden.tensor("/inference/" + name + "_logits").topk(2, 1));
    const auto margin = best.select(1, 0) - best.select(1, 1);
    EXPECT_EQ(0, (is_double() ? differs : differs & (margin > 2e-3)).sum().item<std::int64_t>()) << name;
  }
}

std::string name_of(Formulation formulation) {
  return formulation == Formulation::Reference ? "reference" : "optimised";
}
const auto kFormulations = testing::Values(Formulation::Optimised, Formulation::Reference);
INSTANTIATE_TEST_SUITE_P(Forms, CooperativeStep,
                         testing::Combine(testing::Values(at::kDouble, at::kFloat), kFormulations),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param) == at::kDouble ? "float64_"
                                                                                     : "float32_") +
                                  name_of(std::get<1>(test.param));
                         });

class CooperativeStepFloat64 : public testing::TestWithParam<Formulation> {
 protected:
  Golden golden;
  training::StepInputs inputs() const { return golden.inputs(at::kDouble, GetParam()); }
  training::ForwardPass forward(model::Networks& net) {
    return training::forward_step(net, inputs(), golden.noisy(at::kDouble), golden.main_draws(), {}, {});
  }
};
INSTANTIATE_TEST_SUITE_P(Forms, CooperativeStepFloat64, kFormulations,
                         [](const auto& test) { return name_of(test.param); });

TEST_P(CooperativeStepFloat64, MaskGradientsScoresThresholdsAndSetsMatch) {
  auto net = golden.networks(at::kDouble);
  const auto in = inputs();
  const auto standard = training::standard_pass(net, in, golden.noisy(at::kDouble), {});
  const std::map<std::string, at::Tensor> codes = {{"z_i", standard.codes.z_i.detach()},
                                                   {"z_s", standard.codes.z_s.detach()}};
  const auto image_loss = [&](const at::Tensor& c) {
    return equations::mean_squared_error(net.decode_image(c, PassMode::Tracked), in.x, in.x.size(0));
  };
  const auto shape_loss = [&](const at::Tensor& c) {
    return equations::cross_entropy(net.decode_shape(c, PassMode::Tracked), in.y, in.x.size(0));
  };
  for (const auto& [name, code] : codes) {
    const auto loss = [&](const at::Tensor& c) { return name == "z_i" ? image_loss(c) : shape_loss(c); };
    for (const std::string variant :
         {"channel", "spatial", "channel_q50", "spatial_q50", "channel_q0", "spatial_q0"}) {
      const std::string group = "/masks/" + name + "/" + variant;
      const bool soft = golden.file().exists(group + "/soft_u");
      augment::LatentDraw draw;
      draw.scheme = variant.starts_with("channel") ? augment::Scheme::Channel : augment::Scheme::Spatial;
      const bool channel = draw.scheme == augment::Scheme::Channel;
      draw.set_thresholds({golden.scalar(group + "/q")},
                          channel ? code.size(1) : code.size(2) * code.size(3));
      draw.soft_u = soft ? golden.tensor(group + "/soft_u") : at::zeros({1}, at::kDouble);
      const auto masked = augment::mask_code(code, {}, draw, loss);
      const auto close = [&](const at::Tensor& actual, const std::string& path) {
        expect_close(actual, golden.tensor(path), 1e-6, 1e-7 * golden.scale(path), path);
      };
      close(masked.gradient, "/masks/" + name + "/grad");
      close(masked.scores, group + "/scores");
      close(masked.threshold.squeeze(1), group + "/threshold");
      EXPECT_TRUE(at::equal(masked.set.to(at::kLong), golden.tensor(group + "/set", at::kLong))) << group;
      EXPECT_EQ(draw.ranks.item<std::int64_t>(), golden.scalar(group + "/j"));
      if (soft) close(masked.code, group + "/masked_code");
      if (soft) expect_close(masked.mask, golden.tensor(group + "/mask"), 0, 1e-7, group + "/mask");
    }
    augment::LatentDraw dropout;
    dropout.keep = golden.tensor("/masks/" + name + "/dropout/keep");
    dropout.set_dropout(0.5);
    const std::string path = "/masks/" + name + "/dropout/masked_code";
    expect_close(augment::mask_code(code, {}, dropout, loss).code, golden.tensor(path), 1e-6,
                 1e-7 * golden.scale(path), path);
  }
}

TEST_P(CooperativeStepFloat64, GradientsOfStandardAndTotalLossMatch) {
  for (const std::string group : {"/standard/grad", "/hard/grad"}) {
    auto net = golden.networks(at::kDouble);
    const auto pass = forward(net);
    (group == "/hard/grad" ? pass.loss : pass.standard.terms.total()).backward();
    std::map<std::string, std::int64_t> position;  // of a parameter within its module's flags
    for (const auto& [key, p] : named_parameters(net)) {
      const auto flags = golden.file().read<std::uint8_t>("/null_gradient_bias/" + module_of(key));
      const bool null_gradient = flags.at(size_t(position[module_of(key)]++)) != 0;
      const auto gradient = p.grad().defined() ? p.grad() : at::zeros_like(p);
      if (null_gradient)
        EXPECT_LE(gradient.abs().max().item<double>(), 1e-12) << key;
      else
        expect_stored(golden, gradient, group, key, 1e-7, 1e-15);
    }
  }
}

TEST_P(CooperativeStepFloat64, EachTermReachesExactlyTheParametersItShould) {
  if (GetParam() == Formulation::Optimised)
    GTEST_SKIP() << "single terms have a gradient in the reference form";
  const auto check = [&](const std::string& group, const training::LossConfig& loss,
                         const model::ModelConfig& config, bool latent_DA) {
    auto net = golden.networks(at::kDouble, config);
    augment::LatentConfig latent;
    latent.latent_DA = latent_DA;
    const auto pass =
        training::forward_step(net, inputs(), golden.noisy(at::kDouble), golden.main_draws(), latent, loss);
    const auto& s = pass.standard.terms;
    const auto& h = pass.hard.terms;
    const std::vector<std::pair<std::string, at::Tensor>> terms = {
        {"standard_ce_p", s.ce_p},         {"standard_rec", s.rec},         {"standard_ce_stn_p", s.ce_stn_p},
        {"standard_ce_stn_y", s.ce_stn_y}, {"hard_ce_p", h.ce_p},           {"hard_rec", h.rec},
        {"hard_ce_stn_p", h.ce_stn_p},     {"hard_ce_stn_pm", h.ce_stn_pm}, {"total", pass.loss}};
    int compared = 0;
    for (const auto& [name, term] : terms) {
      const std::string path = group + "/term_grad_l2/" + name;
      if (!golden.file().exists(path)) continue;
      net.visit([](const std::string&, at::Tensor& t, model::Role) { t.mutable_grad().reset(); });
      term.backward({}, /*retain_graph=*/true);
      std::map<std::string, std::vector<double>> norms;
      for (const auto& [key, p] : named_parameters(net))
        norms[module_of(key)].push_back(p.grad().defined() ? p.grad().norm().item<double>() : 0);
      for (const auto& [module, actual] : norms) {
        const auto expected = golden.file().read<double>(path + "/" + module);
        ASSERT_EQ(actual.size(), expected.size());
        for (size_t i = 0; i < actual.size(); ++i)
          EXPECT_NEAR(actual[i], expected[i], 1e-12 + 1e-7 * expected[i])
              << path << "/" << module << " " << i;
        ++compared;
      }
    }
    EXPECT_GE(compared, 20) << group;
  };
  check("", {}, {}, true);
  model::ModelConfig config;
  config.network_type = model::NetworkType::WithoutFilter;
  check("/variant_w_o_filter", {}, config, true);
  config.network_type = model::NetworkType::ShareCode;
  check("/variant_share_code", {}, config, true);
  training::LossConfig separate;
  separate.separate_training = true;
  check("/variant_separate", separate, {}, golden.file().exists("/variant_separate/hard"));
}

TEST_P(CooperativeStepFloat64, BatchNormBuffersCountersAndWeightsAfterAdamMatch) {
  auto net = golden.networks(at::kDouble);
  const auto in = inputs();
  const auto draws = golden.main_draws();
  const auto start = counters(net);
  const auto expect_updates = [&](const std::string& phase) {
    for (const auto& [module, now] : counters(net)) {
      const auto expected =
          golden.file().read<std::int64_t>("/after_step/bn_updates_" + phase + "/" + module);
      for (size_t i = 0; i < now.size(); ++i)
        EXPECT_EQ(now[i] - start.at(module)[i], expected[i]) << phase << module;
    }
  };
  training::Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  const auto standard = training::standard_pass(net, in, golden.noisy(at::kDouble), {});
  expect_updates("standard");
  const auto hard_examples = training::make_hard_examples(net, in, standard.codes, draws, {}, {});
  expect_updates("generation");
  const auto hard = training::hard_pass(net, in, hard_examples, {});
  expect_updates("hard");
  (standard.terms.total() + hard.terms.total()).backward();
  adam.step();
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    const std::string bn = "/after_step/bn/" + key;
    if (!model::is_trained(role)) return expect_close(t, golden.tensor(bn), 1e-7, 1e-12, bn);
    expect_stored(golden, t, "/after_step/weights", key, 0, 1e-8 * std::sqrt(double(t.numel())));
  });
}

TEST_P(CooperativeStepFloat64, ThirtyStepTrajectoryMatches) {
  auto net = golden.networks(at::kDouble);
  training::Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  const auto expected = golden.tensor("/trajectory/losses_float64");
  const auto image_schemes = golden.file().read<std::int64_t>("/trajectory/draw_image/scheme");
  const auto shape_schemes = golden.file().read<std::int64_t>("/trajectory/draw_shape/scheme");
  const auto noise = golden.tensor("/trajectory/noise", at::kFloat);
  for (int t = 0; t < expected.size(0); ++t) {
    const std::string x = t % 2 == 0 ? "/inputs/x" : "/trajectory/x1",
                      y = t % 2 == 0 ? "/inputs/y" : "/trajectory/y1";
    const training::StepInputs in{golden.tensor(x), golden.tensor(y, at::kLong), {}, GetParam()};
    const auto noisy =
        equations::noisy_input(golden.tensor(x, at::kFloat), noise[t], 0.05, true).to(at::kDouble);
    training::StepDraws draws;
    draws.image = golden.draw("/trajectory/draw_image", scheme_of_code(image_schemes[size_t(t)]), t);
    draws.shape = golden.draw("/trajectory/draw_shape", scheme_of_code(shape_schemes[size_t(t)]), t);
    const auto pass = training::forward_step(net, in, noisy, draws, {}, {});
    expect_close(pass.terms[0].slice(0, 0, 9), expected[t], 1e-8, 0, fmt::format("step {}", t));
    adam.clear_gradients();
    pass.loss.backward();
    adam.step();
  }
  std::map<std::string, std::vector<double>> norms;
  net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    if (role != model::Role::Counter) norms[module_of(key)].push_back(t.norm().item<double>());
  });
  for (const auto& [module, actual] : norms) {
    const auto expected_norms = golden.file().read<double>("/trajectory/final_state_l2/" + module);
    ASSERT_EQ(actual.size(), expected_norms.size());
    for (size_t i = 0; i < actual.size(); ++i)
      EXPECT_NEAR(actual[i], expected_norms[i], 1e-7 * expected_norms[i]);
  }
}

}  // namespace
}  // namespace tandem::test
