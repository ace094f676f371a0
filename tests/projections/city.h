// A city in memory: people with keys, and a log that takes what they sign, through encoding,
// signature checks, admission and folding, as the sequencer and the verifier do. The same in every
// run.
#pragma once

#include <functional>
#include <initializer_list>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/sha256.h"
#include "crypto/tree_history.h"
#include "crypto/vrf.h"
#include "projections/state.h"
#include "projections/streams.h"
#include "projections/uscc_check.h"

namespace liuhen::tests {

class City {
 public:
  using Names = std::vector<std::string>;
  using Tweak = std::function<void(ledger::schema::IntentT&)>;
  using Role = ledger::schema::Role;

  static constexpr const char* kOrigin = "liuhen.example/city";

  // Begins with a genesis signed by "trustee-outside" and "trustee-inside". Everyone in it is
  // called after the role: "platform", "office", "registrar", "clerk", "approver", "head",
  // "observer", "supervisor", "contributor1" to "contributor3"; and "trustee-second", inside the
  // operator.
  City() : City(true) {}
  static City without_genesis() { return City(false); }

  std::uint64_t now = 1'790'000'000;  // recorded time of the next entry
  const projections::State& state() const { return *state_; }
  const crypto::TreeHistory& tree() const { return *tree_; }
  const std::vector<Bytes>& entries() const { return entries_; }
  std::uint64_t size() const { return entries_.size(); }

  // The key of that name; made when first asked for.
  const crypto::SigningKey& key(const std::string& name) {
    auto found = keys_.find(name);
    if (found == keys_.end()) found = keys_.emplace(name, crypto::SigningKey(seed(name))).first;
    return found->second;
  }
  KeyId id(const std::string& name) { return key(name).public_key(); }
  static crypto::SigningSeed seed(const std::string& name) {
    return crypto::SigningSeed(crypto::sha256(view_of("seed of " + name)));
  }

  // A grant for the key of that name, its proof of possession included. `person` empty: the name
  // itself.
  std::unique_ptr<ledger::schema::KeyGrantT> grant(const std::string& name, std::vector<Role> roles,
                                                   const std::string& department = "",
                                                   bool outside = false,
                                                   const std::string& person = "") {
    auto out = std::make_unique<ledger::schema::KeyGrantT>();
    out->person = person.empty() ? name : person;
    out->name = out->person;
    out->key = bytes(id(name));
    for (const Role role : roles) out->roles.push_back(static_cast<std::uint8_t>(role));
    out->department = department;
    out->outside = outside;
    out->proof =
        bytes(key(name).sign(projections::possession_bytes(kOrigin, out->person, id(name))));
    return out;
  }

  ledger::schema::GenesisT genesis() {
    ledger::schema::GenesisT out;
    out.city = "示范市";
    out.division = "370200";
    out.log_key = bytes(id("log"));
    for (const auto& permission : projections::default_permissions()) {
      out.permissions.push_back(std::make_unique<ledger::schema::PermissionT>(permission));
    }
    out.keys.push_back(grant("trustee-outside", {Role::trustee}, "", true));
    out.keys.push_back(grant("trustee-inside", {Role::trustee}));
    out.keys.push_back(grant("trustee-second", {Role::trustee}));
    for (const auto& [name, role] :
         std::initializer_list<std::pair<const char*, Role>>{{"platform", Role::platform},
                                                             {"office", Role::office},
                                                             {"registrar", Role::registrar},
                                                             {"clerk", Role::clerk},
                                                             {"approver", Role::approver},
                                                             {"head", Role::head},
                                                             {"observer", Role::observer},
                                                             {"supervisor", Role::supervisor},
                                                             {"contributor1", Role::contributor},
                                                             {"contributor2", Role::contributor},
                                                             {"contributor3", Role::contributor}}) {
      out.keys.push_back(grant(name, {role}));
    }
    return out;
  }

  // What these people would sign now: the stream that the payload implies, its version, the newest
  // root.
  template <class Payload>
  ledger::schema::IntentT intent(Payload payload, const Names& authors) {
    ledger::schema::IntentT out;
    out.origin = kOrigin;
    const Hash unique = crypto::sha256(view_of("intent " + std::to_string(++intents_)));
    out.id.assign(unique.begin(), unique.begin() + 16);
    for (const std::string& name : authors) {
      const KeyId author = id(name);
      out.authors.insert(out.authors.end(), author.begin(), author.end());
    }
    out.seen_size = tree_->size();
    out.seen_root = bytes(tree_->root());
    out.expires = now + 3600;
    out.payload.Set(std::move(payload));
    out.stream = projections::stream_of(out);
    out.expected_version = state_->stream_version(out.stream);
    return out;
  }

  // Signs and records. The event is refused, and nothing changes, for the reason that comes back.
  template <class Payload>
  Outcome submit(Payload payload, const Names& authors, const Tweak& tweak = {}) {
    ledger::schema::IntentT drawn_up = intent(std::move(payload), authors);
    if (tweak) tweak(drawn_up);
    return record(ledger::encode(drawn_up), authors);
  }
  // The code of the refusal; empty if the event was recorded.
  template <class Payload>
  std::string refusal(Payload payload, const Names& authors, const Tweak& tweak = {}) {
    const Outcome outcome = submit(std::move(payload), authors, tweak);
    return outcome ? "" : outcome.error().code;
  }
  // Records what the test takes for granted; gives its position.
  template <class Payload>
  std::uint64_t must(Payload payload, const Names& authors, const Tweak& tweak = {}) {
    const Outcome outcome = submit(std::move(payload), authors, tweak);
    if (!outcome) std::cerr << outcome.error().code << ": " << outcome.error().en << "\n";
    LIUHEN_CHECK(outcome.has_value());
    return size() - 1;
  }

  // What a service records whose operator has switched admission off: folded all the same, so that
  // others go on honestly. Its position.
  template <class Payload>
  std::uint64_t slip_in(Payload payload, const Names& authors) {
    const Bytes intent_bytes = ledger::encode(intent(std::move(payload), authors));
    asks_ = false;
    const Outcome outcome = record(intent_bytes, authors);
    asks_ = true;
    LIUHEN_CHECK(outcome.has_value());
    return size() - 1;
  }

  // An intent's bytes with these people's signatures, or with those of somebody else.
  Outcome record(const Bytes& intent_bytes, const Names& signers) {
    std::vector<Signature> signatures;
    for (const std::string& name : signers)
      signatures.push_back(ledger::sign_intent(key(name), intent_bytes));
    const Hash previous = entries_.empty() ? Hash{} : crypto::leaf_hash(entries_.back());
    return record_entry(ledger::encode_entry(size(), now, previous, intent_bytes, signatures));
  }

  // What sequencer and verifier do with an entry, storage aside.
  Outcome record_entry(Bytes entry) {
    entries_.push_back(std::move(entry));  // the event borrows it
    Outcome outcome = check_and_fold();
    if (!outcome) entries_.pop_back();
    return outcome;
  }

  // ---- what most tests need to be there ----

  void set_department(const std::string& id, const std::string& superior = "") {
    ledger::schema::DepartmentSetT department;
    department.id = id;
    department.name = "部门" + id;
    department.division = "370200";
    department.superior = superior;
    must(std::move(department), {"office"});
  }
  void grant_key(const std::string& name, std::vector<Role> roles,
                 const std::string& department = "", const std::string& inspector = "") {
    ledger::schema::KeyGrantedT granted;
    granted.grant = grant(name, std::move(roles), department);
    granted.grant->inspector = inspector;
    must(std::move(granted), {"trustee-outside", "trustee-inside"});
  }
  // The VRF key of the name "vrf".
  void register_vrf() {
    ledger::schema::VrfKeyRegisteredT registered;
    const KeyId vrf = crypto::vrf::public_key(seed("vrf"));
    registered.key = bytes(vrf);
    registered.proof =
        bytes(crypto::vrf::prove(seed("vrf"), projections::vrf_possession_bytes(kOrigin, vrf)));
    must(std::move(registered), {"platform", "trustee-outside"});
  }
  static ledger::schema::ItemListedT item(const std::string& id, std::uint32_t revision = 1,
                                          const std::string& department = "MSA") {
    ledger::schema::ItemListedT out;
    out.id = id;
    out.revision = revision;
    out.department = department;
    out.name = "事项" + id;
    out.basis = "《企业信息公示暂行条例》";
    out.object = "企业";
    out.content = "公示信息";
    return out;
  }
  void publish_item(const std::string& id, const std::string& department = "MSA") {
    must(item(id, 1, department), {"clerk"});
    ledger::schema::ItemReviewedT reviewed;
    reviewed.id = id;
    reviewed.revision = 1;
    reviewed.approved = true;
    must(std::move(reviewed), {"office"});
    ledger::schema::ItemPublishedT published;
    published.id = id;
    published.revision = 1;
    must(std::move(published), {"clerk"});
  }
  // One stratum, everybody, any rate.
  static ledger::schema::RuleSetT rule(const std::string& id = "R1", std::uint32_t revision = 1,
                                       const std::string& department = "MSA") {
    ledger::schema::RuleSetT out;
    out.id = id;
    out.revision = revision;
    out.department = department;
    out.name = "抽查工作细则";
    out.strata.push_back(std::make_unique<ledger::schema::StratumRuleT>());
    out.strata[0]->label = "全部";
    return out;
  }
  // Where restaurants weigh 5, drugstores 200, and the others 1.
  static void add_weights(ledger::schema::RuleSetT& rule) {
    for (const auto& [industry, weight] :
         {std::pair{"H62", std::uint64_t{5}}, std::pair{"Q84", std::uint64_t{200}}}) {
      auto added = std::make_unique<ledger::schema::WeightRuleT>();
      added->weight = weight;
      added->conditions.push_back(std::make_unique<ledger::schema::ConditionT>());
      added->conditions[0]->field = ledger::schema::Field::industry;
      added->conditions[0]->values = {industry};
      rule.weights.push_back(std::move(added));
    }
  }
  // A draw by weight: 20 restaurants and a drugstore beside the other firms, and at least 8 drawn.
  void weigh() {
    ledger::schema::SubjectsImportedT imported;
    imported.run = "weighed";
    imported.last = true;
    for (std::uint64_t i = 0; i < 20; ++i) imported.rows.push_back(firm(500 + i, "370202", "H62"));
    imported.rows.push_back(firm(600, "370202", "Q84"));
    must(std::move(imported), {"registrar"});
    auto weighed = rule("R1", 2);
    add_weights(weighed);
    must(std::move(weighed), {"clerk", "approver"});
    auto bounded = plan("P1", 2);
    bounded.rates[0]->minimum = 8;
    must(std::move(bounded), {"clerk", "approver"});
  }
  // A tenth of the rule's first stratum.
  static ledger::schema::PlanPublishedT plan(const std::string& id = "P1",
                                             std::uint32_t revision = 1,
                                             const std::string& department = "MSA") {
    ledger::schema::PlanPublishedT out;
    out.id = id;
    out.revision = revision;
    out.department = department;
    out.name = "年度抽查计划";
    out.year = 2026;
    out.items = {"I1"};
    out.rule = "R1";
    out.rates.push_back(std::make_unique<ledger::schema::PlannedRateT>());
    out.rates[0]->num = 1;
    out.rates[0]->den = 10;
    return out;
  }
  // A credit code with a right check character.
  static std::string code(std::uint64_t number) {
    std::string out = std::to_string(number);
    out = "91370200" + std::string(9 - out.size(), '0') + out;
    for (const char c : std::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
      if (projections::is_uscc(out + c)) return out + c;
    }
    LIUHEN_CHECK(false);
  }
  static std::unique_ptr<ledger::schema::SubjectRowT> firm(std::uint64_t number,
                                                           const std::string& division = "370202",
                                                           const std::string& industry = "F52") {
    auto row = std::make_unique<ledger::schema::SubjectRowT>();
    row->id = code(number);
    row->kind = ledger::schema::SubjectKind::firm;
    row->name = "企业" + std::to_string(number);
    row->division = division;
    row->industry = industry;
    row->address = "示范路1号";
    row->status = ledger::schema::SubjectStatus::active;
    return row;
  }
  // Firms number first to first + count − 1, as one run of parts of 200.
  void import_firms(std::uint64_t first, std::uint64_t count, const std::string& run) {
    for (std::uint64_t done = 0, part = 0; done < count; ++part) {
      ledger::schema::SubjectsImportedT imported;
      imported.run = run;
      imported.part = static_cast<std::uint32_t>(part);
      for (std::uint64_t i = 0; i < 200 && done < count; ++i, ++done)
        imported.rows.push_back(firm(first + done));
      imported.last = done == count;
      must(std::move(imported), {"registrar"});
    }
  }
  static std::unique_ptr<ledger::schema::InspectorRowT> inspector(const std::string& id,
                                                                  const std::string& unit) {
    auto row = std::make_unique<ledger::schema::InspectorRowT>();
    row->id = id;
    row->name = "检查员" + id;
    row->unit = unit;
    row->qualifications = {"行政执法证"};
    row->status = ledger::schema::InspectorStatus::active;
    return row;
  }
  void import_inspectors(const Names& ids, const std::string& unit, const std::string& run) {
    ledger::schema::InspectorsImportedT imported;
    imported.run = run;
    imported.last = true;
    for (const std::string& id : ids) imported.rows.push_back(inspector(id, unit));
    must(std::move(imported), {"registrar"});
  }
  // Departments MSA, and MSA-1 and MSA-2 below it; the VRF key; item I1, rule R1, plan P1; firms 1
  // to `firms`; as many inspectors "Z0001"…, in MSA-1 and MSA-2 by turns, each with a key of the
  // same name.
  void furnish(std::uint64_t firms = 40, unsigned inspectors = 8) {
    set_department("MSA");
    set_department("MSA-1", "MSA");
    set_department("MSA-2", "MSA");
    register_vrf();
    publish_item("I1");
    must(rule(), {"clerk", "approver"});
    must(plan(), {"clerk", "approver"});
    if (firms > 0) import_firms(1, firms, "firms");
    std::map<std::string, Names> by_unit;
    for (unsigned i = 1; i <= inspectors; ++i) {
      const std::string digits = std::to_string(i);
      const std::string id = "Z" + std::string(4 - digits.size(), '0') + digits;
      const std::string unit = i % 2 == 1 ? "MSA-1" : "MSA-2";
      by_unit[unit].push_back(id);
      grant_key(id, {Role::inspector}, unit, id);
    }
    for (const auto& [unit, ids] : by_unit) import_inspectors(ids, unit, "inspectors-" + unit);
  }

  static Bytes bytes(View view) { return {view.begin(), view.end()}; }

 private:
  explicit City(bool begun) {
    state_->origin = kOrigin;
    if (begun) must(genesis(), {"trustee-outside", "trustee-inside"});
  }

  Outcome check_and_fold() {
    const auto event = ledger::Event::parse(entries_.back());
    if (!event) return event.error();
    if (!ledger::verify_signatures(event->intent(), event->signatures())) {
      return fail("intent.signature", "签名不成立", "a signature is not its author's");
    }
    if (asks_) {
      if (auto admitted = projections::admit(*state_, *event, *tree_); !admitted) return admitted;
    }
    projections::apply(*state_, *event);
    tree_->append(event->leaf_hash());
    return ok();
  }

  std::map<std::string, crypto::SigningKey> keys_;
  std::vector<Bytes> entries_;
  std::unique_ptr<crypto::TreeHistory> tree_ = std::make_unique<crypto::TreeHistory>();
  std::unique_ptr<projections::State> state_ = std::make_unique<projections::State>();
  std::uint64_t intents_ = 0;
  bool asks_ = true;
};

}  // namespace liuhen::tests
