// Prints what must be equal in the aggregated files of two sweeps, for tests in the shell: aggregate_text
// FILE.h5
#include "support/aggregate_text.h"

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) return 65;
  try {
    std::cout << tandem::test::aggregate_text(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 70;
  }
  return 0;
}
