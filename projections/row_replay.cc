#include "projections/row_replay.h"

#include <algorithm>

#include "crypto/draw/digits.h"
#include "crypto/draw/protocol.h"
#include "crypto/vrf.h"
#include "projections/fields.h"
#include "projections/streams.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

Error out_of_place() {
  return fail("row.entry", "这条事件不属于单户证明文件，或重复、次序不对、缺了它所依据的",
              "this event has no place in the file of one row, or is there twice, out of order or "
              "without what it rests on");
}

template <class Payload>
bool keep_once(const ledger::Event& event, std::optional<typename Payload::NativeTableType>& kept) {
  if (kept) return false;
  kept = unpacked(event.payload<Payload>());
  return true;
}

}  // namespace

Outcome RowReplay::check_place(const ProofEntry& entry, const ledger::Event& event) {
  if (event.position() != entry.position)
    return fail("chain.position", "条目自称的位置不是此处",
                "the entry says that it belongs elsewhere");
  if (!last_ && (event.position() != 0 || event.tag() != Tag::Genesis))
    return fail("proof.genesis", "证明文件须从创世事件（第 0 条）开始",
                "such a file begins with the genesis (entry 0)");
  if (last_ && event.position() <= *last_)
    return fail("proof.order", "证明文件中的条目须按位置递增",
                "the entries of a proof file ascend by position");
  const ledger::IntentView& intent = event.intent();
  if (intent.origin() != origin_)
    return fail("intent.origin", "该事件是给另一个账本的", "the event is for another log");
  if (intent.stream() != stream_of(intent.fields()))
    return fail("intent.stream", "所写的流不是此事件的", "the stream is not the event's");
  if (ledger::verify_signatures(intent, event.signatures())) return ok();
  return fail("intent.signature", "签名不成立：不是署名人所签，或内容被改动",
              "a signature is not good: its author did not sign this");
}

Outcome RowReplay::take_chain(const ledger::Event& event) {
  const auto& payload = event.payload<schema::BeaconChainSet>();
  apply(state_, event, payload);
  const Hash named = exactly<32>(raw(payload.chain())).value();
  return crypto::drand::check_chain(state_.beacons.find(named)->chain, named);
}

Outcome RowReplay::take_step(const ledger::Event& event) {
  if (event.intent().stream() != draw_ || (event.tag() != Tag::DrawAnnounced && !announced_))
    return out_of_place();
  bool fits = true;
  switch (event.tag()) {
    case Tag::DrawAnnounced:
      fits = keep_once<schema::DrawAnnounced>(event, announced_);
      announcement_leaf_ = event.leaf_hash();
      break;
    case Tag::DigitsRecorded: {
      const auto& payload = event.payload<schema::DigitsRecorded>();
      fits = !nonces_;
      digits_.push_back(crypto::draw::digit_item(text(payload.source()), text(payload.issue()),
                                                 text(payload.digits())));
      break;
    }
    case Tag::RevealsClosed:
      fits = !nonces_;
      nonces_.emplace();
      for (const auto* revealed : *event.payload<schema::RevealsClosed>().nonces()) {
        const View nonce = raw(revealed->nonce());
        nonces_->emplace_back(nonce.begin(), nonce.end());
      }
      break;
    case Tag::BeaconRecorded:
      fits = nonces_ && keep_once<schema::BeaconRecorded>(event, beacon_);
      break;
    case Tag::DrawExecuted:
      fits = nonces_ && keep_once<schema::DrawExecuted>(event, executed_);
      known_at_ = event.position();
      break;
    case Tag::DrawDisclosed:
      fits = is_sealed() && keep_once<schema::DrawDisclosed>(event, opening_) &&
             opening_->part == 0 && opening_->visits.empty();
      known_at_ = event.position();
      break;
    case Tag::DrawVoided:
      fits = !std::exchange(voided_, true);
      break;
    case Tag::DrawFailed:
      fits = !std::exchange(failed_, true) && !nonces_;
      break;
    default:
      fits = false;
  }
  return fits ? ok() : Outcome(out_of_place());
}

Outcome RowReplay::take_event(const ledger::Event& event) {
  if (event.tag() == Tag::Genesis || ledger::is_key_change(event)) {
    if (event.tag() == Tag::Genesis && event.position() != 0) return out_of_place();
    if (auto checked = log_keys_.check(event); !checked) return checked;
    log_keys_.append(event);
    return ok();
  }
  return event.tag() == Tag::BeaconChainSet ? take_chain(event) : take_step(event);
}

Outcome RowReplay::take(const ProofEntry& entry) {
  const auto event = ledger::Event::parse(entry.bytes);
  if (!event) return event.error();
  if (!event->intent().known())
    return fail("payload.unknown", "本程序不认识的内容，请升级",
                "it holds something that this program does not know: upgrade it");
  if (auto checked = check_place(entry, *event); !checked) return checked;
  last_ = entry.position;
  return take_event(*event);
}

Result<std::vector<Hash>> RowReplay::outputs() const {
  if (announced_->beacon_chain.empty()) {
    if (beacon_) return out_of_place();
    return std::vector<Hash>();
  }
  const RegisteredChain* registered =
      state_.beacons.find(exactly<32>(View(announced_->beacon_chain)).value());
  if (registered == nullptr)
    return fail("beacon.unknown", "文件中没有公告的信标链的登记",
                "the file does not hold the registration of the announced beacon chain");
  if (!beacon_)
    return fail("draw.beacon_awaited", "执行之前没有记录公告的信标",
                "the announced beacon was not recorded before the execution");
  if (beacon_->round != announced_->beacon_round)
    return fail("draw.beacon_round", "信标不是公告的那一轮",
                "the beacon's round is not the one announced");
  const auto signature = exactly<48>(View(beacon_->signature));
  if (!signature) return signature.error();
  auto output = crypto::drand::verify_round(registered->chain, beacon_->round, *signature);
  if (!output) return output.error();
  return std::vector<Hash>{*output};
}

Result<std::optional<std::array<std::uint8_t, 64>>> RowReplay::seed() const {
  if (!announced_)
    return fail("proof.draw", "文件中没有该抽取的公告",
                "the file does not hold the announcement of its draw");
  std::optional<std::array<std::uint8_t, 64>> none;
  if (!executed_ || is_sealed()) return none;
  if (nonces_->size() * 32 != announced_->contributors.size())
    return fail("draw.reveals", "所列随机数的个数不是公告的贡献人数",
                "there is not one nonce for each announced contributor");
  const auto beacon = outputs();
  if (!beacon) return beacon.error();
  std::vector<Bytes> contributions = *nonces_;
  contributions.insert(contributions.end(), digits_.begin(), digits_.end());
  const auto key = exactly<32>(View(announced_->vrf_key));
  const auto pi = exactly<80>(View(opening_ ? opening_->pi : executed_->pi));
  if (key && pi) {
    const auto beta = crypto::vrf::verify(
        *key, crypto::draw::alpha(announcement_leaf_, contributions, *beacon), *pi);
    if (beta && opening_ &&
        !std::ranges::equal(crypto::draw::sealed_hash(announcement_leaf_, *beta),
                            executed_->seed_hash))
      return fail("draw.seed_hash", "种子不是执行时所承诺的那一个",
                  "the seed is not the one committed to at execution");
    if (beta) return std::optional<std::array<std::uint8_t, 64>>(*beta);
  }
  return fail("draw.vrf", "随机证明与公告的公钥和已公开的随机数不符",
              "the proof is not of the announced key over what was contributed");
}

}  // namespace liuhen::projections
