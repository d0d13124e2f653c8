#include "comm/nccl.h"

#include "base/error.h"
#include "base/host.h"
#include "base/text.h"
#include "comm/nccl_engine.h"
#include "comm/startup.h"

namespace tandem::comm {
namespace {

constexpr double kCloseLimit_s = 5;

constexpr const char* kHints =
    "NCCL_DEBUG=INFO in the environment makes NCCL tell more; NCCL_SOCKET_IFNAME names the network interface "
    "that all hosts share";

/// Every rank's error at once, so that all ranks leave together with the same words.
void agree(Communicator& control, const std::string& what, const std::string& place,
           const std::string& error) {
  const auto errors = control.host_gather(error.empty() ? "" : place + ": " + error);
  std::vector<std::string> failed;
  for (size_t r = 0; r < errors.size(); ++r)
    if (!errors[r].empty()) failed.push_back(fmt::format("rank {} ({})", r, errors[r]));
  if (failed.empty()) return;
  const size_t named = std::min<size_t>(failed.size(), 4);
  auto text = join({failed.begin(), failed.begin() + long(named)}, "; ");
  if (failed.size() > named) text += fmt::format("; and {} more", failed.size() - named);
  fail_system("{}: {} of {} ranks failed: {}. {}", what, failed.size(), errors.size(), text, kHints);
}

/// Runs a step that may fail on some ranks only; returns its message.
template <class Step>
std::string message_of(const Step& step) {
  try {
    step();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

class EventWork final : public Work {
 public:
  EventWork(std::shared_ptr<NcclEngine> engine, void* event, std::function<void*()> stream)
      : engine_(std::move(engine)), event_(event), stream_(std::move(stream)) {}
  ~EventWork() override { engine_->table().recycle(engine_->lane(), event_); }
  void wait() override { check_nccl(engine_->table().precede(event_, stream_())); }

 private:
  std::shared_ptr<NcclEngine> engine_;
  void* event_;
  std::function<void*()> stream_;
};

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(std::shared_ptr<const NcclLibrary> library, std::unique_ptr<Communicator> control,
                   NcclOptions options)
      : Communicator(control->rank(), control->size()),
        library_(std::move(library)),
        control_(std::move(control)),
        options_(std::move(options)) {
    if (!options_.current_stream) options_.current_stream = [] { return nullptr; };
    std::string bus;
    auto error = message_of([&] {
      const int devices = library_->device_count();
      if (options_.device < 0 || options_.device >= devices)
        fail_system("GPU {} was asked for, but {} are visible", options_.device, devices);
      bus = library_->bus_id(options_.device);
    });
    place_ = fmt::format("host {}, GPU {} {}", host_name(), options_.device, bus);
    agree(*control_, "the GPUs cannot be used", place_, error);
    refuse_shared_gpus(bus);
    error = message_of([&] { engine_ = std::make_shared<NcclEngine>(library_, options_.device); });
    agree(*control_, "no stream could be made", place_, error);
    try {
      all_ = connect(*control_, "NCCL cannot connect the ranks");
    } catch (...) {
      engine_->abort(kCloseLimit_s);
      throw;
    }
  }

  ~NcclCommunicator() override { engine_->close(kCloseLimit_s); }

  Backend backend() const override { return Backend::Nccl; }

  void all_reduce(const Buffer& buffer, Order order) override { start_all_reduce(buffer, order)->wait(); }

  std::unique_ptr<Work> start_all_reduce(const Buffer& buffer, Order order) override {
    return beside_caller([&] {
      if (order == Order::Fast) return sum(all_, buffer);
      // A tree by recursive doubling out of sums over pairs. Each pair's sum has two terms: whichever rank
      // adds (NCCL adds each element on one rank and copies the result, or lets each rank add), a + b and b +
      // a are the same bits in IEEE arithmetic, so both partners hold them, and they are those of the MPI
      // tree.
      for (void* pair : pairs()) sum(pair, buffer);
    });
  }

  void broadcast(const Buffer& buffer, int root) override {
    beside_caller([&] {
      engine_->issue(all_, [&] {
        return table().broadcast(all_, buffer.data, elements(buffer), is_double(buffer), root);
      });
    })->wait();
  }

  void host_all_reduce(std::span<double> values, Op op) override { control_->host_all_reduce(values, op); }
  std::string host_broadcast(std::string text, int root) override {
    return control_->host_broadcast(std::move(text), root);
  }
  std::vector<std::string> host_gather(const std::string& text) override {
    return control_->host_gather(text);
  }

  std::unique_ptr<Communicator> split(int colour) override { return over(control_->split(colour)); }
  std::unique_ptr<Communicator> split_by_node() override { return over(control_->split_by_node()); }

  void abort() noexcept override {
    engine_->abort(kCloseLimit_s);
    control_->abort();
  }

  std::string fault() const { return engine_->fault(); }

 private:
  const NcclTable& table() const { return library_->table(); }
  static size_t elements(const Buffer& buffer) { return size_t(buffer.count); }
  static int is_double(const Buffer& buffer) { return buffer.type == ElementType::Float64; }

  std::unique_ptr<Communicator> over(std::unique_ptr<Communicator> part) const {
    return std::make_unique<NcclCommunicator>(library_, std::move(part), options_);
  }

  /// Queues something in our stream behind what the caller has queued in its own.
  template <class Queue>
  std::unique_ptr<Work> beside_caller(const Queue& queue) {
    check_nccl(table().follow(engine_->lane(), options_.current_stream()));
    queue();
    void* event = nullptr;
    check_nccl(table().mark(engine_->lane(), &event));
    return std::make_unique<EventWork>(engine_, event, options_.current_stream);
  }

  void sum(void* group, const Buffer& buffer) {
    engine_->issue(group,
                   [&] { return table().sum(group, buffer.data, elements(buffer), is_double(buffer)); });
  }

  void refuse_shared_gpus(const std::string& bus) {
    const auto all = control_->host_gather(host_name() + " " + bus);
    std::vector<RankRecord> records;
    for (size_t r = 0; r < all.size(); ++r) {
      const size_t blank = all[r].find(' ');
      records.push_back({.rank = int(r), .host = all[r].substr(0, blank), .gpu = all[r].substr(blank + 1)});
    }
    const auto conflict = find_shared_gpu(records);
    require(conflict.empty(), "{}", conflict);
  }

  /// A group of these members; all ranks of this communicator learn whether every group came up.
  void* connect(Communicator& members, const std::string& what) {
    std::string id(kNcclIdBytes, '\0');
    std::string error;
    if (members.is_leader()) error = message_of([&] { check_nccl(table().new_id(id.data())); });
    id = members.host_broadcast(error.empty() ? id : "", 0);
    void* group = nullptr;
    if (id.size() == kNcclIdBytes)
      error = message_of(
          [&] { group = engine_->connect(members.rank(), members.size(), id, options_.start_limit_s); });
    agree(*control_, what, place_, error);
    return group;
  }

  /// One group of two ranks for each level of the tree, made when first asked for: few runs need them.
  const std::vector<void*>& pairs() {
    require((size() & (size() - 1)) == 0, "a sum by the fixed tree needs a power of two of ranks, not {}",
            size());
    if (size() == 2) pairs_ = {all_};
    for (int distance = 1 << int(pairs_.size()); pairs_.size() < levels(); distance *= 2) {
      const auto pair = control_->split(std::min(rank(), rank() ^ distance));
      pairs_.push_back(connect(*pair, fmt::format("NCCL cannot connect ranks {} apart", distance)));
    }
    return pairs_;
  }

  size_t levels() const {
    size_t count = 0;
    while ((1 << count) < size()) ++count;
    return count;
  }

  std::shared_ptr<const NcclLibrary> library_;
  std::unique_ptr<Communicator> control_;
  NcclOptions options_;
  std::string place_;
  std::shared_ptr<NcclEngine> engine_;
  void* all_ = nullptr;
  std::vector<void*> pairs_;
};

}  // namespace

std::unique_ptr<Communicator> make_nccl_communicator(std::shared_ptr<const NcclLibrary> library,
                                                     std::unique_ptr<Communicator> control,
                                                     const NcclOptions& options) {
  return std::make_unique<NcclCommunicator>(std::move(library), std::move(control), options);
}

std::string nccl_fault(const Communicator& communicator) {
  const auto* nccl = dynamic_cast<const NcclCommunicator*>(&communicator);
  return nccl ? nccl->fault() : "";
}

}  // namespace tandem::comm
