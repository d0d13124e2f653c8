#pragma once

namespace tandem {

/// Catches SIGINT, SIGTERM, SIGUSR1 and SIGUSR2: the first asks to stop, a second SIGINT or SIGTERM leaves at
/// once.
void install_stop_handlers();

/// True once a stop was asked for; long loops look at it and save.
bool stop_requested();

}  // namespace tandem
