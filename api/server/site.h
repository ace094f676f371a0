// A service behind an HTTP server.
#pragma once

#include "api/server/http_server.h"
#include "api/server/service.h"

namespace liuhen::api::server {

// What the server asks of the service, which outlives it.
Site site_of(Service& service);

}  // namespace liuhen::api::server
