#include <algorithm>
#include <mutex>

#include "api/server/http_server.h"
#include "api/server/witness.h"
#include "crypto/key_file.h"
#include "ledger/guarded_clock.h"
#include "tools/client_limits.h"
#include "tools/commands.h"
#include "tools/on_hangup.h"
#include "tools/print_error.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

struct Asked {
  std::string dir, name, passphrase_file, listen = "127.0.0.1:8081";
  std::vector<std::string> logs;
  bool plain = false;
  api::server::HttpServerOptions http = {};
};

std::string key_path(const Asked& asked) { return asked.dir + "/witness.key"; }

Result<std::vector<crypto::NoteKey>> logs_of(const Asked& asked) {
  std::vector<crypto::NoteKey> logs;
  for (const std::string& vkey : asked.logs) {
    auto key = crypto::parse_vkey(vkey);
    if (!key) return key.error();
    if (key->type != crypto::NoteKeyType::ed25519)
      return fail("note.vkey", "应为日志公钥（类型 0x01）", "it should be a log's key (type 0x01)");
    logs.push_back(std::move(*key));
  }
  return logs;
}

Outcome add_logs(Environment& environment, const Asked& asked) {
  const auto logs = logs_of(asked);
  if (!logs) return logs.error();
  for (const crypto::NoteKey& key : *logs) {
    if (auto added = api::server::WitnessStore::add_log(asked.dir, key); !added) return added;
    environment.say("见证日志：" + key.name, "witnessing the log " + key.name);
  }
  return ok();
}

crypto::NoteKey vkey_of(const std::string& name, const KeyId& key) {
  return {.name = name, .type = crypto::NoteKeyType::cosignature, .key = key};
}
crypto::NoteKey own_key(const NamedKey& named) {
  return vkey_of(named.label, named.key.public_key());
}

Outcome init(Environment& environment, const Asked& asked) {
  if (!crypto::is_note_name(asked.name))
    return fail("witness.name", "见证人名称不可为空，不可含空白和 +：" + asked.name,
                "a witness's name is not empty and has neither white space nor +: " + asked.name);
  if (auto logs = logs_of(asked); !logs) return logs.error();
  std::optional<std::string> passphrase;
  if (!asked.plain) {
    auto chosen = PassphraseSource{asked.passphrase_file}.choose(
        environment.pick("见证人密钥的口令：", "passphrase of the witness's key: "),
        environment.pick("再输入一次：", "the same again: "));
    if (!chosen) return chosen.error();
    passphrase = std::move(*chosen);
  }
  if (auto made = api::server::WitnessStore::make(asked.dir); !made) return made;
  auto added = add_logs(environment, asked);
  auto key = added ? make_key(key_path(asked), asked.name, passphrase, environment.entropy)
                   : Result<NamedKey>(added.error());
  if (!key) {
    api::server::WitnessStore::undo_make(asked.dir);
    return key.error();
  }
  environment.say("见证人已建立：" + asked.dir + "\n见证公钥：" + own_key(*key).vkey(),
                  "the witness is ready: " + asked.dir + "\nverifier key: " + own_key(*key).vkey());
  return ok();
}

Result<NamedKey> read_own(const Asked& asked) {
  return read_key(key_path(asked), PassphraseSource{asked.passphrase_file});
}

// Until SIGINT or SIGTERM, which let requests under way be answered first.
Outcome serve(Environment& environment, const Asked& asked) {
  auto key = read_own(asked);
  if (!key) return key.error();
  auto store = api::server::WitnessStore::open(asked.dir, own_key(*key));
  if (!store) return store.error();
  std::mutex said;  // lines are whole
  ledger::GuardedClock clock(environment.clock);
  api::server::Witness witness(key->label, key->key, clock, **store, [&](const Error& alarm) {
    const std::lock_guard lock(said);
    environment.err << environment.pick("警报", "alarm") << " [" << alarm.code << "] "
                    << environment.pick(alarm.zh, alarm.en) << std::endl;
  });
  api::server::HttpServerOptions http = asked.http;
  http.listen = asked.listen;
  http.signals = true;
  http.on_hangup =
      on_hangup(environment, "见证人没有什么要重新读取", "a witness has nothing to read again");
  http.on_stuck = [&environment] { print_error(environment, api::server::stop_stuck()); };
  fit_burst(http);
  http.body_bytes_max = ledger::kWitnessBodyBytesMax;
  api::server::Site site;
  site.handle = [&witness](const api::Request& request) { return witness.handle(request); };
  auto server = api::server::HttpServer::open(http, site);
  if (!server) return server.error();
  const std::string url = "http://" + asked.listen.substr(0, asked.listen.rfind(':')) + ":" +
                          std::to_string((*server)->port()) + "/";
  const std::string logs = std::to_string((*store)->logs().size());
  environment.say("见证人已启动：" + url + "，见证 " + logs + " 个日志（Ctrl-C 停止）",
                  "the witness serves at " + url + ", for " + logs + " logs (Ctrl-C stops)");
  environment.out << std::flush;
  (*server)->run();
  return ok();
}

void add_common(Program& program, CLI::App* command, Asked& asked) {
  command->add_option("--dir", asked.dir, program.help("见证人目录", "the witness's directory"))
      ->required();
}

void add_passphrase(Program& program, CLI::App* command, Asked& asked) {
  command->add_option(
      "--passphrase-file", asked.passphrase_file,
      program.help("见证人密钥口令文件", "file with the passphrase of the witness's key"));
}

void act(Program& program, CLI::App* command, std::function<Outcome()> what) {
  command->callback([&program, what = std::move(what)] { program.action = what; });
}

}  // namespace

void add_witness_commands(Program& program) {
  Environment& environment = program.environment;
  CLI::App* group = program.command(
      &program.app, "witness", "独立见证：建立、启动见证人，列出其公钥和所见证的日志",
      "an independent witness: make and run one, its key, the logs that it holds to one history");
  group->require_subcommand(1);
  auto asked = std::make_shared<Asked>();

  CLI::App* making = program.command(group, "init", "建立见证人：目录、密钥、所见证的日志",
                                     "make a witness: directory, key, logs");
  add_common(program, making, *asked);
  add_passphrase(program, making, *asked);
  making
      ->add_option("--name", asked->name,
                   program.help("见证人名称，如 audit.example/witness",
                                "the witness's name, such as audit.example/witness"))
      ->required();
  making->add_option(
      "--log", asked->logs,
      program.help("所见证日志的公钥（可多次）", "a log's verifier key (repeatable)"));
  making->add_flag("--no-passphrase", asked->plain,
                   program.help("密钥不加密", "do not encrypt the key"));
  act(program, making, [&environment, asked] { return init(environment, *asked); });

  CLI::App* adding = program.command(group, "add-log", "再见证一个日志（须先停止见证人）",
                                     "witness one more log (stop the witness first)");
  add_common(program, adding, *asked);
  adding->add_option("log", asked->logs, program.help("日志公钥", "the log's verifier key"))
      ->required();
  act(program, adding, [&environment, asked] { return add_logs(environment, *asked); });

  CLI::App* serving = program.command(group, "serve", "启动见证人", "run the witness over HTTP");
  add_common(program, serving, *asked);
  add_passphrase(program, serving, *asked);
  serving->add_option("--listen", asked->listen, program.help("监听地址", "address to listen on"))
      ->capture_default_str();
  add_client_limits(program, serving, asked->http);
  act(program, serving, [&environment, asked] { return serve(environment, *asked); });

  CLI::App* showing =
      program.command(group, "vkey", "显示见证公钥", "show the witness's verifier key");
  add_common(program, showing, *asked);
  act(program, showing, [&environment, asked]() -> Outcome {  // needs no passphrase
    const auto text = read_text(key_path(*asked));
    if (!text) return text.error();
    const auto file = crypto::KeyFile::parse(view_of(*text));
    if (!file) return file.error();
    environment.out << vkey_of(file->label(), file->public_key()).vkey() << '\n';
    return ok();
  });
}

}  // namespace liuhen::tools
