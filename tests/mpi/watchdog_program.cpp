// A job of ranks that step and sum, under a watchdog with short limits; watchdog_test makes it hang in many
// ways.
//   watchdog_program FOLDER FAULT [nccl | nodes]     nodes: every two ranks count as a host of their own
// FAULT: none | sleep | checkpoint   what rank 1 does in step 3 (the test itself sends signals to
// FOLDER/pid.<rank>)
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "comm/mpi.h"
#include "comm/nccl.h"
#include "comm/watchdog.h"

namespace {

using namespace tandem;
using namespace std::chrono_literals;

struct Job {
  std::filesystem::path folder;
  std::string fault;
  bool on_nccl, small_nodes;
};

void run(const Job& job) {
  comm::Watchdog dog({.start_s = 5, .first_step_s = 2, .step_s = 1.5, .checkpoint_s = 4, .evaluation_s = 2});
  dog.phase(comm::Phase::Start, 0);
  comm::MpiSession session;
  auto world = session.world();
  const int rank = world->rank();
  const auto node = job.small_nodes ? world->split(rank / 2) : world->split_by_node();
  dog.share(*world, *node, job.folder);
  std::unique_ptr<comm::Communicator> group = world->split(0);
  if (job.on_nccl)
    group = comm::make_nccl_communicator(comm::NcclLibrary::load(comm::nccl_plugin_path()), std::move(group),
                                         {.device = rank});
  comm::Watchdog::Hooks hooks;
  hooks.abort = [&] { group->abort(); };
  if (job.on_nccl) hooks.fault = [&] { return comm::nccl_fault(*group); };
  dog.set_hooks(hooks);
  std::ofstream(job.folder / ("pid." + std::to_string(rank))) << ::getpid() << std::endl;
  std::vector<float> gradient(1000, 1);
  for (int step = 1; step <= 100000; ++step) {
    dog.phase(step == 1 ? comm::Phase::FirstStep : comm::Phase::Step, step);
    if (step == 3 && rank == 1 && job.fault == "sleep") std::this_thread::sleep_for(1h);
    if (step == 3 && rank == 1 && job.fault == "checkpoint") {
      dog.phase(comm::Phase::Checkpoint, 2);  // longer than the others' limit, but within its own
      std::this_thread::sleep_for(2800ms);
      dog.phase(comm::Phase::Step, 3);
    }
    for (int bucket = 0; bucket < 3; ++bucket) {
      std::this_thread::sleep_for(2ms);
      dog.bucket(bucket);
      group->all_reduce({gradient.data(), 1000, comm::ElementType::Float32}, comm::Order::Fast);
    }
    double stop = std::filesystem::exists(job.folder / "stop") || (job.fault == "checkpoint" && step == 5);
    group->host_all_reduce({&stop, 1}, comm::Op::Max);
    if (step == 2) dog.checkpoint_saved(2);
    if (stop > 0) break;
  }
  dog.phase(comm::Phase::Idle, 0);
  dog.set_hooks({});
  if (world->is_leader()) std::cout << "ended well\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string form = argc > 3 ? argv[3] : "";
    run({argv[1], argv[2], form == "nccl", form == "nodes"});
  } catch (const std::exception& e) {
    std::cerr << "rank failed: " << e.what() << std::endl;
    return 70;
  }
  return 0;
}
