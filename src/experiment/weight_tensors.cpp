#include "experiment/weight_tensors.h"

#include <ATen/ATen.h>

#include <map>

#include "base/error.h"
#include "base/text.h"

namespace tandem::experiment {
namespace {

using interchange::DType;
using interchange::NamedTensor;
using Words = std::vector<std::string>;

at::ScalarType scalar_type(DType type) {
  switch (type) {
    case DType::F64:
      return at::kDouble;
    case DType::F32:
      return at::kFloat;
    case DType::F16:
      return at::kHalf;
    case DType::BF16:
      return at::kBFloat16;
    case DType::I64:
      return at::kLong;
    case DType::I32:
      return at::kInt;
    case DType::I16:
      return at::kShort;
    case DType::I8:
      return at::kChar;
    case DType::U8:
      return at::kByte;
    case DType::Bool:
      return at::kBool;
  }
  fail_system("unknown element type");
}

DType type_of(const at::Tensor& t) {
  if (t.scalar_type() == at::kDouble) return DType::F64;
  if (t.scalar_type() == at::kLong) return DType::I64;
  require(t.scalar_type() == at::kFloat, "only float32 and float64 weights can be exported");
  return DType::F32;
}

/// What keeps tensors from fitting a network.
struct Misfit {
  Words missing, left_over, misshapen;
  bool any() const { return !missing.empty() || !left_over.empty() || !misshapen.empty(); }
};

std::string first_of(Words words) {
  constexpr size_t kShown = 6;
  const size_t count = words.size();
  if (count <= kShown) return join(words, ", ");
  words.resize(kShown);
  return fmt::format("{} and {} more", join(words, ", "), count - kShown);
}

const Words kDecouplerBiases = {"image_encoder/code_decoupler.0.bias", "image_encoder/code_decoupler.3.bias"};

std::string describe(const Misfit& misfit) {
  Words parts;
  if (!misfit.missing.empty()) parts.push_back("missing: " + first_of(misfit.missing));
  if (!misfit.left_over.empty()) parts.push_back("left over: " + first_of(misfit.left_over));
  if (!misfit.misshapen.empty()) parts.push_back("of another shape: " + first_of(misfit.misshapen));
  std::string text = join(parts, "; ");
  const bool shapes_fit = misfit.misshapen.empty();
  if (shapes_fit && misfit.missing == kDecouplerBiases && misfit.left_over.empty())
    text +=
        ". These are weights of networks whose feature decoupler has no biases, as in the first published "
        "code: "
        "give --set model.decoupler_bias=false, as experiments/presets/release1.toml does";
  else if (shapes_fit && misfit.left_over == kDecouplerBiases && misfit.missing.empty())
    text +=
        ". These are weights of networks whose feature decoupler has biases: give --set "
        "model.decoupler_bias=true, as experiments/presets/head.toml does";
  else
    text += ". No setting of [model] makes such networks";
  return text;
}

at::Tensor values_of(const NamedTensor& tensor) {
  return at::from_blob(const_cast<char*>(tensor.bytes.data()), tensor.shape, scalar_type(tensor.type));
}

}  // namespace

std::vector<NamedTensor> tensors_of(model::Networks& net) {
  std::vector<NamedTensor> out;
  net.visit([&](const std::string& key, at::Tensor& tensor, model::Role) {
    const auto t = tensor.detach().cpu().contiguous();
    out.push_back({key, type_of(t), t.sizes().vec(),
                   std::string(static_cast<const char*>(t.const_data_ptr()), t.nbytes())});
  });
  return out;
}

void fill_networks(model::Networks& net, const std::vector<NamedTensor>& tensors, const std::string& source) {
  std::map<std::string, const NamedTensor*> given;
  for (const auto& t : tensors)
    require(given.emplace(t.name, &t).second, "{}: tensor {} is there twice", source, t.name);
  Misfit misfit;
  auto left = given;
  net.visit([&](const std::string& key, at::Tensor& wanted, model::Role) {
    left.erase(key);
    const auto found = given.find(key);
    if (found == given.end())
      misfit.missing.push_back(key);
    else if (const auto& shape = found->second->shape; wanted.sizes().vec() != shape)
      misfit.misshapen.push_back(fmt::format("{} {} instead of {}", key, interchange::shape_text(shape),
                                             interchange::shape_text(wanted.sizes().vec())));
    else
      require(at::isfinite(values_of(*found->second)).all().item<bool>(),
              "{}: {} holds values that are not finite", source, key);
  });
  for (const auto& [key, t] : left) misfit.left_over.push_back(key);
  require(!misfit.any(), "{} does not fit the networks; {}", source, describe(misfit));
  const at::NoGradGuard no_grad;
  net.visit(
      [&](const std::string& key, at::Tensor& into, model::Role) { into.copy_(values_of(*given.at(key))); });
}

}  // namespace tandem::experiment
