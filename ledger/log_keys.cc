#include "ledger/log_keys.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::ledger {
namespace {

constexpr std::string_view kHeader = "liuhen/log-key/v1\n";

std::string text_of_change(const LogKeyChange& change) {
  return std::string(kHeader) + change.before.vkey() + "\n" + change.key.vkey() + "\n" +
         change.reason + "\n";
}

Error bad_format() {
  return fail("log_key.format", "更换日志密钥的声明不合格式",
              "what is to change the log's key is not in its form");
}

// The line that begins the text, which it is taken from.
std::string take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string sign_key_change(const std::string& origin, const crypto::SigningKey& before,
                            const crypto::SigningKey& key, const std::string& reason) {
  const LogKeyChange change{.before = {.name = origin, .key = before.public_key()},
                            .key = {.name = origin, .key = key.public_key()},
                            .reason = reason};
  const std::string text = text_of_change(change);
  return crypto::format_note({.text = text,
                              .signatures = {crypto::sign_note(before, origin, text),
                                             crypto::sign_note(key, origin, text)}});
}

Result<LogKeyChange> open_key_change(std::string_view note) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed || !parsed->text.starts_with(kHeader)) return bad_format();
  std::string_view rest = std::string_view(parsed->text).substr(kHeader.size());
  const auto before = crypto::parse_vkey(take_line(rest));
  const auto key = crypto::parse_vkey(take_line(rest));
  if (!before || !key) return bad_format();
  LogKeyChange change{.before = *before, .key = *key, .reason = take_line(rest)};
  const bool whole = !change.reason.empty() && text_of_change(change) == parsed->text;
  const bool keys = before->type == crypto::NoteKeyType::ed25519 && key->type == before->type &&
                    key->name == before->name && key->key != before->key &&
                    crypto::is_valid_key(key->key);
  if (!whole || !keys || parsed->signatures.size() != 2) return bad_format();
  const crypto::NoteKey both[] = {*before, *key};
  const auto by = crypto::verify_note(*parsed, both);
  if (by && by->size() == 2) return change;
  return fail("log_key.signature", "更换日志密钥须由旧密钥和新密钥各签名一次，其中有签名不成立",
              "both the log's key and the one that follows it have to sign the change, and a "
              "signature is not good");
}

bool is_key_change(const Event& event) {
  if (event.tag() != PayloadTag::EvidenceAttached) return false;
  const auto& payload = event.payload<schema::EvidenceAttached>();
  return payload.about()->string_view() == kKeyChangeAbout &&
         payload.kind()->string_view() == kKeyChangeKind;
}

Result<LogKeyChange> key_change_in(const Event& event) {
  const auto& payload = event.payload<schema::EvidenceAttached>();
  if (payload.note() == nullptr) return bad_format();
  const std::string_view note = payload.note()->string_view();
  const Hash hash = crypto::sha256(view_of(note));
  if (!std::equal(hash.begin(), hash.end(), payload.sha256()->begin(), payload.sha256()->end()))
    return bad_format();
  auto change = open_key_change(note);
  if (change && change->before.name != event.intent().origin()) return bad_format();
  return change;
}

Outcome LogKeys::check(const Event& event) const {
  if (!is_key_change(event)) return ok();
  const auto change = key_change_in(event);
  if (!change) return change.error();
  if (terms_.empty() || terms_.back().key != change->before.key) {
    return fail("log_key.before", "所要更换的不是现用的日志密钥",
                "the key that it replaces is not the one by which the log signs");
  }
  if (has(change->key.key)) {
    return fail("log_key.known", "新的日志密钥以前用过：请换一把新密钥",
                "the log has signed by that key before: make a new one");
  }
  return ok();
}

void LogKeys::append(const Event& event) {
  if (event.tag() == PayloadTag::Genesis && terms_.empty()) {
    const auto& key = *event.payload<schema::Genesis>().log_key();
    terms_.push_back({0, exactly<32>(View(key.data(), key.size())).value()});
  } else if (is_key_change(event)) {
    terms_.push_back({event.position() + 1, key_change_in(event).value().key.key});
  }
}

std::optional<KeyId> LogKeys::at(std::uint64_t size) const {
  for (auto term = terms_.rbegin(); term != terms_.rend(); ++term) {
    if (term->from <= size) return term->key;
  }
  return std::nullopt;
}

bool LogKeys::has(const KeyId& key) const {
  return std::ranges::any_of(terms_, [&](const LogKeyTerm& term) { return term.key == key; });
}

std::vector<crypto::NoteKey> LogKeys::note_keys(const std::string& origin) const {
  std::vector<crypto::NoteKey> keys;
  for (const LogKeyTerm& term : terms_) keys.push_back({.name = origin, .key = term.key});
  return keys;
}

}  // namespace liuhen::ledger
