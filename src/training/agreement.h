#pragma once
#include <functional>
#include <optional>

#include "base/error.h"
#include "comm/communicator.h"

namespace tandem::training {

/// What happens before the next step.
struct Decision {
  bool stop = false, save = false;
};

/// Makes one decision of all ranks' wishes: one rank's wish is enough. Throws the same Error on every rank if
/// one of them is in trouble, naming the first that is. One small message; collective.
Decision agree(comm::Communicator& ranks, const Decision& wish, const std::optional<Error>& trouble = {});

/// Runs something that may fail on this rank alone; its error as a value.
template <class Action>
std::optional<Error> trouble_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(error.what(), ExitCode::Failure);
  }
  return std::nullopt;
}

/// Something that only the leader does; if it fails, all fail with its error. Collective.
void leader_does(comm::Communicator& ranks, const std::function<void()>& action);

}  // namespace tandem::training
