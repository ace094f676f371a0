// Commitments, reveals and their closings: from the announcement to all that the seed depends on.
#include <algorithm>

#include "crypto/draw/digits.h"
#include "crypto/draw/protocol.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

Outcome check_contributor(const Draw& draw, const KeyId& author) {
  if (std::find(draw.contributors.begin(), draw.contributors.end(), author) !=
      draw.contributors.end())
    return ok();
  return fail("draw.contributor", "签名密钥不在抽取“" + draw.stream + "”公告的贡献人之列",
              "the signing key is not among the announced contributors of \"" + draw.stream + "\"");
}

// Whoever contributes must have seen, in a checkpoint, the event that his contribution answers to.
Outcome check_seen(const ledger::Event& event, std::uint64_t position) {
  if (event.intent().fields().seen_size() > position) return ok();
  return fail(
      "draw.unseen",
      "所见检查点须覆盖第 " + std::to_string(position) + " 条记录：请先核对新的检查点再签名",
      "the checkpoint last seen must cover entry " + std::to_string(position) +
          ": check a newer one before signing");
}

Outcome check_in_time(const ledger::Event& event, std::uint64_t deadline) {
  if (event.time() <= deadline) return ok();
  return fail("draw.late", "已过期限（" + time_zh(deadline) + "），不再接受",
              "the deadline (" + time_en(deadline) + ") has passed");
}

Error early(std::uint64_t deadline) {
  return fail("draw.early", "尚有贡献人未完成，且期限（" + time_zh(deadline) + "）未过，不能截止",
              "some contributors have not done so yet and the deadline (" + time_en(deadline) +
                  ") has not passed");
}

constexpr std::size_t kDigitsMax = 16;  // recordings in one draw

// A lottery's issue has one outcome; dice can be thrown again.
Outcome check_not_repeated(const Draw& draw, const ledger::schema::DigitsRecorded& payload) {
  if (draw.digits.size() >= kDigitsMax) {
    return fail("digits.many",
                "一次抽取至多记录 " + std::to_string(kDigitsMax) + " 组彩票或骰子数字",
                "a draw takes digits at most " + std::to_string(kDigitsMax) + " times");
  }
  const std::string_view source = text(payload.source()), issue = text(payload.issue());
  const bool repeated =
      !issue.empty() && std::ranges::any_of(draw.digits, [&](const Digits& other) {
        return other.source == source && other.issue == issue;
      });
  if (!repeated) return ok();
  return fail("digits.repeated", "该期的号码已经记录过",
              "the digits of this issue are recorded already");
}

std::vector<KeyId> committed_in_order(const Draw& draw) {
  std::vector<KeyId> keys;
  for (const KeyId& key : draw.contributors) {
    if (draw.commitments.contains(key)) keys.push_back(key);
  }
  return keys;
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawCommitted& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::committing);
  if (!found) return found.error();
  const Draw& draw = **found;
  const KeyId author = event.intent().author(0);
  if (auto checked = check_contributor(draw, author); !checked) return checked;
  if (draw.commitments.contains(author)) {
    return fail("draw.committed", "该贡献人已经承诺过，承诺不可更换",
                "this contributor has committed already, and cannot again");
  }
  if (auto checked = check_in_time(event, draw.announcement.commit_deadline); !checked)
    return checked;
  if (auto checked = check_seen(event, draw.position); !checked) return checked;
  const auto commitment = exactly<32>(raw(payload.commitment()));
  if (!commitment) return commitment.error();
  for (const auto& [key, other] : draw.commitments) {
    if (other != *commitment) continue;
    return fail(
        "draw.copied", "该承诺与另一位贡献人的相同：请用自己的随机数重新生成",
        "this commitment is the same as another contributor's: make one from a nonce of your own");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawCommitted& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.commitments[event.intent().author(0)] = exactly<32>(raw(payload.commitment())).value();
  draw.named.insert(event.intent().fields().seen_size());
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DigitsRecorded& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::committing);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (auto checked = check_in_time(event, draw.announcement.commit_deadline); !checked)
    return checked;
  if (auto checked = check_seen(event, draw.position); !checked) return checked;
  const auto bits = crypto::draw::digit_bits(text(payload.source()), text(payload.issue()),
                                             text(payload.digits()));
  if (!bits) return bits.error();
  return check_not_repeated(draw, payload);
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::DigitsRecorded& payload) {
  draw_at(state, text(payload.draw()))
      .digits.push_back({.source = std::string(text(payload.source())),
                         .issue = std::string(text(payload.issue())),
                         .digits = std::string(text(payload.digits())),
                         .position = event.position()});
}

std::vector<Bytes> Draw::contributions() const {
  std::vector<Bytes> all = revealed;
  for (const Digits& each : digits)
    all.push_back(crypto::draw::digit_item(each.source, each.issue, each.digits));
  return all;
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::CommitmentsClosed& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::committing);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (draw.commitments.size() < draw.contributors.size() &&
      event.time() <= draw.announcement.commit_deadline) {
    return early(draw.announcement.commit_deadline);
  }
  if (draw.commitments.empty() && !draw.beacon) {
    return fail("draw.nothing_committed", "无人承诺：本次抽取只能记为失败",
                "nobody committed: this attempt can only be recorded as failed");
  }
  if (raw(payload.committed()).size() % 32 != 0 ||
      hashes(raw(payload.committed())) != committed_in_order(draw)) {
    return fail("draw.commitments", "截止所列须恰为已承诺者，并按公告的次序",
                "the closing must list exactly those who committed, in the announced order");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::CommitmentsClosed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.committed = committed_in_order(draw);
  draw.commitments_closed_at = event.position();
  draw.phase = Draw::Phase::revealing;
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawRevealed& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::revealing);
  if (!found) return found.error();
  const Draw& draw = **found;
  const KeyId author = event.intent().author(0);
  if (auto checked = check_contributor(draw, author); !checked) return checked;
  const auto commitment = draw.commitments.find(author);
  if (commitment == draw.commitments.end()) {
    return fail("draw.not_committed", "该贡献人没有承诺过，不能揭示",
                "this contributor did not commit and cannot reveal");
  }
  if (draw.nonces.contains(author)) {
    return fail("draw.revealed", "该贡献人已经揭示过", "this contributor has revealed already");
  }
  if (auto checked = check_in_time(event, draw.announcement.reveal_deadline); !checked)
    return checked;
  if (auto checked = check_seen(event, *draw.commitments_closed_at); !checked) return checked;
  const auto nonce = exactly<32>(raw(payload.nonce()));
  if (!nonce) return nonce.error();
  if (crypto::draw::commitment(draw.leaf_hash, author, *nonce) != commitment->second) {
    return fail("draw.reveal_mismatch", "揭示的随机数与此前的承诺不符",
                "the nonce is not the one committed to");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawRevealed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.nonces[event.intent().author(0)] = exactly<32>(raw(payload.nonce())).value();
  draw.named.insert(event.intent().fields().seen_size());
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::RevealsClosed& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::revealing);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (draw.nonces.size() < draw.committed.size() &&
      event.time() <= draw.announcement.reveal_deadline) {
    return early(draw.announcement.reveal_deadline);
  }
  const auto& listed = *payload.nonces();
  bool same = listed.size() == draw.contributors.size();
  for (std::size_t i = 0; same && i < draw.contributors.size(); ++i) {
    const View nonce = raw(listed.Get(static_cast<flatbuffers::uoffset_t>(i))->nonce());
    const auto revealed = draw.nonces.find(draw.contributors[i]);
    same = revealed == draw.nonces.end()
               ? nonce.empty()
               : std::equal(nonce.begin(), nonce.end(), revealed->second.begin(),
                            revealed->second.end());
  }
  if (same) return ok();
  return fail("draw.reveals",
              "截止所列须为每位公告贡献人已揭示的随机数，未揭示者留空，按公告的次序",
              "the closing must list for each announced contributor, in order, the nonce revealed, "
              "or nothing where none was");
}

void apply(State& state, const ledger::Event& event, const ledger::schema::RevealsClosed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.revealed.clear();
  for (const auto* revealed : *payload.nonces()) {
    const View nonce = raw(revealed->nonce());
    draw.revealed.emplace_back(nonce.begin(), nonce.end());
  }
  draw.reveals_closed_at = event.position();
  draw.phase = Draw::Phase::ready;
}

}  // namespace liuhen::projections
