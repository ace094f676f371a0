#include <algorithm>

#include "crypto/commitment.h"
#include "projections/inspectors.h"
#include "projections/pool_openings.h"
#include "tools/commands.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

struct Declaration {
  projections::ConflictContent content;
  std::string unit, out;
};

Outcome declare(Session& session, const Declaration& asked) {
  ledger::Opening opening;
  session.environment().entropy.fill(opening.salt);
  opening.bytes = projections::encode(asked.content);
  opening.commitment = crypto::commit(opening.salt, opening.bytes);
  ledger::schema::ConflictDeclaredT payload;
  payload.commitment.assign(opening.commitment.begin(), opening.commitment.end());
  payload.unit = asked.unit;
  if (!asked.out.empty()) {
    const auto written = write_secret_file(asked.out, projections::format_pool_openings({opening}));
    if (!written) return written;
  }
  const std::string name = to_hex(opening.commitment);
  session.environment().say("承诺值 " + name + "（决定时使用）",
                            "commitment " + name + " (names it when it is decided)");
  return session.submit_and_say(united(std::move(payload)), {opening});
}

// What the head is about to decide on, out of the file that whoever declared it gave him.
Outcome say_content(const Environment& environment, const Bytes& commitment,
                    const std::string& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  const auto openings = projections::parse_pool_openings(*text);
  if (!openings) return openings.error();
  const auto found = std::ranges::find_if(*openings, [&](const ledger::Opening& opening) {
    return std::ranges::equal(opening.commitment, commitment);
  });
  if (found == openings->end()) {
    return fail("openings.absent", file + " 中没有能打开承诺 " + to_hex(commitment) + " 的内容",
                "nothing in " + file + " opens the commitment " + to_hex(commitment));
  }
  const auto content = projections::decode_conflict(found->bytes);
  if (!content) return content.error();
  const auto& [subject, inspector, kind, evidence] = *content;
  environment.say("检查对象 " + subject + "，检查人员 " + inspector + "，关系 " + kind +
                      (evidence.empty() ? "" : "，依据 " + evidence),
                  "subject " + subject + ", inspector " + inspector + ", kind " + kind +
                      (evidence.empty() ? "" : ", evidence " + evidence));
  return ok();
}

}  // namespace

void add_conflict_commands(Program& program) {
  CLI::App* conflict =
      program.command(&program.app, "conflict", "利益冲突：申报、决定、终止（内容只以承诺值公开）",
                      "conflicts of interest: declare, decide, end (public by commitment only)");
  conflict->require_subcommand(1);
  auto asked = std::make_shared<Declaration>();
  CLI::App* declaring = program.command(conflict, "declare", "申报", "declare");
  program.signs(declaring);
  declaring
      ->add_option("--subject", asked->content.subject, program.help("检查对象编号", "subject id"))
      ->required();
  declaring
      ->add_option("--inspector", asked->content.inspector,
                   program.help("执法证号", "inspector's certificate number"))
      ->required();
  declaring->add_option("--kind", asked->content.kind, program.help("关系", "kind"))->required();
  declaring->add_option("--evidence", asked->content.evidence,
                        program.help("证据说明或哈希", "evidence, or its hash"));
  declaring
      ->add_option("--unit", asked->unit, program.help("检查人员所在单位", "the inspector's unit"))
      ->required();
  declaring->add_option("--out", asked->out,
                        program.help("把内容另存一份，交负责人决定时核对，或日后补交：请勿外传",
                                     "keep the content in a file too, for the head who decides, or "
                                     "to be handed in later: secret"));
  program.act(declaring, [asked](Session& session) { return declare(session, *asked); });

  auto name = std::make_shared<std::string>();
  auto decided = std::make_shared<ledger::schema::ConflictDecidedT>();
  auto refuse = std::make_shared<bool>(false);
  CLI::App* deciding =
      program.command(conflict, "decide", "单位负责人决定", "the unit's head decides");
  program.signs(deciding);
  deciding->add_option("commitment", *name, program.help("承诺值", "commitment"))->required();
  deciding->add_flag("--refuse", *refuse, program.help("不成立", "refuse it"));
  deciding->add_option("--reason", decided->reason, program.help("理由", "reason"));
  auto openings = std::make_shared<std::string>();
  deciding->add_option("--openings", *openings,
                       program.help("申报人交来的内容文件（declare --out 所写）：先核对承诺并显示",
                                    "the file of content from whoever declared it (written by "
                                    "declare --out): held against the commitment, and shown"));
  program.act(deciding, [name, decided, refuse, openings](Session& session) -> Outcome {
    auto bytes = from_hex(*name);
    if (!bytes) return bytes.error();
    if (!openings->empty()) {
      if (auto said = say_content(session.environment(), *bytes, *openings); !said) return said;
    }
    decided->commitment = *bytes;
    decided->approved = !*refuse;
    return session.submit_and_say(united(*decided));
  });

  auto ended = std::make_shared<ledger::schema::ConflictEndedT>();
  CLI::App* ending =
      program.command(conflict, "end", "单位负责人终止：此后取定的名录不再计入",
                      "the unit's head ends it: pools taken from then on do without it");
  program.signs(ending);
  ending->add_option("commitment", *name, program.help("承诺值", "commitment"))->required();
  ending->add_option("--reason", ended->reason, program.help("理由", "reason"))->required();
  program.act(ending, [name, ended](Session& session) -> Outcome {
    auto bytes = from_hex(*name);
    if (!bytes) return bytes.error();
    ended->commitment = *bytes;
    return session.submit_and_say(united(*ended));
  });
}

}  // namespace liuhen::tools
