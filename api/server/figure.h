// One number that the service tells operators, read when they ask.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace liuhen::api::server {

// Named and in the units that Prometheus has for it: seconds, bytes, `_total` for what only rises.
// Figures of one name differ in their labels and agree in everything else.
struct Figure {
  std::string name;
  std::string help;
  double value = 0;
  std::vector<std::pair<std::string, std::string>> labels = {};
  bool counts_up = false;  // a counter; otherwise a gauge
};

}  // namespace liuhen::api::server
