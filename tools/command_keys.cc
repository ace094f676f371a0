#include <fstream>
#include <sstream>

#include "projections/keys.h"
#include "tools/commands.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

const std::vector<std::pair<std::string, std::string>>& role_names() {
  static const std::vector<std::pair<std::string, std::string>> names = {
      {"trustee", "受托人"},      {"office", "市推进办"}, {"registrar", "名录库管理员"},
      {"clerk", "经办人"},        {"approver", "审批人"}, {"inspector", "执法检查人员"},
      {"head", "单位负责人"},     {"observer", "见证人"}, {"contributor", "随机数贡献人"},
      {"supervisor", "纪检监察"}, {"platform", "平台"},   {"holder", "份额持有人"}};
  return names;
}

Result<std::uint8_t> role_of(const std::string& name) {
  for (std::uint8_t i = 0; i < role_names().size(); ++i) {
    if (role_names()[i].first == name) return static_cast<std::uint8_t>(i + 1);
  }
  return fail("key.role", "没有名为 “" + name + "” 的角色",
              "there is no role called '" + name + "'");
}

struct NewKey {
  std::string file, person, passphrase_file;
  bool plain = false;
};

Outcome make(Environment& environment, const NewKey& asked) {
  std::optional<std::string> passphrase;
  if (!asked.plain) {
    auto chosen = PassphraseSource{asked.passphrase_file}.choose(
        environment.pick("新密钥的口令：", "passphrase of the new key: "),
        environment.pick("再输入一次：", "the same again: "));
    if (!chosen) return chosen.error();
    passphrase = std::move(*chosen);
  }
  auto made = make_key(asked.file, asked.person, passphrase, environment.entropy);
  if (!made) return made.error();
  environment.say("已生成密钥 " + asked.file + "，公钥 " + to_hex(made->key.public_key()),
                  "made the key " + asked.file + ", public key " + to_hex(made->key.public_key()));
  return ok();
}

struct Request {
  std::string origin, out;
};

// What a person hands to the trustees: the public key, whose it is, and proof that it is held.
Outcome request(Session& session, const Request& asked) {
  auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  const NamedKey& named = (*keys)->front();
  const Signature proof = named.key.sign(
      projections::possession_bytes(asked.origin, named.label, named.key.public_key()));
  const json::value text = {{"origin", asked.origin},
                            {"person", named.label},
                            {"key", to_hex(named.key.public_key())},
                            {"proof", to_hex(proof)}};
  std::ofstream file(asked.out, std::ios::trunc);
  file << json::serialize(text) << '\n';
  if (!file.flush()) return fail("key_file.io", "写不了 " + asked.out, "cannot write " + asked.out);
  session.environment().say("已写出申请 " + asked.out + "，交两位受托人授予",
                            "wrote the request " + asked.out + "; two trustees grant it");
  return ok();
}

struct Grant {
  std::string request, name, department, inspector;
  std::vector<std::string> roles;
  bool outside = false;
};

Outcome grant(Session& session, const Grant& asked) {
  std::ifstream file(asked.request);
  std::stringstream text;
  text << file.rdbuf();
  boost::system::error_code problem;
  const json::value request = json::parse(text.str(), problem);
  if (!file || problem || !request.is_object()) {
    return fail("key.request", "读不懂申请文件 " + asked.request,
                "cannot read the request " + asked.request);
  }
  ledger::schema::KeyGrantedT payload;
  payload.grant = std::make_unique<ledger::schema::KeyGrantT>();
  auto key = from_hex(std::string_view(request.at("key").as_string()));
  auto proof = from_hex(std::string_view(request.at("proof").as_string()));
  if (!key) return key.error();
  if (!proof) return proof.error();
  payload.grant->key = *key;
  payload.grant->proof = *proof;
  payload.grant->person = std::string(request.at("person").as_string());
  payload.grant->name = asked.name;
  payload.grant->department = asked.department;
  payload.grant->inspector = asked.inspector;
  payload.grant->outside = asked.outside;
  for (const std::string& name : asked.roles) {
    auto role = role_of(name);
    if (!role) return role.error();
    payload.grant->roles.push_back(*role);
  }
  return session.submit_and_say(united(std::move(payload)));
}

Outcome revoke(Session& session, const std::string& id, const std::string& reason) {
  auto key = from_hex(id);
  if (!key) return key.error();
  ledger::schema::KeyRevokedT payload;
  payload.key = *key;
  payload.reason = reason;
  return session.submit_and_say(united(std::move(payload)));
}

Outcome list(Session& session) {
  auto keys = session.get("/api/v1/keys");
  if (!keys) return keys.error();
  for (const json::value& row : keys->at("keys").as_array()) {
    session.environment().out << row.at("key").as_string().c_str() << "  "
                              << row.at("person").as_string().c_str() << "  ";
    for (const json::value& role : row.at("roles").as_array())
      session.environment().out << role.as_string().c_str() << ' ';
    session.environment().out << '\n';
  }
  return ok();
}

void add_making(Program& program, CLI::App* key) {
  auto made = std::make_shared<NewKey>();
  CLI::App* create = program.command(key, "new", "生成密钥文件", "make a key file");
  create
      ->add_option("file", made->file,
                   program.help("写到哪个文件（不覆盖）", "file to write (never overwritten)"))
      ->required();
  create
      ->add_option("--person", made->person,
                   program.help("密钥属于谁（人员编号）", "whose it is (person id)"))
      ->required();
  create->add_flag("--no-passphrase", made->plain,
                   program.help("不加密（只用于演示或受保护的机器）",
                                "do not encrypt (for demonstrations or guarded machines)"));
  create->add_option("--passphrase-file", made->passphrase_file,
                     program.help("含口令的文件", "a file that holds the passphrase"));
  create->callback([&program, made] {
    program.action = [&program, made] { return make(program.environment, *made); };
  });

  auto asked = std::make_shared<Request>();
  CLI::App* ask =
      program.command(key, "request", "写出授予申请（公钥和持有证明）",
                      "write a request to be granted (public key and proof of possession)");
  program.signs(ask);
  ask->add_option("--origin", asked->origin,
                  program.help("账本名称（liuhen state log 可见）",
                               "the log's origin (see liuhen state log)"))
      ->required();
  ask->add_option("--out", asked->out, program.help("写到哪个文件", "file to write"))->required();
  program.act(ask, [asked](Session& session) { return request(session, *asked); });
}

void add_granting(Program& program, CLI::App* key) {
  auto asked = std::make_shared<Grant>();
  CLI::App* give = program.command(key, "grant", "授予密钥及角色（两位受托人签名）",
                                   "grant a key and its roles (two trustees sign)");
  program.signs(give);
  give->add_option("request", asked->request, program.help("申请文件", "the request file"))
      ->required();
  give->add_option(
          "--role", asked->roles,
          program.help("角色：", "role: ") +
              [] {
                std::string names;
                for (const auto& [name, zh] : role_names()) names += name + "(" + zh + ") ";
                return names;
              }())
      ->required();
  give->add_option("--name", asked->name, program.help("称呼", "what people call them"));
  give->add_option("--department", asked->department,
                   program.help("所属部门编号；不填为全市", "department id; none: the whole city"));
  give->add_option("--inspector", asked->inspector,
                   program.help("执法证号", "certificate number of an inspector"));
  give->add_flag("--outside", asked->outside,
                 program.help("此人在运营方之外", "the person is outside the operator"));
  program.act(give, [asked](Session& session) { return grant(session, *asked); });

  auto id = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  CLI::App* take = program.command(key, "revoke", "撤销密钥", "revoke a key");
  program.signs(take);
  take->add_option("id", *id, program.help("公钥（十六进制）", "public key (hex)"))->required();
  take->add_option("--reason", *reason, program.help("原因", "reason"))->required();
  program.act(take, [id, reason](Session& session) { return revoke(session, *id, *reason); });
}

}  // namespace

void add_key_commands(Program& program) {
  CLI::App* key = program.command(&program.app, "key", "密钥：生成、申请、授予、撤销、列出",
                                  "keys: make, request, grant, revoke, list");
  key->require_subcommand(1);
  add_making(program, key);
  add_granting(program, key);
  add_log_key_command(program, key);
  CLI::App* all = program.command(key, "list", "列出账本上的密钥", "list the keys in the ledger");
  program.reads(all);
  program.act(all, [](Session& session) { return list(session); });
}

}  // namespace liuhen::tools
