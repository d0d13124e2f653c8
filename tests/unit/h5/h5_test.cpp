#include "h5/h5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "support/temporary_folder.h"

namespace tandem::h5 {
namespace {

using testing::ElementsAre;

/// Writes a file with a function and opens it for reading.
template <class Writer>
File written(const test::TemporaryFolder& folder, const Writer& writer) {
  const auto path = folder / "a.h5";
  File file(path, File::Mode::Create);
  writer(file);
  file.close();
  return File(path, File::Mode::Read);
}

template <class T>
class H5Types : public testing::Test {};
using Types = testing::Types<float, double, std::int64_t, std::int32_t, std::uint8_t>;
TYPED_TEST_SUITE(H5Types, Types);

TYPED_TEST(H5Types, RoundTripKeepsEveryBit) {
  using T = TypeParam;
  const test::TemporaryFolder folder;
  std::vector<T> values = {
      std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), T(0), T(1), T(7), T(100)};
  const File file = written(folder, [&](File& f) {
    f.write("/plain", values);
    f.write("/deep/group/chunked", values.data(), {1, 2, 3}, {{1, 1, 2}});
    f.set_attribute("/plain", "list", values);
    f.set_attribute("/", "scalar", values[1]);
  });
  EXPECT_EQ(file.read<T>("/plain"), values);
  EXPECT_EQ(file.read<T>("/deep/group/chunked"), values);
  EXPECT_THAT(file.shape("/deep/group/chunked"), ElementsAre(1, 2, 3));
  EXPECT_EQ(file.attribute_vector<T>("/plain", "list"), values);
  EXPECT_EQ(file.attribute<T>("/", "scalar"), values[1]);
}

TEST(H5, ReadsWithConversionToTheAskedType) {
  const test::TemporaryFolder folder;
  const auto file = written(folder, [](File& f) {
    f.write("/n", std::vector<std::int32_t>{1, -2, 3});
    f.set_attribute("/", "n", std::int64_t(5));
  });
  EXPECT_THAT(file.read<double>("/n"), ElementsAre(1.0, -2.0, 3.0));
  EXPECT_EQ(file.attribute<double>("/", "n"), 5.0);
}

TEST(H5, BlocksOfAVolume) {
  const test::TemporaryFolder folder;
  std::vector<float> values(2 * 3 * 4);
  std::iota(values.begin(), values.end(), 0.0F);
  const auto file = written(folder, [&](File& f) { f.write("/v", values.data(), {2, 3, 4}, {{1, 3, 4}}); });
  EXPECT_THAT(file.read_block<float>("/v", {1, 1, 2}, {1, 2, 2}), ElementsAre(18, 19, 22, 23));
}

TEST(H5, Strings) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> words = {"", "LV", "Größe in µm", std::string(100000, 'x')};
  const auto file = written(folder, [&](File& f) {
    f.write_strings("/words", words);
    f.set_attribute("/words", "names", words);
    f.set_attribute("/", "one", "text");
    f.set_attribute("/", "empty", "");
  });
  EXPECT_EQ(file.read_strings("/words"), words);
  EXPECT_EQ(file.attribute_strings("/words", "names"), words);
  EXPECT_EQ(file.attribute_string("/", "one"), "text");
  EXPECT_EQ(file.attribute_string("/", "empty"), "");
}

TEST(H5, EmptyListsAreKept) {
  const test::TemporaryFolder folder;
  const auto file = written(folder, [](File& f) {
    f.write("/none", std::vector<double>{});
    f.write_strings("/nothing", {});
    f.set_attribute("/", "values", std::vector<double>{});
    f.set_attribute("/", "words", std::vector<std::string>{});
  });
  EXPECT_TRUE(file.read<double>("/none").empty());
  EXPECT_TRUE(file.read_strings("/nothing").empty());
  EXPECT_TRUE(file.attribute_vector<double>("/", "values").empty());
  EXPECT_TRUE(file.attribute_strings("/", "words").empty());
}

TEST(H5, GroupsAndAttributesAreListedInOrder) {
  const test::TemporaryFolder folder;
  const auto file = written(folder, [](File& f) {
    f.make_group("/g/empty");
    f.make_group("/g/empty");  // there already: nothing happens
    f.write("/g/b", std::vector<float>{1});
    f.write("/g/a", std::vector<float>{1});
    f.set_attribute("/g", "z", 1);
    f.set_attribute("/g", "y", 2.0);
  });
  EXPECT_THAT(file.list("/g"), ElementsAre("a", "b", "empty"));
  EXPECT_THAT(file.list_attributes("/g"), ElementsAre("y", "z"));
  EXPECT_TRUE(file.exists("/"));
  EXPECT_TRUE(file.exists("/g/b"));
  EXPECT_FALSE(file.exists("/g/c"));
  EXPECT_FALSE(file.exists("/no/such/path"));
  EXPECT_FALSE(file.exists("/g/b/under_a_data_set"));
  EXPECT_TRUE(file.is_group("/g/empty"));
  EXPECT_FALSE(file.is_group("/g/b"));
  EXPECT_TRUE(file.has_attribute("/g", "z"));
  EXPECT_FALSE(file.has_attribute("/g", "x"));
  EXPECT_FALSE(file.has_attribute("/none", "z"));
}

TEST(H5, AnAttributeCanBeReplaced) {
  const test::TemporaryFolder folder;
  const auto file = written(folder, [](File& f) {
    f.set_attribute("/", "a", "text");
    f.set_attribute("/", "a", std::vector<std::int64_t>{1, 2});
  });
  EXPECT_THAT(file.attribute_vector<std::int64_t>("/", "a"), ElementsAre(1, 2));
}

TEST(H5, MovedFilesStayOpenOnce) {
  const test::TemporaryFolder folder;
  File file = written(folder, [](File& f) { f.write("/a", std::vector<float>{3}); });
  File other = std::move(file);
  EXPECT_EQ(other.read_scalar<float>("/a"), 3);
  other.close();
  other.close();  // twice does no harm
}

}  // namespace
}  // namespace tandem::h5
