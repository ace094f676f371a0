// liuhen-verify: anyone's check of a log or of one draw. Links no server code and trusts no server.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>

#include "crypto/random.h"
#include "ledger/clock.h"
#include "tools/cli_words.h"
#include "tools/help_formatter.h"
#include "tools/moment.h"
#include "tools/verify_run.h"

namespace liuhen::tools {

namespace {

class CommandLine {
 public:
  explicit CommandLine(Language language)
      : zh_(language == Language::zh),
        app_(pick("留痕核验：不依赖、不信任服务端，逐条重放账本，说出账本错在哪里、哪些抽取违规。",
                  "Liuhen's verifier: replays a log entry by entry, trusting no server, and names "
                  "what is wrong with it, and the draws in which a rule was broken.")) {
    job_.language = zh_ ? ReportLanguage::zh : ReportLanguage::en;
    label();
    add_sources();
    add_options();
    refuse_values_of_flags(app_);
  }

  // 0 and a job to run, or what to exit with.
  std::optional<int> parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    try {
      app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
      std::cout << app_.help();
      return 0;
    } catch (const CLI::ParseError& problem) {
      std::cerr << pick("用法有误：", "usage: ")
                << cli_words(problem, zh_ ? Language::zh : Language::en) << '\n'
                << pick("运行 liuhen-verify --help 查看说明。", "Run liuhen-verify --help.")
                << '\n';
      return kUsage;
    }
    return std::nullopt;
  }

  VerifyJob& job() { return job_; }

 private:
  std::string pick(const std::string& zh, const std::string& en) const { return zh_ ? zh : en; }

  void label() {
    app_.name("liuhen-verify");
    app_.require_subcommand(1);
    app_.fallthrough();
    auto formatter = std::make_shared<HelpFormatter>(zh_ ? Language::zh : Language::en);
    formatter->label("SUBCOMMAND", pick("对象", "WHAT"));
    app_.formatter(formatter);
    app_.set_help_flag("-h,--help", pick("显示本说明", "show this help"));
    app_.footer(
        pick("退出码：0 已核验，1 发现违背，2 无法判定（缺少所需内容），3 用法有误。\n"
             "没有 --policy 或 --vkey 时，公钥取自被核验的数据本身，只能说明前后一致。\n"
             "例：liuhen-verify url http://127.0.0.1:8080 --policy policy.txt\n    liuhen-verify "
             "file 抽取.draw-proof --vkey 日志公钥 --report 抽取.html",
             "Exit codes: 0 verified, 1 violated, 2 inconclusive (something needed is missing), 3 "
             "usage.\n"
             "Without --policy or --vkey the key is the data's own, which shows consistency only.\n"
             "Such as: liuhen-verify url http://127.0.0.1:8080 --policy policy.txt\n         "
             "liuhen-verify file a.draw-proof --vkey VKEY --report a.html"));
  }

  void add_source(const char* name, VerifyJob::Source source, const std::string& zh,
                  const std::string& en, const char* what) {
    CLI::App* command = app_.add_subcommand(name, pick(zh, en));
    command->formatter(app_.get_formatter());
    command->group(pick("核验什么", "Subcommands"));
    command->set_help_flag("-h,--help", pick("显示本说明", "show this help"));
    command->add_option(what, job_.place, pick(zh, en))->required();
    command->callback([this, source] { job_.source = source; });
  }

  void add_sources() {
    add_source("dir", VerifyJob::Source::dir, "账本的数据目录（只读，服务运行时也可）",
               "a ledger's data directory (read-only, beside a live service too)", "DIR");
    add_source("url", VerifyJob::Source::url, "运行中的服务或静态镜像的网址",
               "a running service, or a mirror, by its address", "URL");
    add_source("tiles", VerifyJob::Source::tiles, "静态镜像目录（checkpoint 与 tile/…）",
               "a directory of static files (checkpoint and tile/…)", "DIR");
    add_source(
        "file", VerifyJob::Source::file,
        "证明文件，离线：一次抽取（.draw-proof）、其中一户（.draw-row），或一条记录（.tlog-proof）",
        "a proof file, offline: of one draw (.draw-proof), of one subject in it "
        "(.draw-row) or of one entry (.tlog-proof)",
        "FILE");
  }

  void add_options() {
    CLI::Option* policy = app_.add_option(
        "--policy", job_.policy_file,
        pick("信任的公钥和见证人（tlog-policy 文件）", "whom you trust (a tlog-policy file)"));
    app_.add_option(
            "--vkey", job_.vkey,
            pick("信任的日志公钥（名称+编号+公钥）", "the log's key that you trust (name+id+key)"))
        ->excludes(policy);
    app_.add_flag("!--no-findings", job_.findings,
                  pick("不作跨抽取的统计分析（文件除外，默认作）",
                       "do not look across draws for what no single one shows"));
    app_.add_option(
            "--report", job_.report_file,
            pick("另写一份可打印的网页报告（单个 HTML 文件，语言同 --lang）；已有的报告会被替"
                 "换，别的文件不会",
                 "also write a page to print (one HTML file, in the language of --lang); "
                 "an older report is replaced, any other file is not"))
        ->type_name("FILE.html");
    app_.add_flag("--json", job_.json, pick("输出 JSON", "print JSON"));
    app_.add_option("--lang", language_, pick("语言：zh 或 en", "language: zh or en"))
        ->check(CLI::IsMember({"zh", "en"}))
        ->envname("LIUHEN_LANG");
    takes_moment(
        app_.add_option("--at", at_,
                        pick("按此时刻判断逾期，如 \"2026-12-01 09:00\"（北京时间）或 Unix 秒，默认"
                             "现在",
                             "judge deadlines as of then, \"2026-12-01 09:00\" (UTC+8) or a Unix "
                             "second; now by default")),
        zh_ ? Language::zh : Language::en)
        ->each([this](const std::string&) { job_.at_given = true; });
    app_.add_option("--master-key", job_.master_key_file,
                    pick("主密钥文件，用来打开利益冲突（仅 dir）",
                         "master key file, to open conflicts of interest and restricted pools (dir "
                         "only)"));
    app_.add_option(
        "--write-openings", job_.write_openings,
        pick("把打开受限名录所用的受限内容写到此文件，交给监督人（与 --master-key 同用）",
             "write what opened restricted pools to this file, for supervisors (goes "
             "with --master-key)"));
    app_.add_option("--openings", job_.openings_file,
                    pick("运营方交给监督人的受限内容文件",
                         "the file of openings that a supervisor was handed"));
    app_.add_option("--supervisor-key", job_.supervisor_key_file,
                    pick("监督人的密钥文件，用以打开名录密钥（与 --openings 同用）",
                         "the supervisor's key file, which opens the pool's key (goes with "
                         "--openings)"));
    app_.add_option("--passphrase-file", job_.passphrase_file,
                    pick("含主密钥口令的文件", "a file that holds the master key's passphrase"));
    app_.add_option("--entry", job_.entry_file,
                    pick(".tlog-proof 里没有记录时，记录本身的文件",
                         "the entry's own file, where a .tlog-proof does not hold it"));
    app_.add_option("--ca", job_.ca_file,
                    pick("https 时信任的根证书文件（PEM），默认信系统的（仅 url）",
                         "with https: certificates to trust (PEM), by default the system's (url "
                         "only)"));
    app_.add_flag("--quiet", job_.quiet, pick("不显示进度", "show no progress"));
  }

 public:
  void settle(std::uint64_t now_s) { job_.now_s = job_.at_given ? at_ : now_s; }

 private:
  bool zh_;
  VerifyJob job_;
  std::string language_;
  std::uint64_t at_ = 0;
  CLI::App app_;
};

}  // namespace
}  // namespace liuhen::tools

int main(int argc, char** argv) {
  using namespace liuhen;
  crypto::initialise();
  std::vector<std::string> arguments(argv + 1, argv + argc);
  tools::CommandLine command_line(tools::language_of(arguments, tools::Language::zh));
  if (const auto code = command_line.parse(std::move(arguments))) return *code;
  ledger::SystemClock clock;
  command_line.settle(clock.now_s());
  return tools::run(command_line.job(), std::cout, std::cerr);
}
