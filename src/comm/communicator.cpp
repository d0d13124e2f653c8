#include "comm/communicator.h"

namespace tandem::comm {
namespace {

struct Done final : Work {
  void wait() override {}
};

class SelfCommunicator final : public Communicator {
 public:
  SelfCommunicator() : Communicator(0, 1) {}
  Backend backend() const override { return Backend::Self; }
  void all_reduce(const Buffer&, Order) override {}
  std::unique_ptr<Work> start_all_reduce(const Buffer&, Order) override { return std::make_unique<Done>(); }
  void broadcast(const Buffer&, int) override {}
  void host_all_reduce(std::span<double>, Op) override {}
  std::string host_broadcast(std::string text, int) override { return text; }
  std::vector<std::string> host_gather(const std::string& text) override { return {text}; }
  std::unique_ptr<Communicator> split(int) override { return make_self_communicator(); }
  std::unique_ptr<Communicator> split_by_node() override { return make_self_communicator(); }
};

}  // namespace

void Communicator::barrier() {
  double nothing = 0;
  host_all_reduce({&nothing, 1}, Op::Sum);
}

std::unique_ptr<Communicator> make_self_communicator() { return std::make_unique<SelfCommunicator>(); }

std::int64_t size_of(ElementType type) { return type == ElementType::Float64 ? 8 : 4; }

std::string_view name_of(Backend backend) {
  switch (backend) {
    case Backend::Self:
      return "self";
    case Backend::Mpi:
      return "mpi";
    case Backend::Nccl:
      return "nccl";
  }
  return "?";
}

}  // namespace tandem::comm
