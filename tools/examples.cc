#include "tools/examples.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "crypto/result.h"

namespace liuhen::tools {

namespace {

// By the words that name the command. What follows "liuhen "; a running service is at LIUHEN_URL.
const std::map<std::string, std::vector<std::string>>& examples() {
  static const std::map<std::string, std::vector<std::string>> all = {
      {"init",
       {"init --dir ledger --origin qingdao.example/liuhen --city 青岛市 --division 370200 --key "
        "trustee-1.key --key trustee-2.key"}},
      {"serve",
       {"serve --dir ledger", "serve --dir ledger --listen 127.0.0.1:9000",
        "serve --dir ledger --policy policy.txt"}},
      {"witness init",
       {"witness init --dir witness --name audit.example/witness --log 日志公钥VKEY"}},
      {"witness add-log", {"witness add-log --dir witness 日志公钥VKEY"}},
      {"witness serve", {"witness serve --dir witness --listen 127.0.0.1:8081"}},
      {"witness vkey", {"witness vkey --dir witness"}},
      {"demo", {"demo --dir demo --subjects 50000"}},
      {"key new", {"key new clerk-1.key --person clerk-1"}},
      {"key request",
       {"key request --key clerk-1.key --origin qingdao.example/liuhen --out clerk-1.json"}},
      {"key grant",
       {"key grant clerk-1.json --role clerk --department 370200-SCJG --key trustee-1.key --second "
        "trustee-2"}},
      {"key revoke",
       {"key revoke 公钥PUBLICKEY --reason 离职 --key trustee-1.key --key trustee-2.key"}},
      {"key list", {"key list --url http://127.0.0.1:8080"}},
      {"department",
       {"department 370202-SCJG --name 市南区市场监督管理局 --division 370202 --superior "
        "370200-SCJG --key office-1.key"}},
      {"item list",
       {"item list QD-SJ-001 --department 370200-SCJG --name 企业公示信息检查 --basis "
        "企业信息公示暂行条例第十四条 --object 企业 --content 年度报告 --key clerk-1.key"}},
      {"item review", {"item review QD-SJ-001 --opinion 依据充分 --key office-1.key"}},
      {"item publish", {"item publish QD-SJ-001 --key clerk-1.key"}},
      {"item withdraw", {"item withdraw QD-SJ-001 --reason 依据已废止 --key clerk-1.key"}},
      {"rule set", {"rule set rule.json --key clerk-1.key --second approver-1"}},
      {"plan publish", {"plan publish plan.json --key clerk-1.key --second approver-1"}},
      {"import subjects",
       {"import subjects subjects.csv --check",
        "import subjects subjects.csv --key registrar-1.key",
        "import subjects subjects.csv --accept-good --key registrar-1.key"}},
      {"import inspectors", {"import inspectors inspectors.csv --key registrar-1.key"}},
      {"import conflicts", {"import conflicts conflicts.csv --key registrar-1.key"}},
      {"conflict declare",
       {"conflict declare --subject 91350100M000100Y43 --inspector ZF370200-00001 --kind 持股 "
        "--unit 370202-SCJG --key registrar-1.key"}},
      {"conflict decide", {"conflict decide 承诺值COMMITMENT --reason 属实 --key head-370202.key"}},
      {"conflict end",
       {"conflict end 承诺值COMMITMENT --reason 离职已满三年 --key head-370202.key"}},
      {"hand-in",
       {"hand-in 120 --openings conflict.openings", "hand-in 120 --key supervisor-1.key"}},
      {"draw announce",
       {"draw announce 2026-ND --contributor contributor-1 --contributor contributor-2 --key "
        "clerk-1.key --second approver-1",
        "draw announce 2026-ND --contributor contributor-1 --contributor contributor-2 --beacon "
        "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971 --key clerk-1.key "
        "--second "
        "approver-1",
        "draw announce 2026-QF --contributor contributor-1 --contributor contributor-2 --form full "
        "--form-reason 每年普查一次 --first-day 2026-11-30 --visits-per-day 12 --key clerk-1.key "
        "--second approver-1",
        "draw announce 2026-ND --contributor contributor-1 --contributor contributor-2 "
        "--sealed-until 1790000000 --supervisor supervisor-1 --supervisor supervisor-2 --key "
        "clerk-1.key --second approver-1"}},
      {"beacon chain",
       {"beacon chain quicknet-info.json --key trustee-1.key --second trustee-2",
        "beacon chain quicknet-info.json --withdraw --key trustee-1.key --second trustee-2"}},
      {"beacon add",
       {"beacon add 1000.json --dir ledger --chain "
        "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"}},
      {"vrf register",
       {"vrf register --vrf-key vrf-2.key --key ledger/keys/platform.key --key trustee-2.key"}},
      {"vrf share",
       {"vrf share --vrf-key ledger/keys/vrf.key --holder holder-1 --holder holder-2 --holder "
        "holder-3 --threshold 2 --out shares --key ledger/keys/platform.key --key trustee-2.key"}},
      {"vrf confirm", {"vrf confirm holder-1.share --key holder-1.key --policy policy.txt"}},
      {"vrf recover",
       {"vrf recover 2026-ND/1 --share holder-1.share --share holder-2.share --policy policy.txt "
        "--key holder-1.key"}},
      {"draw commit", {"draw commit 2026-ND/1 --key contributor-1.key --policy policy.txt"}},
      {"draw reveal", {"draw reveal 2026-ND/1 --key contributor-1.key --policy policy.txt"}},
      {"draw digits",
       {"draw digits 2026-ND/1 --source ssq --issue 2026137 --digits 03081219273106 --key "
        "observer-1.key --second observer-2",
        "draw digits 2026-ND/1 --source dice --digits 415263 --key observer-1.key --second "
        "observer-2"}},
      {"draw void",
       {"draw void 2026-ND/1 --reason 公告有误 --key approver-1.key --key supervisor-1.key"}},
      {"draw attest",
       {"draw attest 2026-ND/1 --statement 全程在场，未见异常 --key observer-1.key"}},
      {"draw unseal",
       {"draw unseal 2026-ND/1 --key supervisor-1.key --policy policy.txt --attest"}},
      {"draw check-pool",
       {"draw check-pool 2026-ND/1 --openings openings --key supervisor-1.key --policy policy.txt "
        "--attest"}},
      {"draw row-of",
       {"draw row-of 2026-ND/1 91370200MA3C000002 --out firm.draw-row --key supervisor-1.key"}},
      {"draw add-units",
       {"draw add-units 2026-ND/1 --unit 370203-SCJG --reason 无人可递补 --key clerk-1.key "
        "--second "
        "approver-1"}},
      {"draw advance", {"draw advance --dir ledger"}},
      {"draw show", {"draw show 2026-ND/1"}},
      {"draw proof", {"draw proof 2026-ND/1 --out 2026-ND-1.draw-proof"}},
      {"draw row", {"draw row 2026-ND/1 91370202MA3C000016 --out 91370202MA3C000016.draw-row"}},
      {"draw qr", {"draw qr 2026-ND/1 --public-url https://liuhen.example --out 2026-ND-1.svg"}},
      {"recuse file",
       {"recuse file 2026-ND/1 0 --seat 0 --ground employment --key inspector.key",
        "recuse file 2026-ND/1 0 --seat 1 --ground absence --evidence 病假单.pdf --key "
        "clerk-1.key"}},
      {"recuse decide",
       {"recuse decide 2026-ND/1 0 --seat 0 --reason 三年内曾任职 --key head-370202.key"}},
      {"name-team",
       {"name-team 2026-DS/1 0 --inspector ZF370200-00001 --inspector ZF370200-00002 --reason "
        "辖区专管员 --key clerk-1.key --second approver-1"}},
      {"result record",
       {"result record 2026-ND/1 0 --row QD-SJ-001=1 --row QD-SJ-002=5:责令改正 --key "
        "officer-1.key "
        "--second officer-2"}},
      {"result correct",
       {"result correct 2026-ND/1 0 --row QD-SJ-001=1 --row QD-SJ-002=1 --reason 录入有误 --key "
        "officer-1.key --second officer-2"}},
      {"result follow-up",
       {"result follow-up 2026-ND/1 0 --kind 1 --note 已改正 --key clerk-1.key"}},
      {"publish result", {"publish result 2026-ND/1 0 --key clerk-1.key"}},
      {"publish withhold",
       {"publish withhold 2026-ND/1 0 --ground trade_secret --key clerk-1.key --second "
        "approver-1"}},
      {"objection", {"objection 2026-ND/1 0 --accept --reason 情况属实 --key clerk-1.key"}},
      {"state log", {"state log --dir ledger"}},
      {"state keys", {"state keys"}},
      {"state permissions", {"state permissions"}},
      {"state departments", {"state departments"}},
      {"state items", {"state items"}},
      {"state rules", {"state rules"}},
      {"state plans", {"state plans"}},
      {"state beacons", {"state beacons"}},
      {"state inspectors", {"state inspectors"}},
      {"state subjects", {"state subjects | grep 370202"}},
      {"state conflicts", {"state conflicts"}},
      {"state draws", {"state draws"}},
      {"state vkey", {"state vkey --dir ledger > log.vkey"}},
      {"state subject", {"state subject 91350100M000100Y43"}},
      {"state entry", {"state entry 0"}},
      {"export tiles",
       {"export tiles mirror --url http://127.0.0.1:8080 --vkey qingdao.example/liuhen+…",
        "export tiles mirror --url http://127.0.0.1:8080 --vkey qingdao.example/liuhen+… "
        "--policy policy.txt",
        "export tiles mirror --dir ledger"}},
      {"export proof", {"export proof 17 --out 17.tlog-proof --url http://127.0.0.1:8080"}},
      {"mirror",
       {"mirror http://127.0.0.1:8080 copy --vkey qingdao.example/liuhen+…",
        "mirror http://127.0.0.1:8080 copy --policy policy.txt --follow --interval 30"}},
      {"backup", {"backup /srv/liuhen/ledger --to /srv/backup/liuhen --keep 14"}},
      {"restore",
       {"restore /srv/backup/liuhen --list",
        "restore /srv/backup/liuhen /srv/liuhen/ledger --from-mirror "
        "https://mirror.example/liuhen"}},
      {"key rotate-log",
       {"key rotate-log --dir ledger --reason 定期轮换 --key trustee-1.key --key trustee-2.key"}},
      {"accept-loss",
       {"accept-loss --dir /srv/liuhen/ledger --reason 磁盘损坏 --key ledger/keys/platform.key "
        "--key "
        "trustee-2.key"}},
      {"submit", {"submit EvidenceAttached evidence.json --key observer-1.key"}},
      {"pending", {"pending --url http://127.0.0.1:8080"}},
      {"sign", {"sign 编号ID --url http://127.0.0.1:8080 --key approver-1.key"}},
  };
  return all;
}

void add_examples_below(CLI::App& app, const std::string& name, const Environment& environment) {
  const auto below = app.get_subcommands([](CLI::App*) { return true; });
  for (CLI::App* command : below) {
    add_examples_below(*command,
                       name.empty() ? command->get_name() : name + " " + command->get_name(),
                       environment);
  }
  if (!below.empty()) {
    if (!name.empty()) {
      app.footer(
          environment.pick("“liuhen " + name + " 子命令 --help” 有各自的说明和例子。",
                           "'liuhen " + name + " SUBCOMMAND --help' has more, and examples."));
    }
    return;
  }
  const auto found = examples().find(name);
  LIUHEN_CHECK(found != examples().end());
  std::string text = environment.pick("例：", "Example:");
  for (const std::string& line : found->second) text += "\n  liuhen " + line;
  app.footer(text);
}

// Levenshtein's.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

}  // namespace

void add_examples(CLI::App& app, const Environment& environment) {
  add_examples_below(app, "", environment);
}

std::string nearest_command(const CLI::App& app, const std::string& word) {
  std::string nearest;
  std::size_t least = word.size() / 3 + 2;  // farther is no slip of the finger
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string& name = command->get_name();
    const std::size_t far = name.starts_with(word) && word.size() > 1 ? 0 : distance(word, name);
    if (far < least) {
      least = far;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace liuhen::tools
