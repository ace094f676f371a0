#include "tools/verify_html.h"

#include <algorithm>

#include "projections/calendar.h"
#include "tools/verify_charts.h"
#include "tools/verify_html_parts.h"
#include "tools/verify_words.h"

namespace liuhen::tools {

namespace {

using ledger::Verdict;
using projections::DrawLine;

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

void add_check(PageFacts& facts, const Page& page, const ReportAbout& about) {
  facts.fact(page.pick("核验对象", "What was read"),
             escaped(page.pick(about.source)) + " " + code(about.place));
  facts.fact(
      page.pick("期限判断至", "Deadlines as of"),
      escaped(projections::time_text(about.judged_at) + page.pick("（北京时间）", " (UTC+8)")));
}

// The page of a whole log.
class LogPage {
 public:
  LogPage(const LogReport& whole, const ReportAbout& about, ReportLanguage language)
      : report_(whole.verified),
        findings_(whole.findings),
        about_(about),
        page_(language),
        links_(page_) {
    choose_in_full();
  }

  std::string html() {
    const std::string title =
        page_.pick("留痕核验报告：", "Liuhen, report of a verification: ") + report_.origin;
    page_.heading(1, title);
    contents();
    verdict();
    checked();
    guarantees();
    draws();
    if (findings_) add_screens(page_, links_, *findings_);
    limits();
    return page_.html(title);
  }

 private:
  // Those that are wrong first; as many as are shown step by step, in the order of their numbers.
  void choose_in_full() {
    for (const bool wrong : {true, false}) {
      for (const DrawLine& draw : report_.draws) {
        if (draw.wrong == wrong && in_full_.size() < kDrawsInFullMax) in_full_.insert(draw.number);
      }
    }
    for (const DrawLine& draw : report_.draws) {
      if (in_full_.contains(draw.number)) links_.shows(draw.timeline);
      numbers_.emplace(draw.stream, draw.number);
    }
  }

  void contents() {
    page_.add("<nav aria-label=\"" + page_.pick("目录", "Contents") + "\"><ul>\n");
    const auto entry = [&](const char* id, const char* zh, const char* en) {
      page_.add(std::string("<li><a href=\"#") + id + "\">" + page_.pick(zh, en) + "</a></li>\n");
    };
    entry("verdict", "结论", "Verdict");
    entry("checked", "核验了什么", "What was checked");
    entry("guarantees", "逐项保证", "Guarantees");
    if (!report_.draws.empty()) entry("draws", "各次抽取", "Draws");
    if (findings_) entry("findings", "跨抽取的分析", "Findings");
    entry("limits", "不能知道的", "Limits");
    page_.add("</ul></nav>\n");
  }

  std::string draw_link(const std::string& stream) const {
    const auto found = numbers_.find(stream);
    if (found == numbers_.end()) return escaped(stream);
    return "<a href=\"#draw-" + number(found->second) + "\">" + escaped(stream) + "</a>";
  }

  void verdict() {
    const bool of_a_draw = report_.finding && !report_.wrong_draws.empty() &&
                           report_.position == report_.wrong_draws.front().position;
    add_verdict(page_, links_, report_.verdict, report_.keys_pinned,
                of_a_draw ? std::optional<Error>() : report_.finding, report_.position,
                report_.where);
    wrong_draws();
    if (report_.ended)
      page_.paragraph("此外，无法判定：" + report_.ended->what.zh,
                      "Besides, this is inconclusive: " + report_.ended->what.en);
    for (const auto& loss : report_.losses) page_.paragraph(loss.what);
    if (const auto& absent = report_.content_absent; !absent.empty()) {
      const std::string count = number(absent.size()), first = number(absent.front().position);
      page_.paragraph("受限内容不在而没有删除的记载：" + count + " 项，首项属第 " + first + " 条。",
                      "Restricted content is absent that no event erased: " + count +
                          ", the first of entry " + first + ".");
    }
    page_.end_section();
  }

  void wrong_draws() {
    if (report_.wrong_draws.empty()) return;
    page_.heading(
        3, page_.pick("违规的抽取：" + number(report_.wrong_draws_count) + " 次",
                      "Draws in which a rule was broken: " + number(report_.wrong_draws_count)));
    PageTable table({page_.pick("抽取", "Draw"), page_.pick("条目", "Entry"),
                     page_.pick("错在哪里", "What is wrong"), page_.pick("违背", "Breaks")});
    for (const auto& wrong : report_.wrong_draws) {
      std::string what =
          escaped(page_.pick(wrong.what.zh, wrong.what.en)) + " " + code(wrong.what.code);
      if (wrong.later != 0)
        what += "<div class=\"soft\">" +
                escaped(page_.pick(
                    "其后 " + number(wrong.later) + " 条以它为前提，未再判断",
                    number(wrong.later) + " later entries rest on it and were not judged")) +
                "</div>";
      table.row({draw_link(wrong.draw), links_.link(wrong.position), what, wrong.breaks},
                " class=\"wrong\"");
    }
    page_.add(table.html());
    const std::uint64_t rest = report_.wrong_draws_count - report_.wrong_draws.size();
    if (rest != 0)
      page_.paragraph("另有 " + number(rest) + " 次未列", "and " + number(rest) + " more");
  }

  void checked() {
    page_.begin_section("checked", "核验了什么", "What was checked");
    PageFacts facts;
    add_check(facts, page_, about_);
    const std::string unknown = page_.pick("（未知）", "(unknown)");
    facts.fact(page_.pick("账本", "Log"), report_.origin.empty() ? unknown : code(report_.origin));
    facts.fact(page_.pick("检查点", "Checkpoint"), checkpoint());
    facts.fact(page_.pick("签名公钥", "Signed by"),
               report_.log_vkey.empty() ? unknown : code(report_.log_vkey));
    add_policy(facts, page_, about_.policy);
    facts.fact(page_.pick("条目", "Entries"), entries());
    facts.fact(page_.pick("登记", "Registered"), registered());
    facts.fact(page_.pick("结果", "Results"), results());
    page_.add(facts.html());
    witnesses();
    page_.end_section();
  }
  std::string checkpoint() const {
    std::string out = escaped(page_.pick(number(report_.size) + " 条，根 ",
                                         number(report_.size) + " entries, root ")) +
                      code(to_base64(report_.root));
    if (report_.last_time != 0)
      out += escaped(page_.pick("，核对至 ", ", checked up to ") +
                     projections::time_text(report_.last_time) +
                     page_.pick("（北京时间）", " (UTC+8)"));
    return out;
  }
  std::string entries() const {
    std::string out = page_.pick("核对无误 " + number(report_.replayed) + " 条",
                                 number(report_.replayed) + " found right");
    if (report_.not_judged != 0)
      out += page_.pick(
          "；违规抽取的后续 " + number(report_.not_judged) + " 条未再判断",
          "; " + number(report_.not_judged) + " that follow in draws named above were not judged");
    return escaped(out);
  }
  std::string registered() const {
    const std::string ended = report_.conflicts_ended == 0 ? "" : number(report_.conflicts_ended);
    return escaped(page_.pick(
        "检查对象 " + number(report_.subjects) + "，检查人员 " + number(report_.inspectors) +
            "，部门 " + number(report_.departments) + "，事项 " + number(report_.items) +
            "，密钥 " + number(report_.keys) + "，利益冲突申报 " + number(report_.conflicts) +
            (ended.empty() ? "" : "（已终止 " + ended + "）"),
        number(report_.subjects) + " subjects, " + number(report_.inspectors) + " inspectors, " +
            number(report_.departments) + " departments, " + number(report_.items) + " items, " +
            number(report_.keys) + " keys, " + number(report_.conflicts) + " conflicts declared" +
            (ended.empty() ? "" : " (" + ended + " of them ended)")));
  }
  std::string results() const {
    return escaped(
        page_.pick("记录 " + number(report_.results) + "，公示 " + number(report_.published) +
                       "；状态摘要核对 " + number(report_.digests) + " 次；依法删除 " +
                       number(report_.erased) + " 项",
                   number(report_.results) + " recorded, " + number(report_.published) +
                       " published; " + number(report_.digests) + " state digests compared; " +
                       number(report_.erased) + " records erased"));
  }
  void witnesses() {
    if (report_.witnesses.empty()) return;
    PageTable table({page_.pick("见证人", "Witness"), page_.pick("公钥", "Key"),
                     page_.pick("联署本检查点", "Cosigned this checkpoint")});
    for (const auto& witness : report_.witnesses) {
      table.row({escaped(witness.name), code(witness.vkey),
                 witness.cosigned_at ? "<span class=\"yes\">✓</span> " +
                                           projections::time_text(*witness.cosigned_at)
                                     : page_.pick("没有", "no")});
    }
    page_.add(table.html());
  }

  void guarantees() {
    page_.begin_section("guarantees", "逐项保证", "Guarantees");
    page_.paragraph(
        "✓ 已就整个账本核对；(✓) 除违规的抽取外已核对；✗ 被违背；– 未核对、未完成，或无法核对。",
        "✓ checked over the whole log; (✓) apart from the draws named above; ✗ broken; – not "
        "checked, not to the end, or nothing that can be.");
    PageTable table({page_.pick("编号", "No."), page_.pick("保证", "Promise"),
                     page_.pick("核对了什么", "Checked")});
    for (const auto& guarantee : report_.guarantees) {
      const char* tone = guarantee.broken                       ? "no"
                         : guarantee.checked || guarantee.apart ? "yes"
                                                                : "mark";
      table.row({"<span class=\"" + std::string(tone) + "\">" + mark_of(guarantee) + " " +
                     guarantee.id + "</span>",
                 escaped(page_.pick(promise_of(guarantee.id))),
                 escaped(page_.pick(guarantee.what))});
    }
    page_.add(table.html());
    page_.end_section();
  }

  void draws() {
    if (report_.draws.empty()) return;
    page_.begin_section("draws", "各次抽取", "Draws");
    page_.add(chart_of_draws(report_.draws, report_.size, page_));
    page_.paragraph("竖线为一次抽取的公告，▼ 为违规的，黄色为已作废的；点击可到该次抽取。",
                    "A bar is a draw's announcement, ▼ one in which a rule was broken, amber one "
                    "that was voided; each leads to its draw.");
    for (const Sentence& tier : tiers_among(report_.draws)) page_.paragraph(tier);
    PageTable table({"#", page_.pick("抽取", "Draw"), page_.pick("等级", "Tier"),
                     page_.pick("状态", "State"), page_.pick("可抽 / 名录", "Eligible / pool"),
                     page_.pick("抽中", "Drawn"), page_.pick("空缺", "Vacancies"),
                     page_.pick("递补", "Substitutes"), page_.pick("结果", "Results")});
    for (const DrawLine& draw : report_.draws) {
      table.row(
          {number(draw.number),
           (draw.wrong ? "<span class=\"no\">✗</span> " : "") + draw_link(draw.stream), draw.tier,
           state_of(draw), number(draw.eligible) + " / " + number(draw.subjects),
           number(draw.visits), vacancies_of(draw), number(draw.substitutes), number(draw.results)},
          draw.wrong ? " class=\"wrong\"" : "");
    }
    page_.add(table.html());
    page_.end_section();
    each_draw();
  }
  std::string state_of(const DrawLine& draw) const {
    if (draw.wrong)
      return "<span class=\"no\">" + page_.pick("违规", "rule broken") + "</span>" +
             (draw.discarded ? page_.pick("，已作废", ", voided") : "");
    return escaped(page_.pick(phase_of(draw)));
  }

  void each_draw() {
    page_.begin_section("steps", "每次抽取：何人、何时、何事", "Each draw: who did what, and when");
    page_.paragraph(
        "记录时间是运营方自己写的，只有先后次序经过核对。打印时只印展开的部分。",
        "Recorded times are the operator's word: only their order is checked. On paper goes what "
        "is open.");
    const bool all_open = report_.draws.size() <= kDrawsOpenMax;
    for (const DrawLine& draw : report_.draws) {
      const std::string id = "draw-" + number(draw.number);
      if (!in_full_.contains(draw.number)) {
        page_.add("<p id=\"" + id + "\">" + number(draw.number) + " " + escaped(draw.stream) +
                  "</p>\n");
        continue;
      }
      page_.add("<details class=\"draw\" id=\"" + id + "\"" +
                (all_open || draw.wrong ? " open" : "") + "><summary>" + number(draw.number) + " " +
                escaped(draw.stream) + " <span class=\"soft\">" +
                page_.pick(draw.tier + " 级", "tier " + draw.tier) + "</span> " + state_of(draw) +
                "</summary>\n");
      one_draw(draw);
      page_.add("</details>\n");
    }
    if (in_full_.size() < report_.draws.size())
      page_.paragraph("各步只列出前 " + number(in_full_.size()) + " 次抽取的",
                      "Steps are shown of the first " + number(in_full_.size()) + " draws only");
    page_.end_section();
  }
  void one_draw(const DrawLine& draw) {
    for (const auto& wrong : report_.wrong_draws) {
      if (wrong.draw != draw.stream) continue;
      page_.add("<p class=\"no\">✗ " + links_.link(wrong.position) + page_.pick("：", ": ") +
                escaped(page_.pick(wrong.what.zh, wrong.what.en)) + "</p>\n");
    }
    page_.paragraph(draw.tier_why);
    if (!draw.wrong) page_.paragraph(replayed_of(draw));
    if (draw.beacon) page_.paragraph(words_of(*draw.beacon));
    for (const auto& line : draw.digits) page_.paragraph(line.what);
    page_.paragraph(draw.vrf_sharing);
    if (draw.seal) page_.paragraph(draw.seal->what);
    if (draw.seal && !draw.seal->objections.empty()) page_.list(draw.seal->objections);
    if (draw.pool) page_.paragraph(draw.pool->what);
    if (draw.pool && !draw.pool->objections.empty()) page_.list(draw.pool->objections);
    const auto notes = notes_on(draw);
    if (!notes.empty()) page_.list(notes);
    add_timeline(page_, draw.timeline);
  }

  void limits() {
    page_.begin_section("limits", "不能知道的", "What cannot be known");
    page_.paragraph(report_.scope);
    page_.list(
        {{"登记是否属实、检查是否如实进行，任何核验都证明不了。",
          "That the registry tells the truth, and that a visit was honest, no verification shows."},
         {"本报告以检查点为限：其后发生的、从未进入账本的（例如没有人见过的抽取），它看不到。",
          "It reaches up to the checkpoint: what came later, or never entered the log, such as a "
          "draw that nobody saw, it does not see."},
         {"记录时间是运营方写的；只有见证人联署的时间和信标的轮次可作凭据。",
          "Recorded times are the operator's; only witnesses' times and the beacon's rounds are "
          "evidence."},
         {"统计说的是很多次抽取；样本小时，不寻常之处也可能看不出来（见各项的把握）。",
          "Statistics speak of many draws; with few, what is odd may well not show (see each "
          "screen's power)."}});
    if (!report_.witnessed)
      page_.paragraph("没有见证人联署可凭：不能证明别人看到的是同一本账。",
                      "Without witnesses it cannot be shown that others see the same log.");
    if (!findings_)
      page_.paragraph("没有作跨抽取的分析。", "Findings across draws were not looked for.");
    if (!report_.not_opened.empty()) {
      page_.heading(3, page_.pick("未打开的受限内容", "Restricted content not opened"));
      page_.list(report_.not_opened);
    }
    page_.end_section();
  }

  const projections::Report& report_;
  const std::optional<std::vector<projections::Screen>>& findings_;
  const ReportAbout& about_;
  Page page_;
  EntryLinks links_;
  std::set<std::uint64_t> in_full_;               // numbers
  std::map<std::string, std::uint64_t> numbers_;  // stream → number
};

// The page of one draw, from its proof file.
class DrawPage {
 public:
  DrawPage(const projections::ProofVerdict& verdict, const ReportAbout& about,
           ReportLanguage language)
      : verdict_(verdict), about_(about), page_(language), links_(page_) {
    links_.shows(verdict.timeline);
  }

  std::string html() {
    const std::string title =
        page_.pick("留痕核验报告：一次抽取 ", "Liuhen, report on one draw: ") + verdict_.draw;
    page_.heading(1, title);
    add_verdict(page_, links_, verdict_.verdict, verdict_.keys_pinned, verdict_.finding,
                verdict_.position, "");
    page_.end_section();
    checked();
    marked("shown", {"已证明", "Shown"}, verdict_.shown, "<span class=\"yes\">✓</span> ");
    steps();
    marked("limits", {"此文件不能证明的", "What such a file cannot show"}, verdict_.not_shown, "");
    return page_.html(title);
  }

 private:
  void checked() {
    page_.begin_section("checked", "核验了什么", "What was checked");
    PageFacts facts;
    add_check(facts, page_, about_);
    facts.fact(page_.pick("账本", "Log"), code(verdict_.origin));
    facts.fact(page_.pick("抽取", "Draw"),
               code(verdict_.draw) + escaped(page_.pick("（C 级：证明文件只能到 C 级）",
                                                        " (tier C: a proof file shows no more)")));
    facts.fact(page_.pick("检查点", "Checkpoint"),
               escaped(page_.pick(number(verdict_.size) + " 条，根 ",
                                  number(verdict_.size) + " entries, root ")) +
                   code(to_base64(verdict_.root)));
    facts.fact(page_.pick("文件内容", "In the file"), escaped(contents()));
    add_policy(facts, page_, about_.policy);
    page_.add(facts.html());
    page_.end_section();
  }
  std::string contents() const {
    const projections::ProofVerdict& v = verdict_;
    return page_.pick("条目 " + number(v.entries) + "，检查对象 " + number(v.subjects) + "（可抽 " +
                          number(v.eligible) + "），检查人员 " + number(v.inspectors) + "，抽中 " +
                          number(v.visits),
                      number(v.entries) + " entries, " + number(v.subjects) + " subjects (" +
                          number(v.eligible) + " eligible), " + number(v.inspectors) +
                          " inspectors, " + number(v.visits) + " drawn");
  }

  void steps() {
    page_.begin_section("steps", "何人、何时、何事", "Who did what, and when");
    page_.paragraph("记录时间是运营方自己写的，只有先后次序经过核对。",
                    "Recorded times are the operator's word: only their order is checked.");
    if (verdict_.beacon) page_.paragraph(words_of(*verdict_.beacon));
    add_timeline(page_, verdict_.timeline);
    page_.end_section();
  }

  // Each sentence behind a mark, which is markup; without one, a plain list.
  void marked(const char* id, const Sentence& heading, const std::vector<Sentence>& sentences,
              const std::string& mark) {
    page_.begin_section(id, heading.zh, heading.en);
    page_.add(mark.empty() ? "<ul>\n" : "<ul class=\"marked\">\n");
    for (const Sentence& sentence : sentences)
      page_.add("<li>" + mark + escaped(page_.pick(sentence)) + "</li>\n");
    page_.add("</ul>\n");
    page_.end_section();
  }

  const projections::ProofVerdict& verdict_;
  const ReportAbout& about_;
  Page page_;
  EntryLinks links_;
};

}  // namespace

std::string html_of_report(const LogReport& report, const ReportAbout& about,
                           ReportLanguage language) {
  return LogPage(report, about, language).html();
}

std::string html_of_report(const projections::ProofVerdict& verdict, const ReportAbout& about,
                           ReportLanguage language) {
  return DrawPage(verdict, about, language).html();
}

}  // namespace liuhen::tools
