#include "training/cuda_graph.h"

#include "base/error.h"
#include "base/plugin.h"
#include "training/plugin/cuda_graph_table.h"

namespace tandem::training {
namespace {

void check(const char* text) {
  if (text) fail_system("CUDA graph: {}", text);
}

struct Lane {
  Lane(const CudaGraphTable& functions, int device) : table(functions) {
    check(table.open_lane(device, &handle));
  }
  ~Lane() { table.close_lane(handle); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  const CudaGraphTable& table;
  void* handle = nullptr;
};

/// Work goes to the lane for the length of a scope.
class InLane {
 public:
  explicit InLane(const Lane& lane) : lane_(lane) { check(lane_.table.enter(lane_.handle)); }
  ~InLane() {
    if (open_) lane_.table.leave(lane_.handle);  // an exception is under way that says more
  }
  InLane(const InLane&) = delete;
  InLane& operator=(const InLane&) = delete;
  void leave() {
    open_ = false;
    check(lane_.table.leave(lane_.handle));
  }

 private:
  const Lane& lane_;
  bool open_ = true;
};

class CudaGraphRecorder final : public GraphRecorder {
 public:
  explicit CudaGraphRecorder(std::shared_ptr<const Lane> lane) : lane_(std::move(lane)) {
    check(table().new_graph(lane_->handle, &graph_));
  }
  ~CudaGraphRecorder() override { table().free_graph(graph_); }

  void warm_up(const std::function<void()>& work) override {
    InLane inside(*lane_);
    work();
    inside.leave();
  }

  void record(const std::function<void()>& work) override {
    InLane inside(*lane_);
    check(table().begin(graph_));
    try {
      work();
    } catch (...) {
      table().end(graph_);  // the device would refuse all further work
      throw;
    }
    check(table().end(graph_));
    inside.leave();
  }

  void replay() override { check(table().replay(graph_)); }

 private:
  const CudaGraphTable& table() const { return lane_->table; }
  std::shared_ptr<const Lane> lane_;
  void* graph_ = nullptr;
};

}  // namespace

MakeRecorder cuda_graph_recorders(const std::filesystem::path& plugin, c10::Device device) {
  const auto* table = load_plugin(
      plugin,
      {.what = "plug-in for CUDA graphs",
       .missing = "this Tandem was built where LibTorch's CUDA library or the CUDA headers were missing. "
                  "Run launch/setup.sh --cuda and build again, or use training.cuda_graphs = false",
       .table_function = "tandem_cuda_graph_table",
       .abi = kCudaGraphTableAbi});
  const auto lane =
      std::make_shared<const Lane>(*static_cast<const CudaGraphTable*>(table), int(device.index()));
  return [lane] { return std::make_unique<CudaGraphRecorder>(lane); };
}

std::filesystem::path cuda_graph_plugin_path() { return plugin_path("tandem_cuda_graph"); }

}  // namespace tandem::training
