#include "experiment/complete_result.h"

#include "base/atomic_file.h"

namespace tandem::experiment {

records::RunResult complete_result(const ExperimentConfig& config, const RunFolder& folder) {
  records::RunResult result;
  result.experiment = config.name;
  result.run_id = config.id();
  result.config = read_text_file(folder.config());  // without the time limit of one job
  result.environment = read_text_file(folder.environment());
  result.state = "complete";
  result.seed = config.training.seed;
  result.cval = config.split.cval;
  return result;
}

}  // namespace tandem::experiment
