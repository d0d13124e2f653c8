#include "deflate/deflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <vector>

namespace tandem::deflate {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes noise(size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) byte = static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

/// Bytes like those of an image: floats in [0,1] with much noise and some runs.
Bytes image_bytes(size_t floats) {
  std::vector<float> values(floats);
  const auto random = noise(2 * floats);
  for (size_t i = 0; i < floats; ++i)
    values[i] = i % 500 < 80 ? 0.0f : float(random[2 * i] + 256 * random[2 * i + 1]) / 65537;
  const auto* from = reinterpret_cast<const unsigned char*>(values.data());
  return {from, from + floats * sizeof(float)};
}

Bytes deflated(const Bytes& bytes) {
  Bytes stream;
  Compressor().append(bytes, stream);
  return stream;
}

/// A gzip member by zlib.
Bytes gzip(const Bytes& bytes) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(bytes.size() + 1000);
  z.next_in = const_cast<unsigned char*>(bytes.data()), z.avail_in = unsigned(bytes.size());
  z.next_out = out.data(), z.avail_out = unsigned(out.size());
  EXPECT_EQ(::deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(Compressor, ZlibReadsItsStreams) {
  for (const auto& bytes : {Bytes{}, Bytes{7}, Bytes(300000, 0), image_bytes(60000), noise(100000)}) {
    const auto stream = deflated(bytes);
    Bytes back(bytes.size() + 1);
    auto size = uLongf(back.size());
    ASSERT_EQ(uncompress(back.data(), &size, stream.data(), uLong(stream.size())), Z_OK) << bytes.size();
    back.resize(size);
    EXPECT_EQ(back, bytes);
  }
}

TEST(Compressor, ShrinksImagesAboutAsFarAsZlibDoes) {
  const auto bytes = image_bytes(60000);
  Bytes by_zlib(bytes.size() * 2);
  auto size = uLongf(by_zlib.size());
  ASSERT_EQ(compress2(by_zlib.data(), &size, bytes.data(), uLong(bytes.size()), 1), Z_OK);
  EXPECT_LT(double(deflated(bytes).size()), 1.1 * double(size));
}

TEST(Compressor, WhatItDidBeforeLeavesNoTraceAndStreamsAreAppended) {
  const auto bytes = image_bytes(60000);
  Compressor used;
  Bytes stream;
  used.append(Bytes(300000, 9), stream);
  const auto start = stream.size();
  used.append(bytes, stream);
  EXPECT_EQ(Bytes(stream.begin() + std::ptrdiff_t(start), stream.end()), deflated(bytes));
}

TEST(InflateGzip, GivesWhatOneMemberHolds) {
  for (const auto& bytes : {Bytes{}, Bytes{7}, image_bytes(60000)}) {
    const auto out = inflate_gzip(gzip(bytes));
    ASSERT_TRUE(out) << bytes.size();
    EXPECT_EQ(Bytes(out->bytes.get(), out->bytes.get() + out->size), bytes);
  }
}

TEST(InflateGzip, LeavesEverythingElseToOthers) {
  const auto whole = gzip(image_bytes(6000));
  EXPECT_FALSE(inflate_gzip({}));
  EXPECT_FALSE(inflate_gzip(image_bytes(100)));
  auto two = whole;
  two.insert(two.end(), whole.begin(), whole.end());
  EXPECT_FALSE(inflate_gzip(two)) << "two members";
  auto more = whole;
  more.push_back(0);
  EXPECT_FALSE(inflate_gzip(more)) << "something behind";
  for (size_t kept : {size_t(5), whole.size() / 2, whole.size() - 1})
    EXPECT_FALSE(inflate_gzip(std::span(whole).first(kept))) << "first " << kept;
  // In the deflated data, the checksum, the length.
  for (size_t from_end : {size_t(3000), size_t(8), size_t(4), size_t(1)}) {
    auto damaged = whole;
    damaged[damaged.size() - from_end] ^= 1;
    EXPECT_FALSE(inflate_gzip(damaged)) << from_end << " from the end";
  }
}

}  // namespace
}  // namespace tandem::deflate
