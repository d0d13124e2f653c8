#include "base/text.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

TEST(NearestName, FindsALikelyTypoOnly) {
  const std::vector<std::string> names = {"training.learning_rate", "training.epochs", "data.train"};
  EXPECT_EQ(nearest_name("training.learning_rte", names), "training.learning_rate");
  EXPECT_EQ(nearest_name("data.trian", names), "data.train");
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(FormatDuration, ChoosesTheUnit) {
  EXPECT_EQ(format_duration(0.0123), "12 ms");
  EXPECT_EQ(format_duration(0.9999), "1.0 s");
  EXPECT_EQ(format_duration(4.12), "4.1 s");
  EXPECT_EQ(format_duration(59.97), "1 min 00 s");
  EXPECT_EQ(format_duration(65), "1 min 05 s");
  EXPECT_EQ(format_duration(3599.6), "1 h 00 min");
  EXPECT_EQ(format_duration(9 * 3600 + 41 * 60 + 10), "9 h 41 min");
}

TEST(Words, JoinAndSplit) {
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(split_words("a,b", ','), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split_words("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(split_words("", ',').empty());
}

TEST(JsonQuote, EscapesWhatJsonAndTomlDoNotAllow) {
  EXPECT_EQ(json_quote("a\"b\\c\nd\x01\x7f"), "\"a\\\"b\\\\c\\nd\\u0001\\u007f\"");
  EXPECT_EQ(json_quote("µm"), "\"µm\"");
}

}  // namespace
}  // namespace tandem
