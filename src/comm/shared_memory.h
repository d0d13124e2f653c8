#pragma once
#include <cstddef>
#include <span>

#include "comm/communicator.h"

namespace tandem::comm {

/// Memory that the ranks of a host share; zeros at first, gone with the last of them.
class SharedMemory {
 public:
  /// Of a process alone.
  explicit SharedMemory(std::size_t bytes);
  /// Of the ranks of a host, as large as its leader says; collective. Error (70), on all of them alike, if
  /// the host has no room (/dev/shm), which containers often keep small.
  SharedMemory(Communicator& node, std::size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  void map(int file);
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tandem::comm
