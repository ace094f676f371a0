// The programs that print a file for the second implementation's tests: PROGRAM NAME.
#pragma once

#include <iostream>
#include <map>
#include <string>

#include "tests/projections/beacon_town.h"

namespace liuhen::tests {

using Cases = std::map<std::string, std::string (*)(BeaconTown&)>;

// The file of the case named goes to standard output, what `beside` says of its town to standard
// error. The exit code.
inline int print_case(int argc, char** argv, const Cases& cases,
                      std::string (*beside)(const BeaconTown&)) {
  const auto found = argc == 2 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    std::cerr << "usage: " << argv[0] << " NAME\n";
    return 3;
  }
  BeaconTown town;
  std::cout << found->second(town);
  std::cerr << beside(town) << "\n";
  return 0;
}

}  // namespace liuhen::tests
