#pragma once
#include <functional>
#include <string>
#include <vector>

namespace tandem::bench {

/// Something that is measured in rounds, one after the other with its rivals: other programs on the machine
/// then disturb all alike.
struct Arm {
  std::string name;           ///< "step/cooperative/optimised"
  std::function<void()> run;  ///< once
  double items = 1;           ///< what one run does: slices, volumes, steps
  std::string unit = "s";     ///< seconds an item
  std::vector<double> seconds = {};
};

/// Runs all arms `rounds` times in turn, after once to warm up.
void interleave(std::vector<Arm>& arms, int rounds);

/// Figures by name, for people (a line each) and as JSON.
class Report {
 public:
  /// Median, least and largest seconds per item.
  void add(const Arm& arm);
  /// One value. @param unit "GB", "ratio", "GFLOP/s"
  void add(const std::string& name, double value, const std::string& unit);
  void print() const;
  void write_json(const std::string& path) const;
  double median(const std::string& name) const;

 private:
  struct Figure {
    std::string name, unit;
    double median, least, largest;
    size_t rounds;
  };
  std::vector<Figure> figures_;
};

/// Highest resident memory of this process so far, GB (10^9 bytes).
double peak_memory_gb();

}  // namespace tandem::bench
