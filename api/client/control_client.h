// Asks the service that runs on a ledger's directory, on this machine, by its local socket. The
// socket is named after the directory and leaves no file there; both ends look at who the other is.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>

#include "crypto/result.h"

namespace liuhen::api {

inline constexpr std::size_t kControlLineBytesMax = 16u << 10;

// What is done, or the service's own refusal. Blocks until it is. Errors: `control.absent` (no
// service runs on the directory), `control.io` (also if what answers belongs to neither the
// directory's owner nor root), and what the service answers.
Result<boost::json::object> ask_control(const std::string& directory,
                                        const boost::json::object& request,
                                        const std::function<void(std::uint64_t)>& progress = {});

// In the abstract namespace (unix(7)), by the directory's device and inode.
struct ControlAddress {
  sockaddr_un name{};
  socklen_t size = 0;
  uid_t owner = 0;  // of the directory
};
std::optional<ControlAddress> control_address(
    const std::string& directory);  // absent: errno says why

// The user at the other end of a connected socket.
std::optional<uid_t> peer_of(int socket);

}  // namespace liuhen::api
