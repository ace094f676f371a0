// A supervisor's look behind the seal of a draw, and his word that it replays.
#include "projections/calendar.h"
#include "projections/outcome.h"
#include "projections/sealed_draw.h"
#include "tools/commands.h"
#include "tools/proven_draw.h"

namespace liuhen::tools {

namespace {

using projections::Draw;

struct Unsealing {
  std::string draw, policy_file, statement;
  bool attest = false;
};

// The list that the seed gives which was sealed to the supervisor. What it can be held against is
// right.
Result<projections::Visits> behind_seal(const projections::State& state, const Draw& draw,
                                        const crypto::SigningKey& key) {
  auto seed = projections::opened_seed(draw, key);
  if (!seed) return seed.error();
  auto visits =
      projections::visits_of(state, draw, *seed, [](const Hash&) { return std::nullopt; });
  sodium_memzero(seed->data(), seed->size());
  if (!visits) return visits.error();
  if (visits->conflicts_unopened == 0 &&
      !std::ranges::equal(visits->root, draw.outcome->visits_root))
    return fail("draw.visits_root", "执行时记录的名单根与重算的不符",
                "the root of the visits recorded at execution is not what the seed gives");
  return visits;
}

void print_to_him_alone(Session& session, const Draw& draw, const projections::Visits& visits) {
  session.environment().say(
      "已启封：以下名单只给您一人看，至迟于" +
          projections::time_zh(draw.announcement.disclosure_deadline) + " 公开，此前请勿泄露",
      "opened: this list is for you alone until it is disclosed, by " +
          projections::time_en(draw.announcement.disclosure_deadline) + " at the latest");
  for (const auto& visit : visits.visits) {
    session.environment().out << visit.subject;
    for (const std::string& inspector : visit.team)
      session.environment().out << ' ' << (inspector.empty() ? "-" : inspector);
    session.environment().out << '\n';
  }
  if (visits.conflicts_unopened != 0)
    session.environment().say(
        "有利益冲突生效，其内容受限：抽中者已重算一致，派谁去未能重算",
        "conflicts are in force, whose content is restricted: who is drawn replays, who goes there "
        "could not be computed");
  session.environment().say(
      "种子即执行时所承诺的，抽中者" +
          std::string(visits.conflicts_unopened == 0 ? "、名单根" : "") + "重算一致",
      "the seed is the one committed to, and who is drawn" +
          std::string(visits.conflicts_unopened == 0 ? ", and the root of the list," : "") +
          " follows from it");
}

Outcome unseal(Session& session, const Unsealing& asked) {
  const auto keys = session.keys();
  if (!keys) return keys.error();
  if ((*keys)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  const auto replay = proven_draw(session, asked.draw, asked.policy_file,
                                  {"draw.still_sealed", "draw.seal_overdue"});
  if (!replay) return replay.error();
  const Draw& draw = *replay->draw();
  if (!draw.is_sealed())
    return fail("draw.phase", "抽取不在密封中：不是密封抽取，尚未执行，或已启封",
                "the draw is not sealed: it never was, is not executed yet, or is opened already");
  const auto visits = behind_seal(replay->state(), draw, (*keys)->front().key);
  if (!visits) return visits.error();
  print_to_him_alone(session, draw, *visits);
  if (!asked.attest) return ok();
  ledger::schema::DrawAttestedT attested;
  attested.draw = draw.stream;
  attested.agrees = true;
  attested.statement = asked.statement;
  return session.submit_and_say(united(std::move(attested)));
}

}  // namespace

void add_seal_command(Program& program, CLI::App* draw) {
  auto asked = std::make_shared<Unsealing>();
  CLI::App* command = program.command(
      draw, "unseal", "指定的监督人：启封密封的抽取，重算核对，名单只给自己看；可签名见证",
      "a supervisor named opens a sealed draw, replays it, sees the list alone, and can attest it");
  program.signs(command);
  command
      ->add_option("draw", asked->draw,
                   program.help("哪次抽取：计划/次数，如 2026-ND/1",
                                "which draw: PLAN/ATTEMPT, such as 2026-ND/1"))
      ->required();
  command->add_flag(
      "--attest", asked->attest,
      program.help("核对无误即签名见证：没有它，名单不能公开",
                   "attest if it replays: without that the list cannot be disclosed"));
  asked->statement = program.help("已启封重算，与执行时的承诺一致",
                                  "opened and replayed: it is what was committed to");
  command->add_option("--statement", asked->statement, program.help("见证意见", "statement"))
      ->capture_default_str();
  command->add_option(
      "--policy", asked->policy_file,
      program.help("您信任的账本公钥与见证人", "the log key and witnesses you trust"));
  program.act(command, [asked](Session& session) { return unseal(session, *asked); });
}

}  // namespace liuhen::tools
