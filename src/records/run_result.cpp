#include "records/run_result.h"

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::records {
namespace {

std::vector<std::pair<const char*, std::string RunResult::*>> text_attributes() {
  return {{"experiment", &RunResult::experiment},
          {"run_id", &RunResult::run_id},
          {"config", &RunResult::config},
          {"environment", &RunResult::environment},
          {"state", &RunResult::state}};
}

}  // namespace

void write_result(const std::filesystem::path& path, const RunResult& result) {
  AtomicFile target(path);
  h5::File file(target.temporary(), h5::File::Mode::Create);
  file.set_attribute("/", "format", kResultFormat);
  file.set_attribute("/", "format_version", kResultFormatVersion);
  for (const auto& [name, member] : text_attributes()) file.set_attribute("/", name, result.*member);
  file.set_attribute("/", "seed", result.seed);
  file.set_attribute("/", "cval", result.cval);
  for (const auto& [name, column] : result.history) file.write("/history/" + name, column);
  file.make_group("/data_sha256");
  for (const auto& [domain, hash] : result.data_sha256) file.set_attribute("/data_sha256", domain, hash);
  write_scores(file, result.scores);
  file.close();
  target.commit();
}

RunResult read_result(const std::filesystem::path& path) {
  const h5::File file(path, h5::File::Mode::Read);
  require(file.has_attribute("/", "format") && file.attribute_string("/", "format") == kResultFormat,
          "{} is not a Tandem result", path.string());
  const auto version = file.attribute<std::int64_t>("/", "format_version");
  require(version == kResultFormatVersion,
          "{} was written by format version {}; this program reads version {}", path.string(), version,
          kResultFormatVersion);
  RunResult result;
  for (const auto& [name, member] : text_attributes()) result.*member = file.attribute_string("/", name);
  result.seed = file.attribute<std::int64_t>("/", "seed");
  result.cval = file.attribute<std::int64_t>("/", "cval");
  if (file.exists("/history"))
    for (const auto& name : file.list("/history"))
      result.history[name] = file.read<double>("/history/" + name);
  for (const auto& domain : file.list_attributes("/data_sha256"))
    result.data_sha256[domain] = file.attribute_string("/data_sha256", domain);
  result.scores = read_scores(file);
  return result;
}

}  // namespace tandem::records
