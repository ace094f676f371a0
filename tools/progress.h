// How far something long has come, on the error stream: rewritten in place on a terminal, a line
// now and then anywhere else. What takes less than a second shows nothing.
#pragma once

#include <chrono>
#include <string>

#include "tools/environment.h"

namespace liuhen::tools {

class ProgressLine {
 public:
  ProgressLine(Environment& environment, std::string zh, std::string en);
  ~ProgressLine();  // clears what stands on the terminal
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Shows at most one line a second (ten seconds where it is not a terminal). `all` 0: not known.
  void operator()(std::uint64_t done, std::uint64_t all);

 private:
  Environment& environment_;
  const std::string zh_, en_;
  const bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace liuhen::tools
