// What observers say of a draw, and photographs, videos and papers, by hash.
#include <algorithm>

#include "ledger/log_keys.h"
#include "ledger/loss.h"
#include "projections/draw_lookup.h"
#include "projections/restricted_pool.h"
#include "projections/sealed_draw.h"

namespace liuhen::projections {

namespace {

constexpr std::size_t kKindBytesMax = 64;

// No operator says alone what of his own log is lost.
Outcome check_outside(const State& state, const ledger::Event& event) {
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key* key = author_key(state, event, i);
    if (key->has(Role::trustee) && key->outside) return ok();
  }
  return fail("role.outside", "失去已签的检查点，须由运营方以外的一位受托人一同签名",
              "that a signed checkpoint is lost a trustee outside the operator has to sign too");
}

// That both keys signed, and which one is in force, every log has to obey (ledger/log_keys.h).
Outcome check_key_change(const State& state, const ledger::Event& event) {
  if (auto checked = check_trustees(state, event); !checked) return checked;
  const auto change = ledger::key_change_in(event);
  if (!change) return change.error();
  if (state.keys.find(change->key.key) == nullptr) return ok();
  return fail("log_key.known", "新的日志密钥是某人的密钥：请换一把新密钥",
              "the log's new key is somebody's own: make a new one");
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawAttested& payload) {
  auto found = find_draw(state, text(payload.draw()));
  if (!found) return found.error();
  if (payload.pool()) return check_pool_attestation(**found, event);
  if ((*found)->attested_by.contains(event.intent().author(0))) {
    return fail("attest.repeated", "该见证人对本次抽取已经作过见证",
                "this observer has attested to this draw already");
  }
  return check_seal_attestation(**found, event);
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawAttested& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  const KeyId author = event.intent().author(0);
  draw.attestations.push_back(event.position());
  if (payload.pool()) {
    draw.pool_checked.push_back(
        {.supervisor = author, .position = event.position(), .agrees = payload.agrees()});
    return;
  }
  draw.attested_by.insert(author);
  if (std::ranges::find(draw.supervisors, author) != draw.supervisors.end()) {
    draw.seal_checked.push_back(
        {.supervisor = author, .position = event.position(), .agrees = payload.agrees()});
  }
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::EvidenceAttached& payload) {
  const std::string about(text(payload.about()));
  if (state.stream_version(about) == 0) {
    return fail("evidence.about", "没有记录流“" + about + "”，请核对证据所指",
                "there is no stream \"" + about + "\": check what the evidence is about");
  }
  if (payload.kind()->size() == 0 || payload.kind()->size() > kKindBytesMax) {
    return fail("evidence.kind", "证据种类须为 1 至 64 字节",
                "the kind of evidence must be of 1 to 64 bytes");
  }
  if (ledger::is_key_change(event)) return check_key_change(state, event);
  return ledger::is_loss(event) ? check_outside(state, event) : ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::EvidenceAttached&) {
  if (ledger::is_key_change(event)) state.log_key = ledger::key_change_in(event).value().key.key;
}

}  // namespace liuhen::projections
