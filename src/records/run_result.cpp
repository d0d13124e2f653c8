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
  return read_result(h5::File(path, h5::File::Mode::Read), "");
}

RunResult read_result(const h5::File& file, const std::string& group) {
  const std::string root = group.empty() ? "/" : group, name = file.path().string() + group;
  require(file.has_attribute(root, "format") && file.attribute_string(root, "format") == kResultFormat,
          "{} is not a Tandem result", name);
  const auto version = file.attribute<std::int64_t>(root, "format_version");
  require(version == kResultFormatVersion,
          "{} was written by format version {}; this program reads version {}", name, version,
          kResultFormatVersion);
  RunResult result;
  for (const auto& [attribute, member] : text_attributes())
    result.*member = file.attribute_string(root, attribute);
  result.seed = file.attribute<std::int64_t>(root, "seed");
  result.cval = file.attribute<std::int64_t>(root, "cval");
  const std::string history = group + "/history", hashes = group + "/data_sha256";
  if (file.exists(history))
    for (const auto& column : file.list(history))
      result.history[column] = file.read<double>(history + "/" + column);
  for (const auto& domain : file.list_attributes(hashes))
    result.data_sha256[domain] = file.attribute_string(hashes, domain);
  result.scores = read_scores(file, group);
  return result;
}

}  // namespace tandem::records
