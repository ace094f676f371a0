// The report for people: short, the verdict near the top, one line for each draw.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tools/verify_findings.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

namespace {

using ledger::Verdict;
using projections::DrawLine;
using projections::Sentence;
using Phase = projections::Draw::Phase;

std::string number(std::uint64_t value) { return std::to_string(value); }

class Text {
 public:
  explicit Text(ReportLanguage language) : zh_(language == ReportLanguage::zh) {}

  void line(const std::string& zh, const std::string& en) {
    out_.append(zh_ ? zh : en).append(1, '\n');
  }
  void item(const std::string& mark, const Sentence& sentence) {
    out_.append("  ").append(mark).append(" ").append(pick(sentence)).append(1, '\n');
  }
  void gap() { out_.append(1, '\n'); }
  void paragraph(const std::string& lines) { out_.append(lines); }
  const std::string& pick(const Sentence& sentence) const {
    return zh_ ? sentence.zh : sentence.en;
  }
  std::string take() { return std::move(out_); }

  void keys(bool pinned) {
    if (pinned) return;
    line(
        "公钥未固定：所用公钥由被核验的数据自己给出，只能说明前后一致。请用 --policy 或 --vkey "
        "指定您信任的公钥。",
        "The keys are not pinned: the key used is the one that the data itself gives, which shows "
        "consistency only. Name the key that you trust with --policy or --vkey.");
  }

  void losses(const std::vector<projections::LossLine>& losses) {
    if (losses.empty()) return;
    const std::string times = number(losses.size());
    line("注意：签过的条目有失去——账本从较早的备份恢复过 " + times + " 次：",
         "Mind: entries that were signed are lost. Restored from an older backup " + times +
             " time(s):");
    for (const auto& loss : losses) item("!", loss.what);
  }

  void verdict(Verdict verdict, const std::optional<Error>& finding,
               std::optional<std::uint64_t> position, const std::string& where) {
    switch (verdict) {
      case Verdict::verified:
        line("结论：已核验", "Verdict: verified");
        break;
      case Verdict::violated:
        line("结论：发现违背", "Verdict: violated");
        break;
      case Verdict::inconclusive:
        line("结论：无法判定（缺少所需内容）",
             "Verdict: inconclusive (something needed is missing)");
        break;
    }
    if (!finding) return;
    if (position)
      line("位置：第 " + number(*position) + " 条", "At: entry " + number(*position));
    else if (!where.empty())
      line("位置：" + where, "At: " + where);
    line("说明：" + finding->zh + " [" + finding->code + "]",
         "What: " + finding->en + " [" + finding->code + "]");
  }

 private:
  bool zh_;
  std::string out_;
};

// Beijing time, eight hours ahead of UTC all year.
std::string beijing(std::uint64_t time) {
  const auto seconds = static_cast<std::int64_t>(time) + 8 * 3600;
  const std::chrono::sys_days day{std::chrono::days{seconds / 86'400}};
  const std::chrono::year_month_day date{day};
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(seconds % 86'400 / 3600), static_cast<int>(seconds % 3600 / 60),
                static_cast<int>(seconds % 60));
  return out;
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
      return {"已执行", "executed"};
    case Phase::disclosed:
      return {"已公布名单", "disclosed"};
    case Phase::failed:
      return {"失败（无人承诺）", "failed (nobody committed)"};
  }
  return {};
}

Sentence replayed_of(const DrawLine& draw) {
  if (draw.phase != Phase::executed && draw.phase != Phase::disclosed)
    return {"名录已重算", "pool replayed"};
  if (draw.matching_replayed)
    return {"名录、种子、抽中者、匹配均已重算", "pool, seed, selection and matching replayed"};
  return {
      "名录、种子、抽中者已重算；匹配有 " + number(draw.conflicts_unopened) + " 项利益冲突未打开",
      "pool, seed and selection replayed; for the matching " + number(draw.conflicts_unopened) +
          " conflicts were not opened"};
}

void add_draw(const DrawLine& draw, Text& text) {
  const std::string& tier = draw.tier;
  const Sentence phase = phase_of(draw), replayed = replayed_of(draw);
  text.line("  " + number(draw.number) + "  " + draw.stream + "  " + tier + " 级  " + phase.zh +
                "；名录 " + number(draw.subjects) + "，可抽 " + number(draw.eligible) + "，抽中 " +
                number(draw.visits) + "，空缺 " + number(draw.vacancies) + "，递补 " +
                number(draw.substitutes) + "，结果 " + number(draw.results) + "；" + replayed.zh,
            "  " + number(draw.number) + "  " + draw.stream + "  tier " + tier + "  " + phase.en +
                "; pool " + number(draw.subjects) + ", eligible " + number(draw.eligible) +
                ", drawn " + number(draw.visits) + ", vacancies " + number(draw.vacancies) +
                ", substitutes " + number(draw.substitutes) + ", results " + number(draw.results) +
                "; " + replayed.en);
  text.line("     " + tier + " 级。" + draw.tier_why.zh,
            "     tier " + tier + ". " + draw.tier_why.en);
}

// What a reader should look at more closely, though no rule is broken.
void add_draw_notes(const DrawLine& draw, Text& text) {
  if (draw.strata_not_random != 0) {
    text.line("     不具随机性的层：" + number(draw.strata_not_random) +
                  "（可抽者全部抽中，或少于细则的下限）",
              "     strata that are not random: " + number(draw.strata_not_random) +
                  " (all eligible are drawn, or they are fewer than the rule's minimum)");
  }
  if (draw.none_left != 0) {
    text.line("     无人可递补：" + number(draw.none_left) + " 次",
              "     nobody left to go instead: " + number(draw.none_left) + " times");
  }
  if (!draw.discarded_before.empty()) {
    const std::string count = number(draw.discarded_before.size());
    std::string names;
    for (const std::string& stream : draw.discarded_before)
      names.append(names.empty() ? "" : ", ").append(stream);
    text.line("     此前同事项同范围已有 " + count + " 次结果看过之后作废：" + names,
              "     outcomes on its items and scope seen and discarded before it: " + count + ": " +
                  names);
  }
  if (draw.substitutes_unproven != 0) {
    text.line(
        "     丙级（C）的递补：" + number(draw.substitutes_unproven) +
            (draw.beacon ? " 次（没有证明决定早于所用的信标轮次）"
                         : " 次（没有信标：决定之时，知道种子的人就知道递补是谁）"),
        "     substitutes of tier C: " + number(draw.substitutes_unproven) +
            (draw.beacon ? " (it is not proven that the decision came before the beacon's round)"
                         : " (there is no beacon: whoever knows the seed knows at the decision who "
                           "goes instead)"));
  }
  if (draw.substitutes_late != 0) {
    text.line("     逾期的递补：" + number(draw.substitutes_late),
              "     substitutes past their deadline: " + number(draw.substitutes_late));
  }
}

void add_beacon(const projections::BeaconLine& beacon, Text& text) {
  const std::string output_zh = beacon.output ? "，输出 " + to_hex(*beacon.output) : "，尚未记录";
  const std::string output_en =
      beacon.output ? ", output " + to_hex(*beacon.output) : ", not recorded yet";
  text.line("     信标：链 " + to_hex(beacon.chain) +
                (beacon.listed ? "（策略所列）" : "（策略未列，是否公共信标须另行核实）") +
                "，第 " + number(beacon.round) + " 轮，" + beijing(beacon.round_time) + output_zh +
                (beacon.closed_late ? "；揭示截止未早于该轮一个裕量" : ""),
            "     beacon: chain " + to_hex(beacon.chain) +
                (beacon.listed ? " (in the policy)"
                               : " (not in the policy: check that it is a public one)") +
                ", round " + number(beacon.round) + ", " + beijing(beacon.round_time) + " (UTC+8)" +
                output_en +
                (beacon.closed_late ? "; reveals were not closed a margin before it" : ""));
}

void add_draws(const projections::Report& report, Text& text) {
  if (report.draws.empty()) return;
  text.gap();
  text.line("抽取（" + number(report.draws.size()) + "）：",
            "Draws (" + number(report.draws.size()) + "):");
  for (const DrawLine& draw : report.draws) {
    add_draw(draw, text);
    if (draw.beacon) add_beacon(*draw.beacon, text);
    for (const auto& line : draw.digits)
      text.line("     彩票或骰子：" + line.what.zh + "（不提高等级）",
                "     lottery or dice: " + line.what.en + " (raises no tier)");
    text.line("     " + draw.vrf_sharing.zh, "     " + draw.vrf_sharing.en);
    add_draw_notes(draw, text);
  }
  const auto is = [](char tier) {
    return [tier](const DrawLine& draw) { return draw.tier.find(tier) != std::string::npos; };
  };
  if (std::ranges::any_of(report.draws, is('A')))
    text.line(
        "  A "
        "级：见证人证明名录与揭示截止都早于公共信标那一轮：要左右结果，运营方须与信标网络的多数、"
        "或与足够多的见证人串通。",
        "  Tier A: witnesses prove that the pool and the closing of reveals came before the public "
        "beacon's round: to steer it the operator needs enough of the beacon's members, or enough "
        "of "
        "the witnesses.");
  if (std::ranges::any_of(report.draws, is('B')))
    text.line(
        "  B "
        "级：公告先由见证人固定，独立的贡献人再各出随机数：要左右结果，运营方须与他们全体、或与足够"
        "多的见证人串通。",
        "  Tier B: witnesses fixed the announcement before independent contributors gave their "
        "numbers: to steer it the operator needs all of them, or enough of the witnesses.");
  if (std::ranges::any_of(report.draws, is('C')))
    text.line(
        "  C "
        "级：没有见证人证明名录和揭示早于信标（或没有信标），独立的贡献人也不足：运营方可能反复试"
        "公告，直到结果合意，密码学不能排除。",
        "  Tier C: no witnesses prove that pool and reveals came before the beacon (or there is "
        "none), and there are too few independent contributors: the operator could have tried "
        "announcements until one pleased, and cryptography cannot rule it out.");
}

}  // namespace

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::verified:
      return 0;
    case Verdict::violated:
      return 1;
    case Verdict::inconclusive:
      return 2;
  }
  return 2;
}

std::string text_of_report(const LogReport& whole, ReportLanguage language) {
  const projections::Report& report = whole.verified;
  Text text(language);
  text.keys(report.keys_pinned);
  text.verdict(report.verdict, report.finding, report.position, report.where);
  text.losses(report.losses);
  for (const auto& guarantee : report.guarantees) {
    if (guarantee.broken) text.line("违背的保证：" + guarantee.id, "It breaks: " + guarantee.id);
  }
  text.gap();
  const std::string unknown_zh = "（未知）", unknown_en = "(unknown)";
  text.line("账本：" + (report.origin.empty() ? unknown_zh : report.origin),
            "Log: " + (report.origin.empty() ? unknown_en : report.origin));
  text.line("签名公钥：" + (report.log_vkey.empty() ? unknown_zh : report.log_vkey),
            "Signed by: " + (report.log_vkey.empty() ? unknown_en : report.log_vkey));
  if (report.log_keys.size() > 1) {
    const auto& now = report.log_keys.back();
    text.line("注意：自 " + number(now.from) + " 条起，账本改用签名公钥 " + now.vkey +
                  "；请在策略中换用它",
              "Mind: from " + number(now.from) + " entries on the log signs by the key " +
                  now.vkey + ": put it into your policy");
  }
  text.line("条目：检查点 " + number(report.size) + " 条，核对无误 " + number(report.replayed) +
                " 条" +
                (report.last_time == 0 ? "" : "，至 " + beijing(report.last_time) + "（北京时间）"),
            "Entries: " + number(report.size) + " under the checkpoint, " +
                number(report.replayed) + " found right" +
                (report.last_time == 0 ? "" : ", up to " + beijing(report.last_time) + " (UTC+8)"));
  text.line("根：" + to_base64(report.root), "Root: " + to_base64(report.root));
  text.line("登记：检查对象 " + number(report.subjects) + "，检查人员 " +
                number(report.inspectors) + "，部门 " + number(report.departments) + "，事项 " +
                number(report.items) + "，密钥 " + number(report.keys) + "，利益冲突申报 " +
                number(report.conflicts),
            "Registered: " + number(report.subjects) + " subjects, " + number(report.inspectors) +
                " inspectors, " + number(report.departments) + " departments, " +
                number(report.items) + " items, " + number(report.keys) + " keys, " +
                number(report.conflicts) + " conflicts declared");
  text.line("结果：记录 " + number(report.results) + "，公示 " + number(report.published) +
                "；状态摘要核对 " + number(report.digests) + " 次；依法删除 " +
                number(report.erased) + " 项",
            "Results: " + number(report.results) + " recorded, " + number(report.published) +
                " published; " + number(report.digests) + " state digests compared; " +
                number(report.erased) + " records erased");
  add_draws(report, text);
  if (!report.not_opened.empty()) {
    text.gap();
    text.line("未打开（受限内容）：", "Not opened (restricted content):");
    for (const Sentence& sentence : report.not_opened) text.item("-", sentence);
  }
  text.gap();
  text.line("核对了什么（✓ 已就整个账本完成，✗ 被违背，– 未核对或未完成）：",
            "What was checked (✓ over the whole log, ✗ broken, – not or not to the end):");
  for (const auto& guarantee : report.guarantees)
    text.item((guarantee.broken    ? "✗ "
               : guarantee.checked ? "✓ "
                                   : "– ") +
                  guarantee.id,
              guarantee.what);
  if (whole.findings) {
    text.gap();
    text.paragraph(text_of_findings(*whole.findings, language));
  }
  text.gap();
  text.line(report.scope.zh, report.scope.en);
  return text.take();
}

std::string text_of_report(const projections::ProofVerdict& verdict, ReportLanguage language) {
  Text text(language);
  text.keys(verdict.keys_pinned);
  text.verdict(verdict.verdict, verdict.finding, verdict.position, "");
  text.gap();
  text.line("账本：" + verdict.origin, "Log: " + verdict.origin);
  text.line("抽取：" + verdict.draw + "（C 级）", "Draw: " + verdict.draw + " (tier C)");
  if (!verdict.shown.empty()) {
    text.gap();
    text.line("已证明：", "Shown:");
    for (const Sentence& sentence : verdict.shown) text.item("✓", sentence);
  }
  text.gap();
  text.line("此文件不能证明：", "Such a file cannot show:");
  for (const Sentence& sentence : verdict.not_shown) text.item("–", sentence);
  return text.take();
}

}  // namespace liuhen::tools
