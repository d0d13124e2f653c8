#include "parallel/reducer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mpi/training_fixture.h"
#include "support/expect_error.h"
#include "support/ranks.h"

namespace tandem::test {
namespace {

using Event = parallel::Reducer::Event;

TEST(Reducer, IssuesTheFirstBucketBeforeTheLastGradientIsReady) {
  if (ranks()->size() == 1) GTEST_SKIP() << "one rank has nothing to reduce";
  SmallTraining::Setting setting;
  setting.parallel.bucket_mb = 0.5;
  SmallTraining training(*ranks(), setting);
  training.step(0);  // tells which parameters have no gradient: biases in front of BatchNorm
  training.step(1);
  const auto* reducer = training.spread.reducer();
  ASSERT_GT(reducer->buckets(), 3);
  double first_issue = 0, last_gradient = 0;
  int next = 0;
  for (const auto& event : reducer->events()) {
    if (event.kind == Event::Kind::GradientReady) last_gradient = event.seconds;
    if (event.kind != Event::Kind::BucketIssued) continue;
    EXPECT_EQ(event.index, next++) << "every rank issues buckets in the same order";
    if (event.index == 0) first_issue = event.seconds;
  }
  EXPECT_EQ(next, reducer->buckets());
  EXPECT_LT(first_issue, last_gradient);
}

TEST(Reducer, NamesAParameterThatHasAGradientOnSomeRanksOnly) {
  if (ranks()->size() == 1) GTEST_SKIP() << "one rank cannot differ";
  const auto a = at::ones({3}).requires_grad_(true), b = at::ones({2}).requires_grad_(true);
  parallel::Reducer reducer(*ranks(), {{"layer/a", a}, {"layer/b", b}}, {});
  reducer.arm();
  auto loss = a.sum();
  if (ranks()->rank() > 0) loss = loss + b.sum();
  loss.backward();
  expect_error([&] { reducer.finish(); }, "layer/b has a gradient on rank 1 and none on rank 0",
               ExitCode::Failure);
}

TEST(Reducer, LeavesParametersThatNoRankUsesWithoutGradient) {
  const auto a = at::ones({3}).requires_grad_(true), b = at::ones({2}).requires_grad_(true);
  parallel::Reducer reducer(*ranks(), {{"a", a}, {"b", b}}, {});
  reducer.arm();
  (a.sum() * (ranks()->rank() + 1)).backward();
  reducer.finish();
  const int n = ranks()->size();
  EXPECT_EQ(a.grad()[0].item<float>(), float(n * (n + 1) / 2));
  EXPECT_FALSE(b.grad().defined());
}

TEST(Reducer, DoesNotWaitForParametersThatHadNoGradientInTheFirstStep) {
  const auto a = at::ones({3}).requires_grad_(true), b = at::ones({2}).requires_grad_(true);
  parallel::Reducer reducer(*ranks(), {{"a", a}, {"b", b}}, {});
  for (int step = 0; step < 2; ++step) {
    reducer.arm();
    a.sum().backward();
    const bool issued = std::ranges::any_of(
        reducer.events(), [](const auto& e) { return e.kind == Event::Kind::BucketIssued; });
    EXPECT_EQ(issued, step == 1);
    reducer.finish();
  }
  reducer.arm();
  expect_error([&] { (a.sum() + b.sum()).backward(); },
               "b has a gradient in this step and had none in the first", ExitCode::Failure);
  reducer.finish();
}

TEST(Replicas, NamesTheTensorThatDiffers) {
  auto same = at::ones({4}), other = at::ones({4});
  if (ranks()->rank() == ranks()->size() - 1 && ranks()->size() > 1) other[2] = 1.0000001F;
  const parallel::NamedTensors tensors = {{"same", same}, {"weights/other", other}};
  if (ranks()->size() == 1) return parallel::check_replicas(*ranks(), tensors);
  expect_error([&] { parallel::check_replicas(*ranks(), tensors); }, "weights/other differs between rank 0",
               ExitCode::Failure);
  parallel::broadcast_tensors(*ranks(), tensors);
  parallel::check_replicas(*ranks(), tensors);
}

}  // namespace
}  // namespace tandem::test
