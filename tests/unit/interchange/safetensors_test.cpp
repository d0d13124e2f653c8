#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "interchange/safetensors.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/torch_state.h"

namespace tandem::interchange {
namespace {

class Safetensors : public ::testing::Test {
 protected:
  /// Reads a file with this header and data.
  void read(const std::string& header, const std::string& data = "") const {
    read_raw(bytes_of(std::vector<std::uint64_t>{header.size()}) + header + data);
  }
  void read_raw(const std::string& bytes) const {
    write_text_file(path, bytes);
    read_safetensors(path);
  }
  void refused(const std::string& header, const std::string& data, const std::string& words) const {
    test::expect_error([&] { read(header, data); }, words);
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "x.safetensors";
};

TEST_F(Safetensors, EveryTypeComesBackBitForBit) {
  const std::map<std::string, std::string> remarks = {{"config", "a = \"b\\\"\n\t# é\x01"}, {"format", "pt"}};
  write_safetensors(path, {torch_state(), remarks});
  const auto file = read_safetensors(path);
  EXPECT_EQ(file.tensors, torch_state());
  EXPECT_EQ(file.metadata, remarks);
  const auto bytes = read_text_file(path);
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]) % 8, 0) << "data must lie on a multiple of 8 bytes";
  write_safetensors(path, {torch_state(), remarks});
  EXPECT_EQ(read_text_file(path), bytes);
}

TEST_F(Safetensors, ReadsSpacesAnyOrderAndEscapes) {
  write_text_file(path, "");
  const std::string header =
      "{ \"b\\u00e9\\ud83d\\ude00\\n\" : {\"data_offsets\" : [ 1, 3 ], \"shape\":[2],\"dtype\":\"U8\"},\n"
      "\"a\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[0,1]}}   ";
  read(header, "\1xy");
  const auto file = read_safetensors(path);
  ASSERT_EQ(file.tensors.size(), 2);
  EXPECT_EQ(file.tensors[0], (NamedTensor{"a", DType::Bool, {}, "\1"}));
  EXPECT_EQ(file.tensors[1], (NamedTensor{"b\xc3\xa9\xf0\x9f\x98\x80\n", DType::U8, {2}, "xy"}));
}

TEST_F(Safetensors, RefusesAFileThatIsCutShort) {
  write_safetensors(path, {torch_state(), {}});
  const auto whole = read_text_file(path);
  for (const size_t length : {size_t(0), size_t(7), size_t(8), size_t(100), whole.size() - 1})
    test::expect_error([&] { read_raw(whole.substr(0, length)); }, "no valid safetensors file");
  test::expect_error([&] { read_raw(whole + "x"); }, "1 bytes after the last tensor belong to no tensor");
  test::expect_error([&] { read_safetensors(folder / "none"); }, "No such file");
}

TEST_F(Safetensors, RefusesAHugeHeader) {
  test::expect_error([&] { read_raw(std::string(8, '\xff')); },
                     "claims 18446744073709551615 bytes; 100000000");
  test::expect_error([&] { read_raw(bytes_of(std::vector<std::uint64_t>{50}) + "{}"); }, "only 2 follow");
}

TEST_F(Safetensors, RefusesWhatIsNoHeader) {
  refused("", "", "'{' expected");
  refused("[]", "", "'{' expected");
  refused("{} x", "", "after the closing brace");
  refused("{\"a", "", "does not end");
  refused("{\"a\":", "", "'{' expected");
  refused(std::string(1'000'000, '{'), "", "'\"' expected");
  refused("{\"a\":" + std::string(1'000'000, '['), "", "'{' expected");
  refused("{\"a\":{\"shape\":" + std::string(1'000'000, '['), "", "whole number");
  refused(R"({"a":{"shape":[-1]}})", "", "whole number");
  refused(R"({"a":{"shape":[1.5]}})", "", "whole number");
  refused(R"({"a":{"shape":[99999999999999999999]}})", "", "whole number");
  refused(R"({"a":{"dtype":"F31"}})", "", "'F31'; known are F64, F32");
  refused(R"({"a":{"dtype":"F32","shape":[1]}})", "", "a has no data_offsets");
  refused(R"({"a":{"dtype":"F32","dtype":"F32"}})", "", "there twice");
  refused(R"({"a":{"colour":"red"}})", "", "unknown entry 'colour'");
  refused(R"({"a":{"data_offsets":[0,1,2]}})", "", "more than 2 numbers");
  refused(R"({"a\ud800":{}})", "", "surrogate");
  refused(R"({"a\x":{}})", "", "escape");
}

TEST_F(Safetensors, RefusesTensorsThatDoNotCoverTheDataOnce) {
  const auto entry = [](const char* name, int begin, int end) {
    return fmt::format(R"("{}":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})", name, end - begin,
                       begin, end);
  };
  const std::string data(8, 'x');
  refused("{" + entry("a", 0, 4) + "," + entry("a", 4, 8) + "}", data, "'a' is there twice");
  refused("{" + entry("a", 0, 5) + "," + entry("b", 4, 8) + "}", data, "inside the tensor before it");
  refused("{" + entry("a", 0, 3) + "," + entry("b", 4, 8) + "}", data, "belong to no tensor");
  refused("{" + entry("a", 0, 9) + "}", data, "may be cut short");
  refused(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[8,7]}})", data, "lies at bytes 8 to 7");
  refused(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", data,
          "needs 12 bytes, the file has 8");
}

TEST_F(Safetensors, RefusesShapesWhoseProductOverflows) {
  refused(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}})", "",
          "asks for more than 4 GiB");
  refused(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "xxxx",
          "more than 16 numbers");
}

TEST_F(Safetensors, DoesNotWriteAnIncompleteTensor) {
  test::expect_error(
      [&] {
        write_safetensors(path, {{{"a", DType::F32, {2}, "xxxx"}}, {}});
      },
      "tensor a has 4 bytes; its shape [2] of F32 needs 8");
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace tandem::interchange
