#include <boost/json.hpp>

#include "tools/commands.h"
#include "tools/help_formatter.h"

namespace liuhen::tools {

CLI::App* Program::command(CLI::App* parent, const std::string& name, const std::string& zh,
                           const std::string& en) const {
  CLI::App* made = parent->add_subcommand(name, help(zh, en));
  made->formatter(parent->get_formatter());
  return made;
}

void Program::reads(CLI::App* command) const {
  command
      ->add_option("--url", target.url,
                   help("运行中的服务，如 http://127.0.0.1:8080",
                        "a running service, such as http://127.0.0.1:8080"))
      ->envname("LIUHEN_URL");
  command
      ->add_option("--dir", target.dir,
                   help("账本目录（没有服务在其上运行时）",
                        "the ledger's directory, where no service is running on it"))
      ->envname("LIUHEN_DIR");
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
                      help("含口令的文件", "a file that holds the passphrase"));
  command
      ->add_option("--valid-hours", target.valid_h,
                   help("意向的有效小时数", "hours for which the intent can be admitted"))
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

void print_error(const Environment& environment, const Error& error) {
  environment.err << environment.pick("出错", "error") << " [" << error.code << "] "
                  << environment.pick(error.zh, error.en) << '\n';
}

// --lang must be known before help is written, so it is looked for first.
Language language_of(const std::vector<std::string>& arguments, Language fallback) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string value;
    if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
    if (value == "en") return Language::en;
    if (value == "zh") return Language::zh;
  }
  return fallback;
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
      "“liuhen 子命令 --help” 说明各子命令。核验账本：liuhen-verify。",
      "'liuhen SUBCOMMAND --help' explains each. To verify a ledger: liuhen-verify."));

  Target target;
  Program program{.app = app, .environment = environment, .target = target, .action = {}};
  add_ledger_commands(program);
  add_key_commands(program);
  add_catalogue_commands(program);
  add_import_commands(program);
  add_conflict_commands(program);
  add_draw_commands(program);
  add_task_commands(program);
  add_state_commands(program);
  add_signing_commands(program);
  add_demo_command(program);

  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    environment.out << app.help();
    return kDone;
  } catch (const CLI::ParseError& problem) {
    environment.err << environment.pick("用法有误：", "usage: ") << problem.what() << '\n'
                    << environment.pick("运行 liuhen --help 查看说明。", "Run liuhen --help.")
                    << '\n';
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
      return kFailed;
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
