#include <map>

#include "crypto/sha256.h"
#include "ledger/describe.h"
#include "ledger/intent.h"
#include "projections/calendar.h"
#include "tools/commands.h"
#include "tools/payload_json.h"
#include "tools/payload_words.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

// Public key in hex → person, as the service lists them.
Result<std::map<std::string, std::string>> persons(Session& session) {
  auto listed = session.get("/api/v1/keys");
  if (!listed) return listed.error();
  std::map<std::string, std::string> out;
  for (const json::value& row : listed->at("keys").as_array())
    out[std::string(row.at("key").as_string())] = std::string(row.at("person").as_string());
  return out;
}

// What waits, in a few lines: kind, id, who has signed and who has not, until when.
Outcome say_pending(Session& session, const json::value& row,
                    const std::map<std::string, std::string>& names) {
  const Environment& environment = session.environment();
  auto bytes = from_base64(std::string_view(row.at("intent").as_string()));
  if (!bytes) return bytes.error();
  auto view = ledger::IntentView::parse(*bytes);
  if (!view) return view.error();
  std::string signers;
  for (std::size_t i = 0; i < view->author_count(); ++i) {
    const std::string key = to_hex(view->author(i));
    bool missing = false;
    for (const json::value& one : row.at("missing").as_array())
      missing = missing || std::string_view(one.as_string()) == key;
    const auto name = names.find(key);
    if (i > 0) signers += environment.pick("，", ", ");
    signers += name == names.end() ? key : name->second;
    signers += missing ? environment.pick("（待签）", " (still to sign)")
                       : environment.pick("（已签）", " (has signed)");
  }
  const std::string end = projections::time_en(row.at("expires").to_number<std::uint64_t>());
  environment.say(payload_words(environment, view->tag()), payload_words(environment, view->tag()));
  environment.say("  编号 " + std::string(row.at("intent_hash").as_string()),
                  "  id " + std::string(row.at("intent_hash").as_string()));
  environment.say("  签名人 " + signers, "  signed by " + signers);
  environment.say("  有效至 " + end, "  valid until " + end);
  return ok();
}

Outcome show_pending(Session& session) {
  auto names = persons(session);
  if (!names) return names.error();
  std::string after;
  std::size_t count = 0;
  for (bool more = true; more;) {
    auto page = session.get("/api/v1/pending?limit=1000&after=" + after);
    if (!page) return page.error();
    const json::array& rows = page->at("pending").as_array();
    for (const json::value& row : rows) {
      if (auto said = say_pending(session, row, *names); !said) return said;
      after = std::string(row.at("intent_hash").as_string());
    }
    count += rows.size();
    const json::value* following = page->as_object().if_contains("more");
    more = following != nullptr && following->as_bool() && !rows.empty();
  }
  session.environment().say(
      "待第二人签名 " + std::to_string(count) + " 件；看内容并签名：liuhen sign 编号",
      std::to_string(count) +
          " waiting for a second signature; to read and sign one: liuhen "
          "sign ID");
  return ok();
}

// What is signed only where witnesses have seen what it answers to: by these commands, which ask.
Outcome check_not_witnessed(ledger::PayloadTag tag) {
  static const std::map<ledger::PayloadTag, std::string> kCommands{
      {ledger::PayloadTag::DrawCommitted, "liuhen draw commit"},
      {ledger::PayloadTag::DrawRevealed, "liuhen draw reveal"},
      {ledger::PayloadTag::VrfShareConfirmed, "liuhen vrf confirm"}};
  const auto own = kCommands.find(tag);
  if (own == kCommands.end()) return ok();
  return fail("submit.witnessed", "请用 " + own->second + "：它先等您信任的见证人联署，再签名",
              "use " + own->second + ", which waits for the witnesses you trust before it signs");
}

// What the bytes say is worked out here, from the bytes that will be signed, not taken from the
// service.
Outcome sign_pending(Session& session, const std::string& hash, bool yes) {
  auto pending = session.get("/api/v1/pending/" + segment(hash));
  if (!pending) return pending.error();
  auto intent = from_base64(std::string_view(pending->at("intent").as_string()));
  if (!intent) return intent.error();
  if (to_hex(crypto::sha256(*intent)) != hash) {
    return fail("sign.other_bytes", "服务给出的字节不是所要的那份意图：不签名",
                "the service's bytes are not the intent asked for: not signing");
  }
  auto view = ledger::IntentView::parse(*intent);
  if (!view) return view.error();
  if (auto good = check_not_witnessed(view->tag()); !good) return good;
  auto keys = session.keys();
  if (!keys) return keys.error();
  for (const NamedKey& named : **keys) {
    const std::string key = to_hex(named.key.public_key());
    for (const json::value& signer : pending->at("signed").as_array()) {
      if (std::string_view(signer.as_string()) == key)
        return fail("sign.already", named.label + " 已经签过：等的是另一位签名人",
                    named.label + " has signed already: it waits for the other signer");
    }
  }
  auto names = persons(session);
  if (!names) return names.error();
  if (auto said = say_pending(session, *pending, *names); !said) return said;
  session.environment().say("将要签名的内容（由字节本身译出）：",
                            "what you are about to sign (read from the bytes themselves):");
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
    if (auto good = check_not_witnessed(payload->type); !good) return good;
    return session.submit_and_say(std::move(*payload));
  });

  CLI::App* pending = program.command(&program.app, "pending", "列出待第二人签名的意图",
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
