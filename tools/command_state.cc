#include <boost/json.hpp>

#include "tools/commands.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

// One value a line for lists, so that grep and jq are of use.
void print(std::ostream& out, const json::value& value) {
  if (value.is_object()) {
    for (const auto& field : value.as_object()) {
      if (field.value().is_array()) {
        for (const json::value& row : field.value().as_array()) out << json::serialize(row) << '\n';
        return;
      }
    }
  }
  out << json::serialize(value) << '\n';
}

// Row by row, page after page, until the last.
Outcome print_pages(Session& session, const std::string& name) {
  constexpr std::size_t kPage = 1'000;
  for (std::string after;;) {
    auto answer = session.get("/api/v1/" + name + "?limit=" + std::to_string(kPage) + after);
    if (!answer) return answer.error();
    const json::array& rows = answer->at(name).as_array();
    for (const json::value& row : rows) session.environment().out << json::serialize(row) << '\n';
    if (rows.size() < kPage) return ok();
    after = "&after=" + segment(std::string_view(rows.back().at("id").as_string()));
  }
}

void add_simple(Program& program, CLI::App* state, const std::string& name, const std::string& zh,
                const std::string& en) {
  CLI::App* command = program.command(state, name, zh, en);
  program.reads(command);
  program.act(command, [name](Session& session) -> Outcome {
    if (name == "subjects" || name == "inspectors") return print_pages(session, name);
    auto answer = session.get("/api/v1/" + name);
    if (!answer) return answer.error();
    print(session.environment().out, *answer);
    return ok();
  });
}

}  // namespace

void add_state_commands(Program& program) {
  CLI::App* state = program.command(
      &program.app, "state", "当前状态：账本、密钥、部门、事项、细则、计划、名录、抽取",
      "the current state: log, keys, departments, items, rules, plans, registries, draws");
  state->require_subcommand(1);
  add_simple(program, state, "log", "账本：名称、大小、根值", "the log: origin, size, root");
  add_simple(program, state, "keys", "密钥与角色", "keys and roles");
  add_simple(program, state, "permissions", "各角色可签什么", "what each role may sign");
  add_simple(program, state, "departments", "部门", "departments");
  add_simple(program, state, "items", "抽查事项", "inspection items");
  add_simple(program, state, "rules", "抽查工作细则", "rules");
  add_simple(program, state, "plans", "计划", "plans");
  add_simple(program, state, "beacons", "信标链", "beacon chains");
  add_simple(program, state, "inspectors", "检查人员", "inspectors");
  add_simple(program, state, "subjects", "检查对象", "subjects");
  add_simple(program, state, "conflicts", "利益冲突（承诺值）", "conflicts (commitments)");
  add_simple(program, state, "draws", "抽取", "draws");

  CLI::App* vkey = program.command(state, "vkey", "账本的验证公钥（发给核验者）",
                                   "the log's verifier key, for those who verify");
  program.reads(vkey);
  program.act(vkey, [](Session& session) -> Outcome {
    auto answer = session.get("/api/v1/log");
    if (!answer) return answer.error();
    session.environment().out << answer->at("vkey").as_string().c_str() << '\n';
    return ok();
  });

  auto id = std::make_shared<std::string>();
  CLI::App* subject = program.command(state, "subject", "一户检查对象", "one subject");
  program.reads(subject);
  subject->add_option("id", *id, program.help("编号", "id"))->required();
  program.act(subject, [id](Session& session) -> Outcome {
    auto answer = session.get("/api/v1/subjects/" + segment(*id));
    if (!answer) return answer.error();
    session.environment().out << json::serialize(*answer) << '\n';
    return ok();
  });

  auto position = std::make_shared<std::uint64_t>(0);
  CLI::App* entry = program.command(state, "entry", "一条记录", "one entry of the log");
  program.reads(entry);
  entry->add_option("position", *position, program.help("位置，从 0 起", "position, from 0"))
      ->required();
  program.act(entry, [position](Session& session) -> Outcome {
    auto answer = session.get("/api/v1/entries/" + std::to_string(*position));
    if (!answer) return answer.error();
    session.environment().out << json::serialize(*answer) << '\n';
    return ok();
  });
}

}  // namespace liuhen::tools
