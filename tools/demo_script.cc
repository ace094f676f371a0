#include "tools/demo_script.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "api/import/sample.h"
#include "tools/demo_files.h"
#include "tools/import_run.h"
#include "tools/progress.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

inline constexpr int kWaitSeconds = 120;
const char* const kOrigin = "qingdao.example/liuhen";
const char* const kCity = "370200-SCJG";

std::string shown(const std::string& word) {
  return word.find(' ') == std::string::npos && !word.empty() ? word : "'" + word + "'";
}

}  // namespace

DemoScript::DemoScript(Environment& environment, DemoOptions options)
    : environment_{.language = environment.language,
                   .out = environment.out,
                   .err = environment.err,
                   .clock = environment.clock,
                   .entropy = environment.entropy,
                   .connection = environment.connection},
      options_(std::move(options)),
      ledger_(options_.dir),
      people_(options_.dir + ".demo/people"),
      files_(options_.dir + ".demo/files") {}

Outcome DemoScript::step(const std::string& zh, const std::string& en) {
  environment_.out << "\n# " << environment_.pick(zh, en) << '\n' << std::flush;
  return ok();
}

Outcome DemoScript::type(Arguments arguments) {
  environment_.out << "$ liuhen";
  for (const std::string& word : arguments) environment_.out << ' ' << shown(word);
  environment_.out << '\n';
  const std::string command = arguments.empty() ? "" : arguments.front();
  if (run(std::move(arguments), environment_) != kDone) {
    return fail("demo.step", "演示在这一步停下：" + command,
                "the demonstration stopped at this step: " + command);
  }
  return ok();
}

Outcome DemoScript::write(const std::string& name, const std::string& text) {
  return write_text(file(name), text);
}

Outcome DemoScript::person(const std::string& person, Arguments role) {
  if (auto made = type({"key", "new", key(person), "--person", person, "--no-passphrase"}); !made)
    return made;
  const std::string request = file(person + ".request.json");
  if (auto asked =
          type({"key", "request", "--key", key(person), "--origin", kOrigin, "--out", request});
      !asked)
    return asked;
  Arguments grant = {"key", "grant", request, "--key", key("trustee-1"), "--key", key("trustee-2")};
  grant.insert(grant.end(), role.begin(), role.end());
  return type(std::move(grant));
}

Outcome DemoScript::inspector(const std::string& certificate) {
  if (std::filesystem::exists(key(certificate))) return ok();
  return person(certificate, {"--role", "inspector", "--inspector", certificate, "--department",
                              unit_of_.at(certificate)});
}

Outcome DemoScript::departments() {
  (void)step("部门：市局和十个区（市）局", "Departments: the city's and those of ten districts");
  if (auto made = type({"department", kCity, "--name", "青岛市市场监督管理局", "--division",
                        "370200", "--key", key("office-1")});
      !made)
    return made;
  for (const api::SampleDistrict& district : api::sample_districts()) {
    const std::string unit = api::sample_unit(district.code);
    auto made = type({"department", unit, "--name", std::string(district.name) + "市场监督管理局",
                      "--division", std::string(district.code), "--superior", kCity, "--key",
                      key("office-1")});
    if (!made) return made;
    if (auto head =
            person("head-" + std::string(district.code), {"--role", "head", "--department", unit});
        !head)
      return head;
  }
  return person("head-370200", {"--role", "head", "--department", kCity});
}

Outcome DemoScript::items() {
  (void)step("抽查事项：列入、审核、公布", "Inspection items: listed, reviewed, published");
  for (const DemoItem& item : demo_items()) {
    auto listed = type({"item", "list", item.id, "--department", kCity, "--name", item.name,
                        "--basis", item.basis, "--object", item.object, "--content", item.content,
                        "--key", key("clerk-1")});
    if (!listed) return listed;
    if (auto done =
            type({"item", "review", item.id, "--opinion", "依据充分", "--key", key("office-1")});
        !done)
      return done;
    if (auto done = type({"item", "publish", item.id, "--key", key("clerk-1")}); !done) return done;
  }
  return ok();
}

Outcome DemoScript::prepare() {
  std::error_code problem;
  for (const std::string& place : {ledger_, options_.dir + ".demo"}) {
    if (std::filesystem::exists(place, problem) && !std::filesystem::is_empty(place, problem)) {
      return fail("demo.in_use", place + " 已在使用，没有改动任何内容：请换一个 --dir，或先删除它",
                  place +
                      " is in use and was left as it is: give another --dir, or remove it "
                      "first");
    }
  }
  std::filesystem::create_directories(people_, problem);
  if (!problem) {
    std::filesystem::permissions(options_.dir + ".demo", std::filesystem::perms::owner_all,
                                 problem);
  }
  if (!problem) std::filesystem::create_directories(files_, problem);
  if (problem)
    return fail("demo.dir", "建不了目录 " + options_.dir,
                "cannot make the directory " + options_.dir);
  (void)step(
      "两位受托人的密钥；第二位在运营方之外（演示不设口令，实际使用请设）",
      "Two trustees' keys; the second is outside the operator (no passphrases here; do use them)");
  for (const char* trustee : {"trustee-1", "trustee-2"}) {
    if (auto made = type({"key", "new", key(trustee), "--person", trustee, "--no-passphrase"});
        !made)
      return made;
  }
  (void)step("建立账本；以后的命令都针对它", "The ledger is made; all that follows is about it");
  if (auto made =
          type({"init", "--dir", ledger_, "--origin", kOrigin, "--city", "青岛市", "--division",
                "370200", "--no-passphrase", "--key", key("trustee-1"), "--key", key("trustee-2")});
      !made)
    return made;
  environment_.out << "$ export LIUHEN_DIR=" << shown(ledger_) << '\n';
  return ok();
}

Outcome DemoScript::registries() {
  (void)step("各岗位的密钥，由两位受托人授予",
             "Keys of those who work with it, granted by two trustees");
  if (auto made = person("office-1", {"--role", "office"}); !made) return made;
  if (auto made = departments(); !made) return made;
  const std::vector<std::pair<std::string, Arguments>> people = {
      {"registrar-1", {"--role", "registrar"}},
      {"clerk-1", {"--role", "clerk", "--department", kCity}},
      {"approver-1", {"--role", "approver", "--department", kCity}},
      {"supervisor-1", {"--role", "supervisor", "--outside"}},
      {"observer-1", {"--role", "observer", "--role", "contributor", "--outside"}},
      {"contributor-1", {"--role", "contributor"}},
      {"contributor-2", {"--role", "contributor", "--outside"}},
  };
  for (const auto& [who, role] : people) {
    if (auto made = person(who, role); !made) return made;
  }
  if (auto made = items(); !made) return made;

  (void)step("抽查工作细则：按主体类型和行政区划分层", "Rules: strata by kind and division");
  if (auto made = write("rule.json", demo_rule(kCity)); !made) return made;
  if (auto made = type(
          {"rule", "set", file("rule.json"), "--key", key("clerk-1"), "--key", key("approver-1")});
      !made)
    return made;

  (void)step("名录库：从各局导出的 CSV 导入", "Registries: imported from CSV as offices export it");
  api::SampleOptions sample;
  sample.subjects = options_.subjects;
  sample.inspectors = options_.inspectors;
  sample.conflicts = std::min<std::uint64_t>(48, options_.subjects);
  sample.encoding = api::Encoding::gb18030;
  sample.data_dir = options_.data;
  ProgressLine progress(environment_, "生成演示名录", "making the registries");
  auto written = api::write_sample(
      files_, sample, [&progress](std::uint64_t done, std::uint64_t all) { progress(done, all); });
  if (!written) return written.error();
  Arguments subjects = {"import", "subjects", written->subjects, "--key", key("registrar-1")};
  const std::string divisions = options_.data + "/divisions_county_level.csv";
  if (!options_.data.empty() && std::filesystem::exists(divisions))
    subjects.insert(subjects.end(), {"--divisions", divisions});
  if (auto done = type({"import", "inspectors", written->inspectors, "--key", key("registrar-1")});
      !done)
    return done;
  if (auto done = type(subjects); !done) return done;
  if (auto done = type({"import", "conflicts", written->conflicts, "--key", key("registrar-1")});
      !done)
    return done;
  return decide_conflicts();
}

Outcome DemoScript::decide_conflicts() {
  Session session(environment_, Target{});
  auto units = units_of_inspectors(session);
  if (!units) return units.error();
  unit_of_ = *units;
  auto conflicts = session.get("/api/v1/conflicts");
  if (!conflicts) return conflicts.error();
  for (const json::value& row : conflicts->at("conflicts").as_array()) {
    const std::string head = "head-" + std::string(row.at("unit").as_string()).substr(0, 6);
    auto decided = type({"conflict", "decide", std::string(row.at("commitment").as_string()),
                         "--reason", "属实", "--key", key(head)});
    if (!decided) return decided;
  }
  return ok();
}

Result<std::vector<std::string>> DemoScript::team(const std::string& draw, std::uint64_t visit) {
  Session session(environment_, Target{});
  const std::string after = visit == 0 ? "" : "&after=" + std::to_string(visit - 1);
  auto answer = session.get("/api/v1/draws/" + draw + "/tasks?limit=1" + after);
  if (!answer) return answer.error();
  std::vector<std::string> members;
  for (const json::value& seat : answer->at("tasks").as_array().at(0).at("seats").as_array()) {
    members.emplace_back(seat.at("inspector").as_string());
  }
  return members;
}

Outcome DemoScript::wait_for_phase(const std::string& draw, const std::string& phase) {
  Session session(environment_, Target{});
  for (int i = 0; i < kWaitSeconds; ++i) {
    if (auto moved = type({"draw", "advance"}); !moved) return moved;
    auto shown = session.get("/api/v1/draws/" + draw);
    if (!shown) return shown.error();
    if (std::string_view(shown->at("phase").as_string()) == phase) return ok();
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return fail("demo.wait", draw + " 没有进到 " + phase, draw + " did not reach " + phase);
}

Outcome DemoScript::draw(const std::string& plan, Arguments announce, unsigned attempt) {
  Arguments announcing = {"draw",           "announce",      plan,
                          "--contributor",  "contributor-1", "--contributor",
                          "contributor-2",  "--contributor", "observer-1",
                          "--key",          key("clerk-1"),  "--key",
                          key("approver-1")};
  announcing.insert(announcing.end(), announce.begin(), announce.end());
  if (auto done = type(announcing); !done) return done;
  const std::string name = plan + "/" + std::to_string(attempt);
  for (const char* verb : {"commit", "reveal"}) {
    for (const char* who : {"contributor-1", "contributor-2", "observer-1"}) {
      if (auto done = type({"draw", verb, name, "--without-witnesses", "--key", key(who)}); !done)
        return done;
    }
    if (auto closed =
            wait_for_phase(name, std::string(verb) == "commit" ? "revealing" : "disclosed");
        !closed)
      return closed;
  }
  return ok();
}

Outcome DemoScript::recusal(const std::string& draw, std::uint64_t visit) {
  auto members = team(draw, visit);
  if (!members) return members.error();
  const std::string who = members->front();
  if (auto granted = inspector(who); !granted) return granted;
  const std::string number = std::to_string(visit);
  if (auto filed = type({"recuse", "file", draw, number, "--seat", "0", "--ground", "employment",
                         "--key", key(who)});
      !filed)
    return filed;
  const std::string head = "head-" + unit_of_.at(who).substr(0, 6);
  if (auto decided = type({"recuse", "decide", draw, number, "--seat", "0", "--reason",
                           "三年内曾在该企业任职", "--key", key(head)});
      !decided)
    return decided;
  Session session(environment_, Target{});
  for (int i = 0; i < kWaitSeconds; ++i) {
    if (auto moved = type({"draw", "advance"}); !moved) return moved;
    auto now = team(draw, visit);
    if (!now) return now.error();
    if (!now->front().empty() && now->front() != who) {
      environment_.say("递补：" + who + " → " + now->front(),
                       "substituted: " + who + " → " + now->front());
      return ok();
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return fail("demo.wait", "没有等到递补", "no substitute was drawn in time");
}

Outcome DemoScript::result(const std::string& draw, std::uint64_t visit, Arguments rows) {
  auto members = team(draw, visit);
  if (!members) return members.error();
  Arguments record = {"result", "record", draw, std::to_string(visit)};
  for (std::size_t i = 0; i < 2; ++i) {
    if (auto granted = inspector((*members)[i]); !granted) return granted;
    record.insert(record.end(), {"--key", key((*members)[i])});
  }
  for (const std::string& row : rows) record.insert(record.end(), {"--row", row});
  return type(record);
}

Result<std::vector<std::uint64_t>> DemoScript::numbered_visits(const std::string& draw,
                                                               std::size_t wanted) {
  Session session(environment_, Target{});
  auto shown = session.get("/api/v1/draws/" + draw);
  if (!shown) return shown.error();
  const std::uint64_t all = shown->at("tasks").to_number<std::uint64_t>();
  std::vector<std::uint64_t> visits;
  for (std::uint64_t visit = 0; visit < all && visits.size() < wanted; ++visit) {
    const std::string after = visit == 0 ? "" : "&after=" + std::to_string(visit - 1);
    auto task = session.get("/api/v1/draws/" + draw + "/tasks?limit=1" + after);
    if (!task) return task.error();
    const json::value& row = task->at("tasks").as_array().at(0);
    auto subject =
        session.get("/api/v1/subjects/" + segment(std::string(row.at("subject").as_string())));
    if (!subject) return subject.error();
    const json::value* name = subject->as_object().if_contains("name");  // a person's is not there
    if (name == nullptr || !api::sample_bears_real_name(name->as_string())) visits.push_back(visit);
  }
  if (visits.size() < wanted) {
    return fail("demo.subjects", "抽中的检查对象里没有足够的编号企业可用于演示：请加大 --subjects",
                "too few numbered firms were drawn to demonstrate with: give more --subjects");
  }
  return visits;
}

Outcome DemoScript::annual_plan() {
  (void)step("年度计划：经办人签名，审批人看过内容后签名",
             "The annual plan: signed by the clerk, then by the approver who reads it first");
  if (auto made = write("annual.json", demo_annual_plan(kCity)); !made) return made;
  Session session(environment_, Target{});
  if (auto done = type({"plan", "publish", file("annual.json"), "--key", key("clerk-1"), "--second",
                        "approver-1"});
      !done)
    return done;
  auto pending = session.get("/api/v1/pending");
  if (!pending) return pending.error();
  const std::string waiting(pending->at("pending").as_array().at(0).at("intent_hash").as_string());
  return type({"sign", waiting, "--yes", "--key", key("approver-1")});
}

Outcome DemoScript::annual() {
  if (auto published = annual_plan(); !published) return published;
  (void)step("抽取：公告、三方承诺、三方揭示，平台执行并公布",
             "The draw: announced, three commit, three reveal, the platform executes and lists it");
  const std::string name = "2026-ND/1";
  if (auto done = draw("2026-ND", {"--substitute-delay", "1"}, 1); !done) return done;
  if (auto done = type({"draw", "attest", name, "--statement", "全程在场见证，未见异常", "--key",
                        key("observer-1")});
      !done)
    return done;

  return annual_results(name);
}

Outcome DemoScript::annual_results(const std::string& draw) {
  auto numbered = numbered_visits(draw, 3);
  if (!numbered) return numbered.error();
  const std::uint64_t first = (*numbered)[0], second = (*numbered)[1], third = (*numbered)[2];
  const auto publish = [&](const char* verb, std::uint64_t visit, Arguments more) {
    Arguments typed = {"publish", verb, draw, std::to_string(visit), "--key", key("clerk-1")};
    typed.insert(typed.end(), more.begin(), more.end());
    return type(std::move(typed));
  };

  (void)step("回避与递补：本人提出，单位负责人决定，平台按规则递补",
             "Recusal and substitution: filed, decided by the unit's head, drawn by rule");
  if (auto done = recusal(draw, first); !done) return done;

  (void)step("检查结果与公示（演示的问题只记在编号的检查对象名下）",
             "Results and their publication (findings are invented for numbered subjects only)");
  if (auto done = result(draw, first, {"QD-SJ-001=1", "QD-SJ-002=1"}); !done) return done;
  if (auto done = publish("result", first, {}); !done) return done;
  if (auto done = result(draw, second, {"QD-SJ-001=2:未公示股权变更", "QD-SJ-002=5:责令改正"});
      !done)
    return done;
  if (auto done = type({"result", "follow-up", draw, std::to_string(second), "--kind", "1",
                        "--note", "已改正", "--key", key("clerk-1")});
      !done)
    return done;
  if (auto done = publish("result", second, {}); !done) return done;
  if (auto done = result(draw, third, {"QD-SJ-001=1", "QD-SJ-002=8:待查"}); !done) return done;
  if (auto done =
          publish("withhold", third, {"--ground", "trade_secret", "--key", key("approver-1")});
      !done)
    return done;
  return type({"draw", "proof", draw, "--out", file("2026-ND-1.draw-proof")});
}

Outcome DemoScript::temporary() {
  (void)step("临时任务（定向、定额）：第一次抽取作废，结果照样执行公布；重抽与其关联",
             "A temporary task (targeted, fixed counts): the first attempt is voided and shown all "
             "the same; the redraw is linked");
  if (auto made = write("temporary.json", demo_temporary_plan(kCity)); !made) return made;
  if (auto done = type({"plan", "publish", file("temporary.json"), "--key", key("clerk-1"), "--key",
                        key("approver-1")});
      !done)
    return done;
  if (auto done = draw("2026-LS-01", {"--substitute-delay", "1"}, 1); !done) return done;
  if (auto done = type({"draw", "void", "2026-LS-01/1", "--reason", "公告中的检查期限有误", "--key",
                        key("approver-1"), "--key", key("supervisor-1")});
      !done)
    return done;
  if (auto done = draw("2026-LS-01", {"--substitute-delay", "1", "--previous", "2026-LS-01/1"}, 2);
      !done)
    return done;
  if (auto done = result("2026-LS-01/2", 0, {"QD-SJ-003=1"}); !done) return done;
  return type({"publish", "result", "2026-LS-01/2", "0", "--key", key("clerk-1")});
}

}  // namespace liuhen::tools
