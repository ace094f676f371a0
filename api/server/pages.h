// The plain pages for people (docs/formats/api.md, "Pages").
#pragma once

#include "api/server/backend.h"

namespace liuhen::api::server {

Response index_page(const Backend& backend, const Call& call);
Response draw_page(const Backend& backend, const Call& call);

}  // namespace liuhen::api::server
