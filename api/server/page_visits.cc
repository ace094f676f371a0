// Whom a draw sends where: subjects, teams, recusals and substitutes, results.
#include <algorithm>

#include "api/server/html.h"
#include "api/server/pages.h"
#include "projections/calendar.h"
#include "projections/draw_form.h"
#include "projections/outcome.h"
#include "projections/result_categories.h"

namespace liuhen::api::server {
namespace {

using projections::Draw;
using projections::State;

constexpr std::uint64_t kVisitsShown = 100;  // on one page

// The name is not kept in the state; the entry that holds the row has it. Empty for a person.
std::string name_of_subject(const Backend& backend, const projections::SubjectVersion& row) {
  const Result<std::string> bytes = backend.entry(row.position);
  if (!bytes) return {};
  const Result<ledger::Event> event = ledger::Event::parse(view_of(*bytes));
  if (!event || event->tag() != ledger::PayloadTag::SubjectsImported) return {};
  const auto* name =
      event->payload<ledger::schema::SubjectsImported>().rows()->Get(row.row)->name();
  return name == nullptr ? std::string() : name->str();
}

std::string subject_cell(const Backend& backend, const State& state, const std::string& id) {
  const auto number = state.subjects.find(id);
  const std::string name =
      number ? name_of_subject(backend, state.subjects.latest(*number)) : std::string();
  const std::string shown =
      name.empty() ? both("个人或个体工商户，名称不公开", "a person's: the name is not public")
                   : escape(name);
  return shown + "<br>" + link("/api/v1/subjects/" + encode_segment(id), escape(id));
}

std::string inspector_name(const State& state, const std::string& id) {
  const projections::InspectorVersion* row = state.inspectors.latest(id);
  return (row == nullptr ? std::string() : escape(row->name) + " ") + code(id);
}

std::string_view ground_zh(std::string_view ground) {
  constexpr std::pair<std::string_view, std::string_view> kGrounds[] = {
      {"kinship", "近亲属"},    {"employment", "曾任职"},        {"shareholding", "持股"},
      {"same_address", "同址"}, {"party_request", "当事人申请"}, {"absence", "缺勤"},
      {"other", "其他事由"}};
  for (const auto& [name, zh] : kGrounds) {
    if (name == ground) return zh;
  }
  return {};
}

std::string recusal_line(const State& state, const projections::Recusal& recusal) {
  const std::string ground = ground_zh(recusal.ground).empty()
                                 ? escape(recusal.ground)
                                 : both(ground_zh(recusal.ground), escape(recusal.ground));
  std::string out = inspector_name(state, recusal.inspector) + " " +
                    both("申请回避", "asked to be recused") + "（" + ground + "）" +
                    entry_link(recusal.filed_at);
  if (!recusal.decided_at) return out + "，" + both("待决定", "undecided");
  return out + "，" + (recusal.approved ? both("准许", "granted") : both("驳回", "refused")) + " " +
         entry_link(*recusal.decided_at);
}

std::string team_cell(const State& state, const projections::Task& task, bool drawn) {
  std::string out = "<ul>";
  for (const projections::Seat& seat : task.seats) {
    out += "<li>";
    if (!seat.inspector.empty()) {
      out += inspector_name(state, seat.inspector);
      if (seat.ordinal > 0)
        out += " " + both("第 " + std::to_string(seat.ordinal) + " 次递补",
                          "substitute no. " + std::to_string(seat.ordinal));
      if (!drawn) out += " " + both("指派，非抽取", "named, not drawn");
    } else if (seat.exhausted) {
      out += "<span class=\"tier\">" + both("空缺：无人可递补", "vacant: no substitute is left") +
             "</span>";
    } else {
      out += "<span class=\"tier\">" +
             (drawn ? both("空缺", "vacant") : both("待指派", "to be named")) + "</span>";
    }
    for (const projections::Recusal& recusal : seat.recusals)
      out += "<br>" + recusal_line(state, recusal);
    out += "</li>";
  }
  return out + "</ul>";
}

std::string result_cell(const projections::Task& task) {
  if (!task.result) return both("尚无结果", "none yet");
  const projections::TaskResult& result = *task.result;
  std::string out;
  if (result.withheld_at) {
    out = both("依法不公示", "withheld on a legal ground") + " " + entry_link(*result.withheld_at);
  } else if (!result.published_at) {
    out =
        both("已登记，尚未公示", "recorded, not yet published") + " " + entry_link(result.position);
  } else {
    out = "<ul>";
    for (const auto& row : result.rows) {
      out += "<li>" + escape(row.item) + "：";
      for (const projections::ResultCategory& category : projections::kResultCategories) {
        if (category.code == row.category) out += both(category.zh, category.en);
      }
      if (!row.note.empty()) out += "（" + escape(row.note) + "）";
      out += "</li>";
    }
    out += "</ul>" + both("公示", "published") + " " + entry_link(*result.published_at);
  }
  if (result.corrections > 0 && result.corrected_at)
    out += "<br>" + both("有更正", "corrected") + " " + entry_link(*result.corrected_at);
  for (const std::uint64_t position : result.follow_ups)
    out += "<br>" + both("后续处理", "followed up") + " " + entry_link(position);
  if (result.open_objection)
    out += "<br>" + both("有异议待决定", "an objection is open") + " " +
           entry_link(*result.open_objection);
  return out;
}

std::string pager(const Draw& draw, const std::string& path, std::uint64_t from,
                  std::uint64_t end) {
  std::string out;
  if (from > 0) {
    const std::uint64_t before = from > kVisitsShown ? from - kVisitsShown : 0;
    out += link(path + "?from=" + std::to_string(before) + "#visits",
                "← " + both("上一页", "Previous")) +
           " ";
  }
  if (end < draw.tasks.size())
    out += link(path + "?from=" + std::to_string(end) + "#visits", both("下一页", "Next") + " →");
  if (out.empty()) return out;
  return "<nav class=\"pages\" aria-label=\"翻页 pages\">" + out + "</nav>\n";
}

}  // namespace

std::string visits_section(const Backend& backend, const State& state, const Draw& draw,
                           const std::string& path, std::uint64_t from) {
  const std::uint64_t end = std::min<std::uint64_t>(draw.tasks.size(), from + kVisitsShown);
  Table table({{"序号", "No.", true},
               {"检查对象", "Subject"},
               {"检查人员", "Inspectors"},
               {"结果", "Result"}});
  const bool drawn = projections::draws_teams(draw.announcement);
  for (std::uint64_t visit = from; visit < end; ++visit) {
    const projections::Task& task = draw.tasks[visit];
    std::string subject = subject_cell(backend, state, task.subject);
    if (const auto day = projections::day_of_visit(draw.announcement, visit)) {
      const std::string due = projections::date_text(*day);
      subject += "<br>" + both("检查日期 " + due, "due on " + due);
    }
    if (projections::is_certain(state, draw, task.subject))
      subject += "<br>" + both("按权重必然抽中", "certain by its weight");
    table.row({std::to_string(visit), std::move(subject), team_cell(state, task, drawn),
               result_cell(task)});
  }
  std::string intro =
      "<p>" + both("按抽取顺序，从 0 起编号。", "In the order drawn, numbered from 0.");
  if (end > from) {
    const std::string range = std::to_string(from) + "–" + std::to_string(end - 1);
    intro += " " + both("本页 " + range + "，共 " + std::to_string(draw.tasks.size()) + " 户。",
                        "This page: " + range + " of " + std::to_string(draw.tasks.size()) + ".");
  }
  const std::string pages = pager(draw, path, from, end);
  return "<div id=\"visits\">" +
         section(both("检查名单", "Visits"), intro + "</p>\n" + pages + table.html() + pages) +
         "</div>\n";
}

}  // namespace liuhen::api::server
