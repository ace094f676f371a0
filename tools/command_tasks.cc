#include "crypto/sha256.h"
#include "projections/result_categories.h"
#include "tools/commands.h"
#include "tools/moment.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

// Every command about a visit says which.
template <class PayloadT>
void names_visit(const Program& program, CLI::App* command, PayloadT& payload) {
  command
      ->add_option("draw", payload.draw,
                   program.help("哪次抽取：计划/次数，如 2026-ND/1",
                                "which draw: PLAN/ATTEMPT, such as 2026-ND/1"))
      ->required();
  command
      ->add_option("visit", payload.visit,
                   program.help("第几户，从 0 起", "number of the visit, from 0"))
      ->required();
}

template <class PayloadT>
void submits(Program& program, CLI::App* command, std::shared_ptr<PayloadT> payload) {
  program.act(command, [payload](Session& session) {
    payload->draw = draw_stream(payload->draw);
    return session.submit_and_say(united(PayloadT(*payload)));
  });
}

// What is not the inspector's own word about himself has to be shown to whoever decides.
Outcome add_evidence(const std::vector<std::string>& files, ledger::schema::RecusalFiledT& filed) {
  if (files.empty() && (filed.ground == "absence" || filed.ground == "party_request")) {
    return fail("recusal.evidence",
                "缺勤或当事人申请须有证据：用 --evidence 给出文件（考勤记录、申请书等），只记录其 "
                "SHA-256",
                "absence and a party's request need evidence: give a file by --evidence (the "
                "attendance record, the request); its SHA-256 is recorded, nothing of it else");
  }
  filed.evidence.clear();
  for (const std::string& path : files) {
    const auto text = read_text(path);
    if (!text) return text.error();
    const Hash hash = crypto::sha256(view_of(*text));
    filed.evidence.insert(filed.evidence.end(), hash.begin(), hash.end());
  }
  return ok();
}

void add_recusals(Program& program) {
  CLI::App* recuse =
      program.command(&program.app, "recuse", "回避：提出、决定", "recusals: file, decide");
  recuse->require_subcommand(1);

  auto filed = std::make_shared<ledger::schema::RecusalFiledT>();
  CLI::App* file = program.command(recuse, "file", "提出回避（检查人员本人，或经办人代为登记）",
                                   "file a recusal (the inspector, or a clerk)");
  program.signs(file);
  names_visit(program, file, *filed);
  file->add_option("--seat", filed->seat, program.help("第几席，从 0 起", "seat, from 0"))
      ->required();
  file->add_option(
          "--ground", filed->ground,
          program.help("事由：kinship 近亲属，employment 曾任职，shareholding 持股，same_address "
                       "同址，party_request 当事人申请，absence 缺勤，other 其他",
                       "ground: kinship, employment, shareholding, same_address, party_request, "
                       "absence, other"))
      ->required();
  auto evidence = std::make_shared<std::vector<std::string>>();
  file->add_option("--evidence", *evidence,
                   program.help("证据文件（可给多个），只记录其 SHA-256；缺勤和当事人申请必须有",
                                "a file of evidence (may be repeated), of which the SHA-256 is "
                                "recorded; absence and a party's request need one"));
  program.act(file, [filed, evidence](Session& session) {
    if (Outcome added = add_evidence(*evidence, *filed); !added) return added;
    filed->draw = draw_stream(filed->draw);
    return session.submit_and_say(united(*filed));
  });

  auto decided = std::make_shared<ledger::schema::RecusalDecidedT>();
  auto refuse = std::make_shared<bool>(false);
  CLI::App* decide =
      program.command(recuse, "decide", "单位负责人决定；涉及本人的由上级决定",
                      "the unit's head decides, or the superior's where the head is concerned");
  program.signs(decide);
  names_visit(program, decide, *decided);
  decide->add_option("--seat", decided->seat, program.help("第几席，从 0 起", "seat, from 0"))
      ->required();
  decide->add_flag("--refuse", *refuse, program.help("驳回", "refuse it"));
  decide->add_option("--reason", decided->reason, program.help("理由", "reason"));
  program.act(decide, [decided, refuse](Session& session) {
    decided->draw = draw_stream(decided->draw);
    decided->approved = !*refuse;
    return session.submit_and_say(united(*decided));
  });
}

void add_teams(Program& program) {
  auto named = std::make_shared<ledger::schema::TeamNamedT>();
  CLI::App* command = program.command(
      &program.app, "name-team", "指派检查人员（只抽检查对象的抽取；经办人和审批人或负责人签名）",
      "name a visit's team, in a draw that drew subjects only (a clerk, and an approver or head, "
      "sign)");
  program.signs(command);
  names_visit(program, command, *named);
  command
      ->add_option("--inspector", named->inspectors,
                   program.help("检查人员编号，按席位次序逐席列出，空席写 \"\"；已有人的席位照列",
                                "inspector ids, one for each seat in order, \"\" for one left "
                                "empty; those that are filled as they are"))
      ->required();
  command->add_option("--reason", named->reason, program.help("为何是他们", "why they go"));
  submits(program, command, named);
}

// "ITEM=3" or "ITEM=3:note".
Result<std::vector<std::unique_ptr<ledger::schema::ItemResultT>>> rows_of(
    const std::vector<std::string>& texts) {
  std::vector<std::unique_ptr<ledger::schema::ItemResultT>> rows;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::size_t colon = text.find(':', equals == std::string::npos ? 0 : equals);
    auto row = std::make_unique<ledger::schema::ItemResultT>();
    unsigned long category = 0;
    if (equals != std::string::npos) {
      category = std::strtoul(
          text.substr(equals + 1, colon == std::string::npos ? colon : colon - equals - 1).c_str(),
          nullptr, 10);
    }
    if (category == 0 || category > 255) {
      return fail("result.row", "“" + text + "” 应写成 事项=类别 或 事项=类别:说明",
                  "'" + text + "' should be ITEM=CATEGORY or ITEM=CATEGORY:NOTE");
    }
    row->item = text.substr(0, equals);
    row->category = static_cast<std::uint8_t>(category);
    if (colon != std::string::npos) row->note = text.substr(colon + 1);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string category_help(Language language) {
  std::string text = language == Language::zh
                         ? "事项=类别[:说明]，每个事项一次。类别："
                         : "ITEM=CATEGORY[:NOTE], once for each item. Categories: ";
  for (const projections::ResultCategory& category : projections::kResultCategories) {
    text += std::to_string(category.code) + " " +
            std::string(language == Language::zh ? category.zh : category.en) + "; ";
  }
  return text;
}

void add_results(Program& program) {
  CLI::App* result = program.command(&program.app, "result", "检查结果：登记、更正、后续处理",
                                     "results: record, correct, follow up");
  result->require_subcommand(1);

  auto recorded = std::make_shared<ledger::schema::ResultRecordedT>();
  auto rows = std::make_shared<std::vector<std::string>>();
  recorded->method = 1;
  CLI::App* record = program.command(result, "record", "登记结果（该户两名执法检查人员签名）",
                                     "record a result (two officers of the visit sign)");
  program.signs(record);
  names_visit(program, record, *recorded);
  record->add_option("--row", *rows, category_help(program.environment.language))->required();
  record
      ->add_option(
          "--method", recorded->method,
          program.help("方式：1 实地，2 书面，3 网络", "method: 1 on site, 2 in writing, 3 online"))
      ->capture_default_str();
  takes_moment(
      record->add_option(
          "--visited-at", recorded->visited_at,
          program.help("检查时间，如 \"2026-12-01 09:00\"（北京时间）或 Unix 秒，不填为现在",
                       "time of the visit, \"2026-12-01 09:00\" (UTC+8) or a Unix "
                       "second; now if absent")),
      program.environment.language);
  program.act(record, [recorded, rows](Session& session) -> Outcome {
    auto parsed = rows_of(*rows);
    if (!parsed) return parsed.error();
    ledger::schema::ResultRecordedT payload;
    payload.draw = draw_stream(recorded->draw);
    payload.visit = recorded->visit;
    payload.method = recorded->method;
    payload.visited_at =
        recorded->visited_at != 0 ? recorded->visited_at : session.environment().clock.now_s();
    payload.rows = std::move(*parsed);
    return session.submit_and_say(united(std::move(payload)));
  });

  auto corrected = std::make_shared<ledger::schema::ResultCorrectedT>();
  CLI::App* correct = program.command(result, "correct", "更正结果（原记录保留）",
                                      "correct a result (the first one stays)");
  program.signs(correct);
  names_visit(program, correct, *corrected);
  correct->add_option("--row", *rows, category_help(program.environment.language))->required();
  correct->add_option("--reason", corrected->reason, program.help("原因", "reason"))->required();
  program.act(correct, [corrected, rows](Session& session) -> Outcome {
    auto parsed = rows_of(*rows);
    if (!parsed) return parsed.error();
    ledger::schema::ResultCorrectedT payload;
    payload.draw = draw_stream(corrected->draw);
    payload.visit = corrected->visit;
    payload.reason = corrected->reason;
    payload.rows = std::move(*parsed);
    return session.submit_and_say(united(std::move(payload)));
  });

  auto followed = std::make_shared<ledger::schema::ResultFollowedUpT>();
  CLI::App* follow =
      program.command(result, "follow-up", "后续：整改、处罚、移交、移送司法",
                      "what followed: rectified, punished, handed over, to the judiciary");
  program.signs(follow);
  names_visit(program, follow, *followed);
  follow
      ->add_option("--kind", followed->kind,
                   program.help("1 已整改，2 已处罚，3 移交有关部门，4 移送司法机关",
                                "1 rectified, 2 punished, 3 to a department, 4 to the judiciary"))
      ->required();
  follow->add_option("--to", followed->to, program.help("移交给谁", "to whom"));
  follow->add_option("--note", followed->note, program.help("说明", "note"));
  submits(program, follow, followed);
}

void add_publications(Program& program) {
  CLI::App* publish =
      program.command(&program.app, "publish", "公示：公开结果，或依法不公开",
                      "publication: publish a result, or withhold it on a legal ground");
  publish->require_subcommand(1);
  auto published = std::make_shared<ledger::schema::ResultPublishedT>();
  CLI::App* result = program.command(publish, "result", "公示结果", "publish a result");
  program.signs(result);
  names_visit(program, result, *published);
  submits(program, result, published);
  auto withheld = std::make_shared<ledger::schema::PublicationWithheldT>();
  CLI::App* withhold = program.command(publish, "withhold", "依法不公开（两人签名）",
                                       "withhold on a legal ground (two sign)");
  program.signs(withhold);
  names_visit(program, withhold, *withheld);
  withhold
      ->add_option("--ground", withheld->ground,
                   program.help("依据：trade_secret 商业秘密，privacy 个人隐私，state_secret "
                                "国家秘密，law 法律规定",
                                "ground: trade_secret, privacy, state_secret, law"))
      ->required();
  submits(program, withhold, withheld);

  CLI::App* objection = program.command(
      &program.app, "objection", "异议：决定（登记用 liuhen submit ObjectionFiled）",
      "objections: decide (file one with liuhen submit ObjectionFiled)");
  auto decided = std::make_shared<ledger::schema::ObjectionDecidedT>();
  program.signs(objection);
  names_visit(program, objection, *decided);
  objection->add_flag("--accept", decided->accepted, program.help("成立", "accept it"));
  objection->add_option("--reason", decided->reason, program.help("理由", "reason"))->required();
  submits(program, objection, decided);
}

}  // namespace

void add_task_commands(Program& program) {
  add_recusals(program);
  add_teams(program);
  add_results(program);
  add_publications(program);
}

}  // namespace liuhen::tools
