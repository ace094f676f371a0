// A sentence for people, in both languages.
#pragma once

#include <string>

namespace liuhen::projections {

struct Sentence {
  std::string zh, en;
};

}  // namespace liuhen::projections
