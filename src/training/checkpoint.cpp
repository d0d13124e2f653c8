#include "training/checkpoint.h"

#include <ATen/ATen.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::training {
namespace {

constexpr const char* kFormat = "tandem-checkpoint";
constexpr std::int64_t kFormatVersion = 1;

void write_tensor(h5::File& file, const std::string& path, const at::Tensor& tensor) {
  const auto t = tensor.detach().cpu().contiguous();
  const std::vector<std::int64_t> shape = t.sizes().vec();
  switch (t.scalar_type()) {
    case at::kFloat:
      return file.write(path, t.const_data_ptr<float>(), shape);
    case at::kDouble:
      return file.write(path, t.const_data_ptr<double>(), shape);
    case at::kLong:
      return file.write(path, t.const_data_ptr<std::int64_t>(), shape);
    default:
      fail_system("{}: element type of {} cannot be stored", file.path().string(), path);
  }
}

void read_tensor(const h5::File& file, const std::string& path, at::Tensor& into) {
  require(file.exists(path), "{} lacks {}", file.path().string(), path);
  require(file.shape(path) == into.sizes().vec(), "{}: {} has another shape than the network asks for",
          file.path().string(), path);
  const at::NoGradGuard no_grad;
  // float64 holds float32 and the counters exactly.
  const auto values = file.read<double>(path);
  into.copy_(at::tensor(values, at::kDouble).view(into.sizes()));
}

h5::File open_checkpoint(const std::filesystem::path& path) {
  h5::File file(path, h5::File::Mode::Read);
  require(file.has_attribute("/", "format") && file.attribute_string("/", "format") == kFormat,
          "{} is not a Tandem checkpoint", path.string());
  const auto version = file.attribute<std::int64_t>("/", "format_version");
  require(version == kFormatVersion, "{} was written by format version {}; this program reads version {}",
          path.string(), version, kFormatVersion);
  return file;
}

/// The moments of every parameter, by the parameter's key.
template <class Visit>
void visit_moments(model::Networks& net, const Adam& adam, const Visit& visit) {
  size_t i = 0;
  net.visit([&](const std::string& key, at::Tensor&, model::Role role) {
    if (!model::is_trained(role)) return;
    visit("/adam/first/" + key, adam.first_moment.at(i));
    visit("/adam/second/" + key, adam.second_moment.at(i));
    visit("/adam/steps/" + key, adam.steps.at(i));
    ++i;
  });
}

std::vector<std::pair<const char*, std::int64_t Progress::*>> progress_counts() {
  return {{"epoch", &Progress::epoch},
          {"step_in_epoch", &Progress::step_in_epoch},
          {"total_steps", &Progress::total_steps},
          {"best_epoch", &Progress::best_epoch}};
}

void save(const std::filesystem::path& path, model::Networks& net, const Adam* adam, const Progress* progress,
          const std::string& config) {
  AtomicFile target(path);
  h5::File file(target.temporary(), h5::File::Mode::Create);
  file.set_attribute("/", "format", kFormat);
  file.set_attribute("/", "format_version", kFormatVersion);
  file.write_strings("/config", {config});
  net.visit(
      [&](const std::string& key, at::Tensor& t, model::Role) { write_tensor(file, "/weights/" + key, t); });
  if (adam)
    visit_moments(net, *adam,
                  [&](const std::string& name, const at::Tensor& t) { write_tensor(file, name, t); });
  if (progress) {
    file.make_group("/progress");
    for (const auto& [name, member] : progress_counts())
      file.set_attribute("/progress", name, progress->*member);
    file.set_attribute("/progress", "best_score", progress->best_score);
    file.set_attribute("/progress", "complete", std::int64_t(progress->complete));
    file.write("/progress/loss_sums", progress->loss_sums);
    for (const auto& [name, column] : progress->history) file.write("/progress/history/" + name, column);
  }
  file.close();
  target.commit();
}

}  // namespace

void save_weights(const std::filesystem::path& path, model::Networks& net, const std::string& config) {
  save(path, net, nullptr, nullptr, config);
}

void save_state(const std::filesystem::path& path, model::Networks& net, const Adam& adam,
                const Progress& progress, const std::string& config) {
  save(path, net, &adam, &progress, config);
}

void load_weights(const std::filesystem::path& path, model::Networks& net) {
  const auto file = open_checkpoint(path);
  net.visit(
      [&](const std::string& key, at::Tensor& t, model::Role) { read_tensor(file, "/weights/" + key, t); });
}

Progress load_state(const std::filesystem::path& path, model::Networks& net, Adam& adam) {
  load_weights(path, net);
  const auto file = open_checkpoint(path);
  visit_moments(net, adam, [&](const std::string& name, at::Tensor t) { read_tensor(file, name, t); });
  Progress progress;
  for (const auto& [name, member] : progress_counts())
    progress.*member = file.attribute<std::int64_t>("/progress", name);
  progress.best_score = file.attribute<double>("/progress", "best_score");
  progress.complete = file.attribute<std::int64_t>("/progress", "complete") != 0;
  progress.loss_sums = file.read<double>("/progress/loss_sums");
  if (file.exists("/progress/history"))
    for (const auto& name : file.list("/progress/history"))
      progress.history[name] = file.read<double>("/progress/history/" + name);
  return progress;
}

std::string checkpoint_config(const std::filesystem::path& path) {
  return open_checkpoint(path).read_strings("/config").at(0);
}

}  // namespace tandem::training
