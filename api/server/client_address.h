// Who a client is, as far as limits go.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace liuhen::api::server {

struct ClientAddress {
  std::string text;     // as people write it; an IPv4 client of an IPv6 socket is an IPv4 client
  std::string network;  // what is limited together: an IPv4 address, or the /64 of an IPv6 one
  bool loopback = false;
};

ClientAddress client_address(boost::asio::ip::address address);

// The last address in the field X-Forwarded-For, with a port or without: the one that the nearest
// proxy saw. What is no address is limited as one client, by the name "unknown".
ClientAddress forwarded_client(std::string_view field);

}  // namespace liuhen::api::server
