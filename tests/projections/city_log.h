// The small city's log as a verifier meets it: a whole draw recorded, the entries behind a Fetcher
// that a test can tamper with, and entries that a dishonest operator adds without asking admission.
#pragma once

#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/draw/protocol.h"
#include "ledger/fetcher.h"
#include "ledger/tiles.h"
#include "projections/outcome.h"
#include "projections/proof_file.h"
#include "tests/projections/city.h"

namespace liuhen::tests {

// One draw, step by step, by the people of the city.
class CityDraw {
 public:
  using Names = City::Names;
  explicit CityDraw(City& city, std::uint32_t attempt = 1)
      : city_(city), stream_("draw/P1/" + std::to_string(attempt)), attempt_(attempt) {}

  const projections::Draw& draw() const { return city_.state().draws.by_stream.at(stream_); }
  const std::string& stream() const { return stream_; }

  // As plan P1 and rule R1 have it now.
  schema::DrawAnnouncedT announcement() {
    auto a = unpooled();
    take_pool(a, city_.state().catalogue.rules.at("R1"));
    return a;
  }
  // Without roots and counts.
  schema::DrawAnnouncedT unpooled() {
    const auto& rule = city_.state().catalogue.rules.at("R1");
    schema::DrawAnnouncedT a;
    a.plan = "P1";
    a.attempt = attempt_;
    a.rule_revision = rule.revision;
    a.weighted = !rule.weights.empty();
    a.items = {"I1"};
    for (const auto& rate : city_.state().catalogue.plans.at("P1").rates) {
      a.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
      a.strata.back()->rule_stratum = rate->stratum;
      a.strata.back()->num = rate->num;
      a.strata.back()->den = rate->den;
      a.strata.back()->fixed = rate->fixed;
      a.strata.back()->minimum = rate->minimum;
      a.strata.back()->maximum = rate->maximum;
    }
    a.groups.push_back(std::make_unique<schema::SeatGroupT>());
    a.groups[0]->qualification = "行政执法证";
    a.groups[0]->units = {"MSA-1", "MSA-2"};
    a.groups[0]->seats = 2;
    a.default_capacity = 10;
    a.vrf_key = City::bytes(crypto::vrf::public_key(City::seed("vrf")));
    for (const char* name : {"contributor1", "contributor2"}) {
      const KeyId id = city_.id(name);
      a.contributors.insert(a.contributors.end(), id.begin(), id.end());
    }
    a.commit_deadline = city_.now + 1000;
    a.reveal_deadline = city_.now + 2000;
    a.execute_deadline = city_.now + 3000;
    a.substitute_delay_s = 10;
    a.substitute_deadline_s = 1000;
    a.pool_position = city_.size() - 1;
    return a;
  }
  // The pool of its position by a rule, which need not be the one in force.
  void take_pool(schema::DrawAnnouncedT& a, const schema::RuleSetT& rule) const {
    take(a, projections::pool_of(city_.state(), a, rule).value());
  }
  static void take(schema::DrawAnnouncedT& a, const projections::Pool& pool) {
    a.subject_root = City::bytes(pool.subject_root);
    a.subject_rows = pool.subjects.size();
    a.subject_eligible = pool.subjects_eligible;
    a.inspector_root = City::bytes(pool.inspector_root);
    a.inspector_rows = pool.inspectors.size();
    a.inspector_eligible = pool.inspectors_eligible;
    a.conflict_root = City::bytes(pool.conflict_root);
    a.conflict_rows = pool.conflicts.size();
  }
  void announce() { city_.must(announcement(), {"clerk", "approver"}); }

  Hash nonce(const std::string& name) const {
    return crypto::sha256(view_of("nonce of " + name + stream_));
  }
  schema::DrawCommittedT commitment(const std::string& name) {
    schema::DrawCommittedT out;
    out.draw = stream_;
    out.commitment =
        City::bytes(crypto::draw::commitment(draw().leaf_hash, city_.id(name), nonce(name)));
    return out;
  }
  void commit(const std::string& name) { city_.must(commitment(name), {name}); }
  schema::CommitmentsClosedT commitments_closed() const {
    schema::CommitmentsClosedT out;
    out.draw = stream_;
    for (const KeyId& key : draw().contributors) {
      if (draw().commitments.contains(key))
        out.committed.insert(out.committed.end(), key.begin(), key.end());
    }
    return out;
  }
  schema::DrawRevealedT reveal_of(const std::string& name) const {
    schema::DrawRevealedT out;
    out.draw = stream_;
    out.nonce = City::bytes(nonce(name));
    return out;
  }
  schema::RevealsClosedT reveals_closed() const {
    schema::RevealsClosedT out;
    out.draw = stream_;
    for (const KeyId& key : draw().contributors) {
      out.nonces.push_back(std::make_unique<schema::RevealedT>());
      const auto found = draw().nonces.find(key);
      if (found != draw().nonces.end()) out.nonces.back()->nonce = City::bytes(found->second);
    }
    return out;
  }
  void contribute() {
    for (const char* name : {"contributor1", "contributor2"}) commit(name);
    city_.must(commitments_closed(), {"platform"});
    for (const char* name : {"contributor1", "contributor2"}) city_.must(reveal_of(name), {name});
    city_.must(reveals_closed(), {"platform"});
  }

  // With the conflicts opened by `open`, as the platform does.
  schema::DrawExecutedT execution(const projections::OpenConflict& open) {
    const Bytes alpha = projections::alpha_of(draw());
    const auto pi = crypto::vrf::prove(City::seed("vrf"), alpha);
    const auto seed =
        crypto::vrf::verify(crypto::vrf::public_key(City::seed("vrf")), alpha, pi).value();
    visits_ = projections::visits_of(city_.state(), draw(), seed, open).value();
    schema::DrawExecutedT out;
    out.draw = stream_;
    out.pi = City::bytes(pi);
    for (const auto& stratum : visits_.strata)
      out.strata.push_back(std::make_unique<schema::StratumOutcomeT>(stratum));
    out.visits_root = City::bytes(visits_.root);
    out.visits = visits_.visits.size();
    out.vacancies = visits_.vacancies;
    return out;
  }
  schema::DrawDisclosedT disclosure() const {
    schema::DrawDisclosedT out;
    out.draw = stream_;
    out.last = true;
    for (const auto& visit : visits_.visits)
      out.visits.push_back(std::make_unique<schema::VisitT>(visit));
    return out;
  }
  void execute(const projections::OpenConflict& open = [](const Hash&) { return std::nullopt; }) {
    city_.must(execution(open), {"platform"});
    city_.must(disclosure(), {"platform"});
  }
  void whole() {
    announce();
    contribute();
    execute();
  }

  // The inspector of the visit's first seat recuses himself, and somebody goes instead.
  schema::SubstituteDrawnT recuse(
      std::uint64_t visit,
      const projections::OpenConflict& open = [](const Hash&) { return std::nullopt; }) {
    schema::RecusalFiledT filed;
    filed.draw = stream_;
    filed.visit = visit;
    filed.ground = "kinship";
    city_.must(std::move(filed), {draw().tasks[visit].seats[0].inspector});
    schema::RecusalDecidedT decided;
    decided.draw = stream_;
    decided.visit = visit;
    decided.approved = true;
    city_.must(std::move(decided), {"head"});
    city_.now += 20;
    schema::SubstituteDrawnT out;
    out.draw = stream_;
    out.visit = visit;
    out.ordinal = 1;
    out.inspector =
        projections::substitute_of(city_.state(), draw(), visit, 0, open).value().inspector;
    return out;
  }
  void result(std::uint64_t visit) {
    schema::ResultRecordedT recorded;
    recorded.draw = stream_;
    recorded.visit = visit;
    recorded.visited_at = city_.now;
    recorded.method = 1;
    recorded.rows.push_back(std::make_unique<schema::ItemResultT>());
    recorded.rows[0]->item = "I1";
    recorded.rows[0]->category = 1;
    const auto& seats = draw().tasks[visit].seats;
    city_.must(std::move(recorded), {seats[0].inspector, seats[1].inspector});
    schema::ResultPublishedT published;
    published.draw = stream_;
    published.visit = visit;
    city_.must(std::move(published), {"clerk"});
  }

 private:
  City& city_;
  std::string stream_;
  std::uint32_t attempt_;
  projections::Visits visits_;
};

// What a server serves: entries as they are said to be, tiles and checkpoint of the leaves as they
// were signed.
class CityLog final : public ledger::Fetcher {
 public:
  CityLog(City& city, std::vector<Bytes> entries)
      : entries_(std::move(entries)), key_(city.key("log").seed()) {
    sign();
  }
  explicit CityLog(City& city) : CityLog(city, city.entries()) {}

  std::vector<Bytes>& entries() { return entries_; }
  // The operator signs the entries as they are now.
  void sign() {
    tree_ = crypto::TreeHistory();
    for (const Bytes& entry : entries_) tree_.append(crypto::leaf_hash(entry));
    note_ = crypto::sign_checkpoint(
        {.origin = City::kOrigin, .size = tree_.size(), .root = tree_.root()}, key_);
  }
  std::string& note() { return note_; }
  const crypto::TreeHistory& tree() const { return tree_; }
  crypto::NoteKey note_key() const {
    return {.name = City::kOrigin, .type = crypto::NoteKeyType::ed25519, .key = key_.public_key()};
  }
  std::optional<std::size_t> flip_in_tile;  // a byte of the level-0 tile

  Result<std::string> checkpoint() override { return note_; }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    if (width > ledger::tile_width(level, index, tree_.size()))
      return fail("fetch.absent", "没有这块", "there is no such tile");
    Bytes out = ledger::tile_bytes(tree_, {.level = level, .index = index, .width = width});
    if (flip_in_tile && level == 0) out.at(*flip_in_tile) ^= 1;
    return out;
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    Bytes out;
    for (std::uint64_t i = index * 256; i < index * 256 + width && i < entries_.size(); ++i)
      ledger::add_to_bundle(entries_[i], out);
    return out;
  }

 private:
  std::vector<Bytes> entries_;
  crypto::SigningKey key_;
  crypto::TreeHistory tree_;
  std::string note_;
};

// The entry that an operator who does not ask admission would append to the city's log.
template <class Payload>
Bytes forged_entry(City& city, Payload payload, const City::Names& authors,
                   const City::Tweak& tweak = {}, const City::Names& signers = {}) {
  schema::IntentT intent = city.intent(std::move(payload), authors);
  if (tweak) tweak(intent);
  const Bytes bytes = ledger::encode(intent);
  std::vector<Signature> signatures;
  for (const std::string& name : signers.empty() ? authors : signers)
    signatures.push_back(ledger::sign_intent(city.key(name), bytes));
  return ledger::encode_entry(city.size(), city.now, crypto::leaf_hash(city.entries().back()),
                              bytes, signatures);
}

// The city's log for the builder of proof files.
class CityProofs final : public projections::ProofSource {
 public:
  explicit CityProofs(City& city) : log_(city) {}
  Result<std::string> checkpoint() override { return log_.note(); }
  Result<Bytes> entry(std::uint64_t position) override { return log_.entries().at(position); }
  Result<crypto::Proof> inclusion(std::uint64_t position, std::uint64_t size) override {
    return log_.tree().inclusion(position, size);
  }
  Result<std::vector<std::uint64_t>> positions(const std::string& stream) override {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < log_.entries().size(); ++i) {
      const auto event = ledger::Event::parse(log_.entries()[i]).value();
      const auto streams = ledger::streams_of(event);
      if (std::find(streams.begin(), streams.end(), stream) != streams.end()) out.push_back(i);
    }
    return out;
  }
  CityLog& log() { return log_; }

 private:
  CityLog log_;
};

}  // namespace liuhen::tests
