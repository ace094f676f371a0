#include "projections/verify_summary.h"

#include <algorithm>

#include "projections/outcome.h"
#include "projections/tier.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::uint64_t overdue_substitutes(const State& state, const Draw& draw, std::uint64_t now_s) {
  if (!draw.has_tasks()) return 0;
  std::uint64_t overdue = 0;
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) {
      if (seat.vacated_at &&
          now_s > state.times[*seat.vacated_at] + draw.announcement.substitute_deadline_s)
        ++overdue;
    }
  }
  return overdue;
}

DrawLine line_of(const State& state, const Draw& draw, const DrawFacts& facts,
                 const ReplayFacts& all) {
  const crypto::Policy* trusted = all.policy;
  DrawLine line;
  line.number = draw.number;
  line.position = draw.position;
  line.stream = draw.stream;
  line.phase = draw.phase;
  line.discarded = draw.discarded;
  line.beacon = beacon_line_of(state, draw, trusted);
  line.digits = digits_of(draw);
  line.seal = seal_shown(state, draw);
  line.pool = pool_shown(state, draw);
  line.pool_unopened = facts.pool_unopened;
  line.scope = facts.scope;
  line.groups = group_chances(state, draw.announcement);
  line.vrf_shared = is_shared(state, draw);
  line.vrf_sharing = sharing_words(state, draw);
  line.form = draw.announcement.form;
  line.form_words = words_for_form(draw.announcement);
  line.teams_named = facts.teams_named;
  line.teams_unopened = facts.teams_unopened;
  line.subjects = draw.announcement.subject_rows;
  line.eligible = draw.announcement.subject_eligible;
  if (draw.outcome) {
    line.visits = draw.outcome->visits;
    line.vacancies = draws_teams(draw.announcement) ? draw.outcome->vacancies : 0;
    for (const auto& stratum : draw.outcome->strata)
      line.strata_not_random += outcome_is_not_random(draw, *stratum) ? 1 : 0;
  }
  for (const Task& task : draw.tasks) {
    if (task.result) ++line.results;
  }
  line.matching_replayed = facts.matching_replayed;
  line.matching = facts.matching;
  line.conflicts_unopened = facts.conflicts_unopened;
  line.substitutes_unopened = facts.substitutes_unopened;
  line.substitutes = facts.substitutes;
  line.none_left = facts.none_left;
  if (draw.voided_at) line.voided = void_shown(draw, all);
  line.discarded_before = outcomes_discarded_before(
      state, draw, [&](const Draw& earlier) { return is_void_proven(earlier, all); });
  line.substitutes_late = facts.substitutes_late;
  return line;
}

void judge_tier(const State& state, const Draw& draw, const ReplayFacts& facts,
                const Extent& extent, DrawLine& line) {
  const bool whole = extent.replayed_whole;
  const TierPart beacon = beacon_part(draw, facts.policy, facts.witnessed),
                 witnesses = witness_part(state, draw, facts.policy, facts.witnessed);
  line.tier = tier_of(beacon.holds && whole, witnesses.holds && whole);
  line.tier_why = {"A：" + beacon.why.zh + "；B：" + witnesses.why.zh,
                   "A: " + beacon.why.en + "; B: " + witnesses.why.en};
  const bool escaped = extent.escaped.contains(draw.stream);
  if (escaped) {
    line.tier = "C";
    line.tier_why = {
        "未在期限内执行，违反“不得逃避”：无论有何证明都不高于 C",
        "it was not executed by its deadline, and so escaped: whatever else is proven, "
        "it is no better than C"};
  }
  if (facts.aside.contains(draw.stream) || (facts.wrong.contains(draw.stream) && !escaped)) {
    line.tier = "C";
    line.tier_why = {"它有一步违反规则：无论有何证明都不高于 C",
                     "a step of it breaks a rule: whatever else is proven, it is no better than C"};
  }
  const auto found = facts.draws.find(draw.stream);
  if (found == facts.draws.end()) return;
  const bool listed = has_listed_beacon(draw, facts.policy);
  for (const auto& decision : found->second.decisions) {
    const bool proven = listed && whole &&
                        is_before(facts.witnessed, decision.decided_at, decision.round_time,
                                  draw.rule_set.margin_s, decision.drawn_at);
    line.substitutes_unproven += proven ? 0 : 1;
  }
}

// Of a restricted draw whose pool stayed closed: what was checked all the same, as far as it went.
Sentence checked_of_closed_pool(const DrawLine& line) {
  const bool listed = line.phase == Draw::Phase::disclosed && !line.wrong;
  const bool executed = listed || (line.phase == Draw::Phase::executed && !line.wrong);
  Sentence out{"，只核对了承诺的形式", ", only the form of the commitments"};
  if (executed) {
    out.zh += "、种子";
    out.en += ", the seed";
  }
  if (listed) {
    out.zh += "、被抽中者在名录中且可抽、检查次序";
    out.en += ", that those drawn are in the pool and could be drawn, and the order of the visits";
  }
  if (listed && line.matching_replayed) {
    out.zh += "，以及由所列对象重算的匹配";
    out.en += ", and the matching over the subjects listed";
  }
  return out;
}

void list_not_opened(const DrawLine& line, Report& report) {
  if (line.pool_unopened) {
    const Sentence checked = checked_of_closed_pool(line);
    report.not_opened.push_back(
        {"抽取 " + number(line.number) + "（" + line.stream +
             "）：名录受限而未打开，名录根、分层、抽中者、抽签号和截止号没有重算" + checked.zh,
         "draw " + number(line.number) + " (" + line.stream +
             "): its pool is restricted and was not opened; the root, the strata, who is drawn, "
             "the tickets and the cut-offs were not computed again" +
             checked.en});
  }
  if (line.conflicts_unopened != 0) {
    const bool listed = line.phase == Draw::Phase::disclosed && !line.wrong;
    report.not_opened.push_back(
        {"抽取 " + number(line.number) + "（" + line.stream + "）：" +
             number(line.conflicts_unopened) + " 项利益冲突未打开，检查人员的匹配" +
             (listed ? "只核对了资格、单位和人数上限，以及所跳过的人不多于这些冲突所能说明的"
                     : "没有重算"),
         "draw " + number(line.number) + " (" + line.stream + "): " +
             number(line.conflicts_unopened) + " conflicts were not opened; the matching was " +
             (listed ? "checked for fitness, units and capacities only, and that those passed over "
                       "are no more than these can explain"
                     : "not computed again")});
  }
  if (line.teams_unopened != 0) {
    report.not_opened.push_back(
        {"抽取 " + number(line.number) + "（" + line.stream + "）：" + number(line.teams_unopened) +
             " 次指派时有利益冲突未打开，是否避开了冲突没有核对",
         "draw " + number(line.number) + " (" + line.stream + "): " + number(line.teams_unopened) +
             " teams were named while conflicts not opened were in force; whether they heed them "
             "was not checked"});
  }
  if (line.substitutes_unopened != 0) {
    report.not_opened.push_back({"抽取 " + number(line.number) + "（" + line.stream + "）：" +
                                     number(line.substitutes_unopened) +
                                     " 次递补取决于未打开的利益冲突，只核对了候选次序的范围",
                                 "draw " + number(line.number) + " (" + line.stream +
                                     "): " + number(line.substitutes_unopened) +
                                     " substitutes hang on conflicts not opened; only that they "
                                     "are among the first candidates was checked"});
  }
}

// What draws left unopened, over all of them.
struct Unopened {
  std::uint64_t matchings = 0, substitutes = 0, pools = 0;
  std::uint64_t matchings_absent = 0;  // of those: over conflicts whose content is not there
  std::uint64_t unproven = 0;          // substitutes of tier C
};

std::set<std::string> broken_by(const Report& report) {
  std::set<std::string> broken;
  if (report.verdict == ledger::Verdict::violated && report.finding)
    broken.insert(report.where == "head" ? "G2" : guarantee_of(report.finding->code));
  for (const WrongDraw& wrong : report.wrong_draws) broken.insert(wrong.breaks);
  return broken;
}

// What does not rest on any draw, and is checked of those set aside as well.
bool is_of_the_log(std::string_view id) { return id == "G1" || id == "G2"; }

// What was found of what is not there.
Sentence erasures_of(const Report& report) {
  const std::string erased = number(report.erased), absent = number(report.content_absent.size());
  if (!report.content_absent.empty()) {
    return {"依法删除 " + erased + " 项；另有 " + absent + " 项内容不在而没有删除的记载",
            erased + " records were erased; " + absent +
                " more contents are absent, and no event erased them"};
  }
  if (report.erased == 0) return {"没有内容被删除", "nothing was erased"};
  return {"依法删除的 " + erased + " 项内容只凭承诺核对",
          "the " + erased + " contents that were erased were checked by their commitments alone"};
}

void list_guarantees(const Extent& extent, const Unopened& unopened, bool some_aside,
                     Report& report) {
  const bool stored = extent.stored;
  const std::set<std::string> broken = broken_by(report);
  const auto add = [&](const char* id, bool checkable, const std::string& zh,
                       const std::string& en) {
    const bool held = checkable && extent.replayed_whole && !broken.contains(id);
    const bool whole = !some_aside || is_of_the_log(id);
    report.guarantees.push_back({.id = id,
                                 .checked = held && whole,
                                 .apart = held && !whole,
                                 .broken = broken.contains(id),
                                 .what = {zh, en}});
  };
  add("G1", extent.head_right,
      stored ? "逐条核对哈希链、默克尔树、瓦片、签名检查点和每个存储键"
             : "逐条核对哈希链、默克尔树、瓦片和签名检查点",
      stored ? "the chain, the tree, the tiles, the signed checkpoint and every stored key were "
               "compared"
             : "the chain, the tree, the tiles and the signed checkpoint were compared");
  const std::string head_zh = stored ? "与数据库外保存的最后签名比对；" : "",
                    head_en = stored ? "compared with the head kept outside the database; " : "";
  if (report.witnessed) {
    add("G2", true, head_zh + "检查点有策略要求的见证人联署",
        head_en + "the checkpoint has the cosignatures that the policy asks for");
  } else {
    add("G2", false, head_zh + "没有见证人联署可凭，不能证明人人所见相同",
        head_en + "without witnesses it cannot be shown that everyone sees the same log");
  }
  add("G3", true, "每个意图的签名、密钥、角色和双人签署",
      "signatures, keys, roles and double signatures of every intent");
  const std::string pools = number(unopened.pools);
  const Sentence closed =
      unopened.pools == 0
          ? Sentence{}
          : Sentence{"；其中 " + pools + " 次名录受限而未打开，未能重算",
                     "; not so in " + pools + " draws whose pools are restricted and not opened"};
  add("G4", unopened.pools == 0, "每次公告的名录根按当时的登记重算" + closed.zh,
      "the roots of every announcement were computed again from the registry of that position" +
          closed.en);
  const auto beacons_count = std::ranges::count_if(
      report.draws, [](const DrawLine& draw) { return draw.beacon.has_value(); });
  const std::string beacons = std::to_string(beacons_count), draws = number(report.draws.size());
  add("G5", true,
      "每个种子由承诺、揭示、公告的信标轮次和可验证随机函数重算；" + draws + " 次抽取中 " +
          beacons + " 次有信标，其签名均经核对；各次抽取的等级见上",
      "every seed was computed again from commitments, reveals, the announced round of the beacon "
      "and the VRF; " +
          beacons + " of " + draws +
          " draws have a beacon, whose signatures were verified; each draw's tier is above");
  add("G6", true, "抽取编号无缺号，过期未执行的抽取",
      "numbers without gaps, and draws not executed in time");
  add("G7", unopened.pools == 0 && unopened.matchings_absent == 0,
      "抽中者与截止号按种子重算" + closed.zh +
          (unopened.matchings == 0 ? ""
                                   : "；" + number(unopened.matchings) +
                                         " 次抽取的人员匹配因利益冲突未打开，未全部重算") +
          (unopened.matchings_absent == 0
               ? ""
               : "，其中 " + number(unopened.matchings_absent) + " 次的冲突内容不在而未曾删除"),
      "who was drawn, and the cut-offs, were computed again from the seed" + closed.en +
          (unopened.matchings == 0 ? ""
                                   : "; the matchings of " + number(unopened.matchings) +
                                         " draws only in part: conflicts were not opened") +
          (unopened.matchings_absent == 0
               ? ""
               : ", and of " + number(unopened.matchings_absent) +
                     " of them the content is absent though nobody erased it"));
  add("G8", unopened.substitutes == 0,
      unopened.substitutes == 0
          ? "递补按公告的次序、由决定之后的信标轮次重算；其中 " + number(unopened.unproven) +
                " 次没有证明决定早于那一轮，为丙级（C）"
          : "有 " + number(unopened.substitutes) + " 次递补取决于未打开的利益冲突，未能全部重算",
      unopened.substitutes == 0
          ? "substitutes were computed again in the announced order, from the round after the "
            "decision; of " +
                number(unopened.unproven) +
                " it is not proven that the decision came before the round: tier C"
          : number(unopened.substitutes) +
                " substitutes hang on conflicts that were not opened, and were not computed again");
  const auto count_seals = [&](const auto& wanted) {
    return number(static_cast<std::uint64_t>(std::ranges::count_if(
        report.draws, [&](const DrawLine& draw) { return draw.seal && wanted(*draw.seal); })));
  };
  const std::string sealed = count_seals([](const SealShown&) { return true; }),
                    opened = count_seals(
                        [](const SealShown&seal) { return seal.opened_at.has_value(); });
  add("G9", true,
      sealed + " 次密封抽取中 " + opened +
          " 次已启封，其种子均为执行时所承诺的，启封前均有监督人核对；其余尚在密封，抽中者须启"
          "封后核验",
      opened + " of " + sealed +
          " sealed draws are opened: the seed of each is the one committed to at execution, and a "
          "supervisor had attested it before; who is drawn in the others can be verified once they "
          "are opened");
  const Sentence erasures = erasures_of(report);
  add("G10", report.content_absent.empty(), erasures.zh, erasures.en);
  add("G11", false, "落盘与否不能事后核验", "durability cannot be verified afterwards");
  add("G12", true, "用同一套受理规则重放每一个事件",
      "every event was replayed through the one rule set of admission");
}

}  // namespace

// The longest prefix decides. What admission refuses and no other guarantee names breaks G12.
std::string guarantee_of(std::string_view code) {
  static constexpr std::pair<std::string_view, const char*> kBreaks[] = {
      {"entry.", "G1"},
      {"chain.", "G1"},
      {"tile.", "G1"},
      {"checkpoint.", "G1"},
      {"note.", "G1"},
      {"policy.", "G1"},
      {"storage.", "G1"},
      {"fetch.", "G1"},
      {"bundle.", "G1"},
      {"entries.", "G1"},
      {"tiles.", "G1"},
      {"checkpoints.", "G1"},
      {"streams.", "G1"},
      {"intents.", "G1"},
      {"pending.", "G1"},
      {"restricted.", "G1"},
      {"record_keys.", "G1"},
      {"meta.", "G1"},
      {"head.", "G2"},
      {"intent.fork", "G2"},
      {"witnessed.root", "G2"},
      {"genesis.log_key", "G1"},
      {"log_key.", "G1"},
      {"intent.signature", "G3"},
      {"intent.same_person", "G3"},
      {"key.", "G3"},
      {"role.", "G3"},
      {"permissions.", "G3"},
      {"recusal.decider", "G3"},
      {"draw.pool_root", "G4"},
      {"draw.pool_stale", "G4"},
      {"draw.import_midway", "G4"},
      {"draw.position", "G4"},
      {"draw.vrf", "G5"},
      {"vrf.holder", "G5"},
      {"vrf.unseen", "G5"},
      {"draw.beacon_", "G5"},
      {"beacon.", "G5"},
      {"digits.", "G5"},
      {"draw.commitments", "G5"},
      {"draw.committed", "G5"},
      {"draw.copied", "G5"},
      {"draw.contributor", "G5"},
      {"draw.reveals", "G5"},
      {"draw.revealed", "G5"},
      {"draw.reveal_mismatch", "G5"},
      {"draw.late", "G5"},
      {"draw.early", "G5"},
      {"draw.not_committed", "G5"},
      {"draw.overlap", "G6"},
      {"draw.escape", "G6"},
      {"draw.unexecuted", "G6"},
      {"draw.unlisted", "G6"},
      {"draw.previous", "G6"},
      {"draw.void_supervisor", "G6"},
      {"draw.selection", "G7"},
      {"draw.visits_root", "G7"},
      {"draw.disclosed_root", "G7"},
      {"draw.disclosed_visit", "G7"},
      {"substitute.", "G8"},
      {"draw.sealed", "G9"},
      {"draw.supervisors", "G9"},
      {"draw.seed_hash", "G9"},
      {"draw.unattested", "G9"},
      {"draw.undisclosed", "G9"},
      {"draw.restricted", "G4"},
      {"pool.", "G4"},
      {"attest.pool", "G4"},
      {"attest.late", "G4"},
      {"attest.early", "G9"},
      {"attest.unseen", "G9"},
      {"erasure.", "G10"}};
  std::string_view longest;
  const char* out = "G12";
  for (const auto& [prefix, id] : kBreaks) {
    if (code.starts_with(prefix) && prefix.size() > longest.size()) {
      longest = prefix;
      out = id;
    }
  }
  return out;
}

bool has_listed_beacon(const Draw& draw, const crypto::Policy* trusted) {
  return draw.beacon && trusted != nullptr && trusted->lists_beacon(draw.beacon->chain_hash);
}

bool is_void_proven(const Draw& draw, const ReplayFacts& facts) {
  return has_listed_beacon(draw, facts.policy) &&
         is_before(facts.witnessed, *draw.voided_at, draw.beacon->round_time,
                   draw.rule_set.margin_s, std::nullopt);
}

VoidShown void_shown(const Draw& draw, const ReplayFacts& facts) {
  const auto found = facts.draws.find(draw.stream);
  const DrawFacts of = found == facts.draws.end() ? DrawFacts() : found->second;
  return {.known = known_at_void(
              draw, [&](const Draw& voided) { return is_void_proven(voided, facts); },
              of.reveals_awaited_at_void),
          .signers = of.void_signers};
}

std::optional<BeaconLine> beacon_line_of(const State& state, const Draw& draw,
                                         const crypto::Policy* trusted) {
  if (!draw.beacon) return std::nullopt;
  const DrawBeacon& beacon = *draw.beacon;
  return BeaconLine{
      .chain = beacon.chain_hash,
      .round = beacon.round,
      .round_time = beacon.round_time,
      .output = draw.beacon_output,
      .listed = has_listed_beacon(draw, trusted),
      .closed_late = draw.reveals_closed_at &&
                     !beacon.leaves(draw.rule_set.margin_s, state.times[*draw.reveals_closed_at])};
}

void summarise(const State& state, const ReplayFacts& facts, const Extent& extent,
               std::uint64_t now_s, Report& report) {
  Unopened unopened;
  report.last_time = state.times.empty() ? 0 : state.times.back();
  report.keys = state.keys.keys.size();
  report.departments = state.catalogue.departments.size();
  report.items = state.catalogue.items.size();
  report.subjects = state.subjects.size();
  report.inspectors = state.inspectors.rows.size();
  report.conflicts = state.conflicts.rows.size();
  report.conflicts_ended = static_cast<std::uint64_t>(std::ranges::count_if(
      state.conflicts.rows,
      [](const Conflict& conflict) { return conflict.ended_at.has_value(); }));
  report.erased = state.erased.size();
  report.digests = facts.digests;
  report.losses = facts.losses;
  std::set<Hash> absent;
  for (const ledger::AbsentContent& one : report.content_absent) absent.insert(one.commitment);
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    const auto found = facts.draws.find(stream);
    report.draws.push_back(
        line_of(state, draw, found == facts.draws.end() ? DrawFacts{} : found->second, facts));
    DrawLine& line = report.draws.back();
    judge_tier(state, draw, facts, extent, line);
    line.wrong = facts.wrong.contains(stream);
    if (!facts.aside.contains(stream))
      line.substitutes_late += overdue_substitutes(state, draw, now_s);
    const auto timeline = facts.timelines.find(stream);
    if (timeline != facts.timelines.end()) line.timeline = timeline->second;
    list_not_opened(line, report);
    if (line.conflicts_unopened != 0) {
      ++unopened.matchings;
      const auto in_force = state.conflicts.in_force(draw.announcement.pool_position);
      const bool is_absent = std::ranges::any_of(
          in_force, [&](const Hash& commitment) { return absent.contains(commitment); });
      unopened.matchings_absent += is_absent ? 1 : 0;
    }
    if (line.pool_unopened) ++unopened.pools;
    unopened.substitutes += line.substitutes_unopened;
    unopened.unproven += line.substitutes_unproven;
    report.results += report.draws.back().results;
    for (const Task& task : draw.tasks) {
      if (task.result && task.result->published_at) ++report.published;
    }
  }
  list_guarantees(extent, unopened, !facts.aside.empty(), report);
  report.scope = {
      "“已核验”指公开事实：条目、签名、权限、名录根、种子、抽取、递补。它不能证明登记内容属实，也不"
      "能证明检查如实进行。",
      "\"Verified\" means the public facts: entries, signatures, permissions, pools, seeds, draws, "
      "substitutes. It cannot show that the registry tells the truth, nor that a visit was "
      "honest."};
}

}  // namespace liuhen::projections
