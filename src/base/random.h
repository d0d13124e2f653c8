#pragma once
#include <array>
#include <cstdint>

namespace tandem {

/// What a draw is for; part of the key, so that two purposes never share numbers. Values are part of the
/// format of a run (resume depends on them): append, never renumber.
enum class Purpose : std::uint32_t {
  WeightInit = 1,
  Shuffle = 2,
  EmptySlice = 3,
  Augmentation = 4,
  InputNoise = 5,
  ImageScheme = 6,
  ShapeScheme = 7,
  ImageMask = 8,
  ShapeMask = 9,
  Phantom = 10,
  Corruption = 11,
  Test = 12,
  Frame = 13,
  ValidationAugmentation = 14,
  ImageAugmentation = 15,
  MultiWindow = 16,
  MultiWindowNoise = 17,
  RandomConvolution = 18,
  AdversarialNoise = 19,
  AdversarialBias = 20,
  LabelCorruption = 21,
  Bootstrap = 30,  // reports count from 30, so that training can append before
};

/// Names a stream of random numbers. Equal keys give equal numbers on any rank, thread, order or world size.
struct RandomKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::Test;
  std::uint32_t epoch = 0, step = 0, sample = 0;
};

/// Counter-based generator, Philox4x32-10 [salmon2011]: cheap to start anywhere, no state to save.
class RandomStream {
 public:
  explicit RandomStream(const RandomKey& key);

  std::uint32_t bits();
  /// Uniform in [0, 1) with 53 random bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform integer in [low, high], ends included, without modulo bias.
  std::int64_t integer(std::int64_t low, std::int64_t high);
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (Box-Muller; both values of a pair are used).
  double normal();

 private:
  void refill();
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_, block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

/// One round-complete Philox4x32-10 block; exposed for its known-answer test.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// Mixes a string into 32 bits (FNV-1a); names a sample, such as "patient001_ED/4", independently of its
/// index.
std::uint32_t hash_name(const char* data, std::size_t size);

}  // namespace tandem
