#include "tools/progress.h"

#include <unistd.h>

#include <utility>

namespace liuhen::tools {

ProgressLine::ProgressLine(Environment& environment, std::string zh, std::string en)
    : environment_(environment),
      zh_(std::move(zh)),
      en_(std::move(en)),
      terminal_(&environment.err == &std::cerr && ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && shown_) environment_.err << "\r\x1b[K" << std::flush;
}

void ProgressLine::operator()(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::seconds(terminal_ || !shown_ ? 1 : 10)) return;
  last_ = now;
  shown_ = true;
  std::string line = environment_.pick(zh_, en_) + " ";
  line += all == 0 ? std::to_string(done) : std::to_string(done * 100 / all) + "%";
  environment_.err << (terminal_ ? "\r\x1b[K" + line : line + "\n") << std::flush;
}

}  // namespace liuhen::tools
