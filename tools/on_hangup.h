// What SIGHUP does to whatever serves and has nothing to read again.
#pragma once

#include <functional>
#include <string>

#include "tools/environment.h"

namespace liuhen::tools {

// At a terminal a hangup means that it is gone. A service has none, and `systemctl reload`.
bool is_at_terminal();

// What to say, and go on; empty at a terminal, where a hangup ends the process.
std::function<void()> on_hangup(Environment& environment, std::string zh, std::string en);

}  // namespace liuhen::tools
