#include "api/server/platform.h"

#include <algorithm>
#include <chrono>

#include "api/limits.h"
#include "api/server/pool_opener.h"
#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "crypto/vrf.h"
#include "projections/sealed_draw.h"
#include "projections/streams.h"
#include "projections/witnessed.h"

namespace liuhen::api::server {
namespace {

namespace schema = ledger::schema;
using projections::Draw;
using projections::Due;
using projections::State;

constexpr std::uint64_t kIntentLifeS = 3'600;
constexpr std::size_t kRoundsMax = 1'024;

template <class Table>
schema::PayloadUnion united(Table table) {
  schema::PayloadUnion payload;
  payload.Set(std::move(table));
  return payload;
}

// The same for the same step of the same stream, so that doing it twice is doing it once.
std::vector<std::uint8_t> intent_id(std::string_view stream, std::uint64_t version) {
  crypto::TupleWriter tuple;
  const Hash hash =
      crypto::sha256(tuple.item("liuhen/platform/v1").item(stream).u64(version).view());
  return {hash.begin(), hash.begin() + 16};
}

std::vector<std::uint8_t> bytes_of(View view) { return {view.begin(), view.end()}; }

schema::CommitmentsClosedT commitments_of(const Draw& draw) {
  schema::CommitmentsClosedT closed;
  closed.draw = draw.stream;
  for (const KeyId& key : draw.contributors) {
    if (draw.commitments.contains(key))
      closed.committed.insert(closed.committed.end(), key.begin(), key.end());
  }
  return closed;
}

schema::RevealsClosedT reveals_of(const Draw& draw) {
  schema::RevealsClosedT closed;
  closed.draw = draw.stream;
  for (const KeyId& key : draw.contributors) {
    auto row = std::make_unique<schema::RevealedT>();
    const auto found = draw.nonces.find(key);
    if (found != draw.nonces.end()) row->nonce = bytes_of(found->second);
    closed.nonces.push_back(std::move(row));
  }
  return closed;
}

schema::CheckpointWitnessedT payload_of(CosignedCheckpoint cosigned) {
  schema::CheckpointWitnessedT payload;
  payload.size = cosigned.checkpoint.size;
  payload.root = bytes_of(cosigned.checkpoint.root);
  payload.cosignatures = std::move(cosigned.lines);
  return payload;
}

// What one visit takes in an entry, at most: its texts, their lengths, offsets, padding.
std::size_t encoded_bytes(const schema::VisitT& visit) {
  std::size_t bytes = visit.subject.size() + visit.ticket.size() + 64;
  for (const std::string& member : visit.team) bytes += member.size() + 16;
  return bytes;
}

// Where part number `part` begins, and the end of the list when there are no more parts.
std::size_t part_begin(const std::vector<schema::VisitT>& visits, std::uint32_t part) {
  std::size_t at = 0;
  for (std::uint32_t done = 0; done < part; ++done) {
    for (std::size_t bytes = 0; at < visits.size(); ++at) {
      bytes += encoded_bytes(visits[at]);
      if (bytes > kDisclosureBytesMax) break;
    }
  }
  return at;
}

Error unopened(std::uint64_t count) {
  return fail("platform.conflicts",
              std::to_string(count) + " 条利益冲突的内容已无法打开，平台不能执行匹配",
              std::to_string(count) +
                  " conflicts can no longer be opened; the platform cannot match without them");
}

}  // namespace

projections::OpenConflict conflict_opener(ledger::RestrictedStore& restricted) {
  return [&restricted](const Hash& commitment) -> std::optional<projections::ConflictContent> {
    const auto opening = restricted.get(commitment);
    if (!opening || !*opening) return std::nullopt;
    return conflict_in((*opening)->bytes);
  };
}

std::optional<projections::ConflictContent> conflict_in(View bytes) {
  Result<projections::ConflictContent> content = projections::decode_conflict(bytes);
  if (!content) return std::nullopt;
  return std::move(*content);
}

Outcome Platform::may_sign(const State& state) const {
  const projections::Key* key = state.keys.find(parts_.keys.platform.public_key());
  if (state.keys.keys.empty() || (key != nullptr && key->valid())) return ok();
  if (key == nullptr) {
    return fail("platform.unknown",
                "本服务的平台密钥未在账本中获授权：平台该做的都无法记录；请由两名受托人授予"
                "（KeyGranted），或放回原来的密钥后重启",
                "this service's platform key was not granted in the ledger: nothing that falls to "
                "the platform can be recorded; have two trustees grant it (KeyGranted), or put the "
                "former key back, and start the service anew");
  }
  return fail("platform.revoked",
              "本服务的平台密钥已在账本中吊销：平台该做的（公布、执行、递补）都无法记录；"
              "请由两名受托人授予新密钥（KeyGranted），换上后重启",
              "this service's platform key is revoked in the ledger: nothing that falls to the "
              "platform can be recorded; have two trustees grant a new one (KeyGranted), put it "
              "in place, and start the service anew");
}

void Platform::start() {
  thread_ = std::thread([this] { run(); });
}

void Platform::wake() {
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  signal_.notify_one();
}

void Platform::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  signal_.notify_one();
  for (api::BeaconSource* source : parts_.beacons) source->cancel();
  if (thread_.joinable()) thread_.join();
}

bool Platform::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Platform::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      signal_.wait_for(lock, std::chrono::seconds(1), [this] { return awake_ || stopping_; });
      if (stopping_) return;
      awake_ = false;
    }
    // What could not be recorded stays due, is tried again, and shows in the health.
    (void)advance();
  }
}

Outcome Platform::advance() {
  const std::lock_guard lock(advancing_);
  Outcome outcome = record_what_is_due();
  const std::lock_guard guard(mutex_);
  stuck_ = outcome ? std::nullopt : std::optional(outcome.error());
  return outcome;
}

std::optional<Error> Platform::stuck() const {
  const std::lock_guard lock(mutex_);
  return stuck_;
}

Outcome Platform::record_what_is_due() {
  for (;;) {
    std::vector<Bytes> intents;
    std::optional<std::pair<std::uint64_t, std::size_t>>
        noted;  // what the first records, if it does
    std::vector<Wanted> wanted;
    Outcome outcome = ok();
    {
      Result<ReadModel::Reading> reading = parts_.model.read(parts_.sequencer.size());
      if (!reading) return reading.error();
      if (Outcome may = may_sign(reading->state()); !may) return may;
      // Before the event that it serves, where it is there; nothing waits for it.
      if (auto found = witnessed(reading->state())) {
        noted = {found->checkpoint.size, found->lines.size()};
        intents.push_back(intent_of(*reading, united(payload_of(std::move(*found)))));
      }
      for (const Due& due : projections::due(reading->state(), parts_.clock.now_s())) {
        const Draw& draw = reading->state().draws.by_stream.at(due.draw);
        if (due.round != 0 && !rounds_.contains({draw.beacon->chain_hash, due.round})) {
          wanted.push_back({.beacon = *draw.beacon, .round = due.round});
          continue;
        }
        Result<Bytes> intent = intent_for(*reading, due);
        if (intent) {
          intents.push_back(std::move(*intent));
        } else if (outcome) {
          outcome = intent.error();
        }
      }
    }
    bool recorded = false;  // or fetched, which something then waits for
    for (Bytes& intent : intents) {
      if (is_stopping()) return outcome;
      ledger::Submission submission;
      const Signature signature = ledger::sign_intent(parts_.keys.platform, intent);
      submission.signatures.emplace_back(parts_.keys.platform.public_key(), signature);
      submission.intent = std::move(intent);
      const Result<ledger::Answer> answer = parts_.sequencer.submit_and_wait(std::move(submission));
      if (answer) {
        recorded = true;
        if (noted) cosigned_.insert_or_assign(noted->first, noted->second);
      } else if (outcome) {
        outcome = answer.error();
      }
      noted.reset();
    }
    while (cosigned_.size() > kCosignedKeptMax) cosigned_.erase(cosigned_.begin());
    for (const Wanted& round : wanted) {
      if (is_stopping()) return outcome;
      const Outcome fetched = fetch(round);
      if (fetched) {
        recorded = true;
      } else if (outcome) {
        outcome = fetched;
      }
    }
    if (!recorded) return outcome;
  }
}

Outcome Platform::fetch(const Wanted& wanted) {
  Outcome outcome = fail("beacon.absent", "没有配置信标的来源：请放入文件或给出网址",
                         "no source of beacons is configured: add a file, or give an address");
  for (api::BeaconSource* source : parts_.beacons) {
    const auto signature = source->signature(wanted.beacon.chain_hash, wanted.round);
    const auto output = signature ? projections::output_of(wanted.beacon, wanted.round, *signature)
                                  : Result<Hash>(signature.error());
    if (!output) {
      outcome = output.error();
      continue;
    }
    if (rounds_.size() >= kRoundsMax) rounds_.clear();
    rounds_[{wanted.beacon.chain_hash, wanted.round}] = *signature;
    return ok();
  }
  return outcome;
}

Result<Bytes> Platform::intent_for(const ReadModel::Reading& reading, const Due& due) {
  Result<Payload> payload = payload_for(reading.state(), due);
  if (!payload) return payload.error();
  return intent_of(reading, std::move(*payload));
}

std::optional<CosignedCheckpoint> Platform::witnessed(const State& state) const {
  if (parts_.publisher == nullptr) return std::nullopt;
  // Older ledgers let nobody record it until their trustees do.
  if (!state.keys.permissions.contains(ledger::PayloadTag::CheckpointWitnessed))
    return std::nullopt;
  for (const std::uint64_t position : projections::positions_to_witness(state)) {
    if (auto found = parts_.publisher->covering(position)) return found;
  }
  // A reader's policy may ask for more witnesses than this service's.
  for (const std::uint64_t size : projections::sizes_named(state)) {
    auto found = parts_.publisher->at(size);
    const auto known = cosigned_.find(size);
    if (found && found->lines.size() > (known == cosigned_.end() ? 0 : known->second)) return found;
  }
  return std::nullopt;
}

Bytes Platform::intent_of(const ReadModel::Reading& reading, Payload payload) {
  const State& state = reading.state();
  schema::IntentT intent;
  intent.origin = state.origin;
  intent.payload = std::move(payload);
  intent.stream = projections::stream_of(intent);
  const std::uint64_t version = state.stream_version(intent.stream);
  intent.expected_version = version;
  intent.id = intent_id(intent.stream, version);
  intent.authors = bytes_of(parts_.keys.platform.public_key());
  intent.seen_size = reading.size();
  intent.seen_root = bytes_of(reading.tree().root());
  // The recorded time never decreases, even when the clock has stepped back.
  const std::uint64_t now =
      std::max(parts_.clock.now_s(), state.times.empty() ? 0 : state.times.back());
  intent.expires = now + kIntentLifeS;
  return ledger::encode(intent);
}

Result<schema::PayloadUnion> Platform::payload_for(const State& state, const Due& due) {
  const Draw& draw = state.draws.by_stream.at(due.draw);
  switch (due.kind) {
    case Due::Kind::close_commitments:
      return united(commitments_of(draw));
    case Due::Kind::close_reveals:
      return united(reveals_of(draw));
    case Due::Kind::beacon:
      return beacon_of(draw, due.round);
    case Due::Kind::execute:
      return execution_of(state, draw);
    case Due::Kind::disclose:
      return disclosure_of(state, draw);
    case Due::Kind::substitute:
      return substitution_of(state, draw, due);
    case Due::Kind::fail:
      break;
  }
  schema::DrawFailedT failed;
  failed.draw = draw.stream;
  failed.reason = "期限内无人承诺 / nobody committed in time";
  return united(std::move(failed));
}

schema::PayloadUnion Platform::beacon_of(const Draw& draw, std::uint64_t round) {
  schema::BeaconRecordedT recorded;
  recorded.draw = draw.stream;
  recorded.round = round;
  recorded.signature = bytes_of(rounds_.at({draw.beacon->chain_hash, round}));
  return united(std::move(recorded));
}

Result<Platform::Proven> Platform::prove(const Draw& draw) const {
  const KeyId own = crypto::vrf::public_key(parts_.keys.vrf);
  if (bytes_of(own) != draw.announcement.vrf_key) {
    return fail("platform.vrf_key",
                "抽取“" + draw.stream + "”公告的 VRF 公钥不属于本服务，须由持有者执行",
                "the VRF key announced for \"" + draw.stream +
                    "\" is not this service's; its holder has to execute");
  }
  const Bytes alpha = projections::alpha_of(draw);
  Proven proven{.pi = crypto::vrf::prove(parts_.keys.vrf, alpha), .seed = {}};
  const Result<crypto::vrf::Beta> beta = crypto::vrf::verify(own, alpha, proven.pi);
  if (!beta) return beta.error();
  proven.seed = *beta;
  return proven;
}

Result<schema::PayloadUnion> Platform::execution_of(const State& state, const Draw& draw) {
  const Result<Proven> proven = prove(draw);
  if (!proven) return proven.error();
  Result<const projections::Visits*> outcome = visits(state, draw, proven->seed);
  if (!outcome) return outcome.error();
  if (!draw.announcement.sealed)
    return united(projections::execution_of(draw, proven->pi, **outcome));
  auto sealed =
      projections::sealed_execution_of(draw, proven->pi, proven->seed, **outcome, parts_.entropy);
  if (!sealed) return sealed.error();
  return united(std::move(*sealed));
}

// The proof is worked out anew: nothing of a sealed draw is kept on disk.
Result<schema::PayloadUnion> Platform::opening_of(const State& state, const Draw& draw) {
  const Result<Proven> proven = prove(draw);
  if (!proven) return proven.error();
  Result<const projections::Visits*> outcome = visits(state, draw, proven->seed);
  if (!outcome) return outcome.error();
  return united(projections::opening_of(draw, proven->pi, **outcome));
}

Result<schema::PayloadUnion> Platform::disclosure_of(const State& state, const Draw& draw) {
  if (draw.is_sealed()) return opening_of(state, draw);
  Result<const projections::Visits*> outcome = visits(state, draw, *draw.seed);
  if (!outcome) return outcome.error();
  const std::vector<schema::VisitT>& all = (*outcome)->visits;
  // The first part of a sealed draw lists none.
  const std::size_t begin =
      part_begin(all, draw.announcement.sealed ? draw.next_part - 1 : draw.next_part);
  std::size_t end = begin;
  schema::DrawDisclosedT part;
  for (std::size_t bytes = 0; end < all.size(); ++end) {
    bytes += encoded_bytes(all[end]);
    if (bytes > kDisclosureBytesMax) break;
    part.visits.push_back(std::make_unique<schema::VisitT>(all[end]));
  }
  part.draw = draw.stream;
  part.part = draw.next_part;
  part.last = end == all.size();
  return united(std::move(part));
}

Result<schema::PayloadUnion> Platform::substitution_of(const State& state, const Draw& draw,
                                                       const Due& due) {
  schema::SubstituteDrawnT drawn;
  std::vector<Hash> outputs;
  if (draw.beacon) {
    drawn.beacon_round = due.round;
    drawn.beacon_signature = bytes_of(rounds_.at({draw.beacon->chain_hash, due.round}));
    outputs.push_back(crypto::sha256(drawn.beacon_signature));
  }
  Result<projections::Substitute> chosen = projections::substitute_of(
      state, draw, due.visit, due.seat, conflict_opener(parts_.restricted), outputs);
  if (!chosen) return chosen.error();
  if (chosen->conflicts_unopened > 0) return unopened(chosen->conflicts_unopened);
  drawn.draw = draw.stream;
  drawn.visit = due.visit;
  drawn.seat = due.seat;
  drawn.ordinal = draw.tasks[due.visit].seats[due.seat].ordinal + 1;
  drawn.inspector = chosen->inspector;
  return united(std::move(drawn));
}

Result<projections::Visits> Platform::opened_visits(const State& state, const Draw& draw,
                                                    const std::array<std::uint8_t, 64>& seed,
                                                    const projections::OpenConflict& conflicts) {
  const auto opened =
      projections::opened_pool_of(state, draw, pool_opener(parts_.restricted, parts_.storage));
  if (!opened) return opened.error();
  if (Outcome checked = projections::check_opened_pool(draw.announcement, *opened); !checked)
    return checked.error();
  return projections::visits_of_opened(draw, seed, conflicts, *opened);
}

Result<const projections::Visits*> Platform::visits(const State& state, const Draw& draw,
                                                    const std::array<std::uint8_t, 64>& seed) {
  if (computed_draw_ == draw.stream) return &computed_;
  const auto conflicts = conflict_opener(parts_.restricted);
  Result<projections::Visits> outcome = draw.is_restricted()
                                            ? opened_visits(state, draw, seed, conflicts)
                                            : projections::visits_of(state, draw, seed, conflicts);
  if (!outcome) return outcome.error();
  if (outcome->conflicts_unopened > 0) return unopened(outcome->conflicts_unopened);
  computed_ = std::move(*outcome);
  computed_draw_ = draw.stream;
  return &computed_;
}

}  // namespace liuhen::api::server
