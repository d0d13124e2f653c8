#include "comm/watchdog.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <future>

#include "base/error.h"
#include "base/host.h"
#include "base/timer.h"
#include "comm/stack_trace.h"

namespace tandem::comm {
namespace {

constexpr double kBeat_s = 0.25, kPublish_s = 1;
/// Longer than this between two beats: the process itself was stopped (or the machine), which is nobody's
/// fault.
constexpr double kOwnGap_s = 2;
/// For the message, the stack and the abort together; then the process ends without them.
constexpr double kEndLimit_s = 7;

std::chrono::duration<double> seconds(double value) { return std::chrono::duration<double>(value); }

std::int64_t limit_ms(const WatchdogConfig& limits, Phase phase) {
  switch (phase) {
    case Phase::Idle:
      return 0;
    case Phase::Start:
      return std::int64_t(1000 * limits.start_s);
    case Phase::FirstStep:
      return std::int64_t(1000 * limits.first_step_s);
    case Phase::Step:
      return std::int64_t(1000 * limits.step_s);
    case Phase::Checkpoint:
      return std::int64_t(1000 * limits.checkpoint_s);
    case Phase::Evaluation:
      return std::int64_t(1000 * limits.evaluation_s);
  }
  return 0;
}

}  // namespace

/// What the threads know of the job.
struct Watchdog::View {
  pthread_t worker;
  Hooks hooks;
  std::shared_ptr<ProgressPage> page;
  std::filesystem::path folder;
  std::string host, node_file;
  int rank = 0;
  bool several_hosts = false;
};

namespace {

/// Runs something that may hang on a thread of its own; false if it has not finished in time: then the
/// process must end. The beat goes on meanwhile: others must not take this rank for dead.
template <class Work>
bool finishes(ProgressSlot& slot, Work work, double limit_s) {
  auto finished = std::make_shared<std::promise<void>>();
  auto done = finished->get_future();
  std::thread([work, finished] {
    work();
    finished->set_value();
  }).detach();
  const Timer timer;
  while (done.wait_for(seconds(kBeat_s)) != std::future_status::ready) {
    ++slot.beat;
    if (timer.seconds() > limit_s) return false;
  }
  return true;
}

template <class View>
void publish(const View& view) {
  // Lines of one length, in place: after a rename NFS may show other hosts the old file for half a minute,
  // but an open always sees what the last close has written. Nobody needs this after a power cut, so no
  // fsync. Errors are passed over: a full disk is the checkpoint's business.
  std::string text;
  for (const auto& rank : view.page->read(view.host)) text += fmt::format("{:<255}\n", to_text(rank));
  const int file = ::open((view.folder / view.node_file).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return;
  [[maybe_unused]] const auto ignored = ::write(file, text.data(), text.size());
  ::close(file);
}

template <class View>
std::map<int, RankProgress> read_ranks(const View& view) {
  std::map<int, RankProgress> ranks;
  if (view.several_hosts && !view.folder.empty()) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(view.folder, ignored)) {
      if (entry.path().extension() != ".progress") continue;
      std::ifstream in(entry.path());
      RankProgress rank;
      for (std::string line; std::getline(in, line);)
        if (parse_progress(line, rank)) ranks[rank.rank] = rank;
    }
  }
  for (const auto& rank : view.page->read(view.host)) ranks[rank.rank] = rank;  // fresher than the file
  return ranks;
}

/// Two looks, far enough apart for every living rank to have moved its beat in between.
template <class View>
std::map<int, RankProgress> observe_ranks(const View& view) {
  const auto before = read_ranks(view);
  std::this_thread::sleep_for(seconds(view.several_hosts ? 3 * kPublish_s : 5 * kBeat_s));
  auto now = read_ranks(view);
  compare_beats(before, now);
  return now;
}

/// True for one rank of the job (for every rank if there is no folder).
bool first_to_speak(const std::filesystem::path& folder) {
  if (folder.empty()) return true;
  const int file = ::open((folder / "watchdog.txt").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file >= 0) ::close(file);
  return file >= 0 || errno != EEXIST;
}

template <class View>
void report(const View& view, const std::string& message) {
  if (!view.folder.empty())
    write_stack(view.worker, view.folder / fmt::format("rank{}.stack.txt", view.rank));
  if (!first_to_speak(view.folder)) {
    std::this_thread::sleep_for(seconds(1));  // the first exit ends the job: the message must be out by then
    return;
  }
  const std::string line = "error: " + message + "\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, line.data(), line.size());
  if (!view.folder.empty()) std::ofstream(view.folder / "watchdog.txt") << message << "\n";
}

template <class View>
[[noreturn]] void end(std::shared_ptr<const View> view, const std::string& message) {
  finishes(
      view->page->mine(),
      [view, message] {
        report(*view, message);
        if (view->hooks.abort) view->hooks.abort();
      },
      kEndLimit_s);
  ::_exit(int(ExitCode::Watchdog));
}

/// Ends the job if this rank's time limit has passed and nobody has a good reason.
template <class View>
void check_limit(const std::shared_ptr<const View>& view, const WatchdogConfig& limits) {
  auto& slot = view->page->mine();
  std::int64_t limit = slot.limit_at_ms;
  if (limit == 0 || now_ms() < limit) return;
  const auto ranks = std::make_shared<std::map<int, RankProgress>>();
  if (!finishes(
          slot, [view, ranks] { *ranks = observe_ranks(*view); }, kEndLimit_s))
    end(view,
        fmt::format("rank {} (host {}) has passed its time limit, and the folder {} does not answer. Exit "
                    "code 76.",
                    view->rank, view->host, view->folder.string()));
  if (slot.limit_at_ms != limit) return;  // it has gone on after all
  // Others may be behind for a good reason, such as a long checkpoint; their own limits end that.
  if (const auto patience = patience_ms(*ranks); patience > 0) {
    slot.limit_at_ms.compare_exchange_strong(limit, now_ms() + patience);
    return;
  }
  const auto own = limit_ms(limits, Phase(slot.phase.load()));
  end(view, stall_message(*ranks, double(now_ms() - limit + own) / 1000));
}

}  // namespace

Watchdog::Watchdog(const WatchdogConfig& limits) : limits_(limits) {
  prepare_stacks();
  auto view = std::make_shared<View>();
  view->worker = ::pthread_self();
  view->page = std::make_shared<ProgressPage>();
  view->host = host_name();
  slot_ = &view->page->mine();
  view_ = view;
  watcher_ = std::thread([this] { watch(); });
  helper_ = std::thread([this] { chores(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  watcher_.join();
  helper_.join();
  if (view_->folder.empty() || view_->rank != 0) return;
  std::error_code ignored;
  std::filesystem::remove_all(view_->folder, ignored);
  std::filesystem::remove(view_->folder.parent_path(), ignored);  // if no other job is using it
}

std::shared_ptr<const Watchdog::View> Watchdog::view() {
  const std::lock_guard lock(mutex_);
  return view_;
}

void Watchdog::share(Communicator& group, Communicator& node, const std::filesystem::path& folder) {
  auto view = std::make_shared<View>(*this->view());
  const auto first = node.host_broadcast(std::to_string(group.rank()), 0);
  if (!folder.empty()) {
    view->folder = folder / group.host_broadcast(fmt::format("{}.{}", view->host, ::getpid()), 0);
    if (group.is_leader()) std::filesystem::create_directories(view->folder);
  }
  group.barrier();
  view->page = std::make_shared<ProgressPage>(node);
  // Not the host's name alone: several nodes of a test cluster may share one.
  view->node_file = fmt::format("{}.{}.progress", view->host, first);
  view->rank = group.rank();
  view->several_hosts = node.size() < group.size();
  auto& slot = view->page->mine();
  slot.rank = group.rank();
  slot.phase = slot_->phase.load();
  slot.step = slot_->step.load();
  slot.limit_at_ms = slot_->limit_at_ms.load();
  node.barrier();  // every rank of this host is in the page
  if (!folder.empty() && node.is_leader()) publish(*view);
  group.barrier();  // a host that is lost from here on has been seen by the others, so that they can name it
  const std::lock_guard lock(mutex_);
  slot_ = &slot;
  view_ = std::move(view);
}

void Watchdog::set_hooks(Hooks hooks) {
  const std::scoped_lock lock(asking_, mutex_);
  auto view = std::make_shared<View>(*view_);
  view->hooks = std::move(hooks);
  view_ = std::move(view);
}

void Watchdog::phase(Phase phase, std::int64_t step) {
  const auto limit = limit_ms(limits_, phase);
  slot_->limit_at_ms = 0;  // never the old limit with the new phase
  slot_->bucket = -1;
  slot_->step = step;
  slot_->phase = int(phase);
  slot_->limit_at_ms = limit == 0 ? 0 : now_ms() + limit;
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  Timer timer;
  while (!closing_) {
    changed_.wait_for(lock, seconds(kBeat_s));
    const auto view = view_;
    const auto fault = fault_;
    lock.unlock();
    auto& slot = view->page->mine();
    ++slot.beat;
    std::int64_t limit = slot.limit_at_ms;
    if (const double gap_s = timer.restart(); limit != 0 && gap_s > kOwnGap_s)
      slot.limit_at_ms.compare_exchange_strong(limit, limit + std::int64_t(1000 * gap_s));
    if (!fault.empty())
      end(view, fmt::format("rank {} (host {}): {}. Exit code 76.", view->rank, view->host, fault));
    check_limit(view, limits_);
    timer.restart();
    lock.lock();
  }
}

/// Everything that may block for long: no hanging disk may keep the watching thread from its work.
void Watchdog::chores() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    changed_.wait_for(lock, seconds(kPublish_s));
    const auto view = view_;
    lock.unlock();
    if (view->page->lead() && !view->folder.empty()) publish(*view);
    std::string fault;
    {
      const std::lock_guard use(asking_);  // set_hooks returns only when the old ones are out of use
      const auto latest = this->view();
      if (latest->hooks.fault) fault = latest->hooks.fault();
    }
    lock.lock();
    fault_ = fault;
  }
}

}  // namespace tandem::comm
