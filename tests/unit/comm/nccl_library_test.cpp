// The plug-in with the real NCCL and CUDA runtime, as far as a machine without a GPU lets it come.
#include "comm/nccl_library.h"

#include <gtest/gtest.h>

#include "comm/nccl.h"
#include "support/expect_error.h"

namespace tandem::comm {
namespace {

class RealNccl : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(nccl_plugin_path())) GTEST_SKIP() << "built without NCCL (no nccl.h found)";
    library_ = NcclLibrary::load(nccl_plugin_path());
  }
  std::shared_ptr<const NcclLibrary> library_;
};

TEST_F(RealNccl, TellsItsVersion) {
  EXPECT_THAT(library_->nccl_version(), testing::MatchesRegex("2\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(library_->runtime_version(), testing::MatchesRegex("1[0-9]\\.[0-9]+"));
}

TEST_F(RealNccl, SaysThatThereIsNoDriver) {
  if (library_->driver_version() != "none") GTEST_SKIP() << "this machine has an NVIDIA driver";
  test::expect_error([&] { library_->device_count(); }, "no NVIDIA driver on this host", ExitCode::Failure);
  const auto message = test::error_of([&] { make_nccl_communicator(library_, make_self_communicator(), {}); },
                                      ExitCode::Failure);
  EXPECT_THAT(message, testing::HasSubstr("the GPUs cannot be used: 1 of 1 ranks failed: rank 0 (host "));
  EXPECT_THAT(message, testing::HasSubstr("no NVIDIA driver on this host"));
}

}  // namespace
}  // namespace tandem::comm
