// Judges the file of one row: text, checkpoint, entries, the row in the announced pool, and its
// ticket.
#include <iterator>

#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket.h"
#include "projections/draw_form.h"
#include "projections/outcome.h"
#include "projections/pool.h"
#include "projections/proof_checkpoint.h"
#include "projections/reasons.h"
#include "projections/row_file.h"
#include "projections/row_replay.h"
#include "projections/sealed_draw.h"

namespace liuhen::projections {

namespace {

using ledger::Verdict;

std::string number(std::uint64_t value) { return std::to_string(value); }

class Judge {
 public:
  explicit Judge(const crypto::Policy* trusted) : trusted_(trusted) {
    out_.keys_pinned = trusted != nullptr;
  }

  RowVerdict judge(std::string_view text) {
    const auto file = parse_row_file(text);
    if (!file) return ended(file.error());
    out_.origin = file->origin;
    out_.draw = file->draw;
    out_.subject = file->subject;
    auto opened = open_proof_checkpoint(file->origin, file->entries, file->checkpoint, trusted_);
    if (!opened) return ended(opened.error());
    out_.size = opened->checkpoint.size;
    out_.root = opened->checkpoint.root;
    std::ranges::move(opened->shown, std::back_inserter(out_.shown));
    std::ranges::move(opened->not_shown, std::back_inserter(out_.not_shown));
    for (const ProofEntry& entry : file->entries) {
      const auto included = check_included(entry, {.size = out_.size, .root = out_.root});
      if (!included) return ended(included.error(), entry.position);
    }
    out_.shown.push_back(all_included(file->entries.size()));
    RowReplay replay(file->origin, file->draw);
    for (const ProofEntry& entry : file->entries) {
      if (auto taken = replay.take(entry); !taken) return ended(taken.error(), entry.position);
    }
    say("每条事件由其署名人签名", "every event is signed by its authors");
    if (auto judged = judge_row(replay, *file); !judged) return ended(judged.error(), at_);
    if (opened->unwitnessed) return ended(*opened->unwitnessed);
    out_.verdict = Verdict::verified;
    return finished();
  }

 private:
  void say(std::string zh, std::string en) {
    out_.shown.push_back({.zh = std::move(zh), .en = std::move(en)});
  }

  RowVerdict ended(Error error, std::optional<std::uint64_t> position = std::nullopt) {
    RowVerdict wrong;
    wrong.keys_pinned = out_.keys_pinned;
    wrong.origin = out_.origin;
    wrong.draw = out_.draw;
    wrong.subject = out_.subject;
    wrong.size = out_.size;
    wrong.root = out_.root;
    wrong.not_shown = std::move(out_.not_shown);
    wrong.verdict = is_inconclusive(error.code) ? Verdict::inconclusive : Verdict::violated;
    wrong.finding = std::move(error);
    wrong.position = position;
    out_ = std::move(wrong);
    return finished();
  }

  Outcome judge_row(const RowReplay& replay, const RowText& file) {
    const auto seed = replay.seed();
    if (!seed) {
      at_ = replay.known_at();
      return seed.error();
    }
    const auto& announced = replay.announcement();
    out_.rows = announced.subject_rows;
    out_.eligible = announced.subject_eligible;
    const auto root = exactly<32>(View(announced.subject_root));
    out_.weighted = announced.weighted;
    if (auto checked = check_form(announced); !checked) return checked;
    if (const Sentence form = words_for_form(announced); !form.zh.empty())
      out_.shown.push_back(form);
    draws_subjects_ = draws_subjects(announced);
    out_.restricted = !announced.pool_key_hash.empty();
    if (out_.restricted != file.opened.has_value())
      return fail("draw.restricted", "名录受限与否，文件与公告不一致",
                  "the file is of a restricted pool and the announcement is not, or the reverse");
    if (out_.restricted) return judge_opened(replay, file, *seed);
    const auto row = crypto::draw::check_row(file.subject, file.rows, announced.subject_rows,
                                             root.value(), announced.weighted);
    if (!row) return row.error();
    if (replay.is_sealed()) return still_sealed(announced.disclosure_deadline);
    out_.executed = replay.executed() != nullptr;
    out_.voided = replay.voided();
    out_.failed = replay.failed();
    out_.row = *row;
    if (!*row) return describe_absence(file);
    out_.index = file.rows.front().index;
    if (auto known = check_known(announced); !known) return known;
    describe_row(**row);
    return out_.executed ? judge_ticket(replay, **seed) : ok();
  }

  Outcome check_known(const ledger::schema::DrawAnnouncedT& announced) const {
    if (out_.row->stratum >= announced.strata.size())
      return fail("draw.stratum", "该行的分层没有公告", "the row's stratum was not announced");
    if (out_.row->eligibility > kLastSubjectReason)
      return fail("payload.unknown", "本程序不认识该行不可抽的理由代码，请升级",
                  "this program does not know the code of the row's reason: upgrade it");
    return ok();
  }

  // The subject's own row of a restricted pool.
  Outcome judge_opened(const RowReplay& replay, const RowText& file,
                       const std::optional<crypto::draw::Seed>& seed) {
    const auto& announced = replay.announcement();
    const OpenedRow& opened = *file.opened;
    if (opened.row.id != file.subject)
      return fail("row.neighbours", "所列的不是它本身的行", "the row is not the subject's own");
    const auto checked = crypto::draw::check_committed_row(
        opened.row, {.index = opened.index, .path = opened.path}, opened.content, opened.salt,
        announced.subject_rows, exactly<32>(View(announced.subject_root)).value());
    if (!checked) return checked;
    if (auto weight = crypto::draw::check_weight(opened.row.id, opened.content.weight, false);
        !weight)
      return weight;
    out_.executed = replay.executed() != nullptr;
    out_.voided = replay.voided();
    out_.failed = replay.failed();
    out_.index = opened.index;
    out_.row = crypto::draw::SubjectRow{.id = opened.row.id,
                                        .stratum = opened.content.stratum,
                                        .weight = opened.content.weight,
                                        .eligibility = opened.content.eligibility};
    if (auto known = check_known(announced); !known) return known;
    say("名录受限：本文件只打开它本身的一行，与公告的承诺一致",
        "the pool is restricted: this file opens its own row alone, which is what the announcement "
        "committed to");
    describe_row(*out_.row);
    return judge_blind_ticket(replay, opened, seed);
  }

  Outcome judge_blind_ticket(const RowReplay& replay, const OpenedRow& opened,
                             const std::optional<crypto::draw::Seed>& seed) {
    at_ = replay.known_at();
    const auto wrong = fail("row.cutoff", "截止号与执行时的承诺不符，或该有而无、该无而有",
                            "the cut-off is not what the execution committed to, or is there where "
                            "it should not be, or missing");
    if (!seed) return opened.cutoff ? Outcome(wrong) : ok();
    const auto& commitments = replay.executed()->cutoff_commitments;
    if (!replay.executed()->strata.empty() ||
        commitments.size() != 32 * replay.announcement().strata.size()) {
      return fail("draw.restricted", "执行记录不是受限名录的",
                  "the execution is not one of a restricted pool");
    }
    const auto committed =
        exactly<32>(View(commitments).subspan(32 * opened.content.stratum, 32)).value();
    if (!opened.cutoff || !crypto::opens(committed, opened.cutoff->salt, opened.cutoff->bytes))
      return wrong;
    const auto cutoff = exactly<32>(View(opened.cutoff->bytes));
    if (!cutoff && !opened.cutoff->bytes.empty()) return wrong;
    say("种子由公告的公钥、已公开的随机数得出",
        "the seed follows from the announced key and what was contributed");
    if (out_.row->eligibility != 0) return ok();
    out_.ticket = crypto::draw::blind_ticket(crypto::draw::stratum_key(*seed, out_.row->stratum),
                                             opened.content.blind);
    if (cutoff) out_.cutoff = *cutoff;
    out_.drawn = out_.cutoff && *out_.ticket <= *out_.cutoff;
    describe_ticket();
    return ok();
  }

  Outcome describe_absence(const RowText& file) {
    std::string zh, en;
    for (const auto& proven : file.rows) {
      const std::string at = number(proven.index + 1);
      zh += (zh.empty() ? "" : "，") + ("第 " + at + " 行是 " + proven.row.id);
      en += (en.empty() ? "" : ", ") + ("row " + at + " is " + proven.row.id);
    }
    say(out_.subject + " 不在名录（共 " + number(out_.rows) + " 行，按编号排列）中：" + zh +
            "，其间没有它的位置",
        out_.subject + " is not in the pool (" + number(out_.rows) + " rows by id): " + en +
            ", which leaves no place for it");
    return ok();
  }

  void describe_row(const crypto::draw::SubjectRow& row) {
    say(out_.subject + " 在名录中：第 " + number(*out_.index + 1) + " 行，共 " + number(out_.rows) +
            " 行；第 " + number(row.stratum) + " 层（从 0 数起）",
        out_.subject + " is in the pool: row " + number(*out_.index + 1) + " of " +
            number(out_.rows) + ", in stratum " + number(row.stratum) + " (counted from 0)");
    if (out_.weighted)
      say("本次按权重抽取，它的权重是 " + number(row.weight),
          "this draw is by weight, and its weight is " + number(row.weight));
    if (row.eligibility == 0) return say("它可以被抽中", "it could be drawn");
    const Sentence reason = reason_of(row.eligibility);
    say("它不可被抽中：" + reason.zh, "it could not be drawn: " + reason.en);
  }

  Outcome judge_ticket(const RowReplay& replay, const std::array<std::uint8_t, 64>& seed) {
    const auto& strata = replay.strata();
    const auto wrong = fail("draw.selection", "执行记录的分层个数、抽中数或截止号不成立",
                            "the strata, counts or cut-off recorded at execution make no sense");
    at_ = replay.known_at();
    if (strata.size() != replay.announcement().strata.size()) return wrong;
    const auto& stratum = *strata[out_.row->stratum];
    const auto cutoff = exactly<32>(View(stratum.cutoff));
    const bool has_none = stratum.drawn == 0 || out_.weighted;
    if (stratum.drawn > stratum.eligible || (has_none ? !stratum.cutoff.empty() : !cutoff) ||
        !is_sound_rest(stratum))
      return wrong;
    out_.stratum_eligible = stratum.eligible;
    out_.stratum_drawn = stratum.drawn;
    say("种子由公告的公钥、已公开的随机数得出",
        "the seed follows from the announced key and what was contributed");
    if (out_.row->eligibility != 0) return ok();
    if (stratum.eligible == 0) return wrong;  // it is one
    out_.ticket = crypto::draw::TicketHasher(crypto::draw::stratum_key(seed, out_.row->stratum))
                      .of(out_.subject);
    if (out_.weighted) {
      out_.rest_drawn = stratum.rest_drawn;
      out_.rest_weight = stratum.rest_weight;
      out_.drawn = is_certain(stratum, out_.row->weight);
      describe_chance();
      return ok();
    }
    if (stratum.drawn != 0) out_.cutoff = *cutoff;
    out_.drawn = out_.cutoff && *out_.ticket <= *out_.cutoff;
    describe_ticket();
    return ok();
  }

  // A row is left where any is drawn by weight, and there is nothing of it otherwise.
  bool is_sound_rest(const ledger::schema::StratumOutcomeT& stratum) const {
    if (!out_.weighted) return stratum.rest_drawn == 0 && stratum.rest_weight == 0;
    return stratum.rest_drawn <= stratum.drawn &&
           (stratum.drawn == 0) == (stratum.rest_drawn == 0) &&
           (stratum.drawn == 0 || stratum.rest_weight != 0);
  }

  void describe_chance() {
    const std::string of = number(out_.stratum_eligible), drawn = number(out_.stratum_drawn);
    if (out_.stratum_drawn == 0)
      return say("该层没有抽取任何对象：未抽中", "nobody of its stratum was drawn: it was not");
    if (out_.drawn)
      return say("仅凭权重即必然抽中（该层可抽 " + of + "，抽中 " + drawn + "）",
                 "by its weight alone it was certain to be drawn (" + drawn + " of the stratum's " +
                     of + " were)");
    const std::string chance = number(out_.row->weight) + " × " + number(out_.rest_drawn) + " / " +
                               number(out_.rest_weight);
    say("抽中的机会为 " + chance + "（该层可抽 " + of + "，抽中 " + drawn + "）",
        "its chance was " + chance + " (" + drawn + " of the stratum's " + of + " were drawn)");
    not_shown("它是否抽中：按权重抽取取决于该层全部行，请核验该抽取的证明文件（.draw-proof）",
              "whether it was drawn: by weight that takes all rows of the stratum, so verify the "
              "draw's proof file (.draw-proof)");
  }

  void describe_ticket() {
    const std::string ticket = to_hex(*out_.ticket);
    const std::string of = number(out_.stratum_eligible), drawn = number(out_.stratum_drawn);
    const Sentence counts = out_.restricted
                                ? Sentence{}
                                : Sentence{"（该层可抽 " + of + "，抽中 " + drawn + "）",
                                           " (" + drawn + " of the stratum's " + of + " were)"};
    if (!out_.cutoff)
      return say("抽签号 " + ticket + "；该层没有抽取任何对象：未抽中",
                 "its ticket is " + ticket + "; nobody of its stratum was drawn: it was not");
    const std::string cutoff = to_hex(*out_.cutoff);
    say("抽签号 " + ticket + (out_.drawn ? " 不大于截止号 " : " 大于截止号 ") + cutoff +
            (out_.drawn ? "：抽中" : "：未抽中") + counts.zh,
        "its ticket " + ticket +
            (out_.drawn ? " is not above the cut-off " : " is above the cut-off ") + cutoff +
            (out_.drawn ? ": it was drawn" : ": it was not drawn") + counts.en);
    if (!out_.restricted && draws_subjects_ && out_.stratum_drawn == out_.stratum_eligible)
      say("该层可抽的全部抽中，并非随机", "all of the stratum were drawn: that was not random");
  }

  RowVerdict finished() {
    if (out_.verdict == Verdict::verified) {
      if (out_.voided) say("该抽取已作废", "the draw was voided");
      if (out_.failed) say("该抽取已告失败：无人承诺", "the draw failed: nobody committed");
      if (!out_.executed && !out_.failed)
        say("文件中没有执行记录：尚未抽取，或文件早于执行",
            "the file holds no execution: nothing was drawn yet, or the file is older");
    }
    limits();
    return std::move(out_);
  }

  void not_shown(std::string zh, std::string en) {
    out_.not_shown.push_back({.zh = std::move(zh), .en = std::move(en)});
  }
  void limits() {
    if (out_.restricted)
      not_shown("它的分层是否就是登记的风险等级：由执行前后核对的监督人见证",
                "that its stratum is that of the class registered: supervisors attest to that "
                "before the draw and after");
    not_shown(
        "截止号、各层可抽数是否由整个名录得出，名录是否按编号排列、有无重复：须核验该抽取的"
        "证明文件（.draw-proof）",
        "that the cut-off and the counts are what the whole pool gives, and that the pool "
        "ascends by id: the draw's own proof file (.draw-proof) shows it");
    not_shown("署名人当时是否有权，各步是否合乎期限与次序：同上",
              "that the authors were entitled, and every step in time and order: the same");
    not_shown(
        "名录是否就是当时的登记，不可抽的理由是否属实，是否另有抽取，文件所略去的事件（如作"
        "废）：须核验整个账本",
        "that the pool was the registry of its day, that the reason is true, whether another "
        "draw was made, and events that the file leaves out, such as a void: the whole log "
        "shows it");
    not_shown("其后是否还有事件（以检查点为限）", "what happened later than its checkpoint");
    not_shown("登记是否属实，检查是否如实进行",
              "whether the registry tells the truth, and whether a visit was honest");
  }

  const crypto::Policy* trusted_;
  bool draws_subjects_ = true;       // its form says that subjects are
  std::optional<std::uint64_t> at_;  // of the entry that a finding is about
  RowVerdict out_;
};

}  // namespace

RowVerdict verify_row_file(std::string_view text, const crypto::Policy* trusted) {
  return Judge(trusted).judge(text);
}

}  // namespace liuhen::projections
