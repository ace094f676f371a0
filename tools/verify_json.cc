// The report for programs.
#include <boost/json.hpp>

#include "tools/verify_findings.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

namespace {

namespace json = boost::json;
using Phase = projections::Draw::Phase;

const char* name_of(ledger::Verdict verdict) {
  switch (verdict) {
    case ledger::Verdict::verified:
      return "verified";
    case ledger::Verdict::violated:
      return "violated";
    case ledger::Verdict::inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::committing:
      return "committing";
    case Phase::revealing:
      return "revealing";
    case Phase::ready:
      return "ready";
    case Phase::executed:
      return "executed";
    case Phase::disclosed:
      return "disclosed";
    case Phase::failed:
      return "failed";
  }
  return "";
}

const char* name_of(projections::DrawForm form) { return ledger::schema::EnumNameDrawForm(form); }

json::value finding_of(const std::optional<Error>& finding, std::optional<std::uint64_t> position,
                       const std::string& where) {
  if (!finding) return nullptr;
  json::object out{{"code", finding->code}, {"zh", finding->zh}, {"en", finding->en}};
  out["position"] = position ? json::value(*position) : json::value(nullptr);
  out["where"] = where;
  return out;
}

const char* name_of(projections::KnownAtVoid known) {
  using Known = projections::KnownAtVoid;
  switch (known) {
    case Known::nothing:
      return "nothing";
    case Known::unproven:
      return "unproven";
    case Known::who_has_reveals:
      return "who_has_reveals";
    case Known::operator_alone:
      return "operator_alone";
    case Known::executed:
      return "executed";
  }
  return "";
}

json::value void_of(const std::optional<projections::VoidShown>& shown) {
  if (!shown) return nullptr;
  const auto words = words_of(*shown);
  return json::object{{"known", name_of(shown->known)},
                      {"who", json::value_from(shown->signers.persons)},
                      {"supervisor", shown->signers.supervisor},
                      {"words", json::object{{"zh", words.zh}, {"en", words.en}}}};
}

json::array wrong_draws_of(const std::vector<projections::WrongDraw>& draws) {
  json::array out;
  for (const auto& wrong : draws) {
    out.push_back(json::object{{"draw", wrong.draw},
                               {"position", wrong.position},
                               {"code", wrong.what.code},
                               {"zh", wrong.what.zh},
                               {"en", wrong.what.en},
                               {"breaks", wrong.breaks},
                               {"later", wrong.later}});
  }
  return out;
}

json::array witnesses_of(const std::vector<projections::WitnessLine>& witnesses) {
  json::array out;
  for (const auto& witness : witnesses) {
    out.push_back(
        json::object{{"name", witness.name},
                     {"vkey", witness.vkey},
                     {"cosigned_at", witness.cosigned_at ? json::value(*witness.cosigned_at)
                                                         : json::value(nullptr)}});
  }
  return out;
}

json::array list_of(const std::vector<projections::Sentence>& sentences) {
  json::array out;
  for (const auto& sentence : sentences)
    out.push_back(json::object{{"zh", sentence.zh}, {"en", sentence.en}});
  return out;
}

json::array log_keys_of(const std::vector<projections::LogKeyLine>& lines) {
  json::array out;
  for (const auto& line : lines)
    out.push_back(json::object{{"from", line.from}, {"vkey", line.vkey}});
  return out;
}

constexpr std::size_t kAbsentInJson = 1'000;

json::array absent_of(const std::vector<ledger::AbsentContent>& absent) {
  json::array out;
  for (std::size_t i = 0; i < std::min(absent.size(), kAbsentInJson); ++i) {
    out.push_back(json::object{{"position", absent[i].position},
                               {"commitment", to_hex(absent[i].commitment)}});
  }
  return out;
}

json::array losses_of(const std::vector<projections::LossLine>& losses) {
  json::array out;
  for (const auto& loss : losses) {
    out.push_back(json::object{{"position", loss.position},
                               {"lost_head", to_hex(loss.head)},
                               {"zh", loss.what.zh},
                               {"en", loss.what.en}});
  }
  return out;
}

json::value beacon_of(const std::optional<projections::BeaconLine>& beacon) {
  if (!beacon) return nullptr;
  return json::object{
      {"chain", to_hex(beacon->chain)},
      {"round", beacon->round},
      {"round_time", beacon->round_time},
      {"output", beacon->output ? json::value(to_hex(*beacon->output)) : json::value(nullptr)},
      {"listed", beacon->listed},
      {"closed_late", beacon->closed_late}};
}

json::array digits_of(const std::vector<projections::DigitsLine>& lines) {
  json::array out;
  for (const auto& line : lines) {
    out.push_back(json::object{{"source", line.digits.source},
                               {"issue", line.digits.issue},
                               {"digits", line.digits.digits},
                               {"bits", projections::tenths(line.bits)}});
  }
  return out;
}

// Who did what, and how many steps of a kind are not listed.
json::object timeline_of(const projections::DrawTimeline& timeline) {
  json::array steps, more;
  for (const auto& step : timeline.steps) {
    steps.push_back(
        json::object{{"position", step.position},
                     {"time", step.time},
                     {"who", json::value_from(step.who)},
                     {"what", json::object{{"zh", step.what.zh}, {"en", step.what.en}}},
                     {"detail", json::object{{"zh", step.detail.zh}, {"en", step.detail.en}}},
                     {"wrong", step.wrong}});
  }
  for (const auto& [tag, rest] : timeline.more) {
    more.push_back(json::object{{"what", json::object{{"zh", rest.what.zh}, {"en", rest.what.en}}},
                                {"count", rest.count},
                                {"last", rest.last}});
  }
  return {{"steps", std::move(steps)}, {"more", std::move(more)}};
}

json::value matching_of(const std::optional<projections::MatchingShown>& matching) {
  if (!matching) return nullptr;
  json::array passed_over, shortages;
  for (const auto& seat : matching->passed_over)
    passed_over.push_back(
        json::object{{"visit", seat.visit}, {"seat", seat.seat}, {"count", seat.count}});
  for (const auto& shortage : matching->shortages) {
    shortages.push_back(json::object{
        {"visit", shortage.visit ? json::value(*shortage.visit) : json::value(nullptr)},
        {"group", shortage.group},
        {"subjects", json::value_from(shortage.subjects)},
        {"inspectors", json::value_from(shortage.inspectors)},
        {"needed", shortage.needed},
        {"capacity", shortage.capacity},
        {"others", shortage.others},
        {"zh", shortage.what.zh},
        {"en", shortage.what.en}});
  }
  return json::object{{"put_aside", matching->put_aside},
                      {"seats_passed_over", matching->seats_passed_over},
                      {"passed_over", std::move(passed_over)},
                      {"shortages", std::move(shortages)}};
}

json::value seal_of(const std::optional<projections::SealShown>& seal) {
  if (!seal) return nullptr;
  json::array supervisors, objections;
  for (const auto& supervisor : seal->supervisors) {
    const auto& checked = supervisor.checked;
    supervisors.push_back({{"key", to_hex(supervisor.key)},
                           {"person", supervisor.person},
                           {"agrees", checked ? json::value(checked->agrees) : nullptr},
                           {"position", checked ? json::value(checked->position) : nullptr}});
  }
  for (const auto& each : seal->objections)
    objections.push_back(json::object{{"zh", each.zh}, {"en", each.en}});
  return json::object{{"until", seal->until},
                      {"sealed_at", seal->sealed_at ? json::value(*seal->sealed_at) : nullptr},
                      {"opened_at", seal->opened_at ? json::value(*seal->opened_at) : nullptr},
                      {"supervisors", std::move(supervisors)},
                      {"objections", std::move(objections)},
                      {"what", json::object{{"zh", seal->what.zh}, {"en", seal->what.en}}}};
}

json::value said_of(const std::optional<projections::SealChecked>& checked) {
  if (!checked) return nullptr;
  return json::object{{"agrees", checked->agrees}, {"position", checked->position}};
}

json::value pool_of(const std::optional<projections::PoolShown>& pool, bool unopened) {
  if (!pool) return nullptr;
  json::array supervisors, objections;
  for (const auto& supervisor : pool->supervisors) {
    supervisors.push_back({{"key", to_hex(supervisor.key)},
                           {"person", supervisor.person},
                           {"pool", said_of(supervisor.pool)},
                           {"execution", said_of(supervisor.execution)}});
  }
  for (const auto& each : pool->objections)
    objections.push_back(json::object{{"zh", each.zh}, {"en", each.en}});
  return json::object{{"attested", pool->attested},
                      {"opened", !unopened},
                      {"supervisors", std::move(supervisors)},
                      {"objections", std::move(objections)},
                      {"what", json::object{{"zh", pool->what.zh}, {"en", pool->what.en}}}};
}

json::value scope_of(const std::optional<projections::ScopeShown>& scope) {
  if (!scope) return nullptr;
  const auto both = [](const projections::Sentence& words) {
    return json::object{{"zh", words.zh}, {"en", words.en}};
  };
  return json::object{{"plan_revision", scope->revision},
                      {"planned", both(scope->planned)},
                      {"announced", both(scope->announced)},
                      {"left_out", scope->left_out},
                      {"left_out_active", scope->active}};
}

json::array groups_of(const std::vector<projections::GroupChance>& groups) {
  json::array out;
  for (const auto& group : groups) {
    out.push_back(json::object{{"group", group.group},
                               {"seats", group.seats},
                               {"eligible", group.eligible},
                               {"certain", group.certain},
                               {"random", group.is_random()}});
  }
  return out;
}

json::object row_of(const projections::DrawLine& draw) {
  return {{"number", draw.number},
          {"stream", draw.stream},
          {"position", draw.position},
          {"wrong", draw.wrong},
          {"tier", draw.tier},
          {"tier_why", json::object{{"zh", draw.tier_why.zh}, {"en", draw.tier_why.en}}},
          {"phase", name_of(draw.phase)},
          {"voided", draw.discarded},
          {"void", void_of(draw.voided)},
          {"beacon", beacon_of(draw.beacon)},
          {"digits", digits_of(draw.digits)},
          {"seal", seal_of(draw.seal)},
          {"restricted_pool", pool_of(draw.pool, draw.pool_unopened)},
          {"vrf_shared", draw.vrf_shared},
          {"vrf_sharing", json::object{{"zh", draw.vrf_sharing.zh}, {"en", draw.vrf_sharing.en}}},
          {"subjects", draw.subjects},
          {"eligible", draw.eligible},
          {"drawn", draw.visits},
          {"vacancies", draw.vacancies},
          {"substitutes", draw.substitutes},
          {"results", draw.results},
          {"matching_replayed", draw.matching_replayed},
          {"matching", matching_of(draw.matching)},
          {"conflicts_unopened", draw.conflicts_unopened},
          {"substitutes_unopened", draw.substitutes_unopened},
          {"strata_not_random", draw.strata_not_random},
          {"groups", groups_of(draw.groups)},
          {"scope_narrowed", scope_of(draw.scope)},
          {"none_left", draw.none_left},
          {"form", name_of(draw.form)},
          {"form_words", draw.form_words.zh.empty()
                             ? json::value(nullptr)
                             : json::value{{"zh", draw.form_words.zh}, {"en", draw.form_words.en}}},
          {"teams_named", draw.teams_named},
          {"teams_unopened", draw.teams_unopened},
          {"discarded_before", draw.discarded_before.size()},
          {"discarded_draws", json::value_from(draw.discarded_before)},
          {"substitutes_late", draw.substitutes_late},
          {"substitutes_unproven", draw.substitutes_unproven},
          {"timeline", timeline_of(draw.timeline)}};
}

}  // namespace

std::string json_of_report(const LogReport& whole) {
  const projections::Report& report = whole.verified;
  json::object out{{"verdict", name_of(report.verdict)},
                   {"finding", finding_of(report.finding, report.position, report.where)},
                   {"wrong_draws", wrong_draws_of(report.wrong_draws)},
                   {"wrong_draws_count", report.wrong_draws_count},
                   {"ended", report.ended ? finding_of(report.ended->what, report.ended->position,
                                                       report.ended->where)
                                          : json::value(nullptr)},
                   {"losses", losses_of(report.losses)},
                   {"content_absent_count", report.content_absent.size()},
                   {"content_absent", absent_of(report.content_absent)},
                   {"keys_pinned", report.keys_pinned},
                   {"witnessed", report.witnessed},
                   {"witnesses", witnesses_of(report.witnesses)},
                   {"origin", report.origin},
                   {"log_vkey", report.log_vkey},
                   {"log_keys", log_keys_of(report.log_keys)},
                   {"size", report.size},
                   {"replayed", report.replayed},
                   {"not_judged", report.not_judged},
                   {"root", to_base64(report.root)},
                   {"last_time", report.last_time}};
  out["counts"] = json::object{{"keys", report.keys},
                               {"departments", report.departments},
                               {"items", report.items},
                               {"subjects", report.subjects},
                               {"inspectors", report.inspectors},
                               {"conflicts", report.conflicts},
                               {"conflicts_ended", report.conflicts_ended},
                               {"results", report.results},
                               {"published", report.published},
                               {"erased", report.erased},
                               {"digests", report.digests},
                               {"draws", report.draws.size()}};
  json::array draws, guarantees;
  for (const auto& draw : report.draws) draws.push_back(row_of(draw));
  for (const auto& guarantee : report.guarantees) {
    guarantees.push_back(json::object{{"id", guarantee.id},
                                      {"checked", guarantee.checked},
                                      {"apart", guarantee.apart},
                                      {"broken", guarantee.broken},
                                      {"zh", guarantee.what.zh},
                                      {"en", guarantee.what.en}});
  }
  out["draws"] = std::move(draws);
  out["not_opened"] = list_of(report.not_opened);
  out["guarantees"] = std::move(guarantees);
  out["scope"] = json::object{{"zh", report.scope.zh}, {"en", report.scope.en}};
  out["findings"] = whole.findings ? json_of_findings(*whole.findings) : json::value(nullptr);
  return json::serialize(out) + "\n";
}

std::string json_of_report(const projections::ProofVerdict& verdict) {
  const json::object out{{"verdict", name_of(verdict.verdict)},
                         {"finding", finding_of(verdict.finding, verdict.position, "")},
                         {"keys_pinned", verdict.keys_pinned},
                         {"origin", verdict.origin},
                         {"draw", verdict.draw},
                         {"tier", "C"},
                         {"beacon", beacon_of(verdict.beacon)},
                         {"size", verdict.size},
                         {"root", to_base64(verdict.root)},
                         {"entries", verdict.entries},
                         {"subjects", verdict.subjects},
                         {"eligible", verdict.eligible},
                         {"inspectors", verdict.inspectors},
                         {"conflicts", verdict.conflicts},
                         {"drawn", verdict.visits},
                         {"discarded_draws", json::value_from(verdict.discarded_before)},
                         {"timeline", timeline_of(verdict.timeline)},
                         {"shown", list_of(verdict.shown)},
                         {"not_shown", list_of(verdict.not_shown)}};
  return json::serialize(out) + "\n";
}

std::string json_of_report(const projections::RowVerdict& verdict) {
  const auto hex = [](const std::optional<Hash>& hash) {
    return hash ? json::value(to_hex(*hash)) : json::value(nullptr);
  };
  json::object out{{"verdict", name_of(verdict.verdict)},
                   {"finding", finding_of(verdict.finding, verdict.position, "")},
                   {"keys_pinned", verdict.keys_pinned},
                   {"origin", verdict.origin},
                   {"draw", verdict.draw},
                   {"subject", verdict.subject},
                   {"size", verdict.size},
                   {"root", to_base64(verdict.root)}};
  if (verdict.verdict == ledger::Verdict::verified) {
    out["in_pool"] = verdict.row.has_value();
    out["rows"] = verdict.rows;
    out["eligible"] = verdict.eligible;
    out["executed"] = verdict.executed;
    out["voided"] = verdict.voided;
    out["failed"] = verdict.failed;
    // By weight one row alone does not show whether it was drawn, unless it was certain.
    const bool known =
        verdict.executed && (!verdict.weighted || verdict.drawn || verdict.stratum_drawn == 0 ||
                             (verdict.row && verdict.row->eligibility != 0));
    out["drawn"] = known ? json::value(verdict.drawn) : json::value(nullptr);
    if (verdict.row) {
      out["index"] = *verdict.index;
      out["stratum"] = verdict.row->stratum;
      out["reason"] = verdict.row->eligibility;
      out["weight"] = verdict.row->weight;
      out["ticket"] = hex(verdict.ticket);
      out["cutoff"] = hex(verdict.cutoff);
    }
  }
  out["shown"] = list_of(verdict.shown);
  out["not_shown"] = list_of(verdict.not_shown);
  return json::serialize(out) + "\n";
}

}  // namespace liuhen::tools
