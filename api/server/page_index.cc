// GET /: the log's state, its draws, and where to go.
#include "api/limits.h"
#include "api/server/draw_json.h"
#include "api/server/html.h"
#include "api/server/pages.h"
#include "crypto/checkpoint.h"

namespace liuhen::api::server {
namespace {

using projections::Draw;
using projections::State;

constexpr std::uint64_t kDrawsShown = 100;  // the newest; the rest are in the API

std::string code(std::string_view text) { return "<code>" + escape(text) + "</code>"; }

// A link whose text is shown as it is and whose address is encoded by segments.
std::string link(const std::string& target, const std::string& text) {
  return "<a href=\"" + escape(target) + "\">" + text + "</a>";
}

std::string log_section(const Backend& backend, const ReadModel::Reading& reading) {
  const State& state = reading.state();
  std::string out =
      "<section>\n<h2>" + both("账本", "The log") + "</h2>\n<table class=\"facts\">\n";
  out += fact("名称", "Origin", code(backend.origin));
  out += fact("记录数", "Entries", std::to_string(reading.size()));
  out += fact("根", "Root", code(to_base64(reading.tree().root())));
  out += fact("最近记录", "Last entry",
              state.times.empty() ? "—" : local_time(state.times.back()) + " (UTC+8)");
  out += fact("检查对象", "Subjects", std::to_string(state.subjects.size()));
  out += fact("检查人员", "Inspectors", std::to_string(state.inspectors.rows.size()));
  out += fact("验证公钥", "Verifier key", code(backend.vkey));
  return out + "</table>\n</section>\n";
}

std::string draw_row(const Draw& draw) {
  const auto [zh, en] = describe(draw);
  const std::string name = draw.announcement.plan + "/" + std::to_string(draw.announcement.attempt);
  const std::string path = "/draws/" + encode_segment(draw.announcement.plan) + "/" +
                           std::to_string(draw.announcement.attempt);
  std::string out = "<tr><td class=\"num\">" + std::to_string(draw.number) + "</td>";
  out += "<td>" + link(path, escape(name)) + "</td><td>" + both(zh, en) + "</td>";
  out += "<td class=\"tier\">丙 C</td><td>" + local_time(draw.time) + "</td>";
  out += "<td>" + local_time(draw.executed_at ? draw.executed_time : 0) + "</td>";
  return out + "<td class=\"num\">" + (draw.outcome ? std::to_string(draw.outcome->visits) : "—") +
         "</td></tr>\n";
}

std::string draws_section(const State& state) {
  const auto& streams = state.draws.streams;
  std::string out = "<section>\n<h2>" + both("抽取", "Draws") + "</h2>\n";
  if (streams.empty())
    return out + "<p>" + both("还没有抽取。", "There is no draw yet.") + "</p>\n</section>\n";
  out += "<div class=\"wide\">\n<table>\n<thead><tr><th class=\"num\">" + both("编号", "No.") +
         "</th><th>" + both("计划/次数", "Plan/attempt") + "</th><th>" + both("阶段", "Phase") +
         "</th><th>" + both("等级", "Tier") + "</th><th>" + both("公告", "Announced") +
         "</th><th>" + both("抽取", "Drawn") + "</th><th class=\"num\">" +
         both("检查数", "Visits") + "</th></tr></thead>\n<tbody>\n";
  std::uint64_t shown = 0;
  for (auto stream = streams.rbegin(); stream != streams.rend() && shown < kDrawsShown;
       ++stream, ++shown) {
    out += draw_row(state.draws.by_stream.at(*stream));
  }
  out += "</tbody>\n</table>\n</div>\n";
  if (streams.size() > shown) {
    out += "<p>" + both("更早的见 ", "Earlier ones: ") + link("/api/v1/draws", "/api/v1/draws") +
           "</p>\n";
  }
  return out + "<p class=\"note\">" + both(kTierZh, kTierEn) + "</p>\n</section>\n";
}

std::string verify_section() {
  std::string out = "<section>\n<h2>" + both("自行核对", "Check for yourself") + "</h2>\n<p>" +
                    both("核对程序不信任本服务，从头重算全部记录：",
                         "The verifier trusts nothing here and recomputes everything:") +
                    "</p>\n<pre>liuhen-verify url http://&lt;地址 address&gt;</pre>\n<p>" +
                    both("公钥请以书面公布的为准，与上面的逐字对照。",
                         "Compare the verifier key above with the one published on paper.") +
                    "</p>\n<ul>\n";
  out += "<li>" + link("/checkpoint", "/checkpoint") + " — " +
         both("签名的检查点", "the signed checkpoint") + "</li>\n";
  out += "<li>" + link("/api/v1/log", "/api/v1/log") + " — " +
         both("账本状态（JSON）", "the log's state as JSON") + "</li>\n";
  out += "<li>" + link("/api/v1/draws", "/api/v1/draws") + " — " + both("全部抽取", "all draws") +
         "</li>\n";
  out += "<li>" + link("/api/v1/keys", "/api/v1/keys") + " — " +
         both("谁持有哪些密钥与职责", "who holds which keys and roles") + "</li>\n";
  out += "<li>" + link("/api/v1/items", "/api/v1/items") + " — " +
         both("随机抽查事项清单", "the list of inspection items") + "</li>\n";
  out += "<li>" + link("/healthz", "/healthz") + " — " + both("运行状况", "health") + "</li>\n";
  return out + "</ul>\n</section>\n";
}

}  // namespace

Response index_page(const Backend& backend, const Call&) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const State& state = reading->state();
  const std::string city = state.city.empty() ? std::string() : escape(state.city) + " · ";
  std::string body =
      "<h1>" + city + "留痕 Liuhen</h1>\n<p>" +
      both("“双随机、一公开”抽查全程留痕账本。每条记录由行为人签名，前后相连，任何人都可以核对。",
           "The audit ledger of double-random inspections. Every entry is signed by whoever acted "
           "and chained to "
           "the one before; anyone can check it.") +
      "</p>\n";
  body += draws_section(state) + log_section(backend, *reading) + verify_section();
  return page((state.city.empty() ? "" : state.city + " · ") + "留痕 Liuhen", body);
}

}  // namespace liuhen::api::server
