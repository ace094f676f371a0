#include <boost/json.hpp>

#include "tools/cli_words.h"
#include "tools/commands.h"
#include "tools/examples.h"
#include "tools/help_formatter.h"
#include "tools/print_error.h"

namespace liuhen::tools {

CLI::App* Program::command(CLI::App* parent, const std::string& name, const std::string& zh,
                           const std::string& en) const {
  CLI::App* made = parent->add_subcommand(name, help(zh, en));
  made->formatter(parent->get_formatter());
  made->group(help("子命令", "Subcommands"));
  return made;
}

void Program::reads(CLI::App* command) const {
  command
      ->add_option("--url", target.url,
                   help("运行中的服务，如 http://127.0.0.1:8080 或 https://主机/路径",
                        "a running service, such as http://127.0.0.1:8080 or https://host/path"))
      ->envname("LIUHEN_URL");
  command
      ->add_option("--ca", target.ca,
                   help("用 https 时，信任的根证书文件（PEM）；不给则信系统的",
                        "with https: a file of the certificates to trust (PEM); if absent, the "
                        "system's"))
      ->envname("LIUHEN_CA");
  command
      ->add_option("--dir", target.dir,
                   help("账本目录（没有服务在其上运行时）",
                        "the ledger's directory, where no service is running on it"))
      ->envname("LIUHEN_DIR");
  command->add_option(
      "--platform-passphrase-file", target.platform_passphrase.file,
      help("用 --dir 时，平台密钥口令文件（不给则用 --passphrase-file，或在终端询问）",
           "with --dir: a file with the passphrase of the platform's keys (if absent, "
           "--passphrase-file, or asked for at the terminal)"));
}

void Program::signs(CLI::App* command) const {
  reads(command);
  command
      ->add_option("--key", target.keys,
                   help("签名的密钥文件；需两人签名时可给两次",
                        "key file that signs; give it twice where two persons sign"))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--second", target.second,
                      help("稍后第二个签名的人（人员编号或公钥）",
                           "who signs second, later (person id or public key)"));
  command->add_option("--passphrase-file", target.passphrase.file,
                      help("签名密钥的口令文件（不给则在终端询问）",
                           "a file with the passphrase of the signing keys (if absent, asked for "
                           "at the terminal)"));
  command
      ->add_option("--valid-hours", target.valid_h,
                   help("意图的有效小时数", "hours for which the intent can be admitted"))
      ->capture_default_str();
}

void Program::act(CLI::App* command, std::function<Outcome(Session&)> what) {
  command->callback([this, what = std::move(what)] {
    action = [this, what] {
      Session session(environment, target);
      return what(session);
    };
  });
}

namespace {

// "draw announce": the words that name a command.
std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr || parent->get_parent() == nullptr) return command.get_name();
  return path_of(*parent) + " " + command.get_name();
}

// What was typed is at fault, not what was done.
bool is_usage(const std::string& code) {
  return code == "session.target" || code == "serve.tls" || code == "session.key" ||
         code == "init.trustees" || code == "key.role" || code == "result.row" ||
         code == "payload.kind";
}

// The log that was copied has gone back or parted from what is held: not to be taken for a failure
// that may pass.
bool is_alarm(const std::string& code) { return code == "export.fork" || code == "export.behind"; }

// The command that the words name as far as they name one, and the word after it, if any.
std::pair<const CLI::App*, std::string> named_by(const CLI::App& app,
                                                 const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--lang")
      ++i;  // and its value
    else if (!words[i].starts_with('-')) {
      const auto below = at->get_subcommands(
          [&](const CLI::App* command) { return command->get_name() == words[i]; });
      if (below.empty()) return {at, words[i]};
      at = below.front();
    }
  }
  return {at, ""};
}

// What CLI11 says, in the reader's language.
std::string usage_words(const Environment& environment, const CLI::App& app,
                        const std::vector<std::string>& typed, const CLI::ParseError& problem) {
  const auto [at, after] = named_by(app, typed);
  const std::string name = at == &app ? "liuhen" : "liuhen " + path_of(*at);
  std::string words = cli_words(problem, environment.language);
  const bool group = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  const auto unknown = app.remaining(true);
  if (group && !after.empty()) {
    const std::string near = nearest_command(*at, after);
    words = environment.pick(name + " 没有子命令 “" + after + "”",
                             name + " has no subcommand '" + after + "'");
    if (!near.empty())
      words += environment.pick("。是 " + near + " 吗？", "; did you mean " + near + "?");
  } else if (group && dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr) {
    words = environment.pick(name + " 后面要有子命令", name + " needs a subcommand");
  } else if (!unknown.empty() && dynamic_cast<const CLI::RequiredError*>(&problem) == nullptr) {
    words =
        environment.pick("不认识 “" + unknown.front() + "”", "unknown: '" + unknown.front() + "'");
  }
  return words + '\n' +
         environment.pick("说明见：" + name + " --help", "See: " + name + " --help") + '\n';
}

}  // namespace

int run(std::vector<std::string> arguments, Environment& environment) {
  environment.language = language_of(arguments, environment.language);
  CLI::App app{environment.pick(
      "留痕：“双随机、一公开”的审计账本。每一步都是签名的事件；任何人都能核验每次抽取。",
      "Liuhen: the audit ledger of double-random inspections. Every step is a signed event; anyone "
      "can verify every draw.")};
  app.name("liuhen");
  app.formatter(std::make_shared<HelpFormatter>(environment.language));
  app.set_help_flag("-h,--help", environment.pick("显示本说明", "show this help"));
  app.require_subcommand(1);
  app.fallthrough();
  std::string language;
  app.add_option("--lang", language, environment.pick("语言：zh 或 en", "language: zh or en"))
      ->check(CLI::IsMember({"zh", "en"}))
      ->envname("LIUHEN_LANG");
  app.footer(environment.pick(
      "“liuhen 子命令 --help” 说明各子命令，并有例子。核验账本：liuhen-verify。\n"
      "先试一试：liuhen demo --dir demo\n"
      "退出码：0 完成；1 被拒绝或失败；3 用法有误；\n4 警报：来源被回退或分叉（export "
      "tiles、mirror）。",
      "'liuhen SUBCOMMAND --help' explains each, with an example. To verify a ledger: "
      "liuhen-verify.\nTo try it: liuhen demo --dir demo\n"
      "Exit codes: 0 done; 1 refused or failed; 3 usage;\n"
      "4 alarm: the source was rolled back or forked (export tiles, mirror)."));

  Target target;
  Program program{.app = app, .environment = environment, .target = target, .action = {}};
  add_ledger_commands(program);
  add_key_commands(program);
  add_catalogue_commands(program);
  add_import_commands(program);
  add_conflict_commands(program);
  add_hand_in_command(program);
  add_draw_commands(program);
  add_beacon_commands(program);
  add_vrf_commands(program);
  add_task_commands(program);
  add_state_commands(program);
  add_signing_commands(program);
  add_export_commands(program);
  add_mirror_command(program);
  add_backup_commands(program);
  add_demo_command(program);
  add_witness_commands(program);

  add_examples(app, environment);
  refuse_values_of_flags(app);

  const std::vector<std::string> typed = arguments;
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    environment.out << app.help();
    return kDone;
  } catch (const CLI::ParseError& problem) {
    environment.err << environment.pick("用法有误：", "usage: ")
                    << usage_words(environment, app, typed, problem);
    return kUsage;
  }
  if (!program.action) {
    environment.out << app.help();
    return kUsage;
  }
  try {
    const Outcome outcome = program.action();
    if (!outcome) {
      print_error(environment, outcome.error());
      const std::string& code = outcome.error().code;
      return is_usage(code) ? kUsage : is_alarm(code) ? kAlarm : kFailed;
    }
  } catch (const std::exception& problem) {  // an answer of another shape than this program knows
    print_error(environment,
                fail("session.answer", std::string("看不懂服务的回答：") + problem.what(),
                     std::string("cannot make sense of the service's answer: ") + problem.what()));
    return kFailed;
  }
  return program.exit_code;
}

}  // namespace liuhen::tools
