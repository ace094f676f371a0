#include <algorithm>
#include <filesystem>

#include "api/server/draw_qr.h"
#include "crypto/draw/digits.h"
#include "crypto/draw/protocol.h"
#include "crypto/draw/rows.h"
#include "projections/digits_shown.h"
#include "tools/commands.h"
#include "tools/draw_draft.h"
#include "tools/moment.h"
#include "tools/text_file.h"
#include "tools/witnessing.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

void add_which_draw(const Program& program, CLI::App* command, std::string& draw) {
  command
      ->add_option("draw", draw,
                   program.help("哪次抽取：计划/次数，如 2026-ND/1",
                                "which draw: PLAN/ATTEMPT, such as 2026-ND/1"))
      ->required();
}

Outcome announce(Session& session, const DrawDraft& asked) {
  auto drafted = draft_of(session, asked);
  if (!drafted) return drafted.error();
  ledger::schema::DrawAnnouncedT* payload = &drafted->announcement;
  const std::string stream = "draw/" + payload->plan + "/" + std::to_string(payload->attempt);
  session.environment().say("名录库：检查对象 " + std::to_string(payload->subject_rows) +
                                " 家（可抽 " + std::to_string(payload->subject_eligible) +
                                "），检查人员 " + std::to_string(payload->inspector_rows) +
                                " 人（可派 " + std::to_string(payload->inspector_eligible) + "）",
                            "registry: " + std::to_string(payload->subject_rows) + " subjects (" +
                                std::to_string(payload->subject_eligible) + " eligible), " +
                                std::to_string(payload->inspector_rows) + " inspectors (" +
                                std::to_string(payload->inspector_eligible) + " eligible)");
  auto outcome = session.submit_and_say(united(std::move(*payload)), drafted->openings);
  if (!outcome) return outcome;
  session.environment().say("抽取编号：" + stream, "the draw's stream: " + stream);
  return ok();
}

// Where a contributor keeps the nonce between commitment and reveal: beside the key, for the owner
// alone. One for each announcement: a nonce that was revealed under another one, of a rehearsal or
// of another log, is no secret.
std::string nonce_path(Session& session, const std::string& given, const std::string& draw,
                       const Hash& announcement) {
  if (!given.empty()) return given;
  std::string name = draw;
  std::replace(name.begin(), name.end(), '/', '-');
  return session.target().keys.front() + "." + name + "." + to_hex(announcement).substr(0, 16) +
         ".nonce";
}

Result<Hash> shown_leaf_hash(const json::value& draw) {
  const auto bytes = from_hex(std::string_view(draw.at("leaf_hash").as_string()));
  if (!bytes) return bytes.error();
  return exactly<32>(*bytes);
}

struct Contribution {
  std::string draw, nonce_file;
  Witnessing witnesses;
};

constexpr Unwitnessed kCostOfDraw{
    .zh = "抽取在读者看来只能是 C 级",
    .en = "to its readers the draw can be no more than tier C",
};

// The announcement's leaf hash: as witnessed, or as the service says where no policy is given.
Result<Hash> announcement_hash(Session& session, const Contribution& asked,
                               const std::string& draw) {
  auto shown = session.get("/api/v1/draws/" + draw.substr(5));
  if (!shown) return shown.error();
  auto witnessed = see_witnessed(session, asked.witnesses,
                                 {.stream = draw,
                                  .tag = ledger::PayloadTag::DrawAnnounced,
                                  .position = shown->at("position").to_number<std::uint64_t>()},
                                 kCostOfDraw);
  if (!witnessed) return witnessed.error();
  if (*witnessed) return (*witnessed)->leaf_hash;
  return shown_leaf_hash(*shown);
}

Result<crypto::draw::Nonce> read_nonce(const std::string& path) {
  auto text = read_text(path);
  if (!text) return text.error();
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const auto bytes = from_hex(*text);
  if (!bytes || bytes->size() != crypto::draw::Nonce{}.size()) {
    return fail("draw.nonce_file", path + " 不是随机数文件（应为 64 位十六进制）",
                path + " is no file of a nonce (64 hexadecimal digits)");
  }
  crypto::draw::Nonce nonce{};
  std::copy(bytes->begin(), bytes->end(), nonce.begin());
  return nonce;
}

// The nonce in the file; a fresh one, written there first, where there is none: one that was lost
// could never be revealed, and a commitment that did not get through is sent again as it was.
Result<crypto::draw::Nonce> nonce_kept_at(Session& session, const std::string& path) {
  const auto holds = holds_secret(path);
  if (!holds) return holds.error();
  if (*holds) return read_nonce(path);
  crypto::draw::Nonce nonce{};
  session.environment().entropy.fill(nonce);
  if (auto written = write_secret_file(path, to_hex(nonce) + "\n"); !written)
    return written.error();
  return nonce;
}

Outcome commit(Session& session, const Contribution& asked) {
  const std::string draw = draw_stream(asked.draw);
  auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  auto announcement = announcement_hash(session, asked, draw);
  if (!announcement) return announcement.error();
  const std::string path = nonce_path(session, asked.nonce_file, draw, *announcement);
  auto nonce = nonce_kept_at(session, path);
  if (!nonce) return nonce.error();
  ledger::schema::DrawCommittedT payload;
  payload.draw = draw;
  const Hash commitment =
      crypto::draw::commitment(*announcement, (*keys)->front().key.public_key(), *nonce);
  payload.commitment.assign(commitment.begin(), commitment.end());
  session.environment().say(
      "随机数保存在 " + path + "，揭示前请勿泄露或删除",
      "the nonce is in " + path + "; keep it secret and safe until the reveal");
  return session.submit_and_say(united(std::move(payload)));
}

// A nonce is given away only where it answers to what its contributor committed to.
Outcome check_own_commitment(const json::value& draw, const KeyId& key, const Hash& commitment) {
  for (const json::value& row : draw.at("contributors").as_array()) {
    if (row.at("key").as_string() != std::string_view(to_hex(key))) continue;
    const json::value& recorded = row.at("commitment");
    if (recorded.is_string() && recorded.as_string() == std::string_view(to_hex(commitment)))
      return ok();
    return fail("draw.not_own_commitment",
                "账本所记的承诺不是由这个随机数作出的：承诺被人替换，或随机数文件不对。没有揭示，请"
                "立即核查",
                "the commitment on record was not made from this nonce: somebody replaced it, or "
                "the nonce file is another. Nothing was revealed; look into it at once");
  }
  return fail("draw.contributor", "签名密钥不在公告的贡献人之列",
              "the signing key is not among the announced contributors");
}

Outcome reveal(Session& session, const Contribution& asked) {
  const std::string draw = draw_stream(asked.draw);
  auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  const KeyId own = (*keys)->front().key.public_key();
  auto shown = session.get("/api/v1/draws/" + draw.substr(5));
  if (!shown) return shown.error();
  const auto announcement = shown_leaf_hash(*shown);
  if (!announcement) return announcement.error();
  auto nonce = read_nonce(nonce_path(session, asked.nonce_file, draw, *announcement));
  if (!nonce) return nonce.error();
  const Hash commitment = crypto::draw::commitment(*announcement, own, *nonce);
  if (auto checked = check_own_commitment(*shown, own, commitment); !checked) return checked;
  const json::value& closed = shown->at("commitments_closed_at");
  if (closed.is_null())
    return fail("draw.phase", "承诺尚未截止，还不能揭示",
                "the commitments are not closed yet, so nothing can be revealed");
  auto witnessed = see_witnessed(session, asked.witnesses,
                                 {.stream = draw,
                                  .tag = ledger::PayloadTag::CommitmentsClosed,
                                  .position = closed.to_number<std::uint64_t>()},
                                 kCostOfDraw);
  if (!witnessed) return witnessed.error();
  // The announcement that the nonce was committed under.
  const AnsweredEvent announced{.stream = draw,
                                .tag = ledger::PayloadTag::DrawAnnounced,
                                .position = shown->at("position").to_number<std::uint64_t>()};
  if (*witnessed) {
    if (auto same = check_of_same_log(session, **witnessed, announced, *announcement); !same)
      return same;
  }
  ledger::schema::DrawRevealedT payload;
  payload.draw = draw;
  payload.nonce.assign(nonce->begin(), nonce->end());
  return session.submit_and_say(united(std::move(payload)));
}

struct Thrown {
  std::string draw, source, issue, digits;
};

Outcome record_digits(Session& session, const Thrown& thrown) {
  const auto bits = crypto::draw::digit_bits(thrown.source, thrown.issue, thrown.digits);
  if (!bits) return bits.error();
  session.environment().say("至多 " + projections::tenths(*bits) + " 比特",
                            "at most " + projections::tenths(*bits) + " bits");
  ledger::schema::DigitsRecordedT payload;
  payload.draw = draw_stream(thrown.draw);
  payload.source = thrown.source;
  payload.issue = thrown.issue;
  payload.digits = thrown.digits;
  return session.submit_and_say(united(std::move(payload)));
}

Outcome show(Session& session, const std::string& draw) {
  auto shown = session.get("/api/v1/draws/" + draw_stream(draw).substr(5));
  if (!shown) return shown.error();
  session.environment().out << json::serialize(*shown) << '\n';
  return ok();
}

Outcome proof(Session& session, const std::string& draw, const std::string& out) {
  auto to = session.connection();
  if (!to) return to.error();
  auto response = (*to)->get("/api/v1/draws/" + draw_stream(draw).substr(5) + "/proof");
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  if (auto written = write_text(out, response->body); !written) return written;
  session.environment().say(
      "已写出证明文件 " + out + "；离线核验：liuhen-verify file " + out + " --vkey …",
      "wrote the proof file " + out + "; verify it offline: liuhen-verify file " + out +
          " --vkey …");
  return ok();
}

struct RowAsked {
  std::string draw, subject, out;
};

Outcome row(Session& session, const RowAsked& asked) {
  if (auto checked = crypto::draw::check_id(asked.subject); !checked) return checked;
  auto to = session.connection();
  if (!to) return to.error();
  auto response =
      (*to)->get("/api/v1/draws/" + draw_stream(asked.draw).substr(5) + "/rows/" + asked.subject);
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  if (auto written = write_text(asked.out, response->body); !written) return written;
  session.environment().say("已写出 " + asked.subject + " 的证明文件 " + asked.out +
                                "；离线核验：liuhen-verify file " + asked.out + " --vkey …",
                            "wrote the proof file of " + asked.subject + ", " + asked.out +
                                "; verify it offline: liuhen-verify file " + asked.out +
                                " --vkey …");
  return ok();
}

void add_row(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<RowAsked>();
  CLI::App* command = program.command(
      draw, "row", "写出一户的证明文件：在不在名录中，抽签号与截止号，为何不可抽",
      "write the proof file of one subject: in the pool or not, its ticket against the cut-off, "
      "why it could not be drawn");
  program.reads(command);
  add_which_draw(program, command, asked->draw);
  command->add_option("subject", asked->subject, program.help("检查对象的编号", "the subject's id"))
      ->required();
  command->add_option("--out", asked->out, program.help("写到哪个文件", "file to write"))
      ->required();
  program.act(command, [asked](Session& session) { return row(session, *asked); });
}

struct QrAsked {
  std::string draw, url, out;
};

// By what the service says is its newest checkpoint: whoever scans the code compares it with the
// log.
Outcome qr(Session& session, const QrAsked& asked) {
  if (auto good = api::server::check_public_url(asked.url); !good) return good;
  const std::string stream = draw_stream(asked.draw);
  auto shown = session.get("/api/v1/draws/" + stream.substr(5));
  if (!shown) return shown.error();
  auto to = session.connection();
  if (!to) return to.error();
  auto response = (*to)->get("/checkpoint");
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  const auto note = crypto::parse_note(response->body);
  if (!note) return note.error();
  const auto checkpoint = crypto::parse_checkpoint(note->text);
  if (!checkpoint) return checkpoint.error();
  const std::string address = api::server::draw_link(
      asked.url, stream, shown->at("number").to_number<std::uint64_t>(), *checkpoint);
  const auto svg = api::server::qr_svg(address, address);
  if (!svg) return svg.error();
  if (auto written = write_text(asked.out, *svg); !written) return written;
  session.environment().out << address << '\n';
  session.environment().say("二维码写在 " + asked.out, "the QR code is in " + asked.out);
  return ok();
}

void add_qr(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<QrAsked>();
  CLI::App* command =
      program.command(draw, "qr", "写出二维码（SVG）：抽取编号、检查点、在哪里查看",
                      "write a QR code (SVG): the draw's number, the checkpoint and where to look");
  program.reads(command);
  add_which_draw(program, command, asked->draw);
  command
      ->add_option("--public-url", asked->url,
                   program.help("读者访问服务或镜像的网址，如 https://liuhen.example",
                                "where readers find the service or a mirror, such as "
                                "https://liuhen.example"))
      ->required();
  command->add_option("--out", asked->out, program.help("写到哪个文件", "file to write"))
      ->required();
  program.act(command, [asked](Session& session) { return qr(session, *asked); });
}

void add_announcing(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<DrawDraft>();
  CLI::App* command = program.command(
      draw, "announce", "公告一次抽取（经办人和审批人签名）：范围、层、名录库根值、贡献人、期限",
      "announce a draw (clerk and approver sign): scope, strata, pool roots, contributors, "
      "deadlines");
  program.signs(command);
  command->add_option("plan", asked->plan, program.help("计划编号", "plan id"))->required();
  command
      ->add_option("--contributor", asked->contributors,
                   program.help("随机数贡献人（人员编号），至少两次",
                                "a contributor (person id), at least twice"))
      ->required();
  command->add_option(
      "--unit", asked->units,
      program.help("派出检查人员的单位；不填为计划部门及其下级",
                   "unit that sends inspectors; none: the plan's department and those below it"));
  command->add_option("--qualification", asked->qualification,
                      program.help("须具备的资格", "qualification they must hold"));
  command->add_option("--total", asked->total,
                      program.help("计划未定比例时，各层合计抽几户，按可抽数分摊",
                                   "where the plan leaves the rates open: how many in all, shared "
                                   "by how many can be drawn"));
  command->add_option("--seats", asked->seats, program.help("每户检查人员数", "officers a visit"))
      ->capture_default_str();
  command
      ->add_option("--unit-limit", asked->unit_limit,
                   program.help("每户同一单位至多几人，0 不限",
                                "members of one unit in a visit, 0 no limit"))
      ->capture_default_str();
  command
      ->add_option("--commit-minutes", asked->commit_min,
                   program.help("承诺期（分钟）", "minutes to commit"))
      ->capture_default_str();
  command
      ->add_option("--reveal-minutes", asked->reveal_min,
                   program.help("揭示期（分钟）", "minutes to reveal"))
      ->capture_default_str();
  command
      ->add_option("--execute-minutes", asked->execute_min,
                   program.help("执行期（分钟）", "minutes to execute"))
      ->capture_default_str();
  command
      ->add_option("--substitute-delay", asked->substitute_delay_s,
                   program.help("递补前等待秒数", "seconds before a substitute is drawn"))
      ->capture_default_str();
  command->add_option("--beacon", asked->beacon,
                      program.help("信标链的链哈希；公告其揭示期限加两倍裕量之后的第一轮",
                                   "chain hash of a beacon; its first round twice the margin after "
                                   "the reveals is announced"));
  takes_moment(command->add_option("--sealed-until", asked->sealed_until,
                                   program.help("密封抽取：名单至迟于此时公开，晚于执行期限，如 "
                                                "\"2026-12-01 09:00\"（北京时间）或 Unix 秒",
                                                "a sealed draw: its list is disclosed by then, "
                                                "after the deadline for execution; "
                                                "\"2026-12-01 09:00\" (UTC+8) or a Unix second")),
               program.environment.language);
  command->add_option("--supervisor", asked->supervisors,
                      program.help("可先启封核对的监督人（人员编号或公钥）；密封抽取、按风险等级"
                                   "分层的抽取至少两次",
                                   "a supervisor (person id or key) who may open a sealed draw "
                                   "before, or a restricted pool, at least twice"));
  command->add_option("--previous", asked->previous,
                      program.help("此前同事项同范围最近一次作废或失败的抽取",
                                   "the newest earlier draw on these items and this scope that was "
                                   "voided or has failed"));
  command->add_option("--groups", asked->groups_file,
                      program.help("席位组 JSON 文件（代替 --unit 等）",
                                   "JSON file of seat groups, in place of --unit and the like"));
  command
      ->add_option(
          "--form", asked->form,
          program.help(
              "形式：both 双随机，subjects 只抽检查对象（检查人员由单位指派），inspectors "
              "只抽检查人员，full 全覆盖（抽次序、日期、检查人员）；后三种须写 --form-reason",
              "what is drawn: both sides, subjects (the inspectors are named), inspectors "
              "only, or full (all visited: order, dates and staff are drawn); the last "
              "three need --form-reason"))
      ->capture_default_str();
  command->add_option("--form-reason", asked->form_reason,
                      program.help("为何不双随机，随处公开显示",
                                   "why not both sides are drawn; shown wherever the draw is"));
  command->add_option("--first-day", asked->first_day,
                      program.help("全覆盖：首日，如 2026-11-30，须为周一至周五",
                                   "full: the first day, such as 2026-11-30, a Monday to Friday"));
  command->add_option("--visits-per-day", asked->visits_per_day,
                      program.help("全覆盖：每日几户", "full: how many visits a day"));
  program.act(command, [asked](Session& session) { return announce(session, *asked); });
}

void add_digits(Program& program, CLI::App* draw) {
  auto thrown = std::make_shared<Thrown>();
  CLI::App* command = program.command(
      draw, "digits", "记录彩票号码或当众掷出的骰子点数（承诺截止前，两位现场见证人签名）",
      "record digits of a lottery, or of dice thrown before observers (before commitments are "
      "closed; two observers sign)");
  program.signs(command);
  add_which_draw(program, command, thrown->draw);
  std::string zh, en;
  for (const auto& source : crypto::draw::digit_sources()) {
    zh += (zh.empty() ? "" : "、") + std::string(source.id) + " " + std::string(source.zh);
    en += (en.empty() ? "" : ", ") + std::string(source.id);
  }
  command->add_option("--source", thrown->source, program.help("来源：" + zh, "the source: " + en))
      ->required();
  command->add_option("--issue", thrown->issue,
                      program.help("彩票期号；骰子不填", "the lottery's issue; none for dice"));
  command
      ->add_option("--digits", thrown->digits,
                   program.help("号码或点数，依次连写，如 03081219273106",
                                "the numbers in order, without gaps, such as 03081219273106"))
      ->required();
  program.act(command, [thrown](Session& session) { return record_digits(session, *thrown); });
}

void add_contributing(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<Contribution>();
  CLI::App* committing =
      program.command(draw, "commit", "贡献人：承诺一个随机数", "a contributor commits to a nonce");
  program.signs(committing);
  add_which_draw(program, committing, asked->draw);
  committing->add_option("--nonce-file", asked->nonce_file,
                         program.help("随机数存放处", "where the nonce is kept"));
  add_witnessing(program, committing, asked->witnesses, kCostOfDraw);
  program.act(committing, [asked](Session& session) { return commit(session, *asked); });
  CLI::App* revealing = program.command(draw, "reveal", "贡献人：揭示所承诺的随机数",
                                        "a contributor reveals the nonce");
  program.signs(revealing);
  add_which_draw(program, revealing, asked->draw);
  revealing->add_option("--nonce-file", asked->nonce_file,
                        program.help("随机数存放处", "where the nonce is kept"));
  add_witnessing(program, revealing, asked->witnesses, kCostOfDraw);
  program.act(revealing, [asked](Session& session) { return reveal(session, *asked); });
}

void add_supervising(Program& program, CLI::App* draw) {
  auto voided = std::make_shared<ledger::schema::DrawVoidedT>();
  CLI::App* voiding = program.command(draw, "void", "作废（结果仍须公布；两人签名）",
                                      "void a draw (its outcome must still be shown; two sign)");
  program.signs(voiding);
  add_which_draw(program, voiding, voided->draw);
  voiding->add_option("--reason", voided->reason, program.help("原因", "reason"))->required();
  program.act(voiding, [voided](Session& session) {
    voided->draw = draw_stream(voided->draw);
    return session.submit_and_say(united(*voided));
  });

  auto attested = std::make_shared<ledger::schema::DrawAttestedT>();
  auto objects = std::make_shared<bool>(false);
  CLI::App* attesting = program.command(draw, "attest", "见证人见证", "an observer attests");
  program.signs(attesting);
  add_which_draw(program, attesting, attested->draw);
  attesting->add_option("--statement", attested->statement, program.help("见证意见", "statement"))
      ->required();
  attesting->add_flag("--objects", *objects, program.help("有异议", "does not agree"));
  program.act(attesting, [attested, objects](Session& session) {
    attested->draw = draw_stream(attested->draw);
    attested->agrees = !*objects;
    return session.submit_and_say(united(*attested));
  });

  auto units = std::make_shared<ledger::schema::UnitsAddedT>();
  CLI::App* adding = program.command(draw, "add-units", "无人可递补时整单位加入（两人签名）",
                                     "add whole units where no substitute is left (two sign)");
  program.signs(adding);
  add_which_draw(program, adding, units->draw);
  adding
      ->add_option("--group", units->group, program.help("席位组号，从 0 起", "seat group, from 0"))
      ->capture_default_str();
  adding->add_option("--unit", units->units, program.help("单位编号", "unit id"))->required();
  adding->add_option("--reason", units->reason, program.help("原因", "reason"))->required();
  program.act(adding, [units](Session& session) {
    units->draw = draw_stream(units->draw);
    return session.submit_and_say(united(*units));
  });
}

}  // namespace

void add_draw_commands(Program& program) {
  CLI::App* draw = program.command(
      &program.app, "draw", "抽取：公告、承诺、揭示、执行、作废、见证、启封、受限名录、证明文件",
      "draws: announce, commit, reveal, advance, void, attest, unseal, restricted pools, proof "
      "file");
  draw->require_subcommand(1);
  add_announcing(program, draw);
  add_contributing(program, draw);
  add_digits(program, draw);
  add_supervising(program, draw);
  add_seal_command(program, draw);
  add_pool_commands(program, draw);

  CLI::App* advance =
      program.command(draw, "advance", "让平台记下已到时的步骤（服务也会自动做）",
                      "have the platform record what is due (the service does so by itself)");
  program.reads(advance);
  program.act(advance, [](Session& session) -> Outcome {
    auto answer = session.post("/api/v1/platform/advance", json::object{});
    if (!answer) return answer.error();
    return ok();
  });

  auto name = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  CLI::App* showing =
      program.command(draw, "show", "一次抽取的全部情况（JSON）", "everything about a draw (JSON)");
  program.reads(showing);
  add_which_draw(program, showing, *name);
  program.act(showing, [name](Session& session) { return show(session, *name); });
  CLI::App* proving = program.command(draw, "proof", "写出证明文件，可离线核验",
                                      "write the proof file, to be verified offline");
  program.reads(proving);
  add_which_draw(program, proving, *name);
  proving->add_option("--out", *out, program.help("写到哪个文件", "file to write"))->required();
  program.act(proving, [name, out](Session& session) { return proof(session, *name, *out); });
  add_row(program, draw);
  add_qr(program, draw);
}

}  // namespace liuhen::tools
