#include "comm/mpi.h"

#include <mpi.h>

#include <climits>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/error.h"

namespace tandem::comm {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  fail_system("{} failed: {}", call, std::string(text, size_t(length)));
}

MPI_Datatype mpi_type(ElementType type) { return type == ElementType::Float64 ? MPI_DOUBLE : MPI_FLOAT; }

int checked_count(std::int64_t count) {
  require(count >= 0 && count <= INT_MAX, "{} elements are more than one MPI message holds", count);
  return int(count);
}

/// An MPI communicator of our own, freed with the object.
class Handle {
 public:
  explicit Handle(MPI_Comm owned) : comm_(owned) {
    check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  }
  ~Handle() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (!finalized) MPI_Comm_free(&comm_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  MPI_Comm get() const { return comm_; }

 private:
  MPI_Comm comm_;
};

MPI_Comm duplicate(MPI_Comm comm) {
  MPI_Comm copy;
  check(MPI_Comm_dup(comm, &copy), "MPI_Comm_dup");
  return copy;
}

int rank_in(MPI_Comm comm) {
  int rank = 0;
  check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
  return rank;
}

int size_of_group(MPI_Comm comm) {
  int size = 0;
  check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
  return size;
}

template <class T>
void add(T* into, const std::byte* other, std::int64_t count) {
  const auto* values = reinterpret_cast<const T*>(other);
  for (std::int64_t i = 0; i < count; ++i) into[i] += values[i];
}

/// Recursive doubling. Both partners add the same two numbers, so that all ranks end with the same bits.
void tree_sum(const Buffer& buffer, MPI_Comm comm, std::vector<std::byte>& scratch) {
  const int rank = rank_in(comm), size = size_of_group(comm), count = checked_count(buffer.count);
  require((size & (size - 1)) == 0, "a sum by the fixed tree needs a power of two of ranks, not {}", size);
  scratch.resize(size_t(buffer.count * size_of(buffer.type)));
  for (int distance = 1; distance < size; distance *= 2) {
    const int partner = rank ^ distance;
    check(MPI_Sendrecv(buffer.data, count, mpi_type(buffer.type), partner, distance, scratch.data(), count,
                       mpi_type(buffer.type), partner, distance, comm, MPI_STATUS_IGNORE),
          "MPI_Sendrecv");
    if (buffer.type == ElementType::Float64)
      add(static_cast<double*>(buffer.data), scratch.data(), buffer.count);
    else
      add(static_cast<float*>(buffer.data), scratch.data(), buffer.count);
  }
}

void sum(const Buffer& buffer, Order order, MPI_Comm comm, std::vector<std::byte>& scratch) {
  if (order == Order::Tree) return tree_sum(buffer, comm, scratch);
  check(MPI_Allreduce(MPI_IN_PLACE, buffer.data, checked_count(buffer.count), mpi_type(buffer.type), MPI_SUM,
                      comm),
        "MPI_Allreduce");
}

/// Runs sums in order on a thread of its own: a non-blocking MPI sum would make no progress while the host
/// computes.
class SumThread {
 public:
  explicit SumThread(MPI_Comm comm) : comm_(comm), thread_([this] { run(); }) {}
  ~SumThread() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  std::int64_t push(const Buffer& buffer, Order order) {
    const std::lock_guard lock(mutex_);
    queue_.push_back({buffer, order});
    changed_.notify_all();
    return ++issued_;
  }

  void wait(std::int64_t ticket) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ >= ticket || !error_.empty(); });
    if (!error_.empty()) throw Error(error_, ExitCode::Failure);
  }

 private:
  struct Item {
    Buffer buffer;
    Order order;
  };

  void run() {
    std::vector<std::byte> scratch;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto item = queue_.front();
      queue_.pop_front();
      lock.unlock();
      std::string error;
      try {
        sum(item.buffer, item.order, comm_, scratch);
      } catch (const std::exception& e) {
        error = e.what();
      }
      lock.lock();
      ++done_;
      if (!error.empty()) error_ = error;
      changed_.notify_all();
    }
  }

  MPI_Comm comm_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  std::int64_t issued_ = 0, done_ = 0;
  bool closing_ = false;
  std::string error_;
  std::thread thread_;
};

struct TicketWork final : Work {
  TicketWork(SumThread& thread, std::int64_t ticket) : thread_(thread), ticket_(ticket) {}
  void wait() override { thread_.wait(ticket_); }
  SumThread& thread_;
  std::int64_t ticket_;
};

/// Three MPI communicators, so that sums in the step, sums beside it and control messages never mix.
class MpiCommunicator final : public Communicator {
 public:
  explicit MpiCommunicator(MPI_Comm owned)
      : Communicator(rank_in(owned), size_of_group(owned)),
        inline_(owned),
        beside_(duplicate(owned)),
        control_(duplicate(owned)) {}

  Backend backend() const override { return Backend::Mpi; }

  void all_reduce(const Buffer& buffer, Order order) override { sum(buffer, order, inline_.get(), scratch_); }

  std::unique_ptr<Work> start_all_reduce(const Buffer& buffer, Order order) override {
    if (!thread_) thread_ = std::make_unique<SumThread>(beside_.get());
    return std::make_unique<TicketWork>(*thread_, thread_->push(buffer, order));
  }

  void broadcast(const Buffer& buffer, int root) override {
    check(MPI_Bcast(buffer.data, checked_count(buffer.count), mpi_type(buffer.type), root, inline_.get()),
          "MPI_Bcast");
  }

  void host_all_reduce(std::span<double> values, Op op) override {
    check(MPI_Allreduce(MPI_IN_PLACE, values.data(), checked_count(std::int64_t(values.size())), MPI_DOUBLE,
                        op == Op::Sum ? MPI_SUM : MPI_MAX, control_.get()),
          "MPI_Allreduce");
  }

  std::string host_broadcast(std::string text, int root) override {
    std::uint64_t length = text.size();
    check(MPI_Bcast(&length, 1, MPI_UINT64_T, root, control_.get()), "MPI_Bcast");
    text.resize(length);
    check(MPI_Bcast(text.data(), checked_count(std::int64_t(length)), MPI_CHAR, root, control_.get()),
          "MPI_Bcast");
    return text;
  }

  std::vector<std::string> host_gather(const std::string& text) override {
    const int mine = checked_count(std::int64_t(text.size()));
    std::vector<int> lengths(static_cast<size_t>(size())), offsets(lengths.size());
    check(MPI_Allgather(&mine, 1, MPI_INT, lengths.data(), 1, MPI_INT, control_.get()), "MPI_Allgather");
    std::int64_t total = 0;
    for (size_t i = 0; i < lengths.size(); ++i) {
      offsets[i] = checked_count(total);
      total += lengths[i];
    }
    std::string joined(size_t(checked_count(total)), '\0');
    check(MPI_Allgatherv(text.data(), mine, MPI_CHAR, joined.data(), lengths.data(), offsets.data(), MPI_CHAR,
                         control_.get()),
          "MPI_Allgatherv");
    std::vector<std::string> texts;
    for (size_t i = 0; i < lengths.size(); ++i)
      texts.push_back(joined.substr(size_t(offsets[i]), size_t(lengths[i])));
    return texts;
  }

  std::unique_ptr<Communicator> split(int colour) override {
    MPI_Comm part;
    check(MPI_Comm_split(control_.get(), colour, rank(), &part), "MPI_Comm_split");
    return std::make_unique<MpiCommunicator>(part);
  }

  std::unique_ptr<Communicator> split_by_node() override {
    MPI_Comm part;
    check(MPI_Comm_split_type(control_.get(), MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &part),
          "MPI_Comm_split_type");
    return std::make_unique<MpiCommunicator>(part);
  }

 private:
  Handle inline_, beside_, control_;
  std::vector<std::byte> scratch_;
  std::unique_ptr<SumThread> thread_;  // last: it ends before the communicators do
};

}  // namespace

MpiSession::MpiSession() {
  int granted = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &granted), "MPI_Init_thread");
  if (granted < MPI_THREAD_MULTIPLE)
    fail_system("this MPI does not allow calls from several threads (level {} of {}); Tandem needs it",
                granted, MPI_THREAD_MULTIPLE);
}

MpiSession::~MpiSession() { MPI_Finalize(); }

std::unique_ptr<Communicator> MpiSession::world() {
  return std::make_unique<MpiCommunicator>(duplicate(MPI_COMM_WORLD));
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string all(text, size_t(length));
  return all.substr(0, all.find(','));
}

}  // namespace tandem::comm
