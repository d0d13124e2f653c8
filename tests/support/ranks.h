#pragma once
#include "comm/communicator.h"

namespace tandem::test {

/// All ranks of a test that runs under mpirun; set by mpi_main.cpp.
inline comm::Communicator*& ranks() {
  static comm::Communicator* world = nullptr;
  return world;
}

}  // namespace tandem::test
