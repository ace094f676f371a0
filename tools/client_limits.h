// Options of the programs that serve: what one client may do, and who a client is.
#pragma once

#include "api/server/http_server.h"
#include "tools/commands.h"

namespace liuhen::tools {

// --address-rate and --behind-proxy. `options` outlives the program.
void add_client_limits(const Program& program, CLI::App* command,
                       api::server::HttpServerOptions& options);

// As many at once as a limit of `default_burst` and `default_per_s` allows in so many seconds.
std::uint32_t burst_of(std::uint32_t per_s, std::uint32_t default_burst,
                       std::uint32_t default_per_s);
void fit_burst(api::server::HttpServerOptions& options);  // to --address-rate

}  // namespace liuhen::tools
