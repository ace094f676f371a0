// GET /draws/<plan>/<attempt>: one draw.
#include <algorithm>

#include "api/server/draw_json.h"
#include "api/server/draw_qr.h"
#include "api/server/html.h"
#include "api/server/pages.h"
#include "projections/digits_shown.h"
#include "projections/draw_form.h"
#include "projections/group_chance.h"
#include "projections/outcome.h"
#include "projections/pool_shown.h"
#include "projections/scope_shown.h"
#include "projections/seal_shown.h"

namespace liuhen::api::server {
namespace {

using projections::Draw;
using projections::State;

std::string at_entry(const std::optional<std::uint64_t>& position) {
  return position ? entry_link(*position) : std::string("—");
}

std::string deadline(std::uint64_t time, const std::optional<std::uint64_t>& kept_at) {
  return local_time(time) +
         (kept_at ? " · " + both("已截止", "closed") + " " + entry_link(*kept_at) : std::string());
}

std::string facts(const State& state, const Draw& draw) {
  const auto [zh, en] = describe(draw);
  const auto& a = draw.announcement;
  std::string rows = fact("抽取编号", "Number", std::to_string(draw.number));
  rows += fact("阶段", "Phase", both(zh, en));
  rows +=
      fact("等级", "Tier",
           "<span class=\"tier\">丙 C</span> " + link("#tiers", both("什么意思", "what is that?")));
  const projections::Sentence form = projections::words_for_form(a);
  if (!form.zh.empty()) rows += fact("形式", "Form", both(escape(form.zh), escape(form.en)));
  const auto department = state.catalogue.departments.find(draw.department);
  rows += fact(
      "部门", "Department",
      (department == state.catalogue.departments.end() ? std::string()
                                                       : escape(department->second.name) + " ") +
          code(draw.department));
  rows += fact("细则", "Rule",
               escape(draw.rule) + " · " +
                   both("第 " + std::to_string(a.rule_revision) + " 版",
                        "revision " + std::to_string(a.rule_revision)));
  rows += fact("公告", "Announced", local_time(draw.time) + " · " + entry_link(draw.position));
  rows += fact("承诺期限", "Commit by", deadline(a.commit_deadline, draw.commitments_closed_at));
  rows += fact("揭示期限", "Reveal by", deadline(a.reveal_deadline, draw.reveals_closed_at));
  rows += fact("执行期限", "Execute by", local_time(a.execute_deadline));
  if (draw.beacon)
    rows += fact("信标", "Beacon",
                 both("第 " + std::to_string(draw.beacon->round) + " 轮",
                      "round " + std::to_string(draw.beacon->round)) +
                     " · " + local_time(draw.beacon->round_time) + " · " +
                     code(to_hex(draw.beacon->chain_hash)) +
                     (draw.beacon_at ? " · " + entry_link(*draw.beacon_at) : std::string()));
  if (draw.executed_at)
    rows += fact("实际执行", "Executed",
                 local_time(draw.executed_time) + " · " + entry_link(*draw.executed_at));
  if (a.sealed)
    rows += fact(
        "密封至", "Sealed until",
        local_time(a.disclosure_deadline) + " · " + both("至迟", "at the latest") +
            (draw.known_at ? " · " + both("已启封", "opened") + " " + entry_link(*draw.known_at)
                           : std::string()));
  if (draw.voided_at) rows += fact("作废", "Voided", at_entry(draw.voided_at));
  if (draw.failed_at) rows += fact("失败", "Failed", at_entry(draw.failed_at));
  if (!a.previous.empty()) {
    std::string_view name = a.previous;
    if (name.starts_with("draw/")) name.remove_prefix(5);
    const auto slash = name.rfind('/');
    const std::string to = slash == std::string_view::npos
                               ? std::string()
                               : "/draws/" + encode_segment(name.substr(0, slash)) + "/" +
                                     encode_segment(name.substr(slash + 1));
    rows += fact("此前作废或失败", "Came to nothing before",
                 to.empty() ? escape(name) : link(to, escape(name)));
  }
  return section(
      both("概况", "Facts") + " <span class=\"en\">" + both("时间为北京时间", "UTC+8") + "</span>",
      "<table class=\"facts\">\n" + rows + "</table>\n");
}

// Who may look behind the seal, and what they said; afterwards, that it held.
std::string seal(const State& state, const Draw& draw) {
  const auto shown = projections::seal_shown(state, draw);
  if (!shown) return {};
  Table table({{"监督人", "Supervisor"}, {"先启封核对", "Opened it before"}});
  for (const auto& supervisor : shown->supervisors) {
    std::string said = "—";
    if (supervisor.checked)
      said = (supervisor.checked->agrees ? both("重算一致", "it replays")
                                         : both("有异议", "objects")) +
             " · " + entry_link(supervisor.checked->position);
    table.row({escape(supervisor.person), said});
  }
  std::string words =
      both("名单在此之前不公开，也没有任何事件提及任何一次检查；执行时的承诺使它不能再改。",
           "Until then the list is not public, and no event names any visit; what was committed to "
           "at execution lets nobody alter it.");
  if (draw.known_at)
    words = both("已启封，密封期间未作任何改动：" + shown->follows.zh + "。",
                 "Opened, nothing was altered meanwhile: " + shown->follows.en + ".");
  std::string objections;
  for (const auto& each : shown->objections)
    objections += "<p class=\"note\">" + both(escape(each.zh), escape(each.en)) + "</p>\n";
  return section(both("密封", "Seal"), "<p>" + words + "</p>\n" + objections + table.html());
}

std::string said_of(const std::optional<projections::SealChecked>& checked) {
  if (!checked) return "—";
  return (checked->agrees ? both("重算一致", "it replays") : both("有异议", "objects")) + " · " +
         entry_link(checked->position);
}

// Who has the key of a restricted pool, and what they said of it.
std::string restriction(const State& state, const Draw& draw) {
  const auto shown = projections::pool_shown(state, draw);
  if (!shown) return {};
  Table table({{"监督人", "Supervisor"},
               {"承诺截止前核对名录", "Checked the pool before commitments closed"},
               {"执行后重算", "Replayed the execution"}});
  for (const auto& supervisor : shown->supervisors)
    table.row({escape(supervisor.person), said_of(supervisor.pool), said_of(supervisor.execution)});
  std::string notes;
  for (const auto& each : shown->objections)
    notes += "<p class=\"note\">" + both(escape(each.zh), escape(each.en)) + "</p>\n";
  return section(both("受限名录", "Restricted pool"),
                 "<p>" + both(escape(shown->what.zh), escape(shown->what.en)) + "</p>\n" + notes +
                     table.html());
}

// Whom the announcement leaves out of what the plan covers, by the plan's newest revision.
std::string narrowed(const State& state, const Draw& draw) {
  const auto scope = projections::scope_shown(state, draw.announcement);
  if (!scope) return {};
  const projections::Sentence words = projections::words_of(*scope);
  return "<p class=\"note\">" + both(escape(words.zh), escape(words.en)) + "</p>\n";
}

std::string pool(const State& state, const Draw& draw) {
  const auto& a = draw.announcement;
  const auto of = [](std::uint64_t eligible, std::uint64_t rows, const char* zh, const char* en) {
    return std::to_string(eligible) + " / " + std::to_string(rows) + " · " + both(zh, en);
  };
  std::string rows = fact("名录快照", "Registries as of", entry_link(a.pool_position));
  const projections::Sentence scope = projections::words_of_scope(a.scope);
  rows += fact("范围", "Scope", both(escape(scope.zh), escape(scope.en)));
  rows += fact(
      "检查对象", "Subjects",
      of(a.subject_eligible, a.subject_rows, "可抽 / 范围内全部", "may be drawn / all in scope"));
  rows += fact("检查人员", "Inspectors",
               of(a.inspector_eligible, a.inspector_rows, "可派 / 全部", "may be sent / all"));
  rows += fact("利益冲突", "Conflicts",
               std::to_string(a.conflict_rows) + " · " +
                   both("只以承诺值公开", "public by commitment only"));
  rows += fact("对象根", "Subject root", code(to_hex(a.subject_root)));
  rows += fact("人员根", "Inspector root", code(to_hex(a.inspector_root)));
  rows += fact("利益冲突根", "Conflict root", code(to_hex(a.conflict_root)));
  rows += fact("种子", "Seed",
               draw.seed          ? code(to_hex(*draw.seed))
               : draw.is_sealed() ? both("密封", "sealed")
                                  : both("尚未产生", "not yet there"));
  return section(both("抽取池", "Pool"),
                 "<p>" +
                     both("公告时就已固定：之后谁也改不了名单上有谁。",
                          "Fixed by the announcement: nobody can change afterwards who is in it.") +
                     "</p>\n" + narrowed(state, draw) + "<table class=\"facts\">\n" + rows +
                     "</table>\n");
}

std::string contributors(const State& state, const Draw& draw) {
  Table table({{"人员", "Person"}, {"承诺", "Commitment"}, {"揭示的随机数", "Nonce revealed"}});
  for (const KeyId& id : draw.contributors) {
    const projections::Key* key = state.keys.find(id);
    const auto commitment = draw.commitments.find(id);
    const auto nonce = draw.nonces.find(id);
    std::string revealed = "—";
    if (nonce != draw.nonces.end()) {
      revealed = code(to_hex(nonce->second));
    } else if (draw.reveals_closed_at) {
      revealed = both("弃权", "forfeited");
    }
    table.row({key == nullptr ? code(to_hex(id)) : escape(key->person),
               commitment == draw.commitments.end() ? "—" : code(to_hex(commitment->second)),
               revealed});
  }
  std::string digits;
  for (const auto& line : projections::digits_of(draw)) {
    digits += "<li>" + both(escape(line.what.zh), escape(line.what.en)) + " · " +
              entry_link(line.digits.position) + "</li>\n";
  }
  if (!digits.empty())
    digits = "<p>" +
             both("彩票号码、骰子点数，排在随机数之后；不提高等级。",
                  "Digits of lotteries and dice, which follow the nonces; they raise no tier.") +
             "</p>\n<ul>\n" + digits + "</ul>\n";
  return section(both("随机数贡献人", "Contributors of randomness"), table.html() + digits);
}

std::string asked_for(const Draw& draw, const ledger::schema::AnnouncedStratumT& stratum) {
  if (draw.announcement.total != 0)
    return both("合计 " + std::to_string(draw.announcement.total),
                "of a total of " + std::to_string(draw.announcement.total));
  if (stratum.fixed != 0)
    return both(std::to_string(stratum.fixed) + " 户", std::to_string(stratum.fixed) + " of them");
  return std::to_string(stratum.num) + "/" + std::to_string(stratum.den);
}

std::string bounds(const ledger::schema::AnnouncedStratumT& stratum) {
  std::string out;
  if (stratum.minimum != 0)
    out += "<br>" + both("至少 " + std::to_string(stratum.minimum),
                         std::to_string(stratum.minimum) + " at least");
  if (stratum.maximum != 0)
    out += "<br>" + both("至多 " + std::to_string(stratum.maximum),
                         std::to_string(stratum.maximum) + " at most");
  return out;
}

std::string strata(const Draw& draw) {
  Table table({{"层", "Stratum"},
               {"比例或数量", "Rate or count"},
               {"可抽", "Eligible", true},
               {"抽中", "Drawn", true},
               {"截止号", "Cut-off"}});
  for (std::size_t i = 0; i < draw.announcement.strata.size(); ++i) {
    const auto& stratum = *draw.announcement.strata[i];
    const bool named = stratum.rule_stratum < draw.rule_set.strata.size();
    const std::string label =
        named ? escape(draw.rule_set.strata[stratum.rule_stratum]->label) : std::to_string(i);
    std::vector<std::string> cells = {label, asked_for(draw, stratum) + bounds(stratum), "—", "—",
                                      "—"};
    if (draw.outcome && i < draw.outcome->strata.size()) {
      const auto& got = *draw.outcome->strata[i];
      cells[2] = std::to_string(got.eligible);
      cells[3] = std::to_string(got.drawn);
      if (!got.cutoff.empty()) cells[4] = code(to_hex(got.cutoff));
      if (draw.announcement.weighted && got.drawn != 0)
        cells[4] = both("按权重，其余 " + std::to_string(got.rest_drawn) + " 户，权重和 " +
                            std::to_string(got.rest_weight),
                        "by weight: the rest are " + std::to_string(got.rest_drawn) +
                            ", of a weight of " + std::to_string(got.rest_weight));
      if (projections::outcome_is_not_random(draw, got))
        cells[3] += "<br>" + both("不具随机性", "not random");
    }
    table.row(cells);
  }
  if (draw.announcement.weighted) {
    return section(both("分层与权重", "Strata and weights"),
                   "<p>" +
                       both("按细则规定的权重抽取：权重足够大的必然抽中，名单中注明；其余的机会与权"
                            "重成正比。",
                            "Drawn by the weights of the rule: those heavy enough are certain to "
                            "be drawn, and marked so in the list; the others' chances are in "
                            "proportion to their weights.") +
                       "</p>\n" + table.html());
  }
  if (!projections::draws_subjects(draw.announcement)) {
    return section(both("分层", "Strata"),
                   "<p>" +
                       both("范围内可查的全部检查，不抽取检查对象；签号只用来排次序。",
                            "All in scope that can be visited are; no subjects are drawn, and "
                            "tickets only follow from the seed.") +
                       "</p>\n" + table.html());
  }
  if (draw.is_restricted()) {
    return section(
        both("分层", "Strata"),
        "<p>" +
            both(
                "各户所在的层、签号和各层截止号只以承诺公布：企业凭监督人交给它的一行文件核对自己，"
                "监督人核对全部。",
                "Each subject's stratum and ticket, and the cut-offs, are public by commitment "
                "only: a subject checks itself by its row, which a supervisor gives it, and "
                "supervisors check all.") +
            "</p>\n" + table.html());
  }
  return section(
      both("分层与截止号", "Strata and cut-offs"),
      "<p>" +
          both(
              "每户的签号由种子算出；层内签号不大于截止号的就被抽中，所以任何一户都能自己核对。",
              "Each subject's ticket follows from the seed; those at or below the cut-off of their "
              "stratum are drawn, so that anyone can check one subject alone.") +
          "</p>\n" + table.html());
}

// How many may be sent for the seats of each group.
std::string seats(const State& state, const Draw& draw) {
  const auto chances = projections::group_chances(state, draw.announcement);
  if (chances.empty()) return {};
  Table table({{"组", "Group", true},
               {"单位", "Units"},
               {"每次席数", "Seats a visit", true},
               {"可派", "May be sent", true},
               {"随机性", "Chance"}});
  for (const auto& chance : chances) {
    const auto& group = *draw.announcement.groups[chance.group];
    std::string units;
    for (const std::string& unit : group.units) units += (units.empty() ? "" : " ") + code(unit);
    std::string random = both("抽取", "drawn");
    if (!chance.is_random())
      random = both("不具随机性", "not random");
    else if (chance.certain != 0)
      random = both("其中 " + std::to_string(chance.certain) + " 人每次必派，不具随机性",
                    std::to_string(chance.certain) + " of them go on every visit, not random");
    table.row({std::to_string(chance.group), units, std::to_string(chance.seats),
               std::to_string(chance.eligible), random});
  }
  return section(both("席位", "Seats"),
                 "<p>" +
                     both("一组可派的人不多于席数的，每次都是这些人去。",
                          "Where a group has no more people than seats, the same go every time.") +
                     "</p>\n" + table.html());
}

std::string outcome(const Draw& draw) {
  if (!draw.outcome) return {};
  std::uint64_t vacant = 0, substitutes = 0, recusals = 0, results = 0, published = 0;
  for (const projections::Task& task : draw.tasks) {
    for (const projections::Seat& seat : task.seats) {
      vacant += seat.inspector.empty() ? 1 : 0;
      substitutes += seat.ordinal > 0 && !seat.inspector.empty() ? 1 : 0;
      recusals += seat.recusals.size();
    }
    results += task.result ? 1 : 0;
    published += task.result && task.result->published_at ? 1 : 0;
  }
  std::string rows = fact("检查户数", "Visits", std::to_string(draw.outcome->visits));
  const bool teams = projections::draws_teams(draw.announcement);
  if (teams) {
    rows +=
        fact("抽取时的空席", "Seats empty when drawn",
             draw.is_sealed() ? both("密封", "sealed") : std::to_string(draw.outcome->vacancies));
  }
  rows += fact("名单根", "Root of the visits", code(to_hex(draw.outcome->visits_root)));
  if (!draw.tasks.empty()) {
    rows += teams ? fact("现在的空席", "Seats empty now", std::to_string(vacant))
                  : fact("尚未指派的席位", "Seats not named yet", std::to_string(vacant));
    rows += fact("回避申请", "Recusals asked for", std::to_string(recusals));
    if (teams)
      rows +=
          fact("由递补人员担任的席位", "Seats held by substitutes", std::to_string(substitutes));
    rows += fact("已登记结果", "Results recorded", std::to_string(results));
    rows += fact("已公示结果", "Results published", std::to_string(published));
  }
  return section(both("结果汇总", "Outcome"), "<table class=\"facts\">\n" + rows + "</table>\n");
}

std::string check(const Backend& backend, const Draw& draw, const std::string& path,
                  const std::string& name) {
  const std::string json =
      "<p>" + link("/api/v1" + path, both("全部字段（JSON）", "All fields (JSON)")) + "</p>\n";
  if (!draw.has_tasks()) {
    return section(
        both("自行核对", "Check for yourself"),
        "<p>" +
            both("名单列示之后，这里有证明文件可以下载。整本账本随时可以核对：",
                 "Once the visits are listed there is a proof file here. The whole log "
                 "can be checked at any time:") +
            "</p>\n<pre>liuhen-verify url http://&lt;本服务地址 this address&gt;</pre>\n" + json);
  }
  std::string file = name;
  std::replace(file.begin(), file.end(), '/', '-');
  return section(
      both("自行核对", "Check for yourself"),
      "<ol>\n<li>" +
          link("/api/v1" + path + "/proof", both("下载证明文件", "Download the proof file")) + " " +
          code(".draw-proof") + "</li>\n<li>" +
          both("在自己的电脑上核验，不必联网，也不必相信本服务：",
               "Verify it on your own computer, offline, trusting nothing here:") +
          "<pre>liuhen-verify file " + escape(file) + ".draw-proof --vkey '" +
          escape(backend.vkey) + "'</pre></li>\n<li>" +
          both("先把上面的公钥与以书面公布的逐字对照。",
               "First compare the key above with the one published on paper.") +
          "</li>\n</ol>\n" + json);
}

// For paper and telephones; of a service that was told how it is reached.
std::string qr(const Backend& backend, const Draw& draw) {
  if (backend.public_url.empty()) return {};
  const Head head = backend.head();
  if (head.checkpoint.size <= draw.position) return {};
  const std::string address =
      draw_link(backend.public_url, draw.stream, draw.number, head.checkpoint);
  const auto svg = qr_svg(address, "二维码 QR code: " + address);
  if (!svg) return {};
  return section(both("二维码", "QR code"),
                 *svg + "<p>" +
                     both("内含抽取编号、检查点和本页网址；扫到的检查点日后须仍在账本之中。",
                          "It holds the draw's number, the checkpoint and this page's address; the "
                          "log must still contain that checkpoint later on.") +
                     "</p>\n<p>" + code(address) + "</p>\n");
}

std::string contents(const Draw& draw) {
  std::string out;
  if (!draw.tasks.empty()) out += link("#visits", both("检查名单", "Visits")) + " · ";
  out += link("#check", both("自行核对", "Check for yourself")) + " · " +
         link("#tiers", both("等级是什么意思", "What the tiers mean"));
  return "<nav class=\"pages\" aria-label=\"本页 this page\">" + out + "</nav>\n";
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
  const auto plan = state.catalogue.plans.find(draw.announcement.plan);
  std::string body = "<nav class=\"pages\"><a href=\"/\">← " + both("全部抽取", "All draws") +
                     "</a></nav>\n<h1>" + both("抽取", "Draw") + " " + escape(name) + "</h1>\n";
  if (plan != state.catalogue.plans.end()) body += "<p>" + escape(plan->second.name) + "</p>\n";
  body += contents(draw) + facts(state, draw) + seal(state, draw) + outcome(draw) +
          history_section(backend, state, draw) + pool(state, draw) + restriction(state, draw) +
          strata(draw) + seats(state, draw) + contributors(state, draw);
  if (!draw.tasks.empty()) {
    const std::uint64_t last = draw.tasks.size() - 1;
    body += visits_section(backend, state, draw, path, std::min<std::uint64_t>(*from, last));
  }
  body += "<div id=\"check\">" + check(backend, draw, path, name) + "</div>\n" + qr(backend, draw) +
          tiers_section();
  return page("抽取 " + name + " · 留痕 Liuhen", body);
}

std::span<const Route> page_routes() { return kRoutes; }

}  // namespace liuhen::api::server
