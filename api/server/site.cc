#include "api/server/site.h"

namespace liuhen::api::server {

Site site_of(Service& service) {
  return {
      .handle = [&service](const Request& request) { return service.handle(request); },
      .refused = [&service](Response& response,
                            const Request& request) { service.refused(response, request); },
      .begin = [&service](Request request,
                          Finished done) { service.begin(std::move(request), std::move(done)); },
      .brief = [&service](const Request& request) { return service.brief(request); },
      .quick = [&service](const Request& request) { return service.quick(request); },
      .at_once = [&service](const Request& request) { return service.at_once(request); }};
}

}  // namespace liuhen::api::server
