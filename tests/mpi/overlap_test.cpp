// Sums beside the backward pass: what of them is left to wait for. Time is made of sleeps, so that it does
// not depend on the machine: a backward pass of eight layers and a network, each with a fixed pace.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>

#include <chrono>
#include <future>

#include "parallel/reducer.h"
#include "support/ranks.h"

namespace tandem::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kBackwardOfALayer = 20ms, kSumOfALayer = 15ms;
constexpr int kLayers = 8;
constexpr std::int64_t kLayerElements = 25000;  // 0.1 MB: all layers together fit the first bucket of 1 MiB

/// The two ranks of a slow network, seen from the first; the other one's gradients are zero. Sums run one
/// after the other on a thread of their own, as on MPI's and NCCL's, and take a time in proportion to their
/// length.
class SlowNetwork final : public comm::Communicator {
 public:
  SlowNetwork() : Communicator(0, 2) {}
  comm::Backend backend() const override { return comm::Backend::Self; }
  void all_reduce(const comm::Buffer& buffer, comm::Order) override {
    std::this_thread::sleep_for(kSumOfALayer * buffer.count / kLayerElements);
  }
  std::unique_ptr<comm::Work> start_all_reduce(const comm::Buffer& buffer, comm::Order order) override {
    last_ = std::async(std::launch::async, [this, before = last_, buffer, order] {
              if (before.valid()) before.wait();
              all_reduce(buffer, order);
            }).share();
    return std::make_unique<Sum>(last_);
  }
  void broadcast(const comm::Buffer&, int) override {}
  void host_all_reduce(std::span<double>, comm::Op) override {}
  std::string host_broadcast(std::string text, int) override { return text; }
  std::vector<std::string> host_gather(const std::string& text) override { return {text, text}; }
  std::unique_ptr<Communicator> split(int) override { return std::make_unique<SlowNetwork>(); }
  std::unique_ptr<Communicator> split_by_node() override { return std::make_unique<SlowNetwork>(); }

 private:
  struct Sum final : comm::Work {
    explicit Sum(std::shared_future<void> end) : end_(std::move(end)) {}
    void wait() override { end_.wait(); }
    std::shared_future<void> end_;
  };
  std::shared_future<void> last_;
};

/// x + sum(w), whose backward pass takes a fixed time.
struct SlowLayer : torch::autograd::Function<SlowLayer> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& w) {
    context->saved_data["size"] = w.numel();
    return x + w.sum();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradient) {
    std::this_thread::sleep_for(kBackwardOfALayer);
    return {gradient[0], gradient[0].expand({context->saved_data["size"].toInt()}).contiguous()};
  }
};

struct Measured {
  int buckets = 0;
  double exposed_s = 0;  ///< of one step
};

Measured step_with(double bucket_mb) {
  SlowNetwork network;
  parallel::NamedTensors layers;
  for (int i = 0; i < kLayers; ++i)
    layers.emplace_back("layer" + std::to_string(i), at::zeros({kLayerElements}).requires_grad_(true));
  parallel::Reducer reducer(network, layers, {.bucket_mb = bucket_mb});
  auto x = at::zeros({});
  for (const auto& [name, w] : layers) x = SlowLayer::apply(x, w);
  reducer.arm();
  x.backward();
  reducer.finish();
  for (const auto& [name, w] : layers) EXPECT_EQ(w.grad()[0].item<float>(), 1) << name;
  return {reducer.buckets(), reducer.exposed_seconds()};
}

TEST(Overlap, SeveralBucketsExposeLessOfTheSumsThanOne) {
  if (ranks()->rank() > 0) return;  // both ranks are made up
  const auto one = step_with(1), several = step_with(0.1);
  ASSERT_EQ(one.buckets, 1);
  ASSERT_EQ(several.buckets, kLayers);
  const double all = std::chrono::duration<double>(kSumOfALayer).count() * kLayers;
  EXPECT_GE(one.exposed_s, 0.95 * all) << "one bucket waits for the last gradient";
  EXPECT_LT(several.exposed_s, 0.5 * one.exposed_s) << "of " << all << " s of sums";
  RecordProperty("exposed_ms_one_bucket", std::to_string(1000 * one.exposed_s));
  RecordProperty("exposed_ms_eight_buckets", std::to_string(1000 * several.exposed_s));
}

}  // namespace
}  // namespace tandem::test
