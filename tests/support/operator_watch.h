#pragma once
#include <ATen/record_function.h>

#include <functional>

namespace tandem::test {

/// Calls back for every operator of LibTorch that any thread starts during its life, with its arguments. One
/// at a time.
class OperatorWatch {
 public:
  explicit OperatorWatch(std::function<void(const at::RecordFunction&)> seen) {
    callback() = std::move(seen);
    handle_ = at::addGlobalCallback(at::RecordFunctionCallback(&OperatorWatch::started)
                                        .needsInputs(true)
                                        .scopes({at::RecordScope::FUNCTION}));
  }
  ~OperatorWatch() { at::removeCallback(handle_); }
  OperatorWatch(const OperatorWatch&) = delete;
  OperatorWatch& operator=(const OperatorWatch&) = delete;

 private:
  // LibTorch takes a plain function: what it calls has to stand somewhere.
  static std::function<void(const at::RecordFunction&)>& callback() {
    static std::function<void(const at::RecordFunction&)> seen;
    return seen;
  }
  static std::unique_ptr<at::ObserverContext> started(const at::RecordFunction& function) {
    callback()(function);
    return nullptr;
  }
  at::CallbackHandle handle_;
};

}  // namespace tandem::test
