// Submitting intents, and those that wait for their second person (docs/formats/api.md, "Intents").
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "api/limits.h"
#include "api/server/backend.h"
#include "api/server/json_fields.h"
#include "api/server/submission_json.h"
#include "ledger/describe.h"
#include "ledger/submission_check.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

struct Refusal {
  Error error;
  unsigned retry_after_s = 0;
};
using Verdict = std::variant<ledger::Answer, Refusal>;

Refusal refusal(const Error& error) { return {error, retry_after_s(status_of(error.code))}; }

// Until its signature has been checked, a key is only what somebody says: it is not charged before.
std::optional<Refusal> too_often(const Backend& backend, const ledger::Submission& submission) {
  for (const auto& [key, signature] : submission.signatures) {
    if (const unsigned wait = backend.authors.wait_s(text_of(key), steady_now_ns())) {
      return Refusal{fail("rate.author", "此密钥的提交过于频繁，请按 Retry-After 稍后再试",
                          "too many intents by this key; try again after Retry-After"),
                     wait};
    }
  }
  return std::nullopt;
}

// What is in the log anybody can send again, signatures and all: that costs its authors nothing,
// nor does it when the service can take nothing from anyone.
bool is_the_authors_doing(const Result<ledger::Answer>& answer) {
  if (!answer)
    return answer.error().code != "intent.expired" && status_of(answer.error().code) < 500;
  const auto* receipt = std::get_if<ledger::Receipt>(&*answer);
  return receipt == nullptr || !receipt->repeated;
}

// Checks on the calling thread; `done` comes once, perhaps on the writer's thread.
void begin(const Backend& backend, Result<ledger::Submission> submission,
           std::function<void(Verdict)> done) {
  const auto refuse = [&](const Refusal& refused) {
    backend.observer.metrics().intent_refused(refused.error.code);
    done(refused);
  };
  if (!submission) return done(refusal(submission.error()));  // holds no intent: none was refused
  if (const auto early = too_often(backend, *submission)) return refuse(*early);
  Result<ledger::CheckedSubmission> checked =
      ledger::check_submission(std::move(*submission), backend.origin);
  if (!checked) return refuse(refusal(checked.error()));
  std::vector<KeyId> authors;
  for (const auto& [key, signature] : checked->submission.signatures) authors.push_back(key);
  backend.sequencer.enqueue(std::move(*checked),
                            [&backend, authors = std::move(authors),
                             done = std::move(done)](Result<ledger::Answer> answer) {
                              if (is_the_authors_doing(answer)) {
                                for (const KeyId& key : authors)
                                  backend.authors.count(text_of(key), steady_now_ns());
                              }
                              if (answer) return done(std::move(*answer));
                              done(refusal(answer.error()));
                            });
}

// What becomes of several submissions, until all are decided on.
struct Decided {
  Decided(std::size_t count, std::function<Response(const std::vector<Verdict>&)> make,
          Finished finished)
      : verdicts(count), left(count), answer(std::move(make)), done(std::move(finished)) {}

  std::vector<Verdict> verdicts;
  std::atomic<std::size_t> left;
  std::function<Response(const std::vector<Verdict>&)> answer;
  Finished done;
};

void finish(const Backend& backend, const std::shared_ptr<Decided>& decided) {
  decided->done([&backend, decided] {
    const bool recorded = std::ranges::any_of(decided->verdicts, [](const Verdict& verdict) {
      return std::holds_alternative<ledger::Answer>(verdict);
    });
    if (recorded && backend.platform_acts) backend.platform.wake();
    return decided->answer(decided->verdicts);
  });
}

// Queued in their order before any is waited for, so that they share a sync and may depend on each
// other.
void submit_all(const Backend& backend, std::vector<Result<ledger::Submission>> submissions,
                std::function<Response(const std::vector<Verdict>&)> answer, Finished done) {
  const auto decided =
      std::make_shared<Decided>(submissions.size(), std::move(answer), std::move(done));
  if (submissions.empty()) return finish(backend, decided);
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    begin(backend, std::move(submissions[i]), [&backend, decided, i](Verdict verdict) {
      decided->verdicts[i] = std::move(verdict);
      if (decided->left.fetch_sub(1) == 1) finish(backend, decided);
    });
  }
}

// For one answer: nothing in it is freed alone.
json::storage_ptr own_memory() { return json::make_shared_resource<json::monotonic_resource>(); }

Response alone(const Verdict& verdict) {
  if (const auto* refused = std::get_if<Refusal>(&verdict))
    return problem_for(refused->error, refused->retry_after_s);
  const JsonAnswer answer = answer_json(std::get<ledger::Answer>(verdict), own_memory());
  return json_response(answer.fields, answer.status);
}

void submit(const Backend& backend, const Call& call, Finished done) {
  const Result<json::object> fields = parse_object(call.request.body);
  if (!fields) return done(ready(problem(fields.error())));
  std::vector<Result<ledger::Submission>> one{submission_of(*fields)};
  submit_all(
      backend, std::move(one),
      [](const std::vector<Verdict>& verdicts) { return alone(verdicts.front()); },
      std::move(done));
}

// What the intent alone would have been answered, with its status.
json::object result_json(const Verdict& verdict, const json::storage_ptr& memory) {
  if (const auto* refused = std::get_if<Refusal>(&verdict)) {
    return problem_document(refused->error, status_of(refused->error.code), refused->retry_after_s);
  }
  JsonAnswer answer = answer_json(std::get<ledger::Answer>(verdict), memory);
  answer.fields["status"] = answer.status;
  return std::move(answer.fields);
}

Response results(const std::vector<Verdict>& verdicts) {
  const json::storage_ptr memory = own_memory();
  json::array results(memory);
  results.reserve(verdicts.size());
  for (const Verdict& verdict : verdicts) results.push_back(result_json(verdict, memory));
  Response response = json_response(json::value({{"results", std::move(results)}}, memory));
  response.weight = static_cast<std::uint32_t>(verdicts.size());
  return response;
}

void submit_batch(const Backend& backend, const Call& call, Finished done) {
  const Result<json::object> fields = parse_object(call.request.body);
  if (!fields) return done(ready(problem(fields.error())));
  const Result<const json::array*> list = list_field(*fields, "intents", true);
  if (!list) return done(ready(problem(list.error())));
  if ((*list)->size() > kIntentsMax) {
    return done(
        ready(problem(field_error("intents", "至多 " + std::to_string(kIntentsMax) + " 份",
                                  "may hold " + std::to_string(kIntentsMax) + " at most"))));
  }
  std::vector<Result<ledger::Submission>> submissions;
  for (const json::value& value : **list) {
    const json::object* one = value.if_object();
    submissions.push_back(one != nullptr
                              ? submission_of(*one)
                              : Result<ledger::Submission>(field_error(
                                    "intents", "的每一项应为对象", "has to hold objects")));
  }
  submit_all(backend, std::move(submissions), results, std::move(done));
}

json::object pending_json(const ledger::PendingIntent& pending) {
  const Result<ledger::IntentView> intent = ledger::IntentView::parse(pending.intent);
  LIUHEN_CHECK(intent.has_value());  // it was parsed before it was kept
  json::array present;
  for (std::size_t i = 0; i < pending.signatures.size(); ++i) {
    if (pending.signatures[i]) present.emplace_back(to_hex(intent->author(i)));
  }
  return {{"intent_hash", to_hex(pending.hash)},
          {"intent", to_base64(pending.intent)},
          {"described", json::parse(ledger::describe_json(*intent))},
          {"signed", std::move(present)},
          {"missing", hex_list(pending.missing())},
          {"expires", pending.expires()}};
}

// The first `limit` that come after `after` by hash, as far as a page goes.
Response pending_list(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  const std::string after = call.target.text("after");
  json::array rows;
  std::size_t bytes = 0;
  bool more = false;
  for (const ledger::SharedPendingIntent& pending : backend.sequencer.pending()) {
    if (!after.empty() && to_hex(pending->hash) <= after) continue;
    more = rows.size() == *limit || bytes >= kPageBytesMax;
    if (more) break;
    rows.push_back(pending_json(*pending));
    bytes += json::serialize(rows.back()).size();
  }
  return json_response({{"pending", std::move(rows)}, {"more", more}});
}

Response pending_one(const Backend& backend, const Call& call) {
  const Result<Bytes> bytes = from_hex(call.captured[0]);
  const Result<Hash> hash = bytes ? exactly<32>(*bytes) : Result<Hash>(bytes.error());
  if (!hash) return problem(hash.error());
  const std::optional<ledger::PendingIntent> pending = backend.sequencer.pending_intent(*hash);
  if (!pending) {
    return problem(
        absent("没有这个待签的意图：可能已经签齐记入，或已过期",
               "no such intent waits: it may have been signed and recorded, or have expired"));
  }
  return json_response(pending_json(*pending));
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/intents", nullptr, submit},
    {"POST", "/api/v1/intents/batch", nullptr, submit_batch},
    {"GET", "/api/v1/pending", pending_list},
    {"GET", "/api/v1/pending/*", pending_one},
};

}  // namespace

std::span<const Route> intent_routes() { return kRoutes; }

}  // namespace liuhen::api::server
