#include <chrono>

#include "api/client/url_fetcher.h"
#include "crypto/tlog_proof.h"
#include "ledger/tile_export.h"
#include "tools/commands.h"
#include "tools/text_file.h"
#include "tools/tree_signers.h"

namespace liuhen::tools {

namespace {

constexpr std::uint64_t kPositionMax = std::uint64_t{1} << 53;

// What the caller trusts, or else what the service says of itself.
Result<crypto::NoteKey> log_key(Session& session, const std::string& vkey) {
  if (!vkey.empty()) return crypto::parse_vkey(vkey);
  auto log = session.get("/api/v1/log");
  if (!log) return log.error();
  return crypto::parse_vkey(std::string_view(log->at("vkey").as_string()));
}

// A line on stderr, now and then.
class ProgressLines {
 public:
  explicit ProgressLines(const Environment& environment) : environment_(environment) {}
  void operator()(std::uint64_t done, std::uint64_t all) {
    if (Clock::now() < next_) return;
    next_ = Clock::now() + std::chrono::seconds(1);
    environment_.err << environment_.pick("导出中 ", "exporting ") << done << " / " << all << '\n';
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Environment& environment_;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

struct Tiles {
  std::string directory, vkey, policy_file;
};

Outcome export_tree(Session& session, const Tiles& asked) {
  const std::string& directory = asked.directory;
  const auto key = log_key(session, asked.vkey);
  if (!key) return key.error();
  const auto signers = read_signers(session.environment(), asked.policy_file, *key);
  if (!signers) return signers.error();
  auto to = session.connection();
  if (!to) return to.error();
  api::UrlFetcher source(**to);
  ProgressLines progress(session.environment());
  const auto report = ledger::export_tiles(
      source, *key, directory, [&](std::uint64_t done, std::uint64_t all) { progress(done, all); },
      *signers);
  if (!report) return report.error();
  BadLines(session.environment()).say(report->bad_lines);
  const std::string from = std::to_string(report->old_size), size = std::to_string(report->size);
  const std::string files = std::to_string(report->files);
  session.environment().say(
      "已导出到 " + directory + "：从 " + from + " 条到 " + size + " 条，写了 " + files +
          " 个文件；核验：liuhen-verify tiles " + directory + " --vkey …",
      "exported to " + directory + ": from " + from + " to " + size + " entries, " + files +
          " files written; verify: liuhen-verify tiles " + directory + " --vkey …");
  return ok();
}

Outcome export_proof(Session& session, std::uint64_t position, std::string out) {
  auto to = session.connection();
  if (!to) return to.error();
  const std::string name = std::to_string(position);
  auto response = (*to)->get("/api/v1/proofs/" + name);
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  if (auto proof = crypto::parse_tlog_proof(response->body); !proof) return proof.error();
  if (out.empty()) out = name + ".tlog-proof";
  if (auto written = write_text(out, response->body); !written) return written;
  session.environment().say("已写出第 " + name + " 条的证明 " + out +
                                "；离线核验：liuhen-verify file " + out + " --vkey …",
                            "wrote the proof of entry " + name + " to " + out +
                                "; verify it offline: liuhen-verify file " + out + " --vkey …");
  return ok();
}

}  // namespace

void add_export_commands(Program& program) {
  CLI::App* exporting = program.command(&program.app, "export", "导出：静态瓦片、一条记录的证明",
                                        "exports: static tiles, the proof of one entry");
  exporting->require_subcommand(1);

  auto asked = std::make_shared<Tiles>();
  CLI::App* tiles = program.command(
      exporting, "tiles",
      "把日志写成静态文件（checkpoint 与 tile/…），供 nginx、对象存储或 CDN 提供；"
      "增量、原子，从不倒退",
      "write the log as static files (checkpoint and tile/…) for nginx, object storage or a CDN; "
      "incremental, atomic, never backwards");
  program.reads(tiles);
  tiles
      ->add_option("directory", asked->directory,
                   program.help("目标目录", "the directory to write"))
      ->required();
  tiles->add_option("--vkey", asked->vkey,
                    program.help("日志公钥；不给时取服务自报的",
                                 "the log's verifier key; the service's own word if absent"));
  add_signers_option(program, tiles, asked->policy_file);
  program.act(tiles, [asked](Session& session) { return export_tree(session, *asked); });

  auto position = std::make_shared<std::uint64_t>(0);
  auto out = std::make_shared<std::string>();
  CLI::App* proof = program.command(exporting, "proof", "一条记录在日志中的证明（.tlog-proof）",
                                    "the proof that an entry is in the log (.tlog-proof)");
  program.reads(proof);
  proof->add_option("position", *position, program.help("位置，从 0 起", "position, from 0"))
      ->check(CLI::Range(std::uint64_t{0}, kPositionMax))
      ->required();
  proof->add_option("--out", *out,
                    program.help("写到此文件；默认 <位置>.tlog-proof",
                                 "file to write; <position>.tlog-proof by default"));
  program.act(proof,
              [position, out](Session& session) { return export_proof(session, *position, *out); });
}

}  // namespace liuhen::tools
