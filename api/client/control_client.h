// Asks the service that runs on a ledger's directory, on this machine, by its local socket. Its
// name is the directory's and a suffix that nobody knows before it is bound, so that nobody else
// can have it first; it leaves no file. Both ends look at who the other is.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/result.h"

namespace liuhen::api {

inline constexpr std::size_t kControlLineBytesMax = 16u << 10;

// What is done, or the service's own refusal. Blocks until it is. Errors: `control.absent` (no
// service of the directory's owner, of this user or of root answers for the directory),
// `control.io`, and what the service answers.
Result<boost::json::object> ask_control(const std::string& directory,
                                        const boost::json::object& request,
                                        const std::function<void(std::uint64_t)>& progress = {});

// What the names of a directory's sockets begin with, by its device and inode.
struct ControlPlace {
  std::string prefix;
  uid_t owner = 0;  // of the directory
};
std::optional<ControlPlace> control_place(const std::string& directory);  // absent: errno says why

// In the abstract namespace (unix(7)).
struct ControlAddress {
  sockaddr_un name{};
  socklen_t size = 0;
};
ControlAddress control_address(std::string_view name);  // too long a one is cut off

// The user at the other end of a connected socket.
std::optional<uid_t> peer_of(int socket);

}  // namespace liuhen::api
