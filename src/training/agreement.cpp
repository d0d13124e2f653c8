#include "training/agreement.h"

#include <array>

namespace tandem::training {
namespace {

[[noreturn]] void throw_together(comm::Communicator& ranks, const std::optional<Error>& trouble) {
  const auto mine = trouble ? fmt::format("{} {}", int(trouble->code()), trouble->what()) : std::string();
  const auto all = ranks.host_gather(mine);
  for (size_t r = 0; r < all.size(); ++r) {
    if (all[r].empty()) continue;
    const auto space = all[r].find(' ');
    const auto code = ExitCode(std::stoi(all[r].substr(0, space)));
    throw CommonError(fmt::format("rank {}: {}", r, all[r].substr(space + 1)), code);
  }
  fail_system("a rank reported trouble without saying which");
}

}  // namespace

Decision agree(comm::Communicator& ranks, const Decision& wish, const std::optional<Error>& trouble) {
  if (ranks.size() == 1) {
    if (trouble) throw Error(*trouble);
    return wish;
  }
  std::array<double, 3> votes = {double(wish.stop), double(wish.save), double(trouble.has_value())};
  ranks.host_all_reduce(votes, comm::Op::Max);
  if (votes[2] > 0) throw_together(ranks, trouble);
  return {votes[0] > 0, votes[1] > 0};
}

void leader_does(comm::Communicator& ranks, const std::function<void()>& action) {
  std::optional<Error> trouble;
  if (ranks.is_leader()) trouble = trouble_of(action);
  agree(ranks, {}, trouble);
}

}  // namespace tandem::training
