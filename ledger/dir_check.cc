#include "ledger/dir_check.h"

#include "ledger/derived_index.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"

namespace liuhen::ledger {
namespace {

// Whether a family holds nothing at all.
Result<bool> is_empty(Storage& storage, Family family) {
  bool empty = true;
  const Outcome scanned = storage.scan(family, "", [&](std::string_view, std::string_view) {
    empty = false;
    return false;
  });
  if (!scanned && scanned.error().code == "storage.damaged") return false;  // the replay says where
  if (!scanned) return scanned.error();
  return empty;
}

Result<bool> is_empty_log(Storage& storage) {
  const auto entries = is_empty(storage, Family::entries);
  if (!entries || !*entries) return entries;
  return is_empty(storage, Family::checkpoints);
}

void missing_or_damaged(const Error& error, ReplayReport& report) {
  report.verdict = error.code == "storage.damaged" ? Verdict::violated : Verdict::inconclusive;
  report.finding = {.position = {},
                    .where = "storage",
                    .range = {},
                    .code = error.code,
                    .zh = error.zh,
                    .en = error.en};
}

}  // namespace

ReplayReport check_storage(Storage& storage, ReplayOptions options, const Visitor& visitor,
                           const Progress& progress) {
  ReplayReport report;
  crypto::SystemEntropy entropy;
  DerivedIndex index(storage, entropy);
  const auto empty = is_empty_log(storage);
  if (!empty) {
    missing_or_damaged(empty.error(), report);
    return report;
  }
  options.absent_is_violation = true;
  if (*empty) {
    report.verdict = Verdict::verified;
    report.log_key = options.log_key;
    const auto stored = stored_origin(storage);
    report.fold = std::make_unique<LogFold>(options.log_key ? options.log_key->name
                                            : stored        ? *stored
                                                            : "");
  } else {
    StorageFetcher fetcher(storage);
    const Visitor both = [&](const Event& event, const crypto::TreeHistory& before) -> Outcome {
      const Outcome legal = visitor ? visitor(event, before) : ok();
      if (legal) index.add(event);
      return legal;
    };
    report = replay(fetcher, options, both, progress);
  }
  if (report.verdict != Verdict::verified) return report;
  const auto found = index.compare(*report.fold, report.log_key);
  if (!found) {
    missing_or_damaged(found.error(), report);
  } else if (*found) {
    report.verdict = Verdict::violated;
    report.finding = **found;
  }
  return report;
}

ReplayReport check_rest(Storage& storage, std::unique_ptr<LogFold> begun, ReplayOptions options,
                        const Visitor& visitor, const Progress& progress) {
  options.absent_is_violation = true;
  StorageFetcher fetcher(storage);
  return replay_from(std::move(begun), fetcher, options, visitor, progress);
}

Outcome check_reach(Storage& storage, HeadFile& head) {
  const auto note = head.read();
  if (!note) return note.error();
  if (!*note) return ok();
  const auto size_of = [](std::string_view text) -> Result<std::uint64_t> {
    const auto parsed = crypto::parse_note(text);
    if (!parsed) return parsed.error();
    const auto checkpoint = crypto::parse_checkpoint(parsed->text);
    if (!checkpoint) return checkpoint.error();
    return checkpoint->size;
  };
  const auto known = size_of(**note);
  if (!known) {
    return fail("head.damaged", "头文件不是检查点：" + known.error().zh,
                "the head file is no checkpoint: " + known.error().en);
  }
  const auto stored = StorageFetcher(storage).checkpoint();
  if (!stored && stored.error().code != "fetch.absent") return stored.error();
  const auto size = stored ? size_of(*stored) : Result<std::uint64_t>(0);
  if (!size) return ok();  // the replay says what is wrong with it
  if (*known <= *size) return ok();
  const auto decided = was_just_declared_lost(storage, loss_hash(**note));
  if (!decided) return decided.error();
  return *decided ? ok() : Outcome(rolled_back(*known, *size));
}

Error rolled_back(std::uint64_t known, std::uint64_t size) {
  return fail("ledger.rolled_back",
              "头文件记有 " + std::to_string(known) + " 条，数据库只有 " + std::to_string(size) +
                  " 条：数据库被退回过或已损坏，第 " + std::to_string(size) +
                  " 条起丢失；请从更新的备份恢复，其后的条目用 liuhen restore --from-mirror 补回；"
                  "确已无处可寻时，用 liuhen accept-loss 记下",
              "the head file knows of " + std::to_string(known) + " entries and the database has " +
                  std::to_string(size) + ": it was rolled back or is damaged, and lacks entry " +
                  std::to_string(size) +
                  " and all after it; restore a later backup, and "
                  "what followed it by liuhen restore --from-mirror; if it is nowhere to be had, "
                  "record that with liuhen accept-loss");
}

}  // namespace liuhen::ledger
