#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "data/case_file.h"
#include "data_tools/commands.h"
#include "data_tools/verification.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem::data_tools {
namespace {

TEST(RealAcdc, EveryPatientIsImportedAndVerifiesClean) {
  const char* folder = std::getenv("TANDEM_ACDC_DIR");
  if (!folder) GTEST_SKIP() << "TANDEM_ACDC_DIR is not set: no patient data to import";
  const std::filesystem::path given = folder;
  const auto training = std::filesystem::is_directory(given / "training") ? given / "training" : given;
  size_t patients = 0;
  for (const auto& entry : std::filesystem::directory_iterator(training))
    patients += entry.path().filename().string().starts_with("patient");
  ASSERT_GT(patients, 0u);

  const test::TemporaryFolder temporary;
  const auto out = temporary / "acdc.h5";
  const auto result = test::run_program(import_acdc_command(), {given.string(), "--out", out.string()});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(data::CaseFile(out).ids().size(), 2 * patients);
  EXPECT_EQ(find_faults(out), std::vector<std::string>{});
}

}  // namespace
}  // namespace tandem::data_tools
