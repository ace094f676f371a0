#include "api/server/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace liuhen::api::server {

unsigned connections_that_fit(unsigned wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = rlim_t{wanted} + kOpenFilesReserved;
  if (limit.rlim_cur < needed) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(needed, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur >= needed) return wanted;
  // Where even that is not there, half of what is.
  const rlim_t room = limit.rlim_cur > 2 * kOpenFilesReserved ? limit.rlim_cur - kOpenFilesReserved
                                                              : limit.rlim_cur / 2;
  return static_cast<unsigned>(std::clamp<rlim_t>(room, 1, wanted));
}

}  // namespace liuhen::api::server
