// A supervisor's check of a restricted pool and of what was drawn from it, his word on either, and
// a firm's own row for the firm.
#include <algorithm>

#include "api/client/url_fetcher.h"
#include "projections/pool_openings.h"
#include "projections/row_file.h"
#include "projections/verify.h"
#include "tools/commands.h"
#include "tools/proven_draw.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

using projections::Draw;

struct PoolAsked {
  std::string draw, openings_file, policy_file, statement, subject, out;
  bool attest = false, object = false;
};

Result<const crypto::SigningKey*> only_key(Session& session) {
  const auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  return &(*keys)->front().key;
}

// What is wrong with the draw, or else with the log that it is in, or what is missing.
Outcome finding_on(const projections::Report& report, const projections::DrawLine& line) {
  const auto wrong =
      std::ranges::find(report.wrong_draws, line.stream, &projections::WrongDraw::draw);
  if (wrong != report.wrong_draws.end()) return wrong->what;
  const bool of_others = !report.wrong_draws.empty() && !report.ended;
  if (report.finding && !of_others) return *report.finding;
  if (line.pool_unopened) {
    return fail("pool.unopened", "名录没有打开：密文打不开，或受限内容文件不全",
                "the pool was not opened: what was sealed does not open, or openings are missing");
  }
  return ok();
}

// The whole log replayed, restricted pools opened by the supervisor's key and the openings.
Result<std::pair<projections::DrawLine, Outcome>> checked(Session& session, const PoolAsked& asked,
                                                          const crypto::SigningKey& key) {
  const auto text = read_text(asked.openings_file);
  if (!text) return text.error();
  auto openings = projections::parse_pool_openings(*text);
  if (!openings) return openings.error();
  const auto policy = policy_in(session, asked.policy_file);
  if (!policy) return policy.error();
  auto to = session.connection();
  if (!to) return to.error();
  projections::VerifyOptions how;
  how.trusted = *policy ? &**policy : nullptr;
  how.now_s = session.environment().clock.now_s();
  how.open_pool = projections::pool_opener_of(std::move(*openings), &key);
  api::UrlFetcher log(**to, how.trusted);
  const projections::Report report = projections::verify_log(log, how);
  const std::string stream = draw_stream(asked.draw);
  const auto line = std::ranges::find(report.draws, stream, &projections::DrawLine::stream);
  if (line == report.draws.end())
    return fail("draw.unknown", "没有抽取“" + stream + "”", "there is no draw \"" + stream + "\"");
  if (!line->pool)
    return fail("attest.pool", "该抽取的名录不受限", "the pool of that draw is not restricted");
  session.see({.origin = report.origin, .size = report.size, .root = report.root});
  return std::pair(*line, finding_on(report, *line));
}

Outcome check_pool(Session& session, const PoolAsked& asked) {
  const auto key = only_key(session);
  if (!key) return key.error();
  const auto found = checked(session, asked, **key);
  if (!found) return found.error();
  const auto& [line, outcome] = *found;
  const bool executed = line.phase == Draw::Phase::executed || line.phase == Draw::Phase::disclosed;
  if (!outcome && !asked.object) return outcome;
  if (outcome) {
    session.environment().say(
        "名录密钥即公告所承诺的；" + std::to_string(line.subjects) +
            " 行按登记的风险等级重算，名录根一致" +
            (executed ? "；抽中者、抽签号与截止号的承诺重算一致" : ""),
        "the key is the one committed to, and the root follows from the registered classes of "
        "all " +
            std::to_string(line.subjects) + " rows" +
            (executed ? "; who is drawn, and the commitments to tickets and cut-offs, follow from "
                        "the seed"
                      : ""));
  } else {
    session.environment().say(
        "不一致 [" + outcome.error().code + "] " + outcome.error().zh,
        "it does not replay [" + outcome.error().code + "] " + outcome.error().en);
  }
  if (!asked.attest && !asked.object) return ok();
  ledger::schema::DrawAttestedT attested;
  attested.draw = line.stream;
  attested.agrees = outcome.has_value();
  attested.statement = outcome ? asked.statement : outcome.error().code + "：" + outcome.error().zh;
  attested.pool = !executed;
  return session.submit_and_say(united(std::move(attested)));
}

// The entries and paths that a proof file holds.
class FiledLog final : public projections::ProofSource {
 public:
  explicit FiledLog(const projections::ProofText& file) : file_(file) {}

  Result<std::string> checkpoint() override {
    return {boost::system::in_place_value, file_.checkpoint};
  }
  Result<Bytes> entry(std::uint64_t position) override {
    const auto found = at(position);
    if (!found) return found.error();
    return (*found)->bytes;
  }
  Result<crypto::Proof> inclusion(std::uint64_t position, std::uint64_t) override {
    const auto found = at(position);
    if (!found) return found.error();
    return (*found)->inclusion;
  }
  Result<std::vector<std::uint64_t>> positions(const std::string& stream) override {
    std::vector<std::uint64_t> out;
    for (const auto& entry : file_.entries) {
      const auto event = ledger::Event::parse(entry.bytes);
      if (!event) return event.error();
      if (event->intent().stream() == stream) out.push_back(entry.position);
    }
    return out;
  }

 private:
  Result<const projections::ProofEntry*> at(std::uint64_t position) const {
    const auto found =
        std::ranges::find(file_.entries, position, &projections::ProofEntry::position);
    if (found != file_.entries.end()) return &*found;
    return fail("request.absent", "证明文件中没有第 " + std::to_string(position) + " 条记录",
                "the proof file does not hold entry " + std::to_string(position));
  }

  const projections::ProofText& file_;
};

Outcome write_row(Session& session, const PoolAsked& asked) {
  const auto key = only_key(session);
  if (!key) return key.error();
  std::string text;
  const auto replay = proven_draw(session, asked.draw, asked.policy_file, {}, &text);
  if (!replay) return replay.error();
  const Draw& draw = *replay->draw();
  const auto pool_key = projections::opened_pool_key(draw.announcement, **key);
  if (!pool_key) return pool_key.error();
  auto proof = projections::parse_proof(text);
  if (!proof) return proof.error();
  const auto opened =
      projections::opened_by_key(*proof->committed, draw.announcement.strata.size(), *pool_key);
  if (!opened) return opened.error();
  FiledLog log(*proof);
  const auto file = projections::build_opened_row_file(draw, asked.subject, log, *opened);
  if (!file) return file.error();
  if (auto written = write_secret_file(asked.out, *file); !written) return written;
  session.environment().say(
      "已写入 " + asked.out + "：只交给“" + asked.subject + "”本身，请勿外传",
      "written to " + asked.out + ": for \"" + asked.subject + "\" itself and nobody else");
  return ok();
}

void add_common(const Program& program, CLI::App* command, PoolAsked& asked) {
  command
      ->add_option("draw", asked.draw,
                   program.help("哪次抽取：计划/次数，如 2026-ND/1",
                                "which draw: PLAN/ATTEMPT, such as 2026-ND/1"))
      ->required();
  command->add_option(
      "--policy", asked.policy_file,
      program.help("您信任的账本公钥与见证人", "the log key and witnesses you trust"));
}

}  // namespace

void add_pool_commands(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<PoolAsked>();
  CLI::App* checking = program.command(
      draw, "check-pool",
      "指定的监督人：用名录密钥和受限内容文件重算受限名录（执行后也重算抽中者），可签名见证",
      "a supervisor named computes a restricted pool again, by its key and a file of openings, and "
      "once executed who is drawn; and can attest it");
  program.signs(checking);
  add_common(program, checking, *asked);
  checking
      ->add_option("--openings", asked->openings_file,
                   program.help("运营方交给的受限内容文件（liuhen-verify --write-openings 所写）",
                                "the file of openings that the operator handed over (written by "
                                "liuhen-verify --write-openings)"))
      ->required();
  checking->add_flag("--attest", asked->attest,
                     program.help("一致则签名见证：承诺截止之前没有它，抽取不到甲级",
                                  "attest if it replays: without one before the commitments are "
                                  "closed the draw is not tier A"));
  checking->add_flag("--object", asked->object,
                     program.help("不一致则签名提出异议", "sign an objection if it does not"));
  asked->statement = program.help("已用名录密钥和登记的风险等级重算，一致",
                                  "computed again by the key and the classes registered");
  checking->add_option("--statement", asked->statement, program.help("见证意见", "statement"))
      ->capture_default_str();
  program.act(checking, [asked](Session& session) { return check_pool(session, *asked); });

  auto row = std::make_shared<PoolAsked>();
  CLI::App* rows = program.command(
      draw, "row-of", "指定的监督人：写出受限名录中某一户自己的一行，只交给它本身",
      "a supervisor named writes a subject's own row of a restricted pool, for the subject itself");
  program.signs(rows);
  add_common(program, rows, *row);
  rows->add_option("subject", row->subject, program.help("检查对象的编号", "the subject's id"))
      ->required();
  rows->add_option("--out", row->out, program.help("写到哪个文件", "file to write"))->required();
  program.act(rows, [row](Session& session) { return write_row(session, *row); });
}

}  // namespace liuhen::tools
