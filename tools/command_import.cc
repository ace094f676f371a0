#include <type_traits>

#include "api/import/conflict_file.h"
#include "api/import/divisions.h"
#include "api/import/inspector_file.h"
#include "api/import/subject_file.h"
#include "crypto/commitment.h"
#include "crypto/derived_salt.h"
#include "crypto/tuple.h"
#include "projections/inspectors.h"
#include "projections/subjects.h"
#include "tools/commands.h"
#include "tools/import_run.h"
#include "tools/progress.h"

namespace liuhen::tools {

namespace schema = ledger::schema;

namespace {

struct Asked {
  std::string file, encoding, divisions;
  bool accept_good = false, check_only = false;
};

Outcome say_report(Environment& environment, const api::ImportReport& report, const Asked& asked) {
  for (const api::ImportProblem& problem : report.problems) {
    environment.err << environment.pick(sentence_zh(problem), sentence_en(problem)) << '\n';
  }
  const std::string rows = std::to_string(report.rows), good = std::to_string(report.good),
                    bad = std::to_string(report.bad);
  environment.say(asked.file + "：" + rows + " 行，合格 " + good + "，不合格 " + bad,
                  asked.file + ": " + rows + " rows, " + good + " good, " + bad + " bad");
  if (report.importable(asked.accept_good)) return ok();
  if (report.good == 0) {
    return fail("import.nothing",
                "没有一行可以导入" + std::string(report.rows == 0 ? "：文件只有表头" : ""),
                "there is no row to import" +
                    std::string(report.rows == 0 ? ": the file is a header alone" : ""));
  }
  return fail("import.refused",
              "有不合格的行，整个文件未导入。改正后再导入，或加 --accept-good 只导入合格的行",
              "some rows are bad, so nothing was imported. Correct them, or give --accept-good to "
              "import the good ones");
}

// Once a file: a code that exists nowhere passes for a division unless there is a table to look in.
void say_unchecked(Environment& environment) {
  environment.err << environment.pick(
                         "提示：没有给出行政区划表，区划代码只查了是否为六位数字，没有查是否存在；"
                         "要查，请加 --divisions 表.csv（含 code、name 两列）",
                         "note: no table of divisions is given, so their codes were checked for "
                         "form alone, not for whether they exist; to check that, add --divisions "
                         "TABLE.csv (with the columns code and name)")
                  << '\n';
}

Result<api::ImportOptions> options_of(const Asked& asked,
                                      std::optional<api::Divisions>& divisions) {
  api::ImportOptions options;
  options.accept_good = asked.accept_good;
  if (!asked.encoding.empty()) {
    auto encoding = api::encoding_from(asked.encoding);
    if (!encoding) return encoding.error();
    options.encoding = *encoding;
  }
  if (!asked.divisions.empty()) {
    auto loaded = api::Divisions::load(asked.divisions);
    if (!loaded) return loaded.error();
    divisions = std::move(*loaded);
    options.divisions = &*divisions;
  }
  return options;
}

// What is not public, as tuple(id, fields…) behind a salted commitment; absent if there is nothing.
std::optional<ledger::Opening> hide(const crypto::SigningSeed& seed, const std::string& id,
                                    std::initializer_list<std::string_view> fields) {
  bool any = false;
  crypto::TupleWriter tuple;
  tuple.item(id);
  for (const std::string_view field : fields) {
    any = any || !field.empty();
    tuple.item(field);
  }
  if (!any) return std::nullopt;
  ledger::Opening opening;
  opening.bytes = tuple.take();
  opening.salt = crypto::derived_salt(seed, "liuhen/import-salt/v1", opening.bytes);
  opening.commitment = crypto::commit(opening.salt, opening.bytes);
  return opening;
}

ReadyRow<schema::SubjectRowT> ready(const crypto::SigningSeed& seed,
                                    const api::SubjectRecord& record) {
  ReadyRow<schema::SubjectRowT> out;
  out.row.id = record.id;
  out.row.kind = static_cast<schema::SubjectKind>(record.kind);
  out.row.division = record.division;
  out.row.industry = record.industry;
  out.row.status = static_cast<schema::SubjectStatus>(record.status);
  const bool person = is_person(record.kind);
  if (!person) {
    out.row.name = record.name;
    out.row.address = record.address;
  }
  out.opening =
      person ? hide(seed, record.id,
                    {record.name, record.address, record.contact_person, record.contact_phone,
                     record.risk_class})
             : hide(seed, record.id,
                    {"", "", record.contact_person, record.contact_phone, record.risk_class});
  return out;
}

ReadyRow<schema::InspectorRowT> ready(const crypto::SigningSeed& seed,
                                      const api::InspectorRecord& record) {
  ReadyRow<schema::InspectorRowT> out;
  out.row.id = record.id;
  out.row.name = record.name;
  out.row.unit = record.unit;
  out.row.qualifications = record.qualifications;
  out.row.status = static_cast<schema::InspectorStatus>(record.status);
  out.opening = hide(seed, record.id, {record.post, record.phone, record.birth_month});
  return out;
}

// Whole file first; then only what differs is signed and sent.
template <class PayloadT, class Record, class RowT>
Outcome import_rows(Session& session, const Asked& asked, const char* registry,
                    Result<api::ImportReport> (*check)(const std::string&,
                                                       const api::ImportOptions&,
                                                       const api::Progress&),
                    Result<api::ImportReport> (*read)(const std::string&, const api::ImportOptions&,
                                                      const std::function<Outcome(const Record&)>&,
                                                      const api::Progress&)) {
  Environment& environment = session.environment();
  std::optional<api::Divisions> divisions;
  auto options = options_of(asked, divisions);
  if (!options) return options.error();
  ProgressLine checking(environment, "检查文件", "checking the file");
  auto report = check(asked.file, *options,
                      [&](std::uint64_t done, std::uint64_t all) { checking(done, all); });
  if (!report) return report.error();
  if (std::is_same_v<Record, api::SubjectRecord> && !divisions) say_unchecked(environment);
  if (auto outcome = say_report(environment, *report, asked); !outcome || asked.check_only)
    return outcome;

  auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->empty())
    return fail("session.key", "请用 --key 给出签名的密钥文件",
                "name the signing key file with --key");
  const crypto::SigningSeed seed = (*keys)->front().key.seed();
  options->expected_sha256 = report->source.sha256;
  ImportRun<PayloadT, RowT> run(session, registry, to_hex(View(report->source.sha256).first(16)));
  if (auto begun = run.begin(); !begun) return begun;
  ProgressLine sending(environment, "导入", "importing");
  std::uint64_t sent = 0;
  auto again = read(asked.file, *options,
                    [&](const Record& record) -> Outcome {
                      sending(++sent, report->good);
                      return run.add(ready(seed, record));
                    },
                    {});
  if (!again) return again.error();
  if (auto ended = run.finish(); !ended) return ended;
  const std::string changed = std::to_string(run.changed()), same = std::to_string(run.unchanged());
  environment.say("已导入：" + changed + " 行有变化，" + same + " 行不变",
                  "imported: " + changed + " rows differed, " + same + " did not");
  return ok();
}

Outcome import_conflicts(Session& session, const Asked& asked) {
  Environment& environment = session.environment();
  std::optional<api::Divisions> divisions;
  auto options = options_of(asked, divisions);
  if (!options) return options.error();
  auto report = api::check_conflicts(asked.file, *options, {});
  if (!report) return report.error();
  if (auto outcome = say_report(environment, *report, asked); !outcome || asked.check_only)
    return outcome;
  auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->empty())
    return fail("session.key", "请用 --key 给出签名的密钥文件",
                "name the signing key file with --key");
  const crypto::SigningSeed seed = (*keys)->front().key.seed();
  auto known = known_conflicts(session);
  if (!known) return known.error();
  auto units = units_of_inspectors(session);
  if (!units) return units.error();
  options->expected_sha256 = report->source.sha256;
  std::uint64_t declared = 0;
  auto again = api::read_conflicts(
      asked.file, *options,
      [&](const api::ConflictRecord& record) -> Outcome {
        const auto unit = units->find(record.inspector);
        if (unit == units->end()) {
          const std::string line = std::to_string(record.line);
          return fail(
              "import.inspector",
              "第 " + line + " 行：检查人员 " + record.inspector + " 不在名录库中，先导入检查人员",
              "line " + line + ": inspector " + record.inspector +
                  " is not in the registry; import the inspectors first");
        }
        ledger::Opening opening;
        opening.bytes = projections::encode(
            {record.subject, record.inspector, std::string(name_zh(record.kind)), record.note});
        opening.salt = crypto::derived_salt(seed, "liuhen/conflict-salt/v1", opening.bytes);
        opening.commitment = crypto::commit(opening.salt, opening.bytes);
        if (known->contains(to_hex(opening.commitment))) return ok();
        schema::ConflictDeclaredT payload;
        payload.commitment.assign(opening.commitment.begin(), opening.commitment.end());
        payload.unit = unit->second;
        auto submitted = session.submit(united(std::move(payload)), {opening});
        if (!submitted) return submitted.error();
        ++declared;
        return ok();
      },
      {});
  if (!again) return again.error();
  environment.say(
      "已申报利益冲突 " + std::to_string(declared) + " 件（内容只以承诺值公开）",
      "declared " + std::to_string(declared) + " conflicts (public by commitment only)");
  return ok();
}

void add_one(Program& program, CLI::App* parent, const std::string& name, const std::string& zh,
             const std::string& en, Outcome (*import)(Session&, const Asked&)) {
  auto asked = std::make_shared<Asked>();
  CLI::App* command = program.command(parent, name, zh, en);
  program.signs(command);
  command
      ->add_option("file", asked->file,
                   program.help("CSV 文件（UTF-8 或 GB18030）", "a CSV file (UTF-8 or GB18030)"))
      ->required();
  command->add_option("--encoding", asked->encoding,
                      program.help("编码，不填则自动识别", "encoding, found out if absent"));
  command->add_option(
      "--divisions", asked->divisions,
      program.help("行政区划表（CSV），用于提示未知或已撤销的代码",
                   "table of divisions (CSV), to warn of unknown or retired codes"));
  command->add_flag("--accept-good", asked->accept_good,
                    program.help("只导入合格的行", "import the good rows although others are bad"));
  command->add_flag("--check", asked->check_only, program.help("只检查，不导入", "check only"));
  program.act(command, [asked, import](Session& session) { return import(session, *asked); });
}

}  // namespace

void add_import_commands(Program& program) {
  CLI::App* parent =
      program.command(&program.app, "import", "从 CSV 导入名录库：先查整个文件，再只签有变化的行",
                      "import registries from CSV: the whole file is checked first, then only what "
                      "differs is signed");
  parent->require_subcommand(1);
  add_one(program, parent, "subjects", "检查对象名录库", "subjects",
          [](Session& session, const Asked& asked) {
            return import_rows<schema::SubjectsImportedT, api::SubjectRecord, schema::SubjectRowT>(
                session, asked, "subjects", &api::check_subjects, &api::read_subjects);
          });
  add_one(program, parent, "inspectors", "执法检查人员名录库", "inspectors",
          [](Session& session, const Asked& asked) {
            return import_rows<schema::InspectorsImportedT, api::InspectorRecord,
                               schema::InspectorRowT>(
                session, asked, "inspectors", &api::check_inspectors, &api::read_inspectors);
          });
  add_one(program, parent, "conflicts", "利益冲突", "conflicts of interest", &import_conflicts);
}

}  // namespace liuhen::tools
