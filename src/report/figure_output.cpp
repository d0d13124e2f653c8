#include "report/figure_output.h"

#include "base/atomic_file.h"
#include "base/console.h"

namespace tandem::report {

namespace po = program::po;

void declare_figure_output(po::options_description& options) {
  options.add_options()("out", po::value<std::string>()->required(),
                        "writes PREFIX.svg, PREFIX.pdf and PREFIX.png")("force", "replace files that exist");
}

void save_figure_files(const po::variables_map& options,
                       const std::function<void(const std::filesystem::path&)>& draw) {
  const auto prefix = options["out"].as<std::string>();
  for (const char* kind : {".svg", ".pdf", ".png"})
    refuse_overwrite(prefix + kind, options.count("force") > 0);
  draw(std::filesystem::path(prefix));
  console::say("written: {0}.svg, {0}.pdf, {0}.png", prefix);
}

}  // namespace tandem::report
