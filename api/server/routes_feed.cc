// Live feeds (docs/formats/api.md, "Feeds").
#include "api/server/backend.h"
#include "api/server/feed.h"

namespace liuhen::api::server {
namespace {

namespace schema = ledger::schema;

// "DrawExecuted,DrawDisclosed"
Result<std::set<ledger::PayloadTag>> kinds_of(std::string_view text) {
  std::set<ledger::PayloadTag> kinds;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, comma);
    bool known = false;
    for (const ledger::PayloadTag tag : schema::EnumValuesPayload()) {
      if (tag == ledger::PayloadTag::NONE || word != schema::EnumNamePayload(tag)) continue;
      kinds.insert(tag);
      known = true;
    }
    if (!known || kinds.size() > kFeedKindsMax) {
      return fail("request.kind",
                  "kind 应为事件种类的名称，以逗号分隔，至多 " + std::to_string(kFeedKindsMax) +
                      " 个，见 docs/formats/events.md",
                  "kind takes names of kinds of events, separated by commas, " +
                      std::to_string(kFeedKindsMax) + " at most; see docs/formats/events.md");
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return kinds;
}

// After what the reader saw last, if he says so; that is later than where he first began.
Result<std::uint64_t> beginning(const Backend& backend, const Call& call) {
  const std::string& seen = call.request.last_event_id;
  if (seen.empty()) return call.target.number("from", backend.feeds.size());
  const Result<std::uint64_t> last = parse_number(seen);
  if (!last) return last;
  return *last == UINT64_MAX ? *last : *last + 1;
}

Response feed(const Backend& backend, const Call& call) {
  FeedFilter filter;
  filter.stream = call.target.text("stream");
  Result<std::set<ledger::PayloadTag>> kinds = kinds_of(call.target.text("kind"));
  if (!kinds) return problem(kinds.error());
  filter.kinds = std::move(*kinds);
  const Result<std::uint64_t> from = beginning(backend, call);
  if (!from) return problem(from.error());
  Result<std::shared_ptr<StreamSource>> source = backend.feeds.open(std::move(filter), *from);
  if (!source) return problem(source.error());
  Response response;
  response.content_type = "text/event-stream";
  response.stream = std::move(*source);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx passes on what it gets
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/feed", feed},
};

}  // namespace

std::span<const Route> feed_routes() { return kRoutes; }

}  // namespace liuhen::api::server
