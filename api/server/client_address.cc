#include "api/server/client_address.h"

#include <algorithm>

namespace liuhen::api::server {

namespace ip = boost::asio::ip;

ClientAddress client_address(ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  ClientAddress client{
      .text = address.to_string(), .network = {}, .loopback = address.is_loopback()};
  client.network = client.text;
  if (address.is_v6()) {
    ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    client.network = ip::address_v6(bytes).to_string() + "/64";
  }
  return client;
}

namespace {

// "192.0.2.1:80", "[2001:db8::1]:80", "[2001:db8::1]" and addresses by themselves.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    return close == std::string_view::npos ? text : text.substr(1, close - 1);
  }
  const auto colon = text.find(':');
  return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

}  // namespace

ClientAddress forwarded_client(std::string_view field) {
  const auto comma = field.rfind(',');
  if (comma != std::string_view::npos) field.remove_prefix(comma + 1);
  while (field.starts_with(' ') || field.starts_with('\t')) field.remove_prefix(1);
  while (field.ends_with(' ') || field.ends_with('\t')) field.remove_suffix(1);
  boost::system::error_code problem;
  const ip::address address = ip::make_address(without_port(field), problem);
  if (problem) return {.text = "unknown", .network = "unknown", .loopback = false};
  return client_address(address);
}

}  // namespace liuhen::api::server
