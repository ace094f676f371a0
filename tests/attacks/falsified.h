// One field of what an operator records is wrong, and nothing else is: a row says which, how, and
// what the reader is told. The words are of the sentence of the one check that can tell: where it
// is gone, whatever else may be said of the log does not make up for it.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace liuhen::tests {

template <class Payload>
struct Falsified {
  const char* field;
  const char* code;
  const char* words;  // English
  void (*falsify)(Payload&);
};

template <class Payload>
std::ostream& operator<<(std::ostream& out, const Falsified<Payload>& row) {
  return out << row.field;
}

// Each row is a test of its own in the list of tests, by the name of its field.
inline constexpr auto field_of = [](const auto& row) { return std::string(row.param.field); };

inline void flip(std::vector<std::uint8_t>& bytes) { bytes.at(bytes.size() / 2) ^= 1; }

}  // namespace liuhen::tests
