#include "tools/own_directory.h"

namespace liuhen::tools {

Outcome check_own_directory(const Target& target, const std::string& command) {
  if (!target.dir.empty() && target.url.empty()) return ok();
  return fail("session.target",
              command + " 在账本目录里办理：请停下服务，只给 --dir，不给 --url（LIUHEN_URL）",
              command +
                  " works in the ledger's own directory: stop the service and give --dir, "
                  "without --url (LIUHEN_URL)");
}

}  // namespace liuhen::tools
