#include "tools/client_limits.h"

#include <algorithm>

namespace liuhen::tools {

void add_client_limits(const Program& program, CLI::App* command,
                       api::server::HttpServerOptions& options) {
  command
      ->add_option("--address-rate", options.address_rate.per_s,
                   program.help("每个地址每秒至多多少请求，歇过之后至多一次 4 秒的量；0 "
                                "为不限；本机不限",
                                "requests a second from one address, and after a rest those of 4 "
                                "seconds at once; 0: any number; this machine itself is not held "
                                "to it"))
      ->capture_default_str();
  command->add_flag("--behind-proxy", options.behind_proxy,
                    program.help("本机的反向代理在前：客户地址取 X-Forwarded-For 的最后一个",
                                 "a reverse proxy on this machine stands before it: the client is "
                                 "the last address in X-Forwarded-For"));
}

std::uint32_t burst_of(std::uint32_t per_s, std::uint32_t default_burst,
                       std::uint32_t default_per_s) {
  const std::uint64_t all = std::uint64_t{per_s} * (default_burst / default_per_s);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(all, UINT32_MAX));
}

void fit_burst(api::server::HttpServerOptions& options) {
  options.address_rate.burst =
      burst_of(options.address_rate.per_s, api::kAddressBurst, api::kAddressPerS);
}

}  // namespace liuhen::tools
