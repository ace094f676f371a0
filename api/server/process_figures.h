// What the operating system knows of this process, under the names that every Prometheus client
// gives it.
#pragma once

#include <vector>

#include "api/server/figure.h"

namespace liuhen::api::server {

// CPU time, memory, descriptors, threads, start. What /proc does not tell is left out. Any thread.
std::vector<Figure> process_figures();

}  // namespace liuhen::api::server
