// Judges a proof file: text, checkpoint, inclusions, rows, and then the draw itself, event by
// event.
#include <algorithm>
#include <iterator>

#include "projections/draw_form.h"
#include "projections/matching_shown.h"
#include "projections/outcome.h"
#include "projections/partial_replay.h"
#include "projections/proof_checkpoint.h"
#include "projections/proof_file.h"
#include "projections/proof_text.h"
#include "projections/seal_shown.h"
#include "projections/sealed_draw.h"
#include "projections/set_aside.h"
#include "projections/verify_summary.h"
#include "projections/void_shown.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

using ledger::Verdict;

std::string number(std::uint64_t value) { return std::to_string(value); }

Result<Pool> pool_of_rows(ProofText& proof) {
  crypto::draw::SubjectPool subjects(true);  // the replay looks at weights once it knows the draw
  crypto::draw::InspectorPool inspectors;
  for (const auto& row : proof.subjects) {
    if (auto added = subjects.add(row); !added) return added.error();
  }
  for (const auto& row : proof.inspectors) {
    if (auto added = inspectors.add(row); !added) return added.error();
  }
  Pool pool;
  if (proof.committed) {
    const auto root = crypto::draw::committed_root(*proof.committed);
    if (!root) return root.error();
    pool.restricted = pool.committed = true;
    for (auto& row : *proof.committed) proof.subjects.push_back({.id = std::move(row.id)});
    pool.subject_root = *root;
  } else {
    pool.subject_root = subjects.root();
  }
  pool.subjects_eligible = subjects.eligible();
  pool.inspector_root = inspectors.root();
  pool.inspectors_eligible = inspectors.eligible();
  pool.conflict_root = crypto::draw::conflicts_root(proof.conflicts);
  pool.subjects = std::move(proof.subjects);
  pool.inspectors = std::move(proof.inspectors);
  pool.conflicts = std::move(proof.conflicts);
  return pool;
}

// As many as fit a line, after a colon.
std::string list_of(const std::vector<std::string>& ids) {
  constexpr std::size_t kNamed = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(ids.size(), kNamed); ++i)
    out.append(i == 0 ? ": " : ", ").append(ids[i]);
  return ids.size() > kNamed ? out + ", …" : out;
}

// What the file says of an entry's place in the log is what the entry says.
Outcome take(PartialReplay& replay, const ProofEntry& entry) {
  const auto event = ledger::Event::parse(entry.bytes);
  if (event && event->position() != entry.position) {
    return fail("chain.position", "条目自称的位置不是此处",
                "the entry says that it belongs elsewhere");
  }
  return replay.take(entry.bytes);
}

class Judge {
 public:
  Judge(const crypto::Policy* trusted, std::uint64_t now_s) : trusted_(trusted), now_s_(now_s) {
    out_.keys_pinned = trusted != nullptr;
  }

  ProofVerdict judge(std::string_view text) {
    limits();
    auto proof = parse_proof(text);
    if (!proof) return violated(proof.error());
    out_.origin = proof->origin;
    out_.draw = proof->draw;
    out_.entries = proof->entries.size();
    if (!check_checkpoint(*proof) || !check_inclusions(*proof)) return std::move(out_);
    const std::vector<ProofEntry> entries = std::move(proof->entries);
    auto pool = pool_of_rows(*proof);
    if (!pool) return violated(pool.error());
    count(*pool);
    PartialReplay replay(out_.origin, out_.draw, std::move(*pool));
    for (const ProofEntry& entry : entries) {
      const auto taken = take(replay, entry);
      note_step(replay.state(), entry, !taken);
      if (!taken) return violated(taken.error(), entry.position);
    }
    return judge_draw(replay);
  }

 private:
  ProofVerdict violated(Error error, std::optional<std::uint64_t> position = std::nullopt) {
    find_wrong(std::move(error), position);
    return std::move(out_);
  }

  void note_step(const State& state, const ProofEntry& entry, bool wrong) {
    const auto event = ledger::Event::parse(entry.bytes);
    if (!event || draw_of(*event) != out_.draw) return;
    add_step(out_.timeline, state, *event, wrong);
    if (event->tag() == ledger::PayloadTag::DrawVoided && !wrong)
      reveals_awaited_at_void_ = awaits_reveals(state.draws.by_stream.at(out_.draw));
  }

  void find_wrong(Error error, std::optional<std::uint64_t> position = std::nullopt) {
    out_.verdict = is_inconclusive(error.code) ? Verdict::inconclusive : Verdict::violated;
    out_.finding = std::move(error);
    out_.position = position;
  }

  void say(std::string zh, std::string en) {
    out_.shown.push_back({.zh = std::move(zh), .en = std::move(en)});
  }

  bool check_checkpoint(const ProofText& proof) {
    auto opened = open_proof_checkpoint(proof.origin, proof.entries, proof.checkpoint, trusted_);
    if (!opened) {
      find_wrong(opened.error());
      return false;
    }
    unwitnessed_ = std::move(opened->unwitnessed);
    out_.size = opened->checkpoint.size;
    out_.root = opened->checkpoint.root;
    std::ranges::move(opened->shown, std::back_inserter(out_.shown));
    std::ranges::move(opened->not_shown, std::back_inserter(out_.not_shown));
    return true;
  }

  bool check_inclusions(const ProofText& proof) {
    for (const ProofEntry& entry : proof.entries) {
      const Outcome included = check_included(entry, {.size = out_.size, .root = out_.root});
      if (included) continue;
      find_wrong(included.error(), entry.position);
      return false;
    }
    out_.shown.push_back(all_included(proof.entries.size()));
    return true;
  }

  void count(const Pool& pool) {
    out_.subjects = pool.subjects.size();
    out_.eligible = pool.subjects_eligible;
    out_.inspectors = pool.inspectors.size();
    out_.conflicts = pool.conflicts.size();
  }

  ProofVerdict judge_draw(const PartialReplay& replay) {
    const Draw* draw = replay.draw();
    if (draw == nullptr)
      return violated(fail("proof.draw", "文件中没有该抽取的公告",
                           "the file does not hold the announcement of its draw"));
    say("每条事件由其署名人签名；其密钥和角色由创世事件或两位受托人授予",
        "every event is signed by its authors; the genesis or two trustees granted their keys and "
        "roles");
    say("公告的名录根与文件中的 " + number(out_.subjects) + " 个检查对象、" +
            number(out_.inspectors) + " 名检查人员、" + number(out_.conflicts) +
            " 项利益冲突承诺一致",
        "the announced roots are those of the " + number(out_.subjects) + " subjects, " +
            number(out_.inspectors) + " inspectors and " + number(out_.conflicts) +
            " conflicts' commitments in the file");
    for (const Escape& escape : escapes(replay.state(), now_s_)) {
      if (escape.draw != draw->stream) continue;
      if (escape.executed_time)
        return violated(
            fail("draw.escape", "抽取在期限之后才执行", "the draw was executed after its deadline"),
            draw->executed_at);
      // That the quorum has not cosigned this comes first: an overdue draw is acted upon.
      if (unwitnessed_) return violated(*unwitnessed_);
      out_.verdict = Verdict::inconclusive;
      out_.finding =
          fail("draw.unexecuted",
               "执行期限已过，此文件中尚无执行记录：请核验整个账本，确认是否违反“不得逃避”",
               "the deadline for execution has passed and this file holds no execution: verify the "
               "whole log, which shows whether it was escaped");
      describe_discarded(replay.state(), *draw);
      return std::move(out_);
    }
    if (auto late = check_disclosure(replay.state(), *draw); !late) {
      if (draw->disclosed_at || !unwitnessed_) return violated(late.error(), draw->disclosed_at);
      return violated(*unwitnessed_);
    }
    if (draw->is_restricted()) out_.eligible = draw->announcement.subject_eligible;
    if (draw->outcome) certain_ = certain_subjects(replay.state(), *draw);
    describe(replay.state(), *draw);
    describe_seal(replay.state(), *draw);
    describe_pool(replay.state(), *draw);
    describe_discarded(replay.state(), *draw);
    describe_beacon(replay.state(), *draw);
    out_.shown.push_back(sharing_words(replay.state(), *draw));
    out_.verdict = Verdict::verified;
    if (draw->is_sealed()) find_wrong(still_sealed(draw->announcement.disclosure_deadline));
    if (unwitnessed_) find_wrong(*unwitnessed_);
    return std::move(out_);
  }

  // Late is a violation; not at all may be because the file is older.
  Outcome check_disclosure(const State& state, const Draw& draw) const {
    for (const Undisclosed& late : undisclosed(state, now_s_)) {
      if (late.draw != draw.stream) continue;
      if (!draw.announcement.sealed) {
        if (late.disclosed_time)
          return fail("draw.unlisted", "执行之后，名单逾期才列示完毕",
                      "the list of visits was complete only after it was due");
        return fail("draw.list_overdue", "已执行，此文件中尚未列示名单，期限已过：请核验整个账本",
                    "the draw was executed, the time for its list of visits has passed and this "
                    "file does not have it: verify the whole log");
      }
      if (late.disclosed_time)
        return fail("draw.undisclosed", "密封的抽取在公开期限之后才公开",
                    "the sealed draw was disclosed after its deadline");
      return fail("draw.seal_overdue", "密封的抽取公开期限已过，此文件中尚未公开：请核验整个账本",
                  "the deadline for disclosing the sealed draw has passed and this file does not "
                  "disclose it: verify the whole log");
    }
    return ok();
  }

  void describe_seal(const State& state, const Draw& draw) {
    const auto seal = seal_shown(state, draw);
    if (!seal) return;
    out_.shown.push_back(seal->what);
    for (const Sentence& objection : seal->objections) out_.shown.push_back(objection);
  }

  void describe_pool(const State& state, const Draw& draw) {
    const auto pool = pool_shown(state, draw);
    if (!pool) return;
    out_.shown.push_back(pool->what);
    for (const Sentence& objection : pool->objections) out_.shown.push_back(objection);
    not_shown("各行、抽签号、截止号的承诺没有打开：分层、可抽与否、由种子应抽中谁没有重算",
              "the commitments to rows, tickets and cut-offs are not opened: strata, who could be "
              "drawn and whom the seed draws were not computed again");
  }

  void describe_discarded(const State& state, const Draw& draw) {
    out_.discarded_before = outcomes_discarded_before(state, draw);
    if (out_.discarded_before.empty()) return;
    std::string names;
    for (const std::string& stream : out_.discarded_before)
      names.append(names.empty() ? "" : ", ").append(stream);
    const std::string count = number(out_.discarded_before.size());
    say("此前同事项同范围已有 " + count + " 次结果作废，作废时不能排除有人已知结果：" + names,
        "outcomes on its items and scope were discarded before it, and it is not ruled out that "
        "somebody knew them when they were voided: " +
            count + ": " + names);
    const auto timely = std::ranges::count_if(out_.discarded_before, [&](const std::string& each) {
      return state.draws.by_stream.at(each).voided_before_round();
    });
    if (timely == 0) return;
    const std::string of_them = number(static_cast<std::uint64_t>(timely));
    say("其中 " + of_them + " 次按记录的时间在信标那一轮之前作废；有无见证人的证明，须核验整个账本",
        of_them +
            " of them were voided before the beacon's round by the recorded time; whether "
            "witnesses prove it the whole log shows");
  }

  void describe_beacon(const State& state, const Draw& draw) {
    if (!draw.beacon) return;
    out_.beacon = beacon_line_of(state, draw, trusted_);
    const std::string chain = to_hex(draw.beacon->chain_hash), round = number(draw.beacon->round);
    if (draw.beacon_output)
      say("信标链 " + chain + " 第 " + round + " 轮的签名经核对，即公告所定的那一轮，输出 " +
              to_hex(*draw.beacon_output),
          "the signature of round " + round + " of the beacon chain " + chain +
              " is good, it is the round announced, and its output is " +
              to_hex(*draw.beacon_output));
    if (!out_.beacon->listed)
      not_shown(
          "信标链 " + chain + " 是否公共信标：您的策略没有列出它",
          "whether the beacon chain " + chain + " is a public one: your policy does not list it");
    not_shown("公告与揭示是否早于信标：须有见证人的证明",
              "whether announcement and reveals came before the beacon: that takes witnesses");
  }

  void describe_weights(const Draw& draw) {
    if (!draw.announcement.weighted || !draw.outcome) return;
    const std::string certain = number(certain_.size());
    say("按权重抽取：仅凭权重即必然抽中的有 " + certain + " 个" + list_of(certain_),
        "it was drawn by weight: by their weight alone " + certain + " were certain to be drawn" +
            list_of(certain_));
  }

  void describe_matching(const State& state, const Draw& draw) {
    say("检查人员的匹配经重算一致", "the matching of inspectors was computed again and agrees");
    const auto matching = matching_shown(state, draw, {});
    if (!matching) return;
    for (Sentence& sentence : words_of(*matching)) out_.shown.push_back(std::move(sentence));
  }

  void describe_named(const State& state, const Draw& draw) {
    const auto named = static_cast<std::uint64_t>(std::ranges::count_if(
        draw.tasks, [](const Task& task) { return !task.seats.front().inspector.empty(); }));
    say("检查人员没有抽取：截至该检查点已为 " + number(named) + " 次检查指派人员，均由两人签名",
        "no inspectors were drawn: as of that checkpoint teams were named for " + number(named) +
            " visits, each by two persons' signatures");
    const std::uint64_t pool = draw.announcement.pool_position;
    if (!state.conflicts.of_draw(pool, state.size() - 1).empty())
      not_shown("有利益冲突生效（内容受限），指派的人员是否避开了冲突",
                "with conflicts in force (restricted content) whether those named heed them");
  }

  void describe(const State& state, const Draw& draw) {
    if (draw.reveals_closed_at) {
      const auto revealed = static_cast<std::uint64_t>(
          std::count_if(draw.revealed.begin(), draw.revealed.end(),
                        [](const Bytes& nonce) { return !nonce.empty(); }));
      say(number(draw.contributors.size()) + " 位贡献人中 " + number(draw.committed.size()) +
              " 位承诺、" + number(revealed) + " 位揭示，揭示与承诺相符",
          number(draw.committed.size()) + " of " + number(draw.contributors.size()) +
              " contributors committed, " + number(revealed) +
              " revealed, and what they revealed is what they had committed to");
    }
    for (const DigitsLine& line : digits_of(draw))
      say("彩票或骰子的数字由两位现场见证人签署，并入种子：" + line.what.zh,
          "digits that two observers signed enter the seed: " + line.what.en);
    const Sentence form = words_for_form(draw.announcement);
    if (!form.zh.empty()) out_.shown.push_back(form);
    if (draw.executed_at) out_.visits = draw.outcome->visits;
    if (draw.known_at && draw.is_restricted()) {
      say("由公告的公钥重算种子；公布的 " + number(draw.tasks.size()) +
              " 个检查对象都在名录中，次序由种子所定",
          "the seed follows from the announced key; the " + number(draw.tasks.size()) +
              " subjects listed are in the pool, in the order that the seed gives");
    } else if (draw.known_at) {
      say("由公告的公钥重算种子，从 " + number(out_.eligible) + " 个可抽对象中抽中 " +
              number(out_.visits) + " 个，抽中者、截止号与记录一致",
          "the seed follows from the announced key; of " + number(out_.eligible) +
              " who could be drawn it gives the " + number(out_.visits) +
              " recorded, and the recorded cut-offs");
    }
    describe_weights(draw);
    if (draw.disclosed_at) {
      const bool teams = draws_teams(draw.announcement);
      if (teams && out_.conflicts == 0) describe_matching(state, draw);
      if (!teams) describe_named(state, draw);
      say("公布的名单与执行时的根一致",
          "the list published is that of the root recorded at execution");
    }
    if (out_.conflicts != 0 && draws_teams(draw.announcement))
      not_shown("有利益冲突生效（内容受限），检查人员的匹配只核对了资格、单位、人数上限",
                "with conflicts in force (restricted content) the matching was checked for "
                "fitness, units and capacities only, not computed again");
    if (draw.voided_at) {
      const Sentence known = words_of(known_at_void(draw, {}, reveals_awaited_at_void_));
      say("该抽取已作废：" + known.zh, "the draw was voided: " + known.en);
    }
    if (draw.failed_at) say("该抽取已告失败：无人承诺", "the draw failed: nobody committed");
    if (!draw.disclosed_at && !draw.failed_at && !draw.discarded)
      say("截至该检查点，抽取尚未结束", "as of that checkpoint the draw had not ended");
  }

  void not_shown(std::string zh, std::string en) {
    out_.not_shown.push_back({.zh = std::move(zh), .en = std::move(en)});
  }

  void limits() {
    not_shown(
        "是否另有抽取（例如先抽一次、不满意再抽）：须核验整个账本",
        "whether another draw was made, such as one that did not please: the whole log shows it");
    not_shown("此前同事项同范围更早的抽取是否也曾作废，最近的是否写明",
              "whether the newest earlier draw on these items and this scope that was voided is "
              "named, or still older ones were voided too");
    not_shown("文件所列密钥此前是否已被撤销", "whether keys in the file had been revoked");
    not_shown("名录是否就是当时的登记", "whether the pool was the registry of that day");
    not_shown("其后是否还有事件（以检查点为限）", "what happened later than its checkpoint");
    not_shown("登记是否属实，检查是否如实进行",
              "whether the registry tells the truth, and whether a visit was honest");
  }

  const crypto::Policy* trusted_;
  std::uint64_t now_s_;
  std::vector<std::string> certain_;
  std::optional<Error> unwitnessed_;  // the log signed it; said if nothing else is wrong
  bool reveals_awaited_at_void_ = true;
  ProofVerdict out_;
};

}  // namespace

Result<PartialReplay> replay_proof_file(std::string_view text) {
  auto proof = parse_proof(text);
  if (!proof) return proof.error();
  const std::vector<ProofEntry> entries = std::move(proof->entries);
  auto pool = pool_of_rows(*proof);
  if (!pool) return pool.error();
  PartialReplay replay(proof->origin, proof->draw, std::move(*pool));
  for (const ProofEntry& entry : entries) {
    if (auto taken = take(replay, entry); !taken) return taken.error();
  }
  return replay;
}

ProofVerdict verify_proof_file(std::string_view text, const crypto::Policy* trusted,
                               std::uint64_t now_s) {
  return Judge(trusted, now_s).judge(text);
}

}  // namespace liuhen::projections
