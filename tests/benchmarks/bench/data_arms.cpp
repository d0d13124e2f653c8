#include "bench/data_arms.h"

#include <algorithm>
#include <memory>

#include "augment/training_policy.h"
#include "bench/synthetic_slice.h"
#include "equations/artefact_sampling.h"

namespace tandem::bench {

std::vector<Arm> augmentation_arms() {
  const auto pair = std::make_shared<augment::SlicePair>(heart(256, 216));
  const auto number = std::make_shared<std::uint32_t>(0);
  const auto run = [=] {
    const augment::AugmentConfig config;
    for (int i = 0; i < 40; ++i) {
      RandomStream random({1, Purpose::Augmentation, 0, 0, (*number)++});
      augment::augment(*pair, augment::draw_policy(config, random, pair->image.rows, pair->image.columns),
                       config);
    }
  };
  return {{.name = "augmentation/slice", .run = run, .items = 40, .unit = "s a slice"}};
}

std::vector<Arm> artefact_arms() {
  const auto volume = std::make_shared<Volume<float>>(10, 192, 192);
  const auto slice = heart(192, 192);
  for (std::int64_t s = 0; s < volume->slices; ++s)
    std::ranges::copy(slice.image.values, volume->slice(s).begin());
  std::vector<Arm> arms;
  for (const auto& kind : equations::kArtefactKinds) {
    const auto artefact = equations::sample_artefact(kind, equations::torch_generator(1));
    arms.push_back({.name = "artefact/" + kind,
                    .run = [=] { equations::apply_artefact(*volume, artefact); },
                    .unit = "s a volume"});
  }
  return arms;
}

}  // namespace tandem::bench
