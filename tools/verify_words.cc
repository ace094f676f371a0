#include "tools/verify_words.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "projections/calendar.h"

namespace liuhen::tools {

using ledger::Verdict;
using projections::DrawLine;
using projections::Sentence;
using Phase = projections::Draw::Phase;

std::string number(std::uint64_t value) { return std::to_string(value); }

namespace {

bool is_sealed(const DrawLine& draw) {
  return draw.seal && draw.seal->sealed_at && !draw.seal->opened_at;
}

// Of a draw whose pool is restricted and was not opened.
Sentence replayed_of_closed_pool(const DrawLine& draw) {
  if (draw.phase != Phase::executed && draw.phase != Phase::disclosed)
    return {"名录受限而未打开，未重算", "the pool is restricted and not opened, and not replayed"};
  Sentence out{"种子已重算", "seed replayed"};
  if (draw.matching_replayed)
    out = {"种子及所列对象的匹配已重算",
           "seed, and the matching over the subjects listed, replayed"};
  out.zh += "；名录受限而未打开，名录、抽中者未重算";
  out.en += "; the pool is restricted and not opened: neither it nor the selection was replayed";
  if (draw.conflicts_unopened == 0) return out;
  out.zh += "；匹配有 " + number(draw.conflicts_unopened) + " 项利益冲突未打开";
  out.en += "; for the matching " + number(draw.conflicts_unopened) + " conflicts were not opened";
  return out;
}

}  // namespace

std::string vacancies_of(const DrawLine& draw) {
  return is_sealed(draw) ? "—" : number(draw.vacancies);
}

Sentence phase_of(const DrawLine& draw) {
  if (draw.discarded) return {"已作废", "voided"};
  switch (draw.phase) {
    case Phase::committing:
      return {"承诺中", "taking commitments"};
    case Phase::revealing:
      return {"揭示中", "taking reveals"};
    case Phase::ready:
      return {"待执行", "to be executed"};
    case Phase::executed:
      if (is_sealed(draw)) return {"已执行，密封中", "executed and sealed"};
      return {"已执行", "executed"};
    case Phase::disclosed:
      return {"已公布名单", "disclosed"};
    case Phase::failed:
      return {"失败（无人承诺）", "failed (nobody committed)"};
  }
  return {};
}

Sentence replayed_of(const DrawLine& draw) {
  if (draw.pool_unopened) return replayed_of_closed_pool(draw);
  if (draw.phase != Phase::executed && draw.phase != Phase::disclosed)
    return {"名录已重算", "pool replayed"};
  if (is_sealed(draw))
    return {"名录、各层数目已重算，抽中者密封", "pool and counts replayed, the drawn are sealed"};
  if (!projections::draws_teams(draw.form))
    return {"名录、种子、抽中者均已重算；检查人员没有抽取",
            "pool, seed and selection replayed; no teams were drawn"};
  if (draw.matching_replayed)
    return {"名录、种子、抽中者、匹配均已重算", "pool, seed, selection and matching replayed"};
  return {
      "名录、种子、抽中者已重算；匹配有 " + number(draw.conflicts_unopened) + " 项利益冲突未打开",
      "pool, seed and selection replayed; for the matching " + number(draw.conflicts_unopened) +
          " conflicts were not opened"};
}

Sentence words_of(const projections::BeaconLine& beacon) {
  const std::string output_zh = beacon.output ? "，输出 " + to_hex(*beacon.output) : "，尚未记录";
  const std::string output_en =
      beacon.output ? ", output " + to_hex(*beacon.output) : ", not recorded yet";
  return {"信标：链 " + to_hex(beacon.chain) +
              (beacon.listed ? "（策略所列）" : "（策略未列，是否公共信标须另行核实）") + "，第 " +
              number(beacon.round) + " 轮，" + projections::time_text(beacon.round_time) +
              output_zh + (beacon.closed_late ? "；揭示截止未早于该轮一个裕量" : ""),
          "beacon: chain " + to_hex(beacon.chain) +
              (beacon.listed ? " (in the policy)"
                             : " (not in the policy: check that it is a public one)") +
              ", round " + number(beacon.round) + ", " + projections::time_text(beacon.round_time) +
              " (UTC+8)" + output_en +
              (beacon.closed_late ? "; reveals were not closed a margin before it" : "")};
}

std::vector<Sentence> notes_on(const DrawLine& draw) {
  std::vector<Sentence> out;
  if (!draw.form_words.zh.empty()) out.push_back(draw.form_words);
  if (draw.scope) out.push_back(words_of(*draw.scope));
  for (const auto& group : draw.groups) {
    if (group.certain != 0 || !group.is_random()) out.push_back(words_of(group));
  }
  if (draw.matching) std::ranges::move(words_of(*draw.matching), std::back_inserter(out));
  if (draw.teams_named != 0)
    out.push_back({"指派检查人员 " + number(draw.teams_named) + " 次，不是抽取的",
                   "teams named, not drawn: " + number(draw.teams_named) + " times"});
  if (draw.strata_not_random != 0) {
    out.push_back({"不具随机性的层：" + number(draw.strata_not_random) +
                       "（可抽者全部抽中，或少于细则的下限）",
                   "strata that are not random: " + number(draw.strata_not_random) +
                       " (all eligible are drawn, or they are fewer than the rule's minimum)"});
  }
  if (draw.none_left != 0) {
    out.push_back({"无人可递补：" + number(draw.none_left) + " 次",
                   "nobody left to go instead: " + number(draw.none_left) + " times"});
  }
  if (draw.voided) out.push_back(words_of(*draw.voided));
  if (!draw.discarded_before.empty()) {
    const std::string count = number(draw.discarded_before.size());
    std::string names;
    for (const std::string& stream : draw.discarded_before)
      names.append(names.empty() ? "" : ", ").append(stream);
    out.push_back(
        {"此前同事项同范围已有 " + count + " 次结果作废，作废时不能排除有人已知结果：" + names,
         "outcomes on its items and scope that were discarded before it, where it is not "
         "ruled out that somebody knew them when they were voided: " +
             count + ": " + names});
  }
  if (draw.substitutes_unproven != 0) {
    out.push_back(
        {"丙级（C）的递补：" + number(draw.substitutes_unproven) +
             (draw.beacon ? " 次（没有证明决定早于所用的信标轮次）"
                          : " 次（没有信标：决定之时，知道种子的人就知道递补是谁）"),
         "substitutes of tier C: " + number(draw.substitutes_unproven) +
             (draw.beacon ? " (it is not proven that the decision came before the beacon's round)"
                          : " (there is no beacon: whoever knows the seed knows at the decision "
                            "who goes instead)")});
  }
  if (draw.substitutes_late != 0) {
    out.push_back({"逾期的递补：" + number(draw.substitutes_late),
                   "substitutes past their deadline: " + number(draw.substitutes_late)});
  }
  return out;
}

std::vector<Sentence> tiers_among(const std::vector<DrawLine>& draws) {
  const auto occurs = [&](char tier) {
    return std::ranges::any_of(
        draws, [tier](const DrawLine& draw) { return draw.tier.find(tier) != std::string::npos; });
  };
  std::vector<Sentence> out;
  if (occurs('A')) {
    out.push_back(
        {"A 级：见证人证明名录与揭示截止都早于公共信标那一轮：要左右结果，运营方须与信标网络的多数"
         "、或与足够多的见证人串通。",
         "Tier A: witnesses prove that the pool and the closing of reveals came before the public "
         "beacon's round: to steer it the operator needs enough of the beacon's members, or "
         "enough of the witnesses."});
  }
  if (occurs('B')) {
    out.push_back(
        {"B 级：公告先由见证人固定，独立的贡献人再各出随机数：要左右结果，运营方须与他们全体、或与"
         "足够多的见证人串通。",
         "Tier B: witnesses fixed the announcement before independent contributors gave their "
         "numbers: to steer it the operator needs all of them, or enough of the witnesses."});
  }
  if (occurs('C')) {
    out.push_back(
        {"C 级：没有见证人证明名录和揭示早于信标（或没有信标），独立的贡献人也不足：运营方可能反复"
         "试公告，直到结果合意，密码学不能排除。",
         "Tier C: no witnesses prove that pool and reveals came before the beacon (or there is "
         "none), and there are too few independent contributors: the operator could have tried "
         "announcements until one pleased, and cryptography cannot rule it out."});
  }
  return out;
}

const char* mark_of(const projections::Guarantee& guarantee) {
  if (guarantee.broken) return "✗";
  if (guarantee.checked) return "✓";
  return guarantee.apart ? "(✓)" : "–";
}

Sentence promise_of(std::string_view id) {
  static const std::map<std::string_view, Sentence> kPromises = {
      {"G1",
       {"记录之后，不能不被发现地改动、删除、调换或插入",
        "nothing recorded can be changed, removed, reordered or inserted unseen"}},
      {"G2",
       {"人人看到同一本账；回滚和分叉的账本能被发现",
        "everyone sees the same log; a rolled-back or forked one is caught"}},
      {"G3",
       {"谁也不能冒用他人名义，运营方也不能",
        "no one, the operator included, can act in another's name"}},
      {"G4", {"抽取池在随机数产生之前固定", "the pool is fixed before any randomness exists"}},
      {"G5",
       {"谁也不能预知或操纵一次抽取（以所达等级为限）",
        "no one can predict or steer a draw, as far as its tier goes"}},
      {"G6", {"不能重抽到满意为止", "no second try"}},
      {"G7",
       {"结果只由种子和抽取池决定", "the selection follows from the seed and the pool alone"}},
      {"G8", {"回避不能左右由谁替补", "a recusal cannot steer who goes instead"}},
      {"G9",
       {"抽取结果可保密到检查之日，且不能更改",
        "a draw can stay secret until the visit, and still cannot be altered"}},
      {"G10",
       {"个人信息可以删除，链仍可核验",
        "personal data can be erased, and the chain still verifies"}},
      {"G11", {"答复了就是落盘了", "acknowledged means durable"}},
      {"G12", {"服务端拒绝的，核验程序也会指出", "what the server refuses, the auditor flags"}}};
  const auto found = kPromises.find(id);
  return found == kPromises.end() ? Sentence() : found->second;
}

Sentence keys_not_pinned() {
  return {
      "公钥未固定：所用公钥由被核验的数据自己给出，只能说明前后一致。请用 --policy 或 --vkey "
      "指定您信任的公钥。",
      "The keys are not pinned: the key used is the one that the data itself gives, which shows "
      "consistency only. Name the key that you trust with --policy or --vkey."};
}

Sentence words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::verified:
      return {"已核验", "verified"};
    case Verdict::violated:
      return {"发现违背", "violated"};
    case Verdict::inconclusive:
      return {"无法判定（缺少所需内容）", "inconclusive (something needed is missing)"};
  }
  return {};
}

}  // namespace liuhen::tools
