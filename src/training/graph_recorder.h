#pragma once
#include <functional>
#include <memory>

namespace tandem::training {

/// Takes down what work asks of a device, so that it can be asked again at once: a CUDA graph, or a stand-in.
/// Not the work itself is repeated but what it did to memory: numbers of the host stay as they were.
class GraphRecorder {
 public:
  virtual ~GraphRecorder() = default;
  /// Carries work out where record() will have it, so that what is made at first use is there.
  virtual void warm_up(const std::function<void()>& work) = 0;
  /// Takes work down without carrying it out; once. What work leaves behind must outlive the recorder.
  virtual void record(const std::function<void()>& work) = 0;
  /// Carries out what was taken down.
  virtual void replay() = 0;
};

/// Recorders whose recordings may share memory: none runs beside another.
using MakeRecorder = std::function<std::unique_ptr<GraphRecorder>()>;

}  // namespace tandem::training
