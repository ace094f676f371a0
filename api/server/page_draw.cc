// GET /draws/<plan>/<attempt>: one draw.
#include <algorithm>

#include "api/limits.h"
#include "api/server/draw_json.h"
#include "api/server/html.h"
#include "api/server/pages.h"

namespace liuhen::api::server {
namespace {

using projections::Draw;
using projections::State;

constexpr std::uint64_t kVisitsShown = 100;  // on one page

std::string code(std::string_view text) { return "<code>" + escape(text) + "</code>"; }

std::string position_link(const std::optional<std::uint64_t>& position) {
  if (!position) return "—";
  const std::string number = std::to_string(*position);
  return "<a href=\"/api/v1/entries/" + number + "\">#" + number + "</a>";
}

std::string facts(const Draw& draw, const std::string& path) {
  const auto [zh, en] = describe(draw);
  const auto& a = draw.announcement;
  std::string out = "<section>\n<h2>" + both("概况", "Facts") + "</h2>\n<table class=\"facts\">\n";
  out += fact("抽取编号", "Number", std::to_string(draw.number));
  out += fact("阶段", "Phase", both(zh, en));
  out += fact("等级", "Tier", "<span class=\"tier\">丙 C</span>");
  out += fact("部门", "Department", escape(draw.department));
  out += fact("细则", "Rule", escape(draw.rule) + " · " + std::to_string(a.rule_revision));
  out +=
      fact("公告", "Announced", local_time(draw.time) + " (UTC+8) " + position_link(draw.position));
  out += fact("承诺截止", "Commit by",
              local_time(a.commit_deadline) + " " + position_link(draw.commitments_closed_at));
  out += fact("揭示截止", "Reveal by",
              local_time(a.reveal_deadline) + " " + position_link(draw.reveals_closed_at));
  out += fact("执行期限", "Execute by",
              local_time(a.execute_deadline) + " " + position_link(draw.executed_at));
  if (draw.executed_at) out += fact("实际执行", "Executed", local_time(draw.executed_time));
  if (draw.voided_at) out += fact("作废", "Voided", position_link(draw.voided_at));
  if (draw.failed_at) out += fact("失败", "Failed", position_link(draw.failed_at));
  if (!a.previous.empty()) out += fact("重抽自", "Repeats", escape(a.previous));
  out += fact("名录快照", "Pool as of", position_link(a.pool_position));
  out += fact("检查对象", "Subjects",
              std::to_string(a.subject_rows) + " · " + both("可抽", "eligible") + " " +
                  std::to_string(a.subject_eligible));
  out += fact("检查人员", "Inspectors",
              std::to_string(a.inspector_rows) + " · " + both("可派", "eligible") + " " +
                  std::to_string(a.inspector_eligible));
  out += fact("对象根", "Subject root", code(to_hex(a.subject_root)));
  out += fact("人员根", "Inspector root", code(to_hex(a.inspector_root)));
  out += fact("种子", "Seed", draw.seed ? code(to_hex(*draw.seed)) : "—");
  out += fact("证明文件", "Proof file",
              draw.has_tasks() ? "<a href=\"/api/v1" + escape(path) +
                                     "/proof\">.draw-proof</a> <code>liuhen-verify file …</code>"
                               : "—");
  out += fact("全部字段", "All fields", "<a href=\"/api/v1" + escape(path) + "\">JSON</a>");
  out += "</table>\n";
  return out + "<p class=\"note\">" + both(kTierZh, kTierEn) + "</p>\n</section>\n";
}

std::string contributors(const State& state, const Draw& draw) {
  std::string out = "<section>\n<h2>" + both("随机数贡献人", "Contributors") +
                    "</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>" + both("人员", "Person") +
                    "</th><th>" + both("承诺", "Commitment") + "</th><th>" + both("揭示", "Nonce") +
                    "</th></tr></thead>\n<tbody>\n";
  for (const KeyId& id : draw.contributors) {
    const projections::Key* key = state.keys.find(id);
    const auto commitment = draw.commitments.find(id);
    const auto nonce = draw.nonces.find(id);
    out += "<tr><td>" + (key == nullptr ? code(to_hex(id)) : escape(key->person)) + "</td><td>";
    out += (commitment == draw.commitments.end() ? std::string("—")
                                                 : code(to_hex(commitment->second))) +
           "</td><td>";
    if (nonce != draw.nonces.end()) {
      out += code(to_hex(nonce->second));
    } else {
      out += draw.reveals_closed_at ? both("弃权", "forfeited") : "—";
    }
    out += "</td></tr>\n";
  }
  return out + "</tbody>\n</table></div>\n</section>\n";
}

std::string strata(const Draw& draw) {
  std::string out = "<section>\n<h2>" + both("分层", "Strata") +
                    "</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>" + both("层", "Stratum") +
                    "</th><th>" + both("比例", "Rate") + "</th><th class=\"num\">" +
                    both("可抽", "Eligible") + "</th><th class=\"num\">" + both("抽中", "Drawn") +
                    "</th><th>" + both("截止号", "Cut-off") + "</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < draw.announcement.strata.size(); ++i) {
    const auto& stratum = *draw.announcement.strata[i];
    const bool named = stratum.rule_stratum < draw.rule_set.strata.size();
    out += "<tr><td>" +
           (named ? escape(draw.rule_set.strata[stratum.rule_stratum]->label) : std::to_string(i)) +
           "</td><td>";
    if (draw.announcement.total != 0) {
      out += both("合计", "of a total of") + " " + std::to_string(draw.announcement.total);
    } else if (stratum.fixed != 0) {
      out += std::to_string(stratum.fixed);
    } else {
      out += std::to_string(stratum.num) + "/" + std::to_string(stratum.den);
    }
    out += "</td>";
    if (draw.outcome && i < draw.outcome->strata.size()) {
      const auto& got = *draw.outcome->strata[i];
      out += "<td class=\"num\">" + std::to_string(got.eligible) + "</td><td class=\"num\">" +
             std::to_string(got.drawn) + "</td><td>" +
             (got.cutoff.empty() ? "—" : code(to_hex(got.cutoff))) + "</td></tr>\n";
    } else {
      out += "<td class=\"num\">—</td><td class=\"num\">—</td><td>—</td></tr>\n";
    }
  }
  return out + "</tbody>\n</table></div>\n</section>\n";
}

std::string result_of(const projections::Task& task) {
  if (!task.result) return "—";
  if (task.result->published_at) return both("已公示", "published");
  if (task.result->withheld_at) return both("依法不公示", "withheld");
  return both("已记录", "recorded");
}

std::string visits(const Draw& draw, const std::string& path, std::uint64_t from) {
  std::string out =
      "<section>\n<h2>" + both("检查名单", "Visits") + " · " + std::to_string(draw.tasks.size()) +
      "</h2>\n<div class=\"wide\"><table>\n<thead><tr><th class=\"num\">" + both("序号", "No.") +
      "</th><th>" + both("检查对象", "Subject") + "</th><th>" + both("检查人员", "Inspectors") +
      "</th><th>" + both("结果", "Result") + "</th></tr></thead>\n<tbody>\n";
  const std::uint64_t end = std::min<std::uint64_t>(draw.tasks.size(), from + kVisitsShown);
  for (std::uint64_t visit = from; visit < end; ++visit) {
    const projections::Task& task = draw.tasks[visit];
    std::string team;
    for (const projections::Seat& seat : task.seats) {
      if (!team.empty()) team += "、";
      team += seat.inspector.empty() ? both("空缺", "vacant") : escape(seat.inspector);
      if (seat.ordinal > 0)
        team += " (" + both("递补", "substitute") + " " + std::to_string(seat.ordinal) + ")";
    }
    out += "<tr><td class=\"num\">" + std::to_string(visit) +
           "</td><td><a href=\"/api/v1/subjects/" + escape(encode_segment(task.subject)) + "\">" +
           escape(task.subject) + "</a></td><td>" + team + "</td><td>" + result_of(task) +
           "</td></tr>\n";
  }
  out += "</tbody>\n</table></div>\n<p>";
  if (from > 0) {
    const std::uint64_t before = from > kVisitsShown ? from - kVisitsShown : 0;
    out += "<a href=\"" + escape(path) + "?from=" + std::to_string(before) + "\">" +
           both("上一页", "Previous") + "</a> ";
  }
  if (end < draw.tasks.size()) {
    out += "<a href=\"" + escape(path) + "?from=" + std::to_string(end) + "\">" +
           both("下一页", "Next") + "</a>";
  }
  return out + "</p>\n</section>\n";
}

constexpr Route kRoutes[] = {
    {"GET", "/", index_page},
    {"GET", "/draws/*/*", draw_page},
};

}  // namespace

Response draw_page(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> from = call.target.number("from", 0);
  if (!from) return problem(from.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const State& state = reading->state();
  const std::string name = call.captured[0] + "/" + call.captured[1];
  const auto found = state.draws.by_stream.find("draw/" + name);
  if (found == state.draws.by_stream.end())
    return problem(absent("没有抽取 " + name, "there is no draw " + name));
  const Draw& draw = found->second;
  const std::string path =
      "/draws/" + encode_segment(call.captured[0]) + "/" + encode_segment(call.captured[1]);
  std::string body = "<p><a href=\"/\">← " + both("全部抽取", "All draws") + "</a></p>\n<h1>" +
                     both("抽取", "Draw") + " " + escape(name) + "</h1>\n";
  body += facts(draw, path) + contributors(state, draw) + strata(draw);
  if (!draw.tasks.empty())
    body += visits(draw, path, std::min<std::uint64_t>(*from, draw.tasks.size()));
  return page("抽取 " + name + " · 留痕 Liuhen", body);
}

std::span<const Route> page_routes() { return kRoutes; }

}  // namespace liuhen::api::server
