#include "crypto/sha256.h"
#include "ledger/describe.h"
#include "ledger/intent.h"
#include "tools/commands.h"
#include "tools/payload_json.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

Outcome show_pending(Session& session) {
  auto pending = session.get("/api/v1/pending");
  if (!pending) return pending.error();
  const json::array& rows = pending->at("pending").as_array();
  session.environment().say("待第二人签名 " + std::to_string(rows.size()) + " 件",
                            std::to_string(rows.size()) + " waiting for a second signature");
  for (const json::value& row : rows) {
    session.environment().out << json::serialize(row) << '\n';
  }
  return ok();
}

// What the bytes say is worked out here, from the bytes that will be signed, not taken from the
// service.
Outcome sign_pending(Session& session, const std::string& hash, bool yes) {
  auto pending = session.get("/api/v1/pending/" + segment(hash));
  if (!pending) return pending.error();
  auto intent = from_base64(std::string_view(pending->at("intent").as_string()));
  if (!intent) return intent.error();
  if (to_hex(crypto::sha256(*intent)) != hash) {
    return fail("sign.other_bytes", "服务给出的字节不是所要的那份意向：不签名",
                "the service's bytes are not the intent asked for: not signing");
  }
  auto view = ledger::IntentView::parse(*intent);
  if (!view) return view.error();
  session.environment().say("将要签名的内容：", "what you are about to sign:");
  session.environment().out << ledger::describe_json(*view) << '\n';
  if (!yes) {
    session.environment().out << session.environment().pick("签名吗？输入 yes：",
                                                            "sign it? type yes: ")
                              << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "yes") return fail("sign.declined", "没有签名", "not signed");
  }
  auto sent = session.send(*intent, {});
  if (!sent) return sent.error();
  session.environment().say(
      sent->waiting ? "已签名，仍在等待" : "已记入，位置 " + std::to_string(sent->position),
      sent->waiting ? "signed, still waiting"
                    : "recorded at position " + std::to_string(sent->position));
  return ok();
}

}  // namespace

void add_signing_commands(Program& program) {
  auto kind = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  CLI::App* submit = program.command(&program.app, "submit", "按 JSON 文件提交任一种事件",
                                     "submit an event of any kind from a JSON file");
  program.signs(submit);
  submit
      ->add_option(
          "kind", *kind,
          program.help("事件种类，如 EvidenceAttached", "kind of event, such as EvidenceAttached"))
      ->required();
  submit
      ->add_option("file", *file,
                   program.help("JSON 文件，- 为标准输入", "a JSON file, - for standard input"))
      ->required();
  program.act(submit, [kind, file](Session& session) -> Outcome {
    auto text = read_text(*file);
    if (!text) return text.error();
    auto payload = payload_from_json(*kind, *text);
    if (!payload) return payload.error();
    return session.submit_and_say(std::move(*payload));
  });

  CLI::App* pending = program.command(&program.app, "pending", "列出待第二人签名的意向",
                                      "list what waits for a second signature");
  program.reads(pending);
  program.act(pending, [](Session& session) { return show_pending(session); });

  auto hash = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* sign = program.command(&program.app, "sign", "作为第二人签名：先看内容，再签",
                                   "sign as the second person: read it first");
  program.signs(sign);
  sign->add_option("id", *hash,
                   program.help("编号（见 liuhen pending）", "its id (see liuhen pending)"))
      ->required();
  sign->add_flag("--yes", *yes, program.help("不再询问", "do not ask"));
  program.act(sign, [hash, yes](Session& session) { return sign_pending(session, *hash, *yes); });
}

}  // namespace liuhen::tools
