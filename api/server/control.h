// A local socket by which whoever runs the service asks it for what no one else may ask
// (api/client/control_client.h). Only processes of the same user, and root's, are answered.
// docs/operate.md, "Backups".
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>

#include "crypto/random.h"
#include "crypto/result.h"

namespace liuhen::api::server {

// Answers one request; `progress` may be told how far it has come. On the control's thread.
using ControlProgress = std::function<void(std::uint64_t)>;
using ControlAct = std::function<Result<boost::json::object>(const boost::json::object& request,
                                                             const ControlProgress& progress)>;

// One request a connection, one connection at a time. A request and each answer are a line of JSON:
// {"progress": n} any number of times, and then {"done": {…}} or {"failed": {code, zh, en}}.
class Control {
 public:
  // Errors: `control.io`.
  static Result<std::unique_ptr<Control>> open(const std::string& directory,
                                               crypto::Entropy& entropy, ControlAct act);
  virtual ~Control() = default;  // ends a wait for requests; a request under way is answered first
};

}  // namespace liuhen::api::server
