#include <fstream>
#include <sstream>

#include "tools/commands.h"
#include "tools/payload_json.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

void add_department(Program& program) {
  auto set = std::make_shared<ledger::schema::DepartmentSetT>();
  CLI::App* command = program.command(&program.app, "department", "设立或更改部门（单位）",
                                      "add or change a department (unit)");
  program.signs(command);
  command
      ->add_option("id", set->id,
                   program.help("部门编号，如 370202-SCJG", "department id, such as 370202-SCJG"))
      ->required();
  command->add_option("--name", set->name, program.help("名称", "name"))->required();
  command
      ->add_option("--division", set->division,
                   program.help("行政区划代码（六位）", "division code, six digits"))
      ->required();
  command->add_option("--superior", set->superior,
                      program.help("上级部门编号", "id of the superior department"));
  program.act(command, [set](Session& session) { return session.submit_and_say(united(*set)); });
}

void add_item(Program& program) {
  CLI::App* item = program.command(&program.app, "item", "随机抽查事项：列入、审核、公布、撤销",
                                   "inspection items: list, review, publish, withdraw");
  item->require_subcommand(1);

  auto listed = std::make_shared<ledger::schema::ItemListedT>();
  listed->revision = 1;
  CLI::App* list =
      program.command(item, "list", "列入或修订", "list an item, or a new revision of it");
  program.signs(list);
  list->add_option("id", listed->id, program.help("事项编号", "item id"))->required();
  list->add_option("--department", listed->department, program.help("部门编号", "department id"))
      ->required();
  list->add_option("--name", listed->name, program.help("事项名称", "name"))->required();
  list->add_option("--basis", listed->basis, program.help("抽查依据", "legal basis"))->required();
  list->add_option("--object", listed->object, program.help("抽查对象", "whom it concerns"))
      ->required();
  list->add_option("--content", listed->content, program.help("抽查内容", "what is inspected"))
      ->required();
  list->add_option("--method", listed->method, program.help("方式", "method"));
  list->add_option("--revision", listed->revision,
                   program.help("修订号，首次为 1", "revision, 1 the first time"))
      ->capture_default_str();
  program.act(list, [listed](Session& session) { return session.submit_and_say(united(*listed)); });

  auto reviewed = std::make_shared<ledger::schema::ItemReviewedT>();
  auto rejected = std::make_shared<bool>(false);
  reviewed->revision = 1;
  CLI::App* review =
      program.command(item, "review", "市推进办审核", "the municipal office reviews");
  program.signs(review);
  review->add_option("id", reviewed->id, program.help("事项编号", "item id"))->required();
  review->add_option("--revision", reviewed->revision, program.help("修订号", "revision"))
      ->capture_default_str();
  review->add_flag("--reject", *rejected, program.help("不通过", "reject"));
  review->add_option("--opinion", reviewed->opinion, program.help("意见", "opinion"));
  program.act(review, [reviewed, rejected](Session& session) {
    reviewed->approved = !*rejected;
    return session.submit_and_say(united(*reviewed));
  });

  auto published = std::make_shared<ledger::schema::ItemPublishedT>();
  published->revision = 1;
  CLI::App* publish = program.command(item, "publish", "公布", "publish");
  program.signs(publish);
  publish->add_option("id", published->id, program.help("事项编号", "item id"))->required();
  publish->add_option("--revision", published->revision, program.help("修订号", "revision"))
      ->capture_default_str();
  program.act(publish,
              [published](Session& session) { return session.submit_and_say(united(*published)); });

  auto withdrawn = std::make_shared<ledger::schema::ItemWithdrawnT>();
  CLI::App* withdraw = program.command(item, "withdraw", "撤销", "withdraw");
  program.signs(withdraw);
  withdraw->add_option("id", withdrawn->id, program.help("事项编号", "item id"))->required();
  withdraw->add_option("--reason", withdrawn->reason, program.help("原因", "reason"))->required();
  program.act(withdraw,
              [withdrawn](Session& session) { return session.submit_and_say(united(*withdrawn)); });
}

// Rules and plans are long enough to be written in a file.
void add_from_file(Program& program, const char* group, const char* verb, const char* kind,
                   const std::string& zh, const std::string& en) {
  CLI::App* parent = program.command(&program.app, group, zh, en);
  parent->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  CLI::App* command = program.command(parent, verb, zh, en);
  program.signs(command);
  command
      ->add_option("file", *file,
                   program.help("JSON 文件，字段见 docs/formats/events.md",
                                "a JSON file; fields: docs/formats/events.md"))
      ->required();
  program.act(command, [file, kind](Session& session) -> Outcome {
    auto text = read_text(*file);
    if (!text) return text.error();
    auto payload = payload_from_json(kind, *text);
    if (!payload) return payload.error();
    return session.submit_and_say(std::move(*payload));
  });
}

}  // namespace

void add_catalogue_commands(Program& program) {
  add_department(program);
  add_item(program);
  add_from_file(program, "rule", "set", "RuleSet", "抽查工作细则：比例、频次、上限",
                "rules: ratios, frequency, caps");
  add_from_file(program, "plan", "publish", "PlanPublished",
                "年度计划或临时任务（经办人和审批人签名）",
                "an annual plan or a temporary task (clerk and approver sign)");
}

}  // namespace liuhen::tools
