#include <array>

#include "api/server/backend.h"

namespace liuhen::api::server {
namespace {

// Whether the path fits; what stands at each "*" goes to `captured`.
bool fits(std::string_view pattern, const Target& target, std::vector<std::string>& captured) {
  captured.clear();
  std::size_t at = 0;
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    const auto slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    if (part == "**") return at < target.path.size();
    if (at == target.path.size()) return false;
    if (part == "*") {
      captured.push_back(target.path[at]);
    } else if (part != target.path[at]) {
      return false;
    }
    ++at;
    pattern = slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
  }
  return at == target.path.size();
}

Response wrong_method(const std::string& allowed) {
  Response response = problem(
      fail("request.method", "此路径只接受 " + allowed, "this path takes " + allowed + " only"));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

void ask(const Backend& backend, const Call& call, const Route& route, Dispatched done) {
  if (route.begin != nullptr) {
    return route.begin(backend, call, [done = std::move(done), &route](Finish finish) {
      done(std::move(finish), route.pattern);
    });
  }
  done(ready(route.answer(backend, call)), route.pattern);
}

// The route that fits, or where none does what fits but for the method.
struct Found {
  const Route* route = nullptr;
  const char* near = "";
  std::string allowed = {};
};

Found find_route(const Request& request, const Target& target, std::vector<std::string>& captured) {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const std::array tables{health_routes(),   log_routes(),     feed_routes(),   tile_routes(),
                          proof_routes(),    witness_routes(), intent_routes(), catalogue_routes(),
                          registry_routes(), draw_routes(),    draft_routes(),  page_routes()};
  Found found;
  for (const std::span<const Route> table : tables) {
    for (const Route& route : table) {
      if (!fits(route.pattern, target, captured)) continue;
      found.near = route.pattern;
      if (method == route.method) {
        found.route = &route;
        return found;
      }
      found.allowed = std::string_view(route.method) == "GET" ? "GET, HEAD" : route.method;
    }
  }
  return found;
}

}  // namespace

const char* route_of(const Request& request) {
  const Result<Target> target = Target::parse(request.target);
  std::vector<std::string> captured;
  return target ? find_route(request, *target, captured).near : "";
}

void dispatch(const Backend& backend, const Request& request, Dispatched done) {
  Result<Target> target = Target::parse(request.target);
  if (!target) {
    // The paths of tiles are theirs alone: whatever is none is not there (docs/formats/tiles.md).
    const bool of_tiles = request.target.starts_with("/tile/");
    return done(ready(of_tiles ? problem(target.error(), 404) : problem(target.error())), "");
  }
  Call call{request, std::move(*target), {}};
  const Found found = find_route(request, call.target, call.captured);
  if (found.route != nullptr) return ask(backend, call, *found.route, std::move(done));
  if (!found.allowed.empty()) return done(ready(wrong_method(found.allowed)), found.near);
  done(ready(problem(fail("request.route", "没有这个路径：" + call.target.raw_path.substr(0, 200),
                          "there is nothing at " + call.target.raw_path.substr(0, 200)))),
       "");
}

Response json_response(const boost::json::value& value, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = boost::json::serialize(value) + "\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Error absent(const std::string& zh, const std::string& en) {
  return fail("request.absent", zh, en);
}

std::string Backend::checkpoint() const {
  const std::string note = sequencer.checkpoint();
  return publisher == nullptr ? note : publisher->with_cosignatures(note);
}

std::string Backend::checkpoint_for_readers() const {
  const std::string note = sequencer.checkpoint();
  return publisher == nullptr ? note : publisher->shown_to_readers(note);
}

Result<std::string> Backend::entry(std::uint64_t position) const {
  Result<std::optional<std::string>> found =
      storage.get(ledger::Family::entries, ledger::key_of_number(position));
  if (!found) return found.error();
  if (!*found) {
    return absent("没有第 " + std::to_string(position) + " 条记录",
                  "there is no entry " + std::to_string(position));
  }
  return std::move(**found);
}

Head Backend::head() const {
  Head head;
  head.note = checkpoint();
  head.checkpoint.root = crypto::empty_root();
  if (head.note.empty()) return head;
  const Result<crypto::Note> note = crypto::parse_note(head.note);
  LIUHEN_CHECK(note.has_value());
  const Result<crypto::Checkpoint> parsed = crypto::parse_checkpoint(note->text);
  LIUHEN_CHECK(parsed.has_value());
  head.checkpoint = *parsed;
  return head;
}

}  // namespace liuhen::api::server
