#include <filesystem>

#include "api/client/beacon_source.h"
#include "tools/commands.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

// From what drand says of the chain at /info.
Outcome set_chain(Session& session, const std::string& file, bool withdrawn) {
  const auto text = read_text(file);
  if (!text) return text.error();
  const auto info = api::parse_drand_info(*text);
  if (!info) return info.error();
  if (auto checked = check_chain(info->chain, info->hash); !checked) return checked;
  ledger::schema::BeaconChainSetT set;
  set.chain.assign(info->hash.begin(), info->hash.end());
  set.scheme = info->chain.scheme;
  set.public_key.assign(info->chain.public_key.begin(), info->chain.public_key.end());
  set.period_s = info->chain.period_s;
  set.genesis_s = info->chain.genesis_s;
  set.group_hash.assign(info->chain.group_hash.begin(), info->chain.group_hash.end());
  set.beacon_id = info->chain.beacon_id;
  set.active = !withdrawn;
  session.environment().say("信标链：" + to_hex(info->hash), "beacon chain: " + to_hex(info->hash));
  return session.submit_and_say(united(std::move(set)));
}

// Into the folder that the platform looks in. The platform verifies the signature before it uses
// it; here only the form is looked at.
Outcome add_round(Environment& environment, const std::string& dir, const std::string& chain,
                  const std::string& file) {
  const auto bytes = from_hex(chain);
  const auto hash = bytes ? exactly<32>(View(*bytes)) : Result<Hash>(bytes.error());
  if (!hash) {
    return fail("beacon.hash", "链哈希应为 64 位十六进制",
                "a chain hash has 64 hexadecimal digits");
  }
  const auto text = read_text(file);
  if (!text) return text.error();
  const auto round = api::parse_drand_round(*text);
  if (!round) return round.error();
  if (!std::filesystem::exists(dir + "/ledger.json"))
    return fail("dir.absent", "目录 " + dir + " 中没有账本", "there is no ledger in " + dir);
  const std::string path =
      api::BeaconFolder(dir + "/" + api::kBeaconFolder).path_of(*hash, round->round);
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
  if (problem)
    return fail("file.io", path + "：" + problem.message(), path + ": " + problem.message());
  // The platform may be looking: the file is there whole, or not at all.
  const std::string unfinished = path + ".new";
  if (auto written = write_text(unfinished, *text); !written) return written;
  std::filesystem::rename(unfinished, path, problem);
  if (problem)
    return fail("file.io", path + "：" + problem.message(), path + ": " + problem.message());
  environment.say("已放入第 " + std::to_string(round->round) + " 轮；平台核对其签名后使用",
                  "added round " + std::to_string(round->round) +
                      "; the platform verifies its signature and uses it");
  return ok();
}

}  // namespace

void add_beacon_commands(Program& program) {
  CLI::App* beacon = program.command(&program.app, "beacon", "公共随机信标：登记链、放入轮次",
                                     "public beacons: register a chain, add a round");
  beacon->require_subcommand(1);

  auto file = std::make_shared<std::string>();
  auto withdrawn = std::make_shared<bool>(false);
  CLI::App* chain = program.command(
      beacon, "chain", "登记信标链（两位受托人签名，至少一位在运营方之外）",
      "register a beacon chain (two trustees sign, one of them outside the operator)");
  program.signs(chain);
  chain
      ->add_option(
          "file", *file,
          program.help("drand 的 /info 内容（JSON 文件）", "what drand says at /info, a JSON file"))
      ->required();
  chain->add_flag(
      "--withdraw", *withdrawn,
      program.help("停用：此后的公告不得再用", "no longer to be used by announcements"));
  program.act(
      chain, [file, withdrawn](Session& session) { return set_chain(session, *file, *withdrawn); });

  auto hash = std::make_shared<std::string>();
  auto round = std::make_shared<std::string>();
  CLI::App* add =
      program.command(beacon, "add", "放入一轮信标（离线网络：从别处带来的文件）",
                      "add a round that was carried in as a file (air-gapped networks)");
  add->add_option("file", *round,
                  program.help("drand 的 /public/轮次 内容（JSON 文件）",
                               "what drand says at /public/ROUND, a JSON file"))
      ->required();
  add->add_option("--chain", *hash, program.help("链哈希", "chain hash"))->required();
  add->add_option("--dir", program.target.dir,
                  program.help("账本目录（服务运行时也可）",
                               "the ledger's directory, beside a running service too"))
      ->envname("LIUHEN_DIR")
      ->required();
  add->callback([&program, hash, round] {
    program.action = [&program, hash, round] {
      return add_round(program.environment, program.target.dir, *hash, *round);
    };
  });
}

}  // namespace liuhen::tools
