#include "tools/on_hangup.h"

#include <unistd.h>

#include <utility>

namespace liuhen::tools {

bool is_at_terminal() { return ::isatty(STDIN_FILENO) == 1; }

std::function<void()> on_hangup(Environment& environment, std::string zh, std::string en) {
  if (is_at_terminal()) return {};
  return [&environment, zh = std::move(zh), en = std::move(en)] {
    environment.say(zh, en);
    environment.out << std::flush;
  };
}

}  // namespace liuhen::tools
