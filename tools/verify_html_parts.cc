#include "tools/verify_html_parts.h"

#include "projections/calendar.h"
#include "tools/verify_charts.h"
#include "tools/verify_findings.h"
#include "tools/verify_words.h"

namespace liuhen::tools {

namespace {

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const std::string& part : parts) out.append(out.empty() ? "" : between).append(part);
  return out;
}

// Shown at once; the others open on demand.
constexpr std::size_t kFindingsOpenMax = 20;

std::string line_of(const Page& page, const EntryLinks& links,
                    const projections::Finding& finding) {
  std::string out = "<li>" + escaped(page.pick(finding.what) + page.pick(strength_of(finding)));
  const auto& evidence = finding.evidence;
  std::vector<std::string> places;
  for (const std::uint64_t position : evidence.positions) places.push_back(links.link(position));
  if (!places.empty())
    out += page.pick("；证据：", "; evidence: ") + joined(places, page.pick("、", ", ").c_str());
  if (evidence.count > evidence.positions.size())
    out += escaped(page.pick("等 " + number(evidence.count) + " 处",
                             ", " + number(evidence.count) + " in all"));
  return out + "</li>\n";
}

std::string findings_of(const Page& page, const EntryLinks& links,
                        const projections::Screen& screen) {
  std::string shown, rest;
  for (std::size_t i = 0; i < screen.findings.size(); ++i)
    (i < kFindingsOpenMax ? shown : rest) += line_of(page, links, screen.findings[i]);
  std::string out = "<ul>\n" + shown + "</ul>\n";
  if (rest.empty()) return out;
  const std::string count = number(screen.findings.size() - kFindingsOpenMax);
  return out + "<details><summary>" + escaped(page.pick("另有 " + count + " 项", count + " more")) +
         "</summary><ul>\n" + rest + "</ul></details>\n";
}

void add_screen(Page& page, const EntryLinks& links, const projections::Screen& screen) {
  const bool found = !screen.findings.empty();
  page.heading(
      3, page.pick(screen.title) + (found ? page.pick("：" + number(screen.findings.size()) + " 项",
                                                      ": " + number(screen.findings.size()))
                                          : page.pick("：未发现", ": nothing found")));
  if (found) page.add(findings_of(page, links, screen));
  PageFacts facts;
  facts.fact(page.pick("方法", "How"), escaped(page.pick(screen.method)));
  const std::string bar = screen.power ? meter(screen.power->chance) : "";
  facts.fact(page.pick("样本与把握", "Sample and power"),
             bar + escaped(page.pick(size_of(screen))));
  facts.fact(page.pick("不能说明", "It does not show"), escaped(page.pick(screen.limits)));
  page.add(facts.html());
}

}  // namespace

void EntryLinks::shows(const projections::DrawTimeline& timeline) {
  for (const auto& step : timeline.steps) shown_.insert(step.position);
}

std::string EntryLinks::link(std::uint64_t position) const {
  const std::string words =
      page_.pick("第 " + number(position) + " 条", "entry " + number(position));
  if (!shown_.contains(position)) return words;
  return "<a href=\"#e" + number(position) + "\">" + words + "</a>";
}

void add_verdict(Page& page, const EntryLinks& links, ledger::Verdict verdict, bool keys_pinned,
                 const std::optional<Error>& finding, std::optional<std::uint64_t> position,
                 const std::string& where) {
  const char* tone = verdict == ledger::Verdict::verified   ? " good"
                     : verdict == ledger::Verdict::violated ? " bad"
                                                            : "";
  page.add(std::string("<section id=\"verdict\" class=\"banner") + tone + "\">\n");
  page.heading(2, page.pick("结论", "Verdict"));
  page.add("<p class=\"verdict\">" + escaped(page.pick(words_of(verdict))) + "</p>\n");
  if (!keys_pinned) page.paragraph(keys_not_pinned());
  if (finding) {
    page.add("<p>");
    if (position)
      page.add(links.link(*position) + page.pick("：", ": "));
    else if (!where.empty())
      page.add(escaped(where) + page.pick("：", ": "));
    page.add(escaped(page.pick(finding->zh, finding->en)) + " " + code(finding->code) + "</p>\n");
  }
}

void add_policy(PageFacts& facts, const Page& page, const crypto::Policy* policy) {
  if (policy == nullptr) {
    facts.fact(page.pick("信任的公钥", "Trusted keys"),
               escaped(page.pick("未指定：以数据自己给出的为准", "none named: the data's own")));
    return;
  }
  std::string logs, witnesses, beacons, contributors;
  for (const auto& log : policy->logs()) logs += "<div>" + code(log.key.vkey()) + "</div>";
  for (const Hash& chain : policy->beacons()) beacons += "<div>" + code(to_hex(chain)) + "</div>";
  for (const KeyId& id : policy->independent_contributors())
    contributors += "<div>" + code(to_hex(id)) + "</div>";
  facts.fact(page.pick("信任的日志公钥", "Trusted log keys"), logs);
  facts.fact(page.pick("见证人法定数", "Quorum of witnesses"),
             policy->needs_witnesses()
                 ? code(policy->quorum())
                 : escaped(page.pick("没有要求见证人", "no witnesses are asked for")));
  if (!beacons.empty()) facts.fact(page.pick("信任的信标链", "Trusted beacon chains"), beacons);
  if (!contributors.empty())
    facts.fact(page.pick("视为独立的贡献人", "Contributors held to be independent"), contributors);
}

void add_timeline(Page& page, const projections::DrawTimeline& timeline) {
  if (timeline.steps.empty()) return;
  page.add(chart_of_steps(timeline, page));
  PageTable table({page.pick("条目", "Entry"), page.pick("记录时间", "Recorded"),
                   page.pick("何人", "Who"), page.pick("何事", "What")});
  for (const auto& step : timeline.steps) {
    const std::string detail = escaped(page.pick(step.detail));
    table.row({"<span class=\"nowrap\">" + number(step.position) + "</span>",
               "<span class=\"nowrap\">" + projections::time_text(step.time) + "</span>",
               escaped(joined(step.who, page.pick("、", ", ").c_str())),
               (step.wrong ? "<span class=\"no\">✗</span> " : "") + escaped(page.pick(step.what)) +
                   (detail.empty() ? "" : page.pick("：", ": ") + detail)},
              " id=\"e" + number(step.position) + "\"" + (step.wrong ? " class=\"wrong\"" : ""));
  }
  page.add(table.html());
  for (const auto& [tag, more] : timeline.more) {
    page.paragraph(
        "另有 " + number(more.count) + " 次“" + more.what.zh + "”，至第 " + number(more.last) +
            " 条",
        number(more.count) + " more times: " + more.what.en + ", up to entry " + number(more.last));
  }
}

void add_screens(Page& page, const EntryLinks& links,
                 const std::vector<projections::Screen>& screens) {
  page.begin_section("findings", "跨抽取的分析", "Findings across draws");
  page.paragraph(
      "以下不违反规则，不影响结论，只说明应当追问之处。检验很多，只有经 Holm "
      "校正仍成立的才列出姓名。"
      "一次抽取证明不了公平与否。",
      "No rule is broken by these and the verdict does not depend on them; they say where to ask. "
      "Many tests are made: only what Holm's correction leaves is named. One draw cannot prove "
      "fairness.");
  for (const bool found : {true, false}) {
    for (const auto& screen : screens) {
      if (screen.findings.empty() != found) add_screen(page, links, screen);
    }
  }
  page.end_section();
}

}  // namespace liuhen::tools
