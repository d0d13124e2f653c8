#include "base/stop.h"

#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace tandem {
namespace {

volatile std::sig_atomic_t requested = 0;

extern "C" void on_signal(int signal) {
  if (requested && (signal == SIGINT || signal == SIGTERM)) _exit(128 + signal);
  requested = 1;
}

}  // namespace

void install_stop_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
}

bool stop_requested() { return requested != 0; }

}  // namespace tandem
