// The worked examples of docs/formats, read from the pages themselves, so that page and code agree.
#pragma once

#include <fstream>
#include <map>
#include <string>

#include "crypto/bytes.h"

namespace liuhen::tests {

// The `name = value` lines of the fenced blocks under the heading `section` (its text, without #)
// of the page at `path`, relative to the repository. A line that begins with a space continues the
// value above it; one that begins with # is a comment. Empty if there is no such page or heading:
// expect otherwise.
inline std::map<std::string, std::string> worked_example(const std::string& path,
                                                         const std::string& section) {
  std::map<std::string, std::string> values;
  std::ifstream page(std::string(LIUHEN_SOURCE_DIR) + "/" + path);
  bool in_section = false;
  bool in_fence = false;
  std::string name;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      in_fence = !in_fence;
      name.clear();
    } else if (!in_fence && line.starts_with("#")) {
      const auto text = line.find_first_not_of("# ");
      in_section = text != std::string::npos && line.substr(text) == section;
    } else if (in_fence && in_section && !line.starts_with("#")) {
      if (line.starts_with(" ") && !name.empty()) {
        values[name] += line.substr(line.find_first_not_of(' '));
        continue;
      }
      const auto equals = line.find(" =");
      if (equals == std::string::npos) continue;
      name = line.substr(0, equals);
      const auto value = line.find_first_not_of(' ', equals + 2);
      values[name] = value == std::string::npos ? "" : line.substr(value);
    }
  }
  return values;
}

// The bytes of a hex value of an example; aborts if it is absent or no hex.
inline Bytes example_bytes(const std::map<std::string, std::string>& example,
                           const std::string& name) {
  LIUHEN_CHECK(example.contains(name));
  return from_hex(example.at(name)).value();
}

}  // namespace liuhen::tests
