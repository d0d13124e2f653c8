// main() of tests that run on several ranks: every rank runs every test, failures of any rank count, and only
// rank 0 reports what passes.
#include <gtest/gtest.h>

#include <cstdio>

#include "comm/mpi.h"
#include "support/ranks.h"

namespace {

class FailuresOnly final : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed())
      std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_, result.file_name() ? result.file_name() : "?",
                   result.line_number(), result.message());
  }

 private:
  int rank_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  tandem::comm::MpiSession session;
  {
    const auto world = session.world();
    tandem::test::ranks() = world.get();
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    if (world->rank() > 0) {
      delete listeners.Release(listeners.default_result_printer());
      listeners.Append(new FailuresOnly(world->rank()));
    }
    double failed = RUN_ALL_TESTS();
    world->host_all_reduce({&failed, 1}, tandem::comm::Op::Max);
    if (failed == 0) return 0;
  }
  return 1;
}
