// A draw of the small city over strata by risk class, step by step; each step gives the right
// payload, to be recorded as it is or tampered with.
#pragma once

#include "ledger/restricted.h"
#include "projections/restricted_pool.h"
#include "tests/ledger_sample.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

class RestrictedSteps {
 public:
  using Names = City::Names;

  // Class D, of which a half is drawn, and all others, a tenth: rule R1 and plan P1.
  static void stratify(City& city) {
    auto rule = City::rule("R1", 2);
    rule.strata[0]->label = "高风险";
    rule.strata[0]->conditions.push_back(class_in({"D"}));
    rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
    rule.strata[1]->label = "其他";
    rule.strata[1]->conditions.push_back(class_in({"A", "B", "-"}));
    city.must(std::move(rule), {"clerk", "approver"});
    auto plan = City::plan("P1", 2);
    plan.rates[0]->den = 2;
    plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
    plan.rates[1]->stratum = 1;
    plan.rates[1]->num = 1;
    plan.rates[1]->den = 10;
    city.must(std::move(plan), {"clerk", "approver"});
  }

  // The city's firms 1 to `firms`, which are registered anew with a class each, from now on in two
  // strata: class D, of which a half is drawn, and all others, a tenth.
  RestrictedSteps(City& city, CityDraw& draw, std::uint64_t firms = 40) : city_(city), draw_(draw) {
    if (city.state().keys.find(city.id("supervisor2")) == nullptr)
      city.grant_key("supervisor2", {City::Role::supervisor});
    stratify(city);
    std::vector<std::pair<std::uint64_t, std::string>> classes;
    for (std::uint64_t i = 1; i <= firms; ++i) classes.emplace_back(i, class_of(i));
    register_classes("classes", classes);
    const Hash seed = crypto::sha256(view_of("pool key of " + draw.stream()));
    key_ = crypto::draw::PoolKey(seed);
  }

  // A quarter is of class D; the classes are as if by chance. Two have none.
  static std::string class_of(std::uint64_t firm) {
    const Hash hash = crypto::sha256(view_of("class of " + std::to_string(firm)));
    if (firm <= 2) return "";
    return hash[0] < 64 ? "D" : hash[0] < 128 ? "B" : "A";
  }
  static std::unique_ptr<schema::ConditionT> class_in(Names classes) {
    auto condition = std::make_unique<schema::ConditionT>();
    condition->field = schema::Field::risk_class;
    condition->values = std::move(classes);
    return condition;
  }
  // Rows of firms with what is restricted of them behind commitments.
  void register_classes(const std::string& run,
                        const std::vector<std::pair<std::uint64_t, std::string>>& classes) {
    schema::SubjectsImportedT imported;
    imported.run = run;
    imported.last = true;
    for (const auto& [firm, risk_class] : classes) {
      auto row = City::firm(firm);
      if (!risk_class.empty()) row->restricted = City::bytes(hide(row->id, risk_class));
      imported.rows.push_back(std::move(row));
    }
    city_.must(std::move(imported), {"registrar"});
  }
  Hash hide(const std::string& id, const std::string& risk_class) {
    ledger::Opening opening;
    crypto::TupleWriter writer;
    for (const std::string& item :
         {id, std::string(), std::string(), std::string("负责人0001"), std::string(), risk_class})
      writer.item(item);
    opening.bytes = writer.take();
    opening.salt = crypto::sha256(opening.bytes);
    opening.commitment = crypto::commit(opening.salt, opening.bytes);
    openings_[opening.commitment] = opening;
    return opening.commitment;
  }

  // What the operator opens by.
  projections::PoolOpener opener() const {
    return {
        .key = [this](const schema::DrawAnnouncedT&) { return std::optional(key_.clone()); },
        .commitment = [this](const projections::SubjectVersion& version) -> std::optional<Hash> {
          const auto event = ledger::Event::parse(city_.entries().at(version.position)).value();
          const auto* restricted =
              event.payload<schema::SubjectsImported>().rows()->Get(version.row)->restricted();
          if (restricted == nullptr) return std::nullopt;
          return exactly<32>(View(restricted->data(), restricted->size())).value();
        },
        .content = [this](const Hash& commitment, std::uint64_t) -> std::optional<Bytes> {
          const auto found = openings_.find(commitment);
          if (found == openings_.end()) return std::nullopt;
          return found->second.bytes;
        }};
  }
  std::vector<ledger::Opening> openings() const {
    std::vector<ledger::Opening> out;
    for (const auto& [commitment, opening] : openings_) out.push_back(opening);
    return out;
  }

  schema::DrawAnnouncedT announcement() {
    auto a = draw_.unpooled();
    for (const char* name : {"supervisor", "supervisor2"}) {
      const KeyId id = city_.id(name);
      a.supervisors.insert(a.supervisors.end(), id.begin(), id.end());
    }
    LIUHEN_CHECK(projections::announce_key(key_, entropy_, a).has_value());
    CityDraw::take(a, opened(a).pool);
    return a;
  }
  // By the announced key, or another one.
  projections::OpenedPool opened(const schema::DrawAnnouncedT& a) const {
    return projections::opened_pool_of(city_.state(), a, city_.state().catalogue.rules.at("R1"),
                                       key_, opener())
        .value();
  }
  void announce() { city_.must(announcement(), {"clerk", "approver"}); }
  schema::DrawAttestedT attestation(bool agrees = true, bool pool = true) const {
    schema::DrawAttestedT out;
    out.draw = draw_.stream();
    out.agrees = agrees;
    out.pool = pool;
    out.statement = agrees ? "重算一致" : "重算不一致";
    return out;
  }
  void attest(const std::string& who = "supervisor") { city_.must(attestation(), {who}); }
  void ready() {
    announce();
    attest();
    draw_.contribute();
  }

  // What the platform works out, and records; from another pool than the announced if one is given.
  schema::DrawExecutedT execution(std::optional<projections::OpenedPool> pool = std::nullopt) {
    const Bytes alpha = projections::alpha_of(draw());
    const auto pi = crypto::vrf::prove(City::seed("vrf"), alpha);
    seed_ = crypto::vrf::verify(crypto::vrf::public_key(City::seed("vrf")), alpha, pi).value();
    if (!pool) pool = projections::opened_pool_of(city_.state(), draw(), opener()).value();
    visits_ = projections::visits_of_opened(draw(), seed_, open_conflict, *pool).value();
    return projections::execution_of(draw(), pi, visits_);
  }
  schema::DrawDisclosedT disclosure() const {
    schema::DrawDisclosedT out;
    out.draw = draw_.stream();
    out.last = true;
    for (const auto& visit : visits_.visits)
      out.visits.push_back(std::make_unique<schema::VisitT>(visit));
    return out;
  }
  void execute() {
    city_.must(execution(), {"platform"});
    city_.must(disclosure(), {"platform"});
  }
  void whole() {
    ready();
    execute();
  }

  const projections::Draw& draw() const { return draw_.draw(); }
  projections::Visits& visits() { return visits_; }
  const crypto::draw::Seed& seed() const { return seed_; }
  crypto::draw::PoolKey& key() { return key_; }
  const crypto::draw::PoolKey& key() const { return key_; }

  // By whom the platform's matching is computed.
  projections::OpenConflict open_conflict = [](const Hash&) { return std::nullopt; };

 private:
  City& city_;
  CityDraw& draw_;
  crypto::draw::PoolKey key_;
  std::map<Hash, ledger::Opening> openings_;
  crypto::draw::Seed seed_{};
  projections::Visits visits_;
  CountingEntropy entropy_;
};

}  // namespace liuhen::tests
