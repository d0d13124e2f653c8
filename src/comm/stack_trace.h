#pragma once
#include <pthread.h>

#include <filesystem>

namespace tandem::comm {

/// Makes write_stack possible; before the threads that may be asked do any work.
void prepare_stacks();

/// Appends where a thread of this process stands to a file. Waits at most a second: a thread inside the
/// kernel does not answer, and the file says so.
void write_stack(pthread_t thread, const std::filesystem::path& file);

}  // namespace tandem::comm
