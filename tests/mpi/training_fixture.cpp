#include "mpi/training_fixture.h"

#include "model/initialization.h"

namespace tandem::test {
namespace {

model::Networks initialised(const SmallTraining::Setting& setting) {
  model::Networks net(setting.model);
  model::initialise(net, 7);
  net.to(at::kCPU, setting.type);
  return net;
}

}  // namespace

SmallTraining::SmallTraining(comm::Communicator& ranks, const Setting& setting)
    : net(initialised(setting)),
      spread(ranks, setting.parallel, net),
      adam(net.parameters(), setting.learning_rate, 0.9, 0.999, 1e-8),
      setting_(setting),
      cut_(training::cut_for(setting.parallel, ranks)) {}

training::Batch SmallTraining::batch(std::uint32_t number) const {
  training::Batch batch;
  batch.crop = setting_.side;
  batch.items = setting_.items, batch.rows_per_item = setting_.rows_per_item;
  batch.samples = batch.items * batch.rows_per_item;
  for (auto part = cut_.first; part < cut_.first + cut_.count; ++part) {
    const auto first = training::first_item_of_part(batch.items, cut_.parts, part);
    const auto end = training::first_item_of_part(batch.items, cut_.parts, part + 1);
    for (std::int64_t copy = 0; copy < batch.rows_per_item; ++copy)
      for (auto item = first; item < end; ++item) {
        const auto id = std::uint32_t(1 + item * batch.rows_per_item + copy);
        RandomStream random({1, Purpose::Test, 0, number, id});
        for (std::int64_t i = 0; i < batch.crop * batch.crop; ++i) {
          batch.labels.push_back(std::uint8_t(random.integer(0, 3)));
          batch.images.push_back(float(0.2 * batch.labels.back() + 0.4 * random.uniform()));
        }
        batch.sample_ids.push_back(id);
        ++batch.n;
      }
    batch.parts.push_back((end - first) * batch.rows_per_item);
  }
  return batch;
}

at::Tensor SmallTraining::step(std::uint32_t number) {
  const auto rows = batch(number);
  training::StepInputs in{
      at::from_blob(const_cast<float*>(rows.images.data()), {rows.n, 1, rows.crop, rows.crop}, at::kFloat)
          .to(setting_.type, /*non_blocking=*/false, /*copy=*/true)
          .contiguous(at::MemoryFormat::ChannelsLast),
      at::from_blob(const_cast<std::uint8_t*>(rows.labels.data()), {rows.n, rows.crop, rows.crop}, at::kByte)
          .to(at::kLong)};
  in.part = spread.part_of(rows);
  in.formulation = setting_.formulation;
  in.convolutions = setting_.convolutions;
  const auto draws =
      training::draw_step(setting_.latent, {1, 0, number}, rows.sample_ids, in.x.sizes(), setting_.image);
  return training::train_step(net, adam, spread.reducer(), in, draws, setting_.latent, setting_.loss,
                              setting_.image);
}

parallel::NamedTensors tensors_of(model::Networks& net) {
  parallel::NamedTensors all;
  net.visit([&](const std::string& key, at::Tensor& t, model::Role) { all.emplace_back(key, t); });
  return all;
}

}  // namespace tandem::test
