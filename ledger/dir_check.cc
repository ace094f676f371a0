#include "ledger/dir_check.h"

#include "ledger/derived_index.h"
#include "ledger/log_reader.h"

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
  DerivedIndex index;
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
  const auto found = index.compare(storage, *report.fold, report.log_key);
  if (!found) {
    missing_or_damaged(found.error(), report);
  } else if (*found) {
    report.verdict = Verdict::violated;
    report.finding = **found;
  }
  return report;
}

}  // namespace liuhen::ledger
