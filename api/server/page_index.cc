// GET /: the log's state, its draws, and where to go.
#include "api/server/draw_json.h"
#include "api/server/html.h"
#include "api/server/pages.h"
#include "projections/draw_form.h"

namespace liuhen::api::server {
namespace {

using projections::Draw;
using projections::State;

constexpr std::uint64_t kDrawsShown = 100;  // the newest; the rest are in the API

std::string log_section(const Backend& backend, const ReadModel::Reading& reading) {
  const State& state = reading.state();
  std::string rows = fact("名称", "Origin", code(backend.origin));
  rows += fact("记录数", "Entries", std::to_string(reading.size()));
  rows += fact("根", "Root", code(to_base64(reading.tree().root())));
  rows += fact("检查点时间", "Checkpoint signed",
               state.times.empty() ? "—"
                                   : local_time(state.times.back()) + " (UTC+8) · " +
                                         link("/checkpoint", both("原文", "as signed")));
  rows += fact("验证公钥", "Verifier key", code(backend.vkey));
  rows += fact("检查对象", "Subjects", std::to_string(state.subjects.size()));
  rows += fact("检查人员", "Inspectors", std::to_string(state.inspectors.rows.size()));
  return section(both("账本现状", "The log as it stands"),
                 "<table class=\"facts\">\n" + rows + "</table>\n");
}

std::vector<std::string> draw_cells(const State& state, const Draw& draw) {
  const auto [zh, en] = describe(draw);
  const std::string attempt = std::to_string(draw.announcement.attempt);
  const std::string path = "/draws/" + encode_segment(draw.announcement.plan) + "/" + attempt;
  const auto plan = state.catalogue.plans.find(draw.announcement.plan);
  std::string title = link(path, escape(draw.announcement.plan + "/" + attempt));
  if (plan != state.catalogue.plans.end()) title += "<br>" + escape(plan->second.name);
  if (draw.announcement.form != projections::DrawForm::both) {
    const projections::Sentence form = projections::name_of(draw.announcement.form);
    title += "<br>" + both(form.zh, form.en);
  }
  std::string visits = "—";
  if (draw.outcome) {
    visits = std::to_string(draw.outcome->visits);
    if (draw.outcome->vacancies > 0 && projections::draws_teams(draw.announcement))
      visits +=
          "<br>" + both("空席", "empty seats") + " " + std::to_string(draw.outcome->vacancies);
  }
  const auto time = [](std::uint64_t at) {
    return "<span class=\"time\">" + local_time(at) + "</span>";
  };
  return {std::to_string(draw.number),
          title,
          both(zh, en),
          link("#tiers", "<span class=\"tier\">丙 C</span>"),
          time(draw.time),
          time(draw.executed_at ? draw.executed_time : 0),
          visits};
}

std::string draws_section(const State& state) {
  const auto& streams = state.draws.streams;
  const std::string heading = both("抽取", "Draws");
  if (streams.empty())
    return section(heading, "<p>" + both("还没有抽取。", "There is no draw yet.") + "</p>\n");
  Table table({{"编号", "No.", true},
               {"计划/次数", "Plan/attempt"},
               {"阶段", "Phase"},
               {"等级", "Tier"},
               {"公告", "Announced"},
               {"执行", "Carried out"},
               {"检查户数", "Visits", true}});
  std::uint64_t shown = 0;
  for (auto stream = streams.rbegin(); stream != streams.rend() && shown < kDrawsShown;
       ++stream, ++shown) {
    table.row(draw_cells(state, state.draws.by_stream.at(*stream)));
  }
  std::string body =
      "<p>" +
      both("编号连续，不会缺号；作废的也照样列在这里。时间为北京时间。",
           "Numbers have no gaps; those voided are listed all the same. Times are UTC+8.") +
      "</p>\n" + table.html();
  if (streams.size() > shown)
    body +=
        "<p>" + both("更早的见", "Earlier ones:") + " " + link("/api/v1/draws", "JSON") + "</p>\n";
  return section(heading, body);
}

std::string place(const char* target, const char* zh, const char* en) {
  return "<li>" + link(target, both(zh, en)) + " " + code(target) + "</li>\n";
}

std::string onward_section(const Backend& backend) {
  std::string body =
      "<h3>" + both("核对整本账本", "Check the whole log") + "</h3>\n<p>" +
      both("核验程序不信任本服务，从头重算全部记录：",
           "The verifier trusts nothing here and recomputes everything:") +
      "</p>\n<pre>liuhen-verify url http://&lt;本服务地址 this address&gt; --vkey '" +
      escape(backend.vkey) + "'</pre>\n<p>" +
      both("先把公钥与以书面公布的逐字对照。",
           "First compare the key with the one published on paper.") +
      "</p>\n";
  body += "<h3>" + both("数据", "Data") + "</h3>\n<ul>\n";
  body += place("/api/v1/draws", "全部抽取", "all draws");
  body += place("/api/v1/plans", "计划", "plans");
  body += place("/api/v1/items", "随机抽查事项清单", "inspection items");
  body += place("/api/v1/rules", "抽查工作细则", "rules");
  body += place("/api/v1/subjects", "检查对象名录库", "registry of subjects");
  body += place("/api/v1/inspectors", "检查人员名录库", "registry of inspectors");
  body += place("/api/v1/keys", "谁持有哪些密钥与职责", "who holds which keys and roles");
  body += place("/api/v1/log", "账本状态", "the log's state");
  body += place("/checkpoint", "签名的检查点", "the signed checkpoint");
  body += place("/healthz", "运行状况", "health");
  return section(both("接下来", "Where to go from here"), body + "</ul>\n");
}

}  // namespace

std::string tiers_section() {
  const std::string body =
      "<p>" +
      both(
          "本页不知道您信任哪些见证人，一律显示为丙级；用 liuhen-verify "
          "按您的策略核验，可能达到甲级或乙级。",
          "This page does not know which witnesses you trust, and shows tier C; liuhen-verify, by "
          "your own policy, may find tier A or B.") +
      "</p>\n<dl>\n<dt>甲 A</dt><dd>" +
      both("种子里有公告之后才产生的公开随机数，时间先后有独立见证人为证：事先谁也算不出结果。",
           "The seed holds public randomness that came into being after the announcement, and "
           "independent witnesses prove which came first: nobody could know the outcome.") +
      "</dd>\n<dt>乙 B</dt><dd>" +
      both("独立的几方各出随机数，每一步都有独立见证人联署：他们不全部串通，就左右不了结果。",
           "Independent parties gave randomness and witnesses cosigned each step: unless all of "
           "them collude, nobody steers the outcome.") +
      "</dd>\n<dt class=\"tier\">丙 C</dt><dd>" +
      both(
          "能核对的：名单确由公告的名录和种子算出，一户不多，一户不少。不能排除的：没有公开随机数，"
          "也"
          "没有独立见证人，运营方可能私下反复试做公告，直到结果合意。",
          "What can be checked: the list follows from the announced registry and the seed, no one "
          "more and no one less. What is not ruled out: with neither public randomness nor "
          "independent witnesses, the operator could have tried announcements until one pleased.") +
      "</dd>\n</dl>\n";
  return "<div id=\"tiers\">" + section(both("等级是什么意思", "What the tiers mean"), body) +
         "</div>\n";
}

Response index_page(const Backend& backend, const Call&) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const State& state = reading->state();
  const std::string city = state.city.empty() ? std::string() : escape(state.city) + " · ";
  const std::string body =
      "<h1>" + city + "留痕 Liuhen</h1>\n<p class=\"stack\">" +
      both(
          "“双随机、一公开”抽查的全程留痕账本。每条记录都由做这件事的人签名，并与前一条相连；任何人"
          "都可以核对。",
          "The audit ledger of double-random inspections. Every entry is signed by whoever acted "
          "and chained to the one before; anyone can check it.") +
      "</p>\n" + draws_section(state) + tiers_section() + log_section(backend, *reading) +
      onward_section(backend);
  return page((state.city.empty() ? "" : state.city + " · ") + "留痕 Liuhen", body);
}

}  // namespace liuhen::api::server
