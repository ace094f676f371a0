// The service's own log, as it was written.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <string>
#include <vector>

namespace liuhen::tests {

inline std::vector<boost::json::object> lines_of(const std::string& path) {
  std::vector<boost::json::object> lines;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);)
    lines.push_back(boost::json::parse(line).as_object());
  return lines;
}

}  // namespace liuhen::tests
