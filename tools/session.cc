#include "tools/session.h"

#include <sodium/utils.h>

#include <algorithm>

#include "api/limits.h"
#include "crypto/merkle.h"
#include "crypto/sha256.h"
#include "ledger/typed_intent.h"
#include "projections/streams.h"
#include "tools/payload_words.h"
#include "tools/progress.h"

namespace liuhen::tools {

namespace json = boost::json;

struct Session::Local {
  std::unique_ptr<api::server::Service> service;
  std::unique_ptr<api::Connection> connection;
};

Session::Session(Environment& environment, const Target& target)
    : environment_(environment), target_(target) {}

Session::~Session() {
  if (local_) local_->service->stop();
}

Result<api::Connection*> Session::connection() {
  if (environment_.connection != nullptr) return environment_.connection;
  if (remote_) return remote_.get();
  if (local_) return local_->connection.get();
  if (target_.url.empty() == target_.dir.empty()) {
    return fail(
        "session.target", "请给出 --url（运行中的服务）或 --dir（没有服务在运行的目录），二者取一",
        "give either --url (a running service) or --dir (a directory where nothing is running)");
  }
  if (!target_.url.empty()) {
    auto remote = api::connect(target_.url, {.ca_file = target_.ca, .attempts = api::kAttempts});
    if (!remote) return remote.error();
    remote_ = std::move(*remote);
    return remote_.get();
  }
  auto service = open_directory(environment_, target_);
  if (!service) return service.error();
  local_ = std::make_unique<Local>();
  local_->service = std::move(*service);
  local_->connection = api::server::connect(*local_->service);
  return local_->connection.get();
}

namespace {

// A secret text that goes when this does.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_(text) {}
  ~Wiped() { sodium_memzero(text_.data(), text_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::string& text_;
};

}  // namespace

Result<std::unique_ptr<api::server::Service>> open_directory(Environment& environment,
                                                             const Target& target,
                                                             api::server::ServiceOptions options) {
  const bool own = target.platform_passphrase.known || !target.platform_passphrase.file.empty();
  const PassphraseSource& source = own ? target.platform_passphrase : target.passphrase;
  auto given = source.given();
  if (!given) return given.error();
  ProgressLine progress(environment, "重放账本", "replaying the ledger");
  options.dir = target.dir;
  if (options.clock == nullptr) options.clock = &environment.clock;
  options.accept_loss = target.accept_loss;
  // What is due is recorded once all that was lost is set aside, which the last entry tells.
  if (target.accept_loss) options.platform_acts = false;
  options.beacon_url = target.beacon_url;
  options.progress = [&progress](std::uint64_t done, std::uint64_t all) { progress(done, all); };
  const Wiped wiped(options.passphrase);
  if (*given) options.passphrase = **given;
  if (*given) sodium_memzero((*given)->data(), (*given)->size());
  auto service = api::server::Service::open(options);
  if (service || service.error().code != "key.passphrase" || *given) return service;
  auto typed =
      source.get(environment.pick("平台密钥的口令：", "passphrase of the platform's keys: "));
  if (!typed) return typed.error();
  options.passphrase = *typed;
  sodium_memzero(typed->data(), typed->size());
  return api::server::Service::open(options);
}

namespace {

Result<json::value> parsed(const Result<api::Response>& response) {
  if (!response) return response.error();
  if (response->status >= 300) return api::error_of(*response);
  boost::system::error_code problem;
  json::value value = json::parse(response->body, problem);
  if (problem) {
    return fail("session.answer", "服务的回答不是 JSON：" + problem.message(),
                "the service's answer is not JSON: " + problem.message());
  }
  return value;
}

}  // namespace

Result<json::value> Session::get(const std::string& target) {
  auto to = connection();
  if (!to) return to.error();
  return parsed((*to)->get(target));
}

Result<json::value> Session::post(const std::string& target, const json::value& body) {
  auto to = connection();
  if (!to) return to.error();
  return parsed((*to)->send({"POST", target, "application/json", json::serialize(body)}));
}

Result<json::value> Session::post_bytes(const std::string& target,
                                        std::span<const std::uint8_t> body) {
  auto to = connection();
  if (!to) return to.error();
  return parsed(
      (*to)->send({"POST", target, "application/octet-stream", std::string(text_of(body))}));
}

void Session::add_key(NamedKey key) {
  keys_read_ = true;
  keys_.push_back(std::move(key));
}

Result<const std::vector<NamedKey>*> Session::keys() {
  if (!keys_read_) {
    for (const std::string& path : target_.keys) {
      auto key = read_key(path, target_.passphrase);
      if (!key) return key.error();
      keys_.push_back(std::move(*key));
    }
    keys_read_ = true;
  }
  return &keys_;
}

Outcome Session::authors(std::vector<std::uint8_t>& out) {
  auto given = keys();
  if (!given) return given.error();
  if ((*given)->empty()) {
    return fail("session.key", "请用 --key 给出签名的密钥文件",
                "name the signing key file with --key");
  }
  for (const NamedKey& named : **given) {
    const KeyId& id = named.key.public_key();
    out.insert(out.end(), id.begin(), id.end());
  }
  if (target_.second.empty()) return ok();
  auto listed = get("/api/v1/keys");
  if (!listed) return listed.error();
  for (const json::value& row : listed->at("keys").as_array()) {
    const std::string_view id = row.at("key").as_string();
    const std::string_view person = row.at("person").as_string();
    if ((person == target_.second || id == target_.second) && row.at("revoked").is_null()) {
      auto bytes = from_hex(id);
      if (!bytes) return bytes.error();
      out.insert(out.end(), bytes->begin(), bytes->end());
      return ok();
    }
  }
  return fail("session.second", "没有人或密钥叫 “" + target_.second + "”（--second）",
              "no person or key is called '" + target_.second + "' (--second)");
}

namespace {

Error other_log(const std::string& said, const std::string& seen) {
  return fail("session.log",
              "服务自称是“" + said + "”，所核对的检查点却属于“" + seen + "”：没有签名，请立即核查",
              "the service says that it is \"" + said +
                  "\", and the checkpoint looked at is of \"" + seen +
                  "\": nothing was signed; look into it at once");
}

}  // namespace

Result<Bytes> Session::build(ledger::schema::PayloadUnion payload) {
  auto log = get("/api/v1/log");
  if (!log) return log.error();
  ledger::schema::IntentT intent;
  intent.origin = std::string(log->at("origin").as_string());
  intent.id.resize(16);
  environment_.entropy.fill(intent.id);
  if (auto outcome = authors(intent.authors); !outcome) return outcome.error();
  intent.seen_size = log->at("size").to_number<std::uint64_t>();
  auto root = from_base64(std::string_view(log->at("root").as_string()));
  if (!root) return root.error();
  intent.seen_root = *root;
  if (seen_) {
    if (seen_->origin != intent.origin) return other_log(intent.origin, seen_->origin);
    intent.seen_size = seen_->size;
    intent.seen_root.assign(seen_->root.begin(), seen_->root.end());
  }
  intent.expires = environment_.clock.now_s() + std::uint64_t{target_.valid_h} * 3600;
  intent.payload = std::move(payload);
  intent.stream = projections::stream_of(intent);
  auto stream = get("/api/v1/streams/" + segment(intent.stream));
  if (!stream) return stream.error();
  intent.expected_version = stream->at("version").to_number<std::uint64_t>();
  if (!projections::version_is_expected(intent.payload.type))
    intent.expected_version = flatbuffers::nullopt;
  return ledger::encode_typed(intent);
}

Result<json::object> Session::submission(const Bytes& intent,
                                         const std::vector<ledger::Opening>& openings) {
  auto view = ledger::IntentView::parse(intent);
  if (!view) return view.error();
  auto given = keys();
  if (!given) return given.error();
  json::array signatures;
  for (const NamedKey& named : **given) {
    const Signature signature = ledger::sign_intent(named.key, intent);
    signatures.push_back(
        {{"key", to_hex(named.key.public_key())}, {"signature", to_hex(signature)}});
  }
  json::array opened;
  for (const ledger::Opening& opening : openings) {
    opened.push_back({{"commitment", to_hex(opening.commitment)},
                      {"salt", to_hex(opening.salt)},
                      {"bytes", to_base64(opening.bytes)}});
  }
  return json::object{
      {"intent", to_base64(intent)}, {"signatures", signatures}, {"openings", opened}};
}

Result<Submitted> Session::send(const Bytes& intent, const std::vector<ledger::Opening>& openings) {
  auto body = submission(intent, openings);
  if (!body) return body.error();
  auto answer = post("/api/v1/intents", *body);
  if (!answer) return answer.error();
  const json::object& fields = answer->as_object();
  Submitted submitted;
  if (fields.contains("missing")) {
    submitted.waiting = true;
    submitted.intent_hash = std::string(fields.at("intent_hash").as_string());
  } else {
    submitted.position = fields.at("position").to_number<std::uint64_t>();
    submitted.repeated = fields.at("repeated").as_bool();
  }
  return submitted;
}

Result<Submitted> Session::submit(ledger::schema::PayloadUnion payload,
                                  const std::vector<ledger::Opening>& openings) {
  auto intent = build(std::move(payload));
  if (!intent) return intent.error();
  return send(*intent, openings);
}

Outcome Session::submit_and_say(ledger::schema::PayloadUnion payload,
                                const std::vector<ledger::Opening>& openings) {
  const std::string kind = payload_words(environment_, payload.type);
  auto submitted = submit(std::move(payload), openings);
  if (!submitted) return submitted.error();
  if (submitted->waiting) {
    environment_.say("待第二人签名：" + kind + "，编号 " + submitted->intent_hash +
                         "（第二人运行 liuhen sign " + submitted->intent_hash + "）",
                     "waiting for the second signature: " + kind + ", id " +
                         submitted->intent_hash + " (the second person runs liuhen sign " +
                         submitted->intent_hash + ")");
  } else {
    const std::string position = std::to_string(submitted->position);
    environment_.say("已记入：" + kind + "，位置 " + position,
                     "recorded: " + kind + " at position " + position);
  }
  return ok();
}

std::string draw_stream(const std::string& text) {
  return text.starts_with("draw/") ? text : "draw/" + text;
}

std::string segment(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace liuhen::tools
