// A small city in memory, with everything that a draw needs: departments, two items, a rule, a
// plan, forty subjects and eight inspectors, and a key for everyone. Events go through the
// admission of the real log.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "crypto/draw/protocol.h"
#include "crypto/sha256.h"
#include "crypto/vrf.h"
#include "projections/outcome.h"
#include "projections/streams.h"

namespace liuhen::tests {

using projections::Draw;
using projections::Role;

inline constexpr std::uint64_t kDawn = 1'760'000'000;  // 2025-10-09
inline constexpr std::uint64_t kHourS = 3'600;

class DrawnCity {
 public:
  using Names = std::vector<std::string>;

  explicit DrawnCity(bool with_plan = true, std::uint64_t start = kDawn) : now(start) {
    found();
    if (with_plan) plan();
  }

  // ---- submitting ----

  // The code of what admission says; empty if the event was admitted, and then it is applied.
  template <class PayloadT>
  std::string submit(PayloadT payload, const Names& authors) {
    schema::IntentT intent;
    intent.origin = "liuhen.example/qingdao";
    const Hash id = crypto::sha256(view_of("intent " + std::to_string(++intents_)));
    intent.id.assign(id.begin(), id.begin() + 16);
    for (const std::string& author : authors) append(intent.authors, key(author).public_key());
    intent.seen_size = seen_size ? *seen_size : tree_.size();
    append(intent.seen_root, tree_.root(intent.seen_size));
    intent.expires = now + kHourS;
    intent.payload.Set(std::move(payload));
    intent.stream = projections::stream_of(intent);
    if (projections::version_is_expected(intent.payload.type)) {
      intent.expected_version = state().stream_version(intent.stream);
    }
    const std::vector<Signature> signatures(authors.size());  // the sequencer's affair
    entries_.push_back(
        ledger::encode_entry(tree_.size(), now, {}, ledger::encode(intent), signatures));
    const auto event = ledger::Event::parse(entries_.back());
    if (!event) return event.error().code;
    const auto admitted = admission_.admit(*event, tree_);
    if (!admitted) {
      EXPECT_FALSE(admitted.error().zh.empty() || admitted.error().en.empty());
      return admitted.error().code;
    }
    admission_.apply(*event);
    tree_.append(event->leaf_hash());
    return {};
  }
  template <class PayloadT>
  void must(PayloadT payload, const Names& authors) {
    ASSERT_EQ(submit(std::move(payload), authors), "");
  }

  const projections::State& state() const { return admission_.state(); }
  const Draw& draw(std::uint32_t attempt = 1) const {
    return state().draws.by_stream.at(stream(attempt));
  }
  static std::string stream(std::uint32_t attempt = 1) {
    return "draw/PLAN/" + std::to_string(attempt);
  }

  crypto::SigningKey key(const std::string& who) const { return crypto::SigningKey(seed(who)); }
  static crypto::SigningSeed seed(const std::string& who) {
    return crypto::SigningSeed(crypto::sha256(view_of("key " + who)));
  }

  // ---- a draw, step by step; each gives the right payload, to be submitted as it is or tampered
  // with ----

  schema::DrawAnnouncedT announcement(std::uint32_t attempt = 1) const {
    schema::DrawAnnouncedT a;
    a.plan = "PLAN";
    a.attempt = attempt;
    a.rule_revision = 1;
    a.items = {"ITEM-1", "ITEM-2"};
    a.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
    a.strata[0]->num = 1;
    a.strata[0]->den = 4;
    a.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
    a.strata[1]->rule_stratum = 1;
    a.strata[1]->fixed = 2;
    a.groups.push_back(group("", {"EAST", "WEST"}, 2));
    a.default_capacity = 10;
    append(a.vrf_key, crypto::vrf::public_key(seed("vrf")));
    for (const char* contributor : {"contributor-1", "contributor-2"})
      append(a.contributors, key(contributor).public_key());
    a.commit_deadline = now + kHourS;
    a.reveal_deadline = now + 2 * kHourS;
    a.execute_deadline = now + 3 * kHourS;
    a.substitute_delay_s = 60;
    a.substitute_deadline_s = 86'400;
    a.pool_position = tree_.size() - 1;
    take_pool(a);
    return a;
  }
  // Roots and counts as they are at the announcement's pool_position.
  void take_pool(schema::DrawAnnouncedT& a) const {
    const auto pool = projections::pool_of(state(), a, state().catalogue.rules.at("RULE"));
    ASSERT_TRUE(pool) << pool.error().en;
    a.subject_root.assign(pool->subject_root.begin(), pool->subject_root.end());
    a.subject_rows = pool->subjects.size();
    a.subject_eligible = pool->subjects_eligible;
    a.inspector_root.assign(pool->inspector_root.begin(), pool->inspector_root.end());
    a.inspector_rows = pool->inspectors.size();
    a.inspector_eligible = pool->inspectors_eligible;
    a.conflict_root.assign(pool->conflict_root.begin(), pool->conflict_root.end());
    a.conflict_rows = pool->conflicts.size();
  }
  static std::unique_ptr<schema::SeatGroupT> group(std::string qualification, Names units,
                                                   std::uint32_t seats) {
    auto out = std::make_unique<schema::SeatGroupT>();
    out->qualification = std::move(qualification);
    out->units = std::move(units);
    out->seats = seats;
    return out;
  }

  Bytes nonce(const std::string& who) const {
    const Hash hash = crypto::sha256(view_of("nonce " + who));
    return {hash.begin(), hash.end()};
  }
  schema::DrawCommittedT commitment(const std::string& who, std::uint32_t attempt = 1) const {
    schema::DrawCommittedT out;
    out.draw = stream(attempt);
    append(out.commitment, crypto::draw::commitment(draw(attempt).leaf_hash, key(who).public_key(),
                                                    exactly<32>(View(nonce(who))).value()));
    return out;
  }
  schema::CommitmentsClosedT commitments_closed(std::uint32_t attempt = 1) const {
    schema::CommitmentsClosedT out;
    out.draw = stream(attempt);
    for (const KeyId& id : draw(attempt).contributors) {
      if (draw(attempt).commitments.contains(id)) append(out.committed, id);
    }
    return out;
  }
  schema::DrawRevealedT reveal(const std::string& who, std::uint32_t attempt = 1) const {
    schema::DrawRevealedT out;
    out.draw = stream(attempt);
    out.nonce = nonce(who);
    return out;
  }
  schema::RevealsClosedT reveals_closed(std::uint32_t attempt = 1) const {
    schema::RevealsClosedT out;
    out.draw = stream(attempt);
    for (const KeyId& id : draw(attempt).contributors) {
      out.nonces.push_back(std::make_unique<schema::RevealedT>());
      const auto revealed = draw(attempt).nonces.find(id);
      if (revealed != draw(attempt).nonces.end())
        append(out.nonces.back()->nonce, revealed->second);
    }
    return out;
  }
  schema::DrawExecutedT executed(std::uint32_t attempt = 1, const std::string& vrf = "vrf") {
    const Bytes alpha = projections::alpha_of(draw(attempt));
    const auto pi = crypto::vrf::prove(seed(vrf), alpha);
    const auto beta = crypto::vrf::verify(crypto::vrf::public_key(seed(vrf)), alpha, pi).value();
    visits = projections::visits_of(state(), draw(attempt), beta, opener()).value();
    schema::DrawExecutedT out;
    out.draw = stream(attempt);
    out.pi.assign(pi.begin(), pi.end());
    for (const auto& stratum : visits.strata)
      out.strata.push_back(std::make_unique<schema::StratumOutcomeT>(stratum));
    out.visits_root.assign(visits.root.begin(), visits.root.end());
    out.visits = visits.visits.size();
    out.vacancies = visits.vacancies;
    return out;
  }
  // `count` visits from the `first`; of those that executed() last computed.
  schema::DrawDisclosedT disclosed(std::uint32_t part, std::size_t first, std::size_t count,
                                   std::uint32_t attempt = 1) const {
    schema::DrawDisclosedT out;
    out.draw = stream(attempt);
    out.part = part;
    out.last = first + count == visits.visits.size();
    for (std::size_t i = first; i < first + count; ++i)
      out.visits.push_back(std::make_unique<schema::VisitT>(visits.visits[i]));
    return out;
  }
  schema::DrawDisclosedT disclosed_whole(std::uint32_t attempt = 1) const {
    return disclosed(0, 0, visits.visits.size(), attempt);
  }
  template <class T>
  static T reasoned(std::uint32_t attempt = 1) {
    T out;
    out.draw = stream(attempt);
    out.reason = "reason";
    return out;
  }

  // ---- several steps at once ----

  void announce(std::uint32_t attempt = 1) { must(announcement(attempt), {"clerk", "approver"}); }
  void commit_all(std::uint32_t attempt = 1) {
    for (const char* who : {"contributor-1", "contributor-2"})
      must(commitment(who, attempt), {who});
    must(commitments_closed(attempt), {"platform"});
  }
  void reveal_all(std::uint32_t attempt = 1) {
    for (const char* who : {"contributor-1", "contributor-2"}) must(reveal(who, attempt), {who});
    must(reveals_closed(attempt), {"platform"});
  }
  void run_to_ready(std::uint32_t attempt = 1) {
    announce(attempt);
    commit_all(attempt);
    reveal_all(attempt);
  }
  void run(std::uint32_t attempt = 1) {
    run_to_ready(attempt);
    must(executed(attempt), {"platform"});
    must(disclosed_whole(attempt), {"platform"});
  }

  // ---- conflicts ----

  void declare_conflict(const std::string& subject, const std::string& inspector) {
    const Hash commitment = crypto::sha256(view_of("conflict " + subject + " " + inspector));
    conflicts_[commitment] = {
        .subject = subject, .inspector = inspector, .kind = "kinship", .evidence = ""};
    schema::ConflictDeclaredT declared;
    append(declared.commitment, commitment);
    declared.unit = "EAST";
    must(std::move(declared), {"registrar"});
    schema::ConflictDecidedT decided;
    append(decided.commitment, commitment);
    decided.approved = true;
    must(std::move(decided), {"head-east"});
  }
  void end_conflict(const std::string& subject, const std::string& inspector) {
    schema::ConflictEndedT ended;
    append(ended.commitment, crypto::sha256(view_of("conflict " + subject + " " + inspector)));
    ended.reason = "reason";
    must(std::move(ended), {"head-east"});
  }
  projections::OpenConflict opener() const {
    return [this](const Hash& commitment) -> std::optional<projections::ConflictContent> {
      const auto found = conflicts_.find(commitment);
      if (found == conflicts_.end()) return std::nullopt;
      return found->second;
    };
  }

  // A quarter of the firms and two cooperatives, for these items.
  void publish_plan(const std::string& id, Names items = {"ITEM-1", "ITEM-2"}) {
    schema::PlanPublishedT plan;
    plan.id = plan.name = id;
    plan.revision = 1;
    plan.department = "BUREAU";
    plan.year = 2025;
    plan.items = std::move(items);
    plan.rule = "RULE";
    for (std::uint32_t stratum : {0U, 1U}) {
      plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
      plan.rates.back()->stratum = stratum;
      (stratum == 0 ? plan.rates.back()->num : plan.rates.back()->fixed) = stratum == 0 ? 1 : 2;
      plan.rates.back()->den = stratum == 0 ? 4 : 1;
    }
    must(std::move(plan), {"clerk", "approver"});
  }

  // ---- registries ----

  std::string import_subject(const std::string& id, schema::SubjectStatus status,
                             schema::SubjectKind kind = schema::SubjectKind::firm) {
    schema::SubjectsImportedT import;
    import.run = "RUN-" + std::to_string(++runs_);
    import.last = true;
    import.rows.push_back(subject_row(id, kind, status));
    return submit(std::move(import), {"registrar"});
  }
  std::string import_inspector(const std::string& id, const std::string& unit,
                               schema::InspectorStatus status) {
    schema::InspectorsImportedT import;
    import.run = "RUN-" + std::to_string(++runs_);
    import.last = true;
    import.rows.push_back(inspector_row(id, unit, status));
    return submit(std::move(import), {"registrar"});
  }
  void grant(const std::string& who, const std::vector<Role>& roles,
             const std::string& department = "", const std::string& inspector = "",
             std::string person = "") {
    schema::KeyGrantedT granted;
    granted.grant = grant_of(who, roles, person.empty() ? who : person);
    granted.grant->department = department;
    granted.grant->inspector = inspector;
    must(std::move(granted), {"trustee-1", "trustee-2"});
  }

  template <class Range>
  static void append(std::vector<std::uint8_t>& to, const Range& bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
  }

  std::uint64_t now = kDawn;
  std::optional<std::uint64_t> seen_size;  // what authors saw last; the whole log if absent
  projections::Visits visits;              // of the last executed()

 private:
  std::unique_ptr<schema::KeyGrantT> grant_of(const std::string& who,
                                              const std::vector<Role>& roles,
                                              const std::string& person) const {
    auto grant = std::make_unique<schema::KeyGrantT>();
    const auto signer = key(who);
    append(grant->key, signer.public_key());
    grant->person = person;
    for (const Role role : roles) grant->roles.push_back(static_cast<std::uint8_t>(role));
    append(grant->proof, signer.sign(projections::possession_bytes("liuhen.example/qingdao", person,
                                                                   signer.public_key())));
    return grant;
  }
  void set_department(const std::string& id, const std::string& superior) {
    schema::DepartmentSetT department;
    department.id = department.name = id;
    department.division = "370200";
    department.superior = superior;
    must(std::move(department), {"office"});
  }
  static std::unique_ptr<schema::SubjectRowT> subject_row(const std::string& id,
                                                          schema::SubjectKind kind,
                                                          schema::SubjectStatus status) {
    auto row = std::make_unique<schema::SubjectRowT>();
    row->id = id;
    row->kind = kind;
    row->name = id;
    row->division = id < "S020" ? "370202" : "370203";
    row->industry = "F52";
    row->status = status;
    return row;
  }
  static std::unique_ptr<schema::InspectorRowT> inspector_row(const std::string& id,
                                                              const std::string& unit,
                                                              schema::InspectorStatus status) {
    auto row = std::make_unique<schema::InspectorRowT>();
    row->id = row->name = id;
    row->unit = unit;
    row->status = status;
    return row;
  }

  void found() {
    schema::GenesisT genesis;
    genesis.city = "青岛市";
    genesis.division = "370200";
    append(genesis.log_key, key("log").public_key());
    for (const auto& permission : projections::default_permissions())
      genesis.permissions.push_back(std::make_unique<schema::PermissionT>(permission));
    genesis.keys.push_back(grant_of("trustee-1", {Role::trustee}, "trustee-1"));
    genesis.keys.push_back(grant_of("trustee-2", {Role::trustee}, "trustee-2"));
    genesis.keys.back()->outside = true;
    genesis.keys.push_back(grant_of("platform", {Role::platform}, "platform"));
    genesis.keys.push_back(grant_of("office", {Role::office}, "office"));
    must(std::move(genesis), {"trustee-1", "trustee-2"});

    set_department("BUREAU", "");
    for (const char* unit : {"EAST", "WEST", "NORTH"}) set_department(unit, "BUREAU");
    grant("clerk", {Role::clerk}, "BUREAU");
    grant("approver", {Role::approver}, "BUREAU");
    grant("registrar", {Role::registrar});
    grant("supervisor", {Role::supervisor});
    grant("observer", {Role::observer});
    grant("contributor-1", {Role::contributor});
    grant("contributor-2", {Role::contributor});
    grant("contributor-3", {Role::contributor});
    grant("head-bureau", {Role::head}, "BUREAU");
    grant("head-east", {Role::head}, "EAST");
    grant("head-west", {Role::head}, "WEST");
    grant("head-north", {Role::head}, "NORTH");
    for (int i = 1; i <= 8; ++i)
      grant(inspector(i), {Role::inspector}, i <= 4 ? "EAST" : "WEST", inspector(i));

    schema::VrfKeyRegisteredT vrf;
    const KeyId vrf_key = crypto::vrf::public_key(seed("vrf"));
    append(vrf.key, vrf_key);
    append(vrf.proof, crypto::vrf::prove(seed("vrf"), projections::vrf_possession_bytes(
                                                          "liuhen.example/qingdao", vrf_key)));
    must(std::move(vrf), {"platform", "trustee-2"});

    schema::SubjectsImportedT subjects;
    subjects.run = "SUBJECTS";
    subjects.last = true;
    for (int i = 0; i < 40; ++i) {
      const std::string id = (i < 10 ? "S00" : "S0") + std::to_string(i);
      subjects.rows.push_back(
          subject_row(id, i < 30 ? schema::SubjectKind::firm : schema::SubjectKind::cooperative,
                      schema::SubjectStatus::active));
    }
    must(std::move(subjects), {"registrar"});
    schema::InspectorsImportedT inspectors;
    inspectors.run = "INSPECTORS";
    inspectors.last = true;
    for (int i = 1; i <= 8; ++i)
      inspectors.rows.push_back(
          inspector_row(inspector(i), i <= 4 ? "EAST" : "WEST", schema::InspectorStatus::active));
    inspectors.rows.push_back(inspector_row("I09", "NORTH", schema::InspectorStatus::active));
    must(std::move(inspectors), {"registrar"});
  }
  static std::string inspector(int i) { return "I0" + std::to_string(i); }

  void plan() {
    for (const char* id : {"ITEM-1", "ITEM-2"}) {
      schema::ItemListedT item;
      item.id = item.name = id;
      item.revision = 1;
      item.department = "BUREAU";
      item.basis = item.object = item.content = "text";
      must(std::move(item), {"clerk"});
      schema::ItemReviewedT reviewed;
      reviewed.id = id;
      reviewed.revision = 1;
      reviewed.approved = true;
      must(std::move(reviewed), {"office"});
      schema::ItemPublishedT published;
      published.id = id;
      published.revision = 1;
      must(std::move(published), {"clerk"});
    }
    schema::RuleSetT rule;
    rule.id = rule.name = "RULE";
    rule.revision = 1;
    rule.department = "BUREAU";
    for (const char* kind : {"firm", "cooperative"}) {
      rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
      rule.strata.back()->label = kind;
      rule.strata.back()->conditions.push_back(std::make_unique<schema::ConditionT>());
      rule.strata.back()->conditions[0]->field = schema::Field::kind;
      rule.strata.back()->conditions[0]->values = {kind};
    }
    must(std::move(rule), {"clerk", "approver"});
    publish_plan("PLAN");
  }

  projections::StateAdmission admission_{"liuhen.example/qingdao"};
  crypto::TreeHistory tree_;
  std::deque<Bytes> entries_;
  std::map<Hash, projections::ConflictContent> conflicts_;
  unsigned intents_ = 0, runs_ = 0;
};

}  // namespace liuhen::tests
