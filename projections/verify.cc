#include "projections/verify.h"

#include <algorithm>

#include "ledger/log_reader.h"
#include "ledger/loss.h"
#include "projections/auditor.h"
#include "projections/verify_summary.h"

namespace liuhen::projections {

namespace {

using ledger::Verdict;

void find_wrong(Report& report, Verdict verdict, Error error, std::string where,
                std::optional<std::uint64_t> position) {
  report.verdict = verdict;
  report.finding = std::move(error);
  report.where = std::move(where);
  report.position = position;
}

// A log at the checkpoint that it showed first: what is replayed is what was found signed and
// cosigned, whatever the log shows when asked again.
class AtOneCheckpoint final : public ledger::Fetcher {
 public:
  explicit AtOneCheckpoint(ledger::Fetcher& log) : log_(log), note_(log.checkpoint()) {}
  Result<std::string> checkpoint() override { return note_; }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    return log_.tile(level, index, width);
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    return log_.entries(index, width);
  }

 private:
  ledger::Fetcher& log_;
  const Result<std::string> note_;
};

std::string origin_of(const std::string& note) {
  const auto parsed = crypto::parse_note(note);
  const auto checkpoint =
      parsed ? crypto::parse_checkpoint(parsed->text) : Result<crypto::Checkpoint>(parsed.error());
  return checkpoint ? checkpoint->origin : "";
}

// What the reader trusts has to be one of the log's keys, and the log's own word for them begins
// with the genesis.
void check_pinned(const ledger::ReplayReport& replayed, const crypto::NoteKey& pinned,
                  Report& report) {
  if (report.verdict != Verdict::verified || !replayed.fold) return;
  const ledger::LogKeys& keys = replayed.fold->log_keys();
  if (keys.terms().empty() || keys.has(pinned.key)) return;
  find_wrong(report, Verdict::violated,
             fail("genesis.log_key", "创世事件所列的日志公钥不是您信任的那一把",
                  "the log's key that the genesis names is not the one that you trust"),
             "", 0);
}

// The quorum of a checkpoint that only a later key than the reader's signed.
void check_witnesses(const ledger::ReplayReport& replayed, const crypto::Policy& policy,
                     std::optional<Error>& unwitnessed, Report& report) {
  if (report.verdict != Verdict::verified || !replayed.log_key) return;
  std::vector<crypto::NoteKey> witnesses;
  for (const crypto::PolicyWitness& witness : policy.witnesses()) witnesses.push_back(witness.key);
  const auto opened = crypto::open_checkpoint(replayed.note, *replayed.log_key, witnesses);
  if (!opened) {
    find_wrong(report, Verdict::violated, opened.error(), "checkpoint", std::nullopt);
    return;
  }
  const Outcome witnessed = policy.check_quorum(*opened);
  if (!witnessed) unwitnessed = witnessed.error();
  report.witnessed = witnessed.has_value() && policy.needs_witnesses();
}

// The key of the policy that signed the checkpoint; false if the report is final. `unwitnessed`:
// the log signed it, and the quorum is missing: what can be replayed is, and no more is said than
// that.
bool find_key(ledger::Fetcher& fetcher, const crypto::Policy& policy,
              ledger::ReplayOptions& options, std::optional<Error>& unwitnessed, Report& report) {
  const auto note = fetcher.checkpoint();
  if (!note) return true;  // the replay says what that means
  const auto opened = policy.open_signed(*note);
  if (!opened && opened.error().code == "note.unsigned") {
    // The log may have changed its key since: then the replay says so.
    options.log_key = policy.keys_of(origin_of(*note)).back();
    return true;
  }
  if (!opened) {
    const bool other_log = opened.error().code == "policy.log";
    find_wrong(report, other_log ? Verdict::inconclusive : Verdict::violated, opened.error(),
               "checkpoint", std::nullopt);
    return false;
  }
  const Outcome witnessed = policy.check_quorum(*opened);
  if (!witnessed) unwitnessed = witnessed.error();
  report.witnessed = witnessed.has_value() && policy.needs_witnesses();
  for (const auto& key : policy.keys_of(opened->checkpoint.origin)) {
    if (crypto::open_checkpoint(*note, key)) options.log_key = key;
  }
  return true;
}

void take_over(const ledger::ReplayReport& replayed, Report& report) {
  report.verdict = replayed.verdict;
  if (replayed.verdict != Verdict::verified) {
    report.finding = fail(replayed.finding.code, replayed.finding.zh, replayed.finding.en);
    report.position = replayed.finding.position;
    report.where = replayed.finding.where;
  }
  report.replayed = replayed.replayed;
  if (replayed.fold) {
    for (const ledger::LogKeyTerm& term : replayed.fold->log_keys().terms()) {
      const crypto::NoteKey key{.name = replayed.fold->origin(), .key = term.key};
      report.log_keys.push_back({.from = term.from, .vkey = key.vkey()});
    }
  }
  if (replayed.log_key) report.log_vkey = replayed.log_key->vkey();
  if (!replayed.checkpoint) return;
  report.origin = replayed.checkpoint->origin;
  report.size = replayed.checkpoint->size;
  report.root = replayed.checkpoint->root;
}

// Without a key, what the head says of itself: a log without a genesis has none to name.
Result<crypto::Checkpoint> open_head(const std::string& note,
                                     const std::optional<crypto::NoteKey>& key,
                                     const ledger::LogKeys& keys) {
  if (key) {
    auto opened = crypto::open_checkpoint(note, *key);
    for (const crypto::NoteKey& one : keys.note_keys(key->name)) {
      if (!opened) opened = crypto::open_checkpoint(note, one);
    }
    if (opened) {
      const auto in_force = keys.at(opened->checkpoint.size);
      if (in_force && keys.terms().size() > 1)
        opened = crypto::open_checkpoint(note, {.name = key->name, .key = *in_force});
    }
    if (!opened) return opened.error();
    return std::move(opened->checkpoint);
  }
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return parsed.error();
  return crypto::parse_checkpoint(parsed->text);
}

// The head outside the database: a prefix of the log, or the log was rolled back or rewritten.
// What the log itself declares lost may stand in the file, as after a crash before it was replaced.
void check_head(const Head& read, const ledger::ReplayReport& replayed,
                const std::vector<LossLine>& losses, Report& report) {
  if (report.verdict != Verdict::verified || !replayed.fold) return;
  if (!read) {
    const bool damaged = read.error().code == "head.damaged";
    find_wrong(report, damaged ? Verdict::violated : Verdict::inconclusive, read.error(), "head",
               std::nullopt);
    return;
  }
  const std::optional<std::string>& head = *read;
  if (!head) {
    find_wrong(
        report, Verdict::inconclusive,
        fail("head.absent", "目录中没有 head 文件，无法判断账本是否被回退",
             "the directory has no file head: whether the log was rolled back cannot be told"),
        "head", std::nullopt);
    return;
  }
  const auto opened = open_head(*head, replayed.log_key, replayed.fold->log_keys());
  const auto declared = [&](const LossLine& loss) { return loss.head == ledger::loss_hash(*head); };
  if (opened && std::ranges::any_of(losses, declared)) return;
  if (!opened) {
    find_wrong(report, Verdict::violated, opened.error(), "head", std::nullopt);
  } else if (opened->size > replayed.fold->size()) {
    find_wrong(
        report, Verdict::violated,
        fail("head.ahead",
             "数据库外保存的最后签名为 " + std::to_string(opened->size) + " 条，数据库只有 " +
                 std::to_string(replayed.fold->size()) + " 条：账本被回退",
             "the last signed head outside the database covers " + std::to_string(opened->size) +
                 " entries, the database has " + std::to_string(replayed.fold->size()) +
                 ": it was rolled back"),
        "head", replayed.fold->size());
  } else if (replayed.fold->tree().root(opened->size) != opened->root) {
    find_wrong(report, Verdict::violated,
               fail("head.fork", "数据库外保存的最后签名与账本的历史不符：账本被改写",
                    "the last signed head outside the database is not in this log's past: the log "
                    "was rewritten"),
               "head", std::nullopt);
  }
}

// What is wrong with draws, where the log itself is sound up to there. The log's own fault comes
// first; what is merely missing comes after.
void take_over_wrong(const ReplayFacts& facts, Report& report) {
  const bool log_is_wrong = report.verdict == Verdict::violated;
  for (const auto& [stream, wrong] : facts.wrong) {
    if (log_is_wrong && report.position && wrong.position >= *report.position) continue;
    report.wrong_draws.push_back(wrong);
  }
  for (const std::string& stream : facts.aside) {
    const std::uint64_t later = facts.wrong.at(stream).later;
    report.not_judged += later;
    report.replayed -= later + 1;
  }
  report.wrong_draws_count = report.wrong_draws.size();
  report.draws_aside = facts.aside.size();
  std::ranges::sort(report.wrong_draws, {}, &WrongDraw::position);
  if (report.wrong_draws.size() > Report::kWrongDrawsMax)
    report.wrong_draws.resize(Report::kWrongDrawsMax);
  if (log_is_wrong || report.wrong_draws.empty()) return;
  if (report.finding)
    report.ended =
        EndedBy{.what = *report.finding, .position = report.position, .where = report.where};
  const WrongDraw& first = report.wrong_draws.front();
  find_wrong(report, Verdict::violated, first.what, "", first.position);
}

// Whom the policy lists, and who of them cosigned.
std::vector<WitnessLine> witnesses_of(const crypto::Policy& policy, const std::string& note) {
  std::vector<WitnessLine> lines;
  const auto parsed = crypto::parse_note(note);
  for (const crypto::PolicyWitness& witness : policy.witnesses()) {
    WitnessLine line{.name = witness.name, .vkey = witness.key.vkey(), .cosigned_at = {}};
    const std::vector<crypto::NoteKey> known{witness.key};
    const auto found = parsed ? crypto::verify_note(*parsed, known)
                              : Result<std::vector<crypto::VerifiedSignature>>(parsed.error());
    if (found && !found->empty()) line.cosigned_at = found->front().time;
    lines.push_back(std::move(line));
  }
  return lines;
}

using AbsentOf = std::function<Result<std::vector<ledger::AbsentContent>>()>;

// What nobody can tell lost from never handed over.
void check_content(const AbsentOf& absent, Report& report) {
  auto found = absent();
  if (found) {
    report.content_absent = std::move(*found);
  } else if (report.verdict == Verdict::verified) {
    find_wrong(report, Verdict::inconclusive, found.error(), "storage", std::nullopt);
  }
  if (report.verdict != Verdict::verified || report.content_absent.empty()) return;
  const ledger::AbsentContent& first = report.content_absent.front();
  const std::string count = std::to_string(report.content_absent.size()),
                    at = std::to_string(first.position);
  find_wrong(report, Verdict::inconclusive,
             fail("restricted.absent",
                  "条目所承诺的受限内容有 " + count + " 项不在，也没有删除的记载，首项属第 " + at +
                      " 条：是丢失了，还是从未交来，无法判断",
                  count +
                      " of the contents that entries commit to are not there, and no event "
                      "erased them, the first of them of entry " +
                      at + ": whether they were lost or never handed over cannot be told"),
             "restricted/" + to_hex(first.commitment), first.position);
}

template <class Replay>
Report run(const VerifyOptions& options, ledger::Fetcher& fetcher, const Head* head,
           const AbsentOf& absent, Replay&& replay) {
  Report report;
  Extent extent{.stored = head != nullptr, .replayed_whole = false, .head_right = false};
  report.keys_pinned = options.trusted != nullptr;
  ledger::ReplayOptions how;
  how.threads = options.threads;
  Auditor auditor(options);
  std::optional<Error> unwitnessed;
  if (options.trusted == nullptr || find_key(fetcher, *options.trusted, how, unwitnessed, report)) {
    const ledger::ReplayReport replayed =
        replay(how, [&](const ledger::Event& event, const crypto::TreeHistory& before) {
          return auditor.visit(event, before);
        });
    take_over(replayed, report);
    if (how.log_key) check_pinned(replayed, *how.log_key, report);
    const bool by_a_later_key =
        how.log_key && replayed.log_key && *how.log_key != *replayed.log_key;
    if (by_a_later_key && options.trusted != nullptr)
      check_witnesses(replayed, *options.trusted, unwitnessed, report);
    extent.replayed_whole = report.verdict == Verdict::verified;
    if (head != nullptr) check_head(*head, replayed, auditor.facts().losses, report);
    extent.head_right = report.verdict == Verdict::verified;
    if (extent.replayed_whole) auditor.find_escapes(options.now_s, extent);
    if (options.trusted != nullptr)
      report.witnesses = witnesses_of(*options.trusted, replayed.note);
    if (report.verdict == Verdict::verified && unwitnessed)
      find_wrong(report, Verdict::inconclusive, *unwitnessed, "checkpoint", std::nullopt);
    if (report.verdict == Verdict::verified && !replayed.log_key) {
      find_wrong(report, Verdict::inconclusive,
                 fail("log.empty", "账本还没有条目，也就没有可核验的内容",
                      "the log has no entries yet, and so nothing to verify"),
                 "", std::nullopt);
      extent.replayed_whole = false;
    }
    if (extent.replayed_whole && absent) check_content(absent, report);
    take_over_wrong(auditor.facts(), report);
  }
  summarise(auditor.state(), auditor.facts(), extent, options.now_s, report);
  if (extent.replayed_whole && options.replayed_whole)
    options.replayed_whole(auditor.state_without_those_aside(), auditor.notes());
  return report;
}

}  // namespace

Report verify_log(ledger::Fetcher& fetcher, const VerifyOptions& options,
                  const ledger::Progress& progress) {
  AtOneCheckpoint log(fetcher);
  return run(options, log, nullptr, {},
             [&](const ledger::ReplayOptions& how, const ledger::Visitor& visitor) {
               return ledger::replay(log, how, visitor, progress);
             });
}

Report verify_storage(ledger::Storage& storage, const Head& head, const VerifyOptions& options,
                      const ledger::Progress& progress) {
  ledger::StorageFetcher fetcher(storage);
  crypto::SystemEntropy entropy;
  ledger::ContentCheck content(entropy);
  const AbsentOf absent = [&] { return content.absent(storage); };
  return run(options, fetcher, &head, options.has_content ? absent : AbsentOf(),
             [&](const ledger::ReplayOptions& how, const ledger::Visitor& visitor) {
               const ledger::Visitor both = [&](const ledger::Event& event,
                                                const crypto::TreeHistory& before) {
                 if (options.has_content) content.add(event);
                 return visitor(event, before);
               };
               return ledger::check_storage(storage, how, both, progress);
             });
}

Report unopened_storage(const Error& error, const Head& head, const VerifyOptions& options) {
  Report report;
  report.keys_pinned = options.trusted != nullptr;
  const bool was_there = error.code == "storage.absent" && head && *head;
  const bool violated = error.code == "storage.damaged" || was_there;
  find_wrong(report, violated ? Verdict::violated : Verdict::inconclusive, error, "storage",
             std::nullopt);
  summarise(State(), ReplayFacts(), {.stored = true, .replayed_whole = false, .head_right = false},
            options.now_s, report);
  return report;
}

}  // namespace liuhen::projections
