// Files of a real PyTorch, and ours in its hands where Python has one.
#include <gtest/gtest.h>

#include "base/text.h"
#include "interchange/pth.h"
#include "interchange/safetensors.h"
#include "support/process.h"
#include "support/temporary_folder.h"
#include "support/torch_state.h"

namespace tandem::interchange {
namespace {

const std::string kHere = std::string(TANDEM_SOURCE_DIR) + "/tests/unit/interchange";

TEST(TorchFiles, ReadsWhatPyTorchWrote) {
  EXPECT_EQ(read_pth(kHere + "/state_dict.pth").tensors, torch_state());
}

class RealTorch : public ::testing::Test {
 protected:
  void SetUp() override {
    // The first on the path (a virtual environment, say), or the system's; to import PyTorch takes seconds.
    static const std::string kFound = find_python();
    if (kFound.empty()) GTEST_SKIP() << "no Python here has PyTorch (Debian: python3-torch)";
    python = kFound;
  }

  std::string find_python() {
    for (const char* candidate : {"/usr/bin/env python3", "/usr/bin/python3"}) {
      python = candidate;
      if (script({"version"}) == 0) return candidate;
    }
    return "";
  }

  int script(const std::vector<std::string>& arguments) {
    auto command = split_words(python, ' ');
    command.push_back(kHere + "/torch_files.py");
    command.insert(command.end(), arguments.begin(), arguments.end());
    test::Process process(command, folder / "output.txt");
    const int code = process.wait(120);
    output = process.output();
    return code;
  }

  test::TemporaryFolder folder;
  std::string python, output;
};

TEST_F(RealTorch, OpensOurPthFiles) {
  const auto path = folder / "ours.pth";
  write_pth(path, torch_state());
  EXPECT_EQ(script({"check", path.string()}), 0) << output;
}

TEST_F(RealTorch, WritesFilesThatWeRead) {
  const auto path = folder / "theirs.pth";
  ASSERT_EQ(script({"make", path.string()}), 0) << output;
  EXPECT_EQ(read_pth(path).tensors, torch_state());
}

TEST_F(RealTorch, OpensOurSafetensors) {
  const auto path = folder / "ours.safetensors";
  write_safetensors(path, {torch_state(), {{"format", "pt"}}});
  const int code = script({"safetensors", path.string()});
  if (output.find("No module named 'safetensors'") != std::string::npos)
    GTEST_SKIP() << "this Python has no package safetensors";
  EXPECT_EQ(code, 0) << output;
}

}  // namespace
}  // namespace tandem::interchange
