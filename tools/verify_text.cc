// The report for people: short, the verdict near the top, one line for each draw.
#include "projections/calendar.h"
#include "tools/verify_findings.h"
#include "tools/verify_report.h"
#include "tools/verify_words.h"

namespace liuhen::tools {

namespace {

using ledger::Verdict;
using projections::DrawLine;
using projections::Sentence;

constexpr std::size_t kAbsentListed = 12;  // of absent content; JSON has more

class Text {
 public:
  explicit Text(ReportLanguage language) : zh_(language == ReportLanguage::zh) {}

  void line(const std::string& zh, const std::string& en) {
    out_.append(zh_ ? zh : en).append(1, '\n');
  }
  void line(const std::string& indent, const Sentence& sentence) {
    out_.append(indent).append(pick(sentence)).append(1, '\n');
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
    line("", keys_not_pinned());
  }

  void losses(const std::vector<projections::LossLine>& losses) {
    if (losses.empty()) return;
    const std::string times = number(losses.size());
    line("注意：签过的条目有失去——账本从较早的备份恢复过 " + times + " 次：",
         "Mind: entries that were signed are lost. Restored from an older backup " + times +
             " time(s):");
    for (const auto& loss : losses) item("!", loss.what);
  }

  void content_absent(const std::vector<ledger::AbsentContent>& absent) {
    if (absent.empty()) return;
    line("注意：受限内容不在而没有删除的记载，" + number(absent.size()) +
             " 项（或已丢失，或从未交来）：",
         "Mind: restricted content is absent that no event erased, " + number(absent.size()) +
             " of it (lost, or never handed over):");
    for (std::size_t i = 0; i < std::min(absent.size(), kAbsentListed); ++i) {
      const std::string at = number(absent[i].position), what = to_hex(absent[i].commitment);
      item("!", {"第 " + at + " 条：" + what, "entry " + at + ": " + what});
    }
    if (absent.size() > kAbsentListed) item("!", {"……", "…"});
  }

  void wrong_draws(const projections::Report& report) {
    if (report.wrong_draws.empty()) return;
    const std::string count = number(report.wrong_draws_count);
    line("违规的抽取（" + count + "）：", "Draws in which a rule was broken (" + count + "):");
    for (const auto& wrong : report.wrong_draws) {
      const std::string at = number(wrong.position), later = number(wrong.later);
      const bool follows = wrong.later != 0;
      line("  ✗ " + wrong.draw + "  第 " + at + " 条：" + wrong.what.zh + " [" + wrong.what.code +
               "]（" + wrong.breaks + "）" +
               (follows ? "；其后 " + later + " 条以它为前提，未再判断" : ""),
           "  ✗ " + wrong.draw + "  entry " + at + ": " + wrong.what.en + " [" + wrong.what.code +
               "] (" + wrong.breaks + ")" +
               (follows ? "; " + later + " later entries rest on it and were not judged" : ""));
    }
    if (const std::uint64_t rest = report.wrong_draws_count - report.wrong_draws.size(); rest != 0)
      line("  另有 " + number(rest) + " 次未列", "  and " + number(rest) + " more");
  }
  void ended(const std::optional<projections::EndedBy>& ended) {
    if (!ended) return;
    line("此外，无法判定：" + ended->what.zh + " [" + ended->what.code + "]",
         "Besides, this is inconclusive: " + ended->what.en + " [" + ended->what.code + "]");
  }

  void verdict(Verdict verdict, const std::optional<Error>& finding,
               std::optional<std::uint64_t> position, const std::string& where) {
    const Sentence words = words_of(verdict);
    line("结论：" + words.zh, "Verdict: " + words.en);
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

void add_draw(const DrawLine& draw, Text& text) {
  const std::string& tier = draw.tier;
  const Sentence phase = phase_of(draw), replayed = replayed_of(draw);
  text.line("  " + number(draw.number) + "  " + draw.stream + "  " + tier + " 级  " + phase.zh +
                "；名录 " + number(draw.subjects) + "，可抽 " + number(draw.eligible) + "，抽中 " +
                number(draw.visits) + "，空缺 " + vacancies_of(draw) + "，递补 " +
                number(draw.substitutes) + "，结果 " + number(draw.results) +
                (draw.wrong ? "" : "；" + replayed.zh),
            "  " + number(draw.number) + "  " + draw.stream + "  tier " + tier + "  " + phase.en +
                "; pool " + number(draw.subjects) + ", eligible " + number(draw.eligible) +
                ", drawn " + number(draw.visits) + ", vacancies " + vacancies_of(draw) +
                ", substitutes " + number(draw.substitutes) + ", results " + number(draw.results) +
                (draw.wrong ? "" : "; " + replayed.en));
  if (draw.wrong) text.line("     ✗ 违规，见上", "     ✗ a rule was broken: see above");
  text.line("     " + tier + " 级。" + draw.tier_why.zh,
            "     tier " + tier + ". " + draw.tier_why.en);
}

void add_draws(const projections::Report& report, Text& text) {
  if (report.draws.empty()) return;
  text.gap();
  text.line("抽取（" + number(report.draws.size()) + "）：",
            "Draws (" + number(report.draws.size()) + "):");
  for (const DrawLine& draw : report.draws) {
    add_draw(draw, text);
    if (draw.beacon) text.line("     ", words_of(*draw.beacon));
    for (const auto& line : draw.digits)
      text.line("     彩票或骰子：" + line.what.zh + "（不提高等级）",
                "     lottery or dice: " + line.what.en + " (raises no tier)");
    text.line("     ", draw.vrf_sharing);
    if (draw.seal) text.line("     ", draw.seal->what);
    if (draw.seal) {
      for (const Sentence& objection : draw.seal->objections) text.line("     ✗ ", objection);
    }
    if (draw.pool) text.line("     ", draw.pool->what);
    if (draw.pool) {
      for (const Sentence& objection : draw.pool->objections) text.line("     ✗ ", objection);
    }
    for (const Sentence& note : notes_on(draw)) text.line("     ", note);
  }
  for (const Sentence& tier : tiers_among(report.draws)) text.line("  ", tier);
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
  text.wrong_draws(report);
  text.ended(report.ended);
  text.losses(report.losses);
  text.content_absent(report.content_absent);
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
                (report.last_time == 0
                     ? ""
                     : "，至 " + projections::time_text(report.last_time) + "（北京时间）"),
            "Entries: " + number(report.size) + " under the checkpoint, " +
                number(report.replayed) + " found right" +
                (report.last_time == 0
                     ? ""
                     : ", up to " + projections::time_text(report.last_time) + " (UTC+8)"));
  text.line("根：" + to_base64(report.root), "Root: " + to_base64(report.root));
  const std::string ended = report.conflicts_ended == 0 ? "" : number(report.conflicts_ended);
  text.line("登记：检查对象 " + number(report.subjects) + "，检查人员 " +
                number(report.inspectors) + "，部门 " + number(report.departments) + "，事项 " +
                number(report.items) + "，密钥 " + number(report.keys) + "，利益冲突申报 " +
                number(report.conflicts) + (ended.empty() ? "" : "（已终止 " + ended + "）"),
            "Registered: " + number(report.subjects) + " subjects, " + number(report.inspectors) +
                " inspectors, " + number(report.departments) + " departments, " +
                number(report.items) + " items, " + number(report.keys) + " keys, " +
                number(report.conflicts) + " conflicts declared" +
                (ended.empty() ? "" : " (" + ended + " of them ended)"));
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
  text.line(
      "核对了什么（✓ 已就整个账本完成，(✓) 除违规的抽取外已完成，✗ 被违背，– 未核对或未完成）：",
      "What was checked (✓ over the whole log, (✓) apart from the draws named above, ✗ broken, – "
      "not or not to the end):");
  for (const auto& guarantee : report.guarantees)
    text.item(mark_of(guarantee) + std::string(" ") + guarantee.id, guarantee.what);
  if (whole.findings) {
    text.gap();
    text.paragraph(text_of_findings(*whole.findings, language));
  }
  text.gap();
  text.line(report.scope.zh, report.scope.en);
  return text.take();
}

namespace {

template <class ProofOrRow>
void add_shown(const ProofOrRow& verdict, Text& text) {
  if (!verdict.shown.empty()) {
    text.gap();
    text.line("已证明：", "Shown:");
    for (const Sentence& sentence : verdict.shown) text.item("✓", sentence);
  }
  text.gap();
  text.line("此文件不能证明：", "Such a file cannot show:");
  for (const Sentence& sentence : verdict.not_shown) text.item("–", sentence);
}

// The answer to what the firm asks, in one line.
Sentence answer_of(const projections::RowVerdict& row) {
  if (!row.row) return {"不在名录中", "not in the pool"};
  if (row.row->eligibility != 0)
    return {"在名录中，不可被抽中（理由见下）",
            "in the pool, and could not be drawn (see why below)"};
  if (!row.executed) return {"在名录中，可以被抽中", "in the pool, and can be drawn"};
  if (row.weighted && !row.drawn && row.stratum_drawn != 0)
    return {"在名录中，按权重抽取：是否抽中见该抽取的证明文件",
            "in the pool of a draw by weight: the draw's proof file shows whether it was drawn"};
  if (row.weighted && row.drawn)
    return {"在名录中，仅凭权重即必然抽中", "in the pool, and certain to be drawn by its weight"};
  return row.drawn ? Sentence{"在名录中，抽中", "in the pool, and drawn"}
                   : Sentence{"在名录中，未抽中", "in the pool, and not drawn"};
}

}  // namespace

std::string text_of_report(const projections::ProofVerdict& verdict, ReportLanguage language) {
  Text text(language);
  text.keys(verdict.keys_pinned);
  text.verdict(verdict.verdict, verdict.finding, verdict.position, "");
  text.gap();
  text.line("账本：" + verdict.origin, "Log: " + verdict.origin);
  text.line("抽取：" + verdict.draw + "（C 级）", "Draw: " + verdict.draw + " (tier C)");
  add_shown(verdict, text);
  return text.take();
}

std::string text_of_report(const projections::RowVerdict& verdict, ReportLanguage language) {
  Text text(language);
  text.keys(verdict.keys_pinned);
  text.verdict(verdict.verdict, verdict.finding, verdict.position, "");
  text.gap();
  text.line("账本：" + verdict.origin, "Log: " + verdict.origin);
  text.line("抽取：" + verdict.draw, "Draw: " + verdict.draw);
  if (verdict.verdict == Verdict::verified) {
    const Sentence answer = answer_of(verdict);
    text.line("对象：" + verdict.subject + "：" + answer.zh,
              "Subject: " + verdict.subject + ": " + answer.en);
  } else {
    text.line("对象：" + verdict.subject, "Subject: " + verdict.subject);
  }
  add_shown(verdict, text);
  return text.take();
}

}  // namespace liuhen::tools
