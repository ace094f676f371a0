#include <sodium.h>
#include <unistd.h>

#include "api/server/control.h"
#include "api/server/draw_qr.h"
#include "api/server/http_server.h"
#include "api/server/service.h"
#include "api/server/site.h"
#include "api/server/tls_certificate.h"
#include "crypto/vrf.h"
#include "ledger/guarded_clock.h"
#include "projections/keys.h"
#include "tools/client_limits.h"
#include "tools/commands.h"
#include "tools/on_hangup.h"
#include "tools/policy_warning.h"
#include "tools/print_error.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

struct Init {
  std::string origin, city, division, passphrase_file;
  bool plain = false;
};

std::unique_ptr<ledger::schema::KeyGrantT> grant_of(const Init& asked, const std::string& person,
                                                    const NamedKey& named,
                                                    ledger::schema::Role role) {
  auto grant = std::make_unique<ledger::schema::KeyGrantT>();
  const KeyId& id = named.key.public_key();
  grant->key.assign(id.begin(), id.end());
  grant->person = person;
  grant->roles = {static_cast<std::uint8_t>(role)};
  const Signature proof = named.key.sign(projections::possession_bytes(asked.origin, person, id));
  grant->proof.assign(proof.begin(), proof.end());
  return grant;
}

// The first two entries: the genesis, by two trustees, and the platform's VRF key.
Outcome write_genesis(Session& session, const Init& asked, const PassphraseSource& passphrase) {
  const std::string keys = session.target().dir + "/keys/";
  auto platform = read_key(keys + "platform.key", passphrase);
  if (!platform) return platform.error();
  auto vrf = read_key(keys + "vrf.key", passphrase);
  if (!vrf) return vrf.error();
  auto log = read_key(keys + "log.key", passphrase);
  if (!log) return log.error();
  auto trustees = session.keys();
  if (!trustees) return trustees.error();

  ledger::schema::GenesisT genesis;
  genesis.city = asked.city;
  genesis.division = asked.division;
  genesis.log_key.assign(log->key.public_key().begin(), log->key.public_key().end());
  for (auto& permission : projections::default_permissions()) {
    genesis.permissions.push_back(std::make_unique<ledger::schema::PermissionT>(permission));
  }
  for (std::size_t i = 0; i < (*trustees)->size(); ++i) {
    genesis.keys.push_back(
        grant_of(asked, (**trustees)[i].label, (**trustees)[i], ledger::schema::Role::trustee));
    genesis.keys.back()->outside = i > 0;  // the first is the operator's own, the others are not
  }
  genesis.keys.push_back(grant_of(asked, "platform", *platform, ledger::schema::Role::platform));
  if (auto outcome = session.submit_and_say(united(std::move(genesis))); !outcome) return outcome;

  ledger::schema::VrfKeyRegisteredT registered;
  registered.key.assign(vrf->key.public_key().begin(), vrf->key.public_key().end());
  const auto proof = crypto::vrf::prove(
      vrf->key.seed(), projections::vrf_possession_bytes(asked.origin, vrf->key.public_key()));
  registered.proof.assign(proof.begin(), proof.end());
  auto connection = session.connection();
  if (!connection) return connection.error();
  Environment same{.language = session.environment().language,
                   .out = session.environment().out,
                   .err = session.environment().err,
                   .clock = session.environment().clock,
                   .entropy = session.environment().entropy,
                   .connection = *connection};
  Session second(same, session.target());
  second.add_key(std::move(*platform));
  const NamedKey& trustee = (*trustees)->front();
  second.add_key({trustee.label, crypto::SigningKey(trustee.key.seed())});
  return second.submit_and_say(united(std::move(registered)));
}

Outcome init(Environment& environment, const Target& target, const Init& asked) {
  if (target.keys.size() < 2) {
    return fail("init.trustees", "须有两位受托人的密钥：--key 甲 --key 乙（乙在运营方之外）",
                "two trustees' keys are needed: --key A --key B (B is outside the operator)");
  }
  Target local = target;
  local.url.clear();
  local.platform_passphrase = PassphraseSource{asked.passphrase_file};
  // Before anything is made: a wrong passphrase must not leave half a ledger.
  std::vector<NamedKey> trustees;
  for (const std::string& path : target.keys) {
    auto key = read_key(path, target.passphrase);
    if (!key) return key.error();
    trustees.push_back(std::move(*key));
  }
  api::server::InitOptions options{.dir = target.dir, .origin = asked.origin, .passphrase = {}};
  if (!asked.plain) {
    auto text = local.platform_passphrase.choose(
        environment.pick("平台密钥的口令：", "passphrase of the platform's keys: "),
        environment.pick("再输入一次：", "the same again: "));
    if (!text) return text.error();
    options.passphrase = *text;
    local.platform_passphrase.remember(*text);
    sodium_memzero(text->data(), text->size());
  }
  auto made = api::server::init(options);
  if (!made) return made.error();
  sodium_memzero(options.passphrase.data(), options.passphrase.size());
  Outcome founded = ok();
  {
    Session session(environment, local);
    for (NamedKey& key : trustees) session.add_key(std::move(key));
    founded = write_genesis(session, asked, local.platform_passphrase);
  }
  if (!founded) {
    api::server::undo_init(target.dir);  // half a ledger would only be in the way
    return founded;
  }
  environment.say("账本已建立：" + target.dir + "\n验证公钥：" + made->log_vkey,
                  "the ledger is ready: " + target.dir + "\nverifier key: " + made->log_vkey);
  return ok();
}

// What the owner of the directory may ask: {"act": "backup", "to": "/…", "keep": n}.
Result<boost::json::object> control(api::server::Service& service,
                                    const boost::json::object& request,
                                    const api::server::ControlProgress& progress) {
  const auto field = [&](const char* name) {
    const boost::json::value* value = request.if_contains(name);
    return value == nullptr ? boost::json::value() : *value;
  };
  if (field("act") != "backup" || !field("to").is_string() || !field("keep").is_int64()) {
    return fail("control.request", "看不懂这个请求；客户端与服务的版本是否一致？",
                "this request makes no sense; are client and service of one version?");
  }
  const auto made = service.back_up(std::string(field("to").get_string()),
                                    static_cast<unsigned>(field("keep").get_int64()), progress);
  if (!made) return made.error();
  boost::json::object done{{"number", made->number}, {"size", made->size}};
  if (made->unpurged)
    done["unpurged"] = {
        {"code", made->unpurged->code}, {"zh", made->unpurged->zh}, {"en", made->unpurged->en}};
  return done;
}

struct Serve {
  api::server::HttpServerOptions http;
  api::server::Rate author_rate = {api::kAuthorPerS, api::kAuthorBurst};
  std::string certificate_file, key_file, log;
  std::string policy_file;  // which witnesses are asked; empty: nobody
  std::string ca_file;      // that vouches for those with https; empty: what the system trusts
  std::string public_url;   // where readers find the service; empty: nobody says
};

void reload(Environment& environment, api::server::TlsCertificate& certificate) {
  const Outcome reloaded = certificate.reload();
  if (reloaded) {
    environment.say("已换用新的证书", "the certificate was read again");
  } else {
    environment.say("证书没有更换：" + reloaded.error().zh,
                    "the certificate was left as it was: " + reloaded.error().en);
  }
  environment.out << std::flush;
}

Outcome load_certificate(Environment& environment, Serve& asked) {
  if (asked.certificate_file.empty() != asked.key_file.empty()) {
    return fail("serve.tls", "--tls-cert 与 --tls-key 要一起给",
                "--tls-cert and --tls-key go together");
  }
  if (asked.certificate_file.empty()) {
    asked.http.on_hangup = on_hangup(environment, "没有证书可以重新读取",
                                     "without a certificate there is nothing to read again");
    return ok();
  }
  auto certificate = api::server::TlsCertificate::load(asked.certificate_file, asked.key_file);
  if (!certificate) return certificate.error();
  asked.http.certificate = *certificate;
  asked.http.on_hangup = [&environment, kept = *certificate] { reload(environment, *kept); };
  return ok();
}

// Where the service says what it does: none, a file, or standard error. Left open, it is standard
// error where no person is looking at it.
Result<std::unique_ptr<api::server::JsonLog>> open_log(const std::string& asked,
                                                       ledger::Clock& clock) {
  const bool nowhere = asked == "none" || (asked.empty() && ::isatty(STDERR_FILENO) == 1);
  if (nowhere) return std::unique_ptr<api::server::JsonLog>();
  return api::server::JsonLog::open(asked.empty() ? "-" : asked, clock);
}

// No reason not to serve.
void say_no_control(Environment& environment, api::server::JsonLog* log, const Error& why) {
  environment.err << environment.pick("本次运行期间不能备份：" + why.zh + "；排除后请重新启动服务",
                                      "no backups while it runs: " + why.en +
                                          "; start it again once that is over")
                  << std::endl;
  if (log != nullptr)
    log->write(api::server::Severity::warning, "no_control",
               {{"code", why.code}, {"detail", why.en}});
}

// Until SIGINT or SIGTERM, which let what was accepted be answered first.
Outcome serve(Environment& environment, const Target& target, Serve asked) {
  // Before a replay that may take minutes, and before anything is said of serving.
  if (Outcome free = api::server::HttpServer::check_listen(asked.http.listen); !free) return free;
  fit_burst(asked.http);
  asked.author_rate.burst = burst_of(asked.author_rate.per_s, api::kAuthorBurst, api::kAuthorPerS);
  if (Outcome loaded = load_certificate(environment, asked); !loaded) return loaded;
  const auto log = open_log(asked.log, environment.clock);
  if (!log) return log.error();
  ledger::GuardedClock clock(environment.clock);
  api::server::ServiceOptions options;
  options.clock = &clock;
  options.log = log->get();
  options.author_rate = asked.author_rate;
  options.publishing.ca_file = asked.ca_file;
  if (!asked.public_url.empty()) {
    if (Outcome good = api::server::check_public_url(asked.public_url); !good) return good;
  }
  options.public_url = asked.public_url;
  if (!asked.policy_file.empty()) {
    const auto text = read_text(asked.policy_file);
    if (!text) return text.error();
    auto parsed = crypto::Policy::parse(*text);
    if (!parsed) return parsed.error();
    environment.err << policy_warning(*parsed, environment.language == Language::zh);
    options.policy = std::move(*parsed);
  }
  auto service = open_directory(environment, target, std::move(options));
  if (!service) return service.error();
  asked.http.on_stuck = [&environment] { print_error(environment, api::server::stop_stuck()); };
  auto server = api::server::HttpServer::open(asked.http, api::server::site_of(**service));
  if (!server) return server.error();
  const auto owner = api::server::Control::open(
      target.dir, environment.entropy, [&service](const auto& request, const auto& progress) {
        return control(**service, request, progress);
      });
  if (!owner) say_no_control(environment, log->get(), owner.error());
  const std::string& listen = asked.http.listen;
  const std::string url = (asked.http.certificate ? "https://" : "http://") +
                          listen.substr(0, listen.rfind(':')) + ":" +
                          std::to_string((*server)->port()) + "/";
  environment.say("服务已启动：" + url + "（Ctrl-C 停止）",
                  "serving at " + url + " (Ctrl-C stops)");
  environment.out << std::flush;
  if (const auto why = (*service)->stopped()) print_error(environment, *why);
  (*server)->run();
  environment.say("正在停止…", "stopping…");
  (*service)->stop();
  return ok();
}

}  // namespace

void add_ledger_commands(Program& program) {
  auto asked = std::make_shared<Init>();
  CLI::App* making = program.command(&program.app, "init", "建立账本：目录、平台密钥、创世事件",
                                     "create a ledger: directory, platform keys, genesis");
  making->add_option("--dir", program.target.dir, program.help("新目录", "a new directory"))
      ->required();
  making
      ->add_option("--key", program.target.keys,
                   program.help("受托人密钥文件，至少两个；第一个属运营方，其余在其外",
                                "trustees' key files, two at least; the first is the operator's, "
                                "the others are outside"))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required();
  making
      ->add_option("--origin", asked->origin,
                   program.help("账本名称，如 qingdao.example/liuhen",
                                "log origin, such as qingdao.example/liuhen"))
      ->required();
  making->add_option("--city", asked->city, program.help("城市", "city"))->required();
  making
      ->add_option("--division", asked->division,
                   program.help("行政区划代码（六位）", "division code, six digits"))
      ->required();
  making->add_flag("--no-passphrase", asked->plain,
                   program.help("平台密钥不加密", "do not encrypt the platform's keys"));
  making->add_option(
      "--platform-passphrase-file", asked->passphrase_file,
      program.help("平台密钥口令文件", "file with the passphrase of the platform's keys"));
  making->add_option(
      "--passphrase-file", program.target.passphrase.file,
      program.help("受托人密钥口令文件", "file with the passphrase of the trustees' keys"));
  making->callback([&program, asked] {
    program.action = [&program, asked] {
      return init(program.environment, program.target, *asked);
    };
  });

  auto serving_as = std::make_shared<Serve>();
  serving_as->http.signals = true;
  CLI::App* serving =
      program.command(&program.app, "serve", "启动服务", "serve the ledger over HTTP");
  serving
      ->add_option("--dir", program.target.dir, program.help("账本目录", "the ledger's directory"))
      ->required();
  serving
      ->add_option("--listen", serving_as->http.listen,
                   program.help("监听地址", "address to listen on"))
      ->capture_default_str();
  serving->add_option("--tls-cert", serving_as->certificate_file,
                      program.help("TLS 证书文件（PEM，含中间证书）；SIGHUP 时重新读取",
                                   "TLS certificate file (PEM, with the chain below it); read "
                                   "again on SIGHUP"));
  serving->add_option(
      "--tls-key", serving_as->key_file,
      program.help("TLS 私钥文件（PEM，无口令）", "TLS key file (PEM, without a passphrase)"));
  add_client_limits(program, serving, serving_as->http);
  serving
      ->add_option("--author-rate", serving_as->author_rate.per_s,
                   program.help("每个密钥每秒至多签多少意图，歇过之后至多一次 10 秒的量；0 为不限",
                                "intents a second signed with one key, and after a rest those of "
                                "10 seconds at once; 0: any number"))
      ->capture_default_str();
  serving->add_option(
      "--passphrase-file", program.target.passphrase.file,
      program.help("平台密钥口令文件", "file with the passphrase of the platform's keys"));
  serving->add_option("--policy", serving_as->policy_file,
                      program.help("请哪些见证人联署（tlog-policy 文件，须含本账本的公钥）",
                                   "which witnesses are asked to cosign (a tlog-policy file that "
                                   "lists this log's key)"));
  serving->add_option("--public-url", serving_as->public_url,
                      program.help("读者访问本服务的网址，如 https://liuhen.example；给出则抽取页面"
                                   "附二维码",
                                   "where readers find the service, such as "
                                   "https://liuhen.example; pages of draws then have QR codes"));
  serving
      ->add_option("--ca", serving_as->ca_file,
                   program.help("见证人用 https 时，信任的根证书文件（PEM）；不给则信系统的",
                                "for witnesses with https: a file of the certificates to trust "
                                "(PEM); if absent, the system's"))
      ->envname("LIUHEN_CA");
  serving
      ->add_option(
          "--beacon-url", program.target.beacon_url,
          program.help("取信标的地址（drand 的 HTTP 接口），如 http://127.0.0.1:9001；不给则只用 "
                       "liuhen beacon add 放入的文件",
                       "where rounds of beacons are fetched (drand's HTTP interface), such "
                       "as http://127.0.0.1:9001; if absent, only files that 'liuhen beacon "
                       "add' put there"))
      ->envname("LIUHEN_BEACON_URL");
  serving->add_option(
      "--log", serving_as->log,
      program.help(
          "运行日志（每行一个 JSON）：文件、-（标准错误）或 none；默认在标准错误不是终端时写到那里",
          "the service's log, a JSON object a line: a file, - (standard error) or none; by "
          "default standard error unless that is a terminal"));
  serving->callback([&program, serving_as] {
    program.action = [&program, serving_as] {
      return serve(program.environment, program.target, *serving_as);
    };
  });
}

}  // namespace liuhen::tools
