#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::comm {

enum class Backend { Self, Mpi, Nccl };
enum class Op { Sum, Max };
enum class ElementType { Float32, Float64 };

/// How a sum over ranks is ordered.
enum class Order {
  Fast,  ///< as the backend likes: the same bits on every rank, but other bits on another number of ranks
  Tree,  ///< recursive doubling: the upper levels of one binary tree; needs a power of two of ranks
};

/// The elements a collective works on in place: host memory, or device memory where the backend is NCCL.
struct Buffer {
  void* data = nullptr;
  std::int64_t count = 0;
  ElementType type = ElementType::Float32;
};

/// A collective under way.
class Work {
 public:
  virtual ~Work() = default;
  /// Returns once the buffer may be used: on the host at once, on a device by what the caller queues next.
  virtual void wait() = 0;
};

/// A group of ranks that call the same collectives in the same order. There are no time limits here: a rank
/// that stays away is noticed by the watchdog. One thread may use an object at a time.
class Communicator {
 public:
  Communicator(int rank, int size) : rank_(rank), size_(size) {}
  virtual ~Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Rank 0 of the group: it alone writes files and speaks.
  bool is_leader() const { return rank_ == 0; }
  virtual Backend backend() const = 0;

  /// Sums over the ranks, in place; collective. On a device it is ordered with the caller's stream.
  virtual void all_reduce(const Buffer& buffer, Order order) = 0;
  /// As all_reduce, beside the caller's work; these run one after the other, in the order of the calls.
  virtual std::unique_ptr<Work> start_all_reduce(const Buffer& buffer, Order order) = 0;
  /// Copies the root's elements to every rank; collective.
  virtual void broadcast(const Buffer& buffer, int root) = 0;

  /// Sum or largest of each value over the ranks, always in host memory; collective.
  virtual void host_all_reduce(std::span<double> values, Op op) = 0;
  /// The root's text on every rank; collective.
  virtual std::string host_broadcast(std::string text, int root) = 0;
  /// Every rank's text, by rank; collective.
  virtual std::vector<std::string> host_gather(const std::string& text) = 0;
  /// Waits for all ranks; collective.
  void barrier();

  /// The ranks that name the same colour, in the order of their ranks here; collective.
  virtual std::unique_ptr<Communicator> split(int colour) = 0;
  /// The ranks on this host; collective.
  virtual std::unique_ptr<Communicator> split_by_node() = 0;
  /// Gives up what is under way, so that the process can end; never blocks for long, never throws.
  virtual void abort() noexcept {}

 private:
  int rank_, size_;
};

/// A group of one, without MPI.
std::unique_ptr<Communicator> make_self_communicator();

/// Size of an element in bytes.
std::int64_t size_of(ElementType type);

/// Name as in `backend = "mpi"`.
std::string_view name_of(Backend backend);

}  // namespace tandem::comm
