// Stands in for n4.cpp where ITK is missing.
#include "base/error.h"
#include "data_tools/n4.h"

namespace tandem::data_tools {

std::string itk_version() { return ""; }

void require_n4() {
  fail(
      "--n4: this tandem-data was built without ITK, which does N4 bias-field correction. Install "
      "libinsighttoolkit5-dev, configure with cmake -DTANDEM_N4=ON, and build again");
}

Volume<float> correct_bias_field(const Volume<float>& scan, const std::array<double, 3>&) {
  require_n4();
  return scan;
}

}  // namespace tandem::data_tools
