#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/random.h"
#include "interchange/pickle.h"
#include "interchange/pth.h"
#include "interchange/zip_archive.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/torch_state.h"

namespace tandem::interchange {
namespace {

using namespace std::string_literals;

// Instructions of pickle protocol 2.
const std::string kStart = "\x80\x02";
const std::string kRebuild = "ctorch._utils\n_rebuild_tensor_v2\n";

std::string text(const std::string& words) {
  return "X" + bytes_of(std::vector<std::uint32_t>{std::uint32_t(words.size())}) + words;
}
std::string number(std::int32_t value) { return "J" + bytes_of(std::vector<std::int32_t>{value}); }
std::string big_number(std::int64_t value) { return "\x8a\x08" + bytes_of(std::vector<std::int64_t>{value}); }
std::string tuple(const std::vector<std::int64_t>& values) {
  std::string out = "(";
  for (const auto v : values) out += big_number(v);
  return out + "t";
}
std::string storage(const std::string& key, std::int64_t elements, const std::string& type = "FloatStorage") {
  return "(" + text("storage") + "ctorch\n" + type + "\n" + text(key) + text("cuda:0") +
         big_number(elements) + "tQ";
}
std::string tensor(const std::string& stored, std::int64_t offset, const std::string& shape,
                   const std::string& strides) {
  return kRebuild + "(" + stored + big_number(offset) + shape + strides + "\x89}tR";
}
std::string dictionary(const std::string& items) { return kStart + "}(" + items + "u."; }

class Pth : public ::testing::Test {
 protected:
  std::vector<NamedTensor> read(const std::string& pickle,
                                const std::string& data = std::string(24, 'x')) const {
    write_zip(path, {{"archive/data.pkl", pickle}, {"archive/data/0", data}, {"archive/version", "3\n"}});
    return read_pth(path).tensors;
  }
  void refused(const std::string& pickle, const std::string& words) const {
    test::expect_error([&] { read(pickle); }, words);
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "x.pth";
};

TEST_F(Pth, EveryTypeComesBackBitForBit) {
  write_pth(path, torch_state());
  EXPECT_EQ(read_pth(path).tensors, torch_state());
  const auto bytes = read_text_file(path);
  write_pth(path, torch_state());
  EXPECT_EQ(read_text_file(path), bytes);
}

TEST_F(Pth, NestedDictionariesAreNamedByTheirPathAndOtherThingsLeftOut) {
  const auto one = tensor(storage("0", 6), 2, tuple({2, 2}), tuple({1, 2}));
  const std::string data = bytes_of(std::vector<float>{0, 1, 2, 3, 4, 5});
  const auto tensors = read(dictionary(text("epoch") + number(7) + text("name") + text("x") + text("state") +
                                       "}(" + text("w") + one + big_number(3) + one + "u"),
                            data);
  const NamedTensor wanted{"state/w", DType::F32, {2, 2}, bytes_of(std::vector<float>{2, 4, 3, 5})};
  ASSERT_EQ(tensors.size(), 2);
  EXPECT_EQ(tensors[0], wanted);
  EXPECT_EQ(tensors[1].name, "state/3");
}

TEST_F(Pth, RunsNothing) {
  const auto flag = folder / "run";
  const std::string command = text("touch " + flag.string());
  for (const auto* global : {"os\nsystem\n", "posix\nsystem\n", "builtins\neval\n", "torch\nload\n",
                             "torch._utils\n_rebuild_tensor_v3\n"}) {
    std::string name = global;
    name[name.find('\n')] = '.', name.pop_back();
    refused(kStart + "c" + global + "(" + command + "tR.",
            "asks for " + name + ", which no file of tensors needs");
  }
  refused(kStart + "(" + command + "ios\nsystem\n.", "instruction 0x69");
  EXPECT_FALSE(std::filesystem::exists(flag));
}

TEST_F(Pth, RefusesFaultyInstructions) {
  refused("", "ends in the middle");
  refused("\x80\x04.", "protocol 2");
  refused(kStart, "ends in the middle");
  refused(kStart + ".", "does not end with one value");
  refused(kStart + "NN.", "does not end with one value");
  refused(kStart + "u.", "a mark is missing");
  refused(kStart + "}(Nu.", "a key without a value");
  refused(kStart + "N(Nt", "ends in the middle");
  refused(kStart + "\x85.", "the stack is empty");
  refused(kStart + "(\x85.", "the stack is empty");
  refused(kStart + "h\x07.", "value 7 was never remembered");
  refused(kStart + "q\x07.", "nothing to remember");
  refused(kStart + "X\xff\xff\xff\xff", "ends in the middle");
  refused(kStart + "\x8a\x09" + std::string(9, '\1') + ".", "more than 8 bytes");
  refused(kStart + "c" + std::string(10'000, 'a'), "a name does not end");
  refused(kStart + "NNR.", "a call of no function");
  refused(kStart + kRebuild + ")R.", "_rebuild_tensor_v2 with arguments it does not take");
  refused(kStart + "NNb.", "ordered dictionary expected");
  refused(kStart + "NQ.", "data of a kind that is not known");
  refused(kStart + "N.", "no dictionary of tensors");
  refused(dictionary("N" + tensor(storage("0", 6), 0, tuple({1}), tuple({1}))),
          "neither text nor a whole number");
}

TEST_F(Pth, RefusesDeepNestingAndCycles) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "}(" + text("a");
  refused(kStart + deep + "N" + std::string(100'000, 'u') + ".", "nested more than 8 deep");
  refused(kStart + "N" + std::string(2'000'000, '\x85') + ".", "more than 1000000 values");
  refused(kStart + "}q\x01" + text("a") + "h\x01s.", "nested more than 8 deep");
}

TEST_F(Pth, RefusesDictionariesThatShareTooMuch) {
  // Seven dictionaries, each holding the next a hundred times: 10^12 ways to the last.
  std::string levels;
  for (char level = 0; level < 7; ++level) levels += "}q" + std::string(1, level);  // all on the stack
  std::string fill;
  for (char level = 0; level < 6; ++level) {
    fill += "h" + std::string(1, level) + "(";
    for (int i = 0; i < 100; ++i) fill += number(i) + "h" + std::string(1, char(level + 1));
    fill += "u";
  }
  refused(kStart + "}(" + text("all") + "](" + levels + fill + "e" + text("first") + "h" + "\0"s + "u.",
          "refer to each other too often");
}

TEST_F(Pth, RefusesTensorsOutsideTheirData) {
  const auto with = [](const std::string& stored, std::int64_t offset, const std::string& shape,
                       const std::string& strides) {
    return dictionary(text("w") + tensor(stored, offset, shape, strides));
  };
  const std::string six = storage("0", 6);
  EXPECT_EQ(read(with(six, 0, tuple({2, 3}), tuple({3, 1}))).size(), 1);
  refused(with(six, 1, tuple({2, 3}), tuple({3, 1})),
          "tensor w: offset 1, shape [2, 3] and strides [3, 1] reach");
  refused(with(six, -1, tuple({1}), tuple({1})), "reach outside");
  refused(with(six, 6, tuple({}), tuple({})), "reach outside");
  refused(with(six, 5, tuple({2}), tuple({-1})), "reach outside");
  refused(with(six, 1, tuple({2}), tuple({INT64_MAX})), "reach outside");
  refused(with(six, 0, tuple({3, 3}), tuple({INT64_MAX / 2 + 1, INT64_MAX / 2 + 1})), "reach outside");
  refused(with(six, 0, tuple({-1}), tuple({1})), "negative side");
  refused(with(six, 0, tuple({1, 1}), tuple({1})), "more or fewer strides");
  refused(with(six, 0, tuple(std::vector<std::int64_t>(17, 1)), tuple(std::vector<std::int64_t>(17, 1))),
          "no sensible shape");
  refused(with(six, 0, tuple({1LL << 40, 1LL << 40}), tuple({0, 0})), "asks for more than 4 GiB");
  refused(with(six, 0, tuple({1000}), tuple({0})), "more than 4 times the");
  refused(with(storage("0", 7), 0, tuple({1}), tuple({1})), "should have 7 elements; the archive holds 6");
  refused(with(storage("1", 1), 0, tuple({1}), tuple({1})), "no member archive/data/1");
  refused(with(storage("0", 1, "QInt8Storage"), 0, tuple({1}), tuple({1})), "asks for torch.QInt8Storage");
  refused(dictionary(text("w") + tensor(six, 0, tuple({1}), tuple({1})) + text("w") +
                     tensor(six, 0, tuple({1}), tuple({1}))),
          "tensor w is there twice");
}

TEST_F(Pth, RefusesArchivesThatAreCutOrDamaged) {
  write_pth(path, torch_state());
  const auto whole = read_text_file(path);
  for (const size_t length : {size_t(0), size_t(3), size_t(100), whole.size() / 2, whole.size() - 1}) {
    write_text_file(path, whole.substr(0, length));
    test::expect_error([&] { read_pth(path); }, "x.pth");
  }
  auto damaged = whole;
  damaged[whole.find(torch_state()[0].bytes) + 5] ^= 1;
  write_text_file(path, damaged);
  test::expect_error([&] { read_pth(path); }, "member archive/data/0 is damaged");
}

TEST_F(Pth, RefusesOtherFormats) {
  write_text_file(path, "\x80\x02\x8a\x0a");
  test::expect_error([&] { read_pth(path); }, "from before 1.6");
  write_text_file(path, "{}");
  test::expect_error([&] { read_pth(path); }, "does not begin as a zip archive");
  write_zip(path, {{"readme", "hello"}});
  test::expect_error([&] { read_pth(path); }, "no data.pkl");
  write_zip(path, {{"archive/data.pkl", dictionary("")}, {"archive/byteorder", "big"}});
  test::expect_error([&] { read_pth(path); }, "little-endian");
}

/// A zip file in which the directory claims what it likes about one member of four bytes.
std::string zip_with(std::uint16_t method, std::uint32_t claimed, int copies) {
  const auto u16 = [](unsigned v) { return bytes_of(std::vector<std::uint16_t>{std::uint16_t(v)}); };
  const auto u32 = [](std::uint32_t v) { return bytes_of(std::vector<std::uint32_t>{v}); };
  const std::string name = "archive/data.pkl";
  const auto facts = [&](const std::string& n) {
    return u16(20) + u16(0) + u16(method) + u16(0) + u16(33) + u32(0) + u32(claimed) + u32(claimed) +
           u16(unsigned(n.size())) + u16(0);
  };
  const std::string local = "PK\3\4" + facts(name) + name + "abcd";
  std::string directory;
  for (int i = 0; i < copies; ++i)
    directory += "PK\1\2" + u16(20) + facts(name) + u16(0) + u16(0) + u16(0) + u32(0) + u32(0) + name;
  return local + directory + "PK\5\6" + u16(0) + u16(0) + u16(unsigned(copies)) + u16(unsigned(copies)) +
         u32(std::uint32_t(directory.size())) + u32(std::uint32_t(local.size())) + u16(0);
}

TEST_F(Pth, ChangedBytesGiveTensorsOrAnError) {
  write_pth(path, torch_state());
  const auto pickle = ZipReader(path).read("archive/data.pkl");
  RandomStream random({.seed = 11});
  int errors = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    auto changed = pickle;
    for (int change = 0; change < 3; ++change)
      changed[size_t(random.integer(2, std::int64_t(pickle.size()) - 1))] = char(random.integer(0, 255));
    try {
      Pickle decoded(changed);
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 1000);
  EXPECT_LT(errors, 3000) << "most texts may be changed freely";
}

TEST_F(Pth, RefusesZipBombs) {
  const auto message = [&](const std::string& bytes) {
    write_text_file(path, bytes);
    return test::error_of([&] { read_pth(path); });
  };
  EXPECT_THAT(message(zip_with(0, 4, 1)), testing::HasSubstr("damaged"))
      << "the checksum is wrong, all else right";
  EXPECT_THAT(message(zip_with(8, 4, 1)), testing::HasSubstr("compressed or encrypted"));
  EXPECT_THAT(message(zip_with(0, 4'000'000'000, 1)), testing::HasSubstr("x.pth"));
  EXPECT_THAT(message(zip_with(0, 4, 100)), testing::HasSubstr("x.pth"));
}

}  // namespace
}  // namespace tandem::interchange
