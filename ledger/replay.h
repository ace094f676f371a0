// The replay of a log from its bytes alone, by anyone: shape, positions, chain, times, signatures,
// tree, tiles and the signed checkpoint. What the events mean is the visitor's business. Shares no
// code with the writer but the fold that both obey. C2SP tlog-tiles, tlog-checkpoint;
// docs/formats/entry.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "crypto/checkpoint.h"
#include "ledger/fetcher.h"
#include "ledger/log_fold.h"

namespace liuhen::ledger {

// The first thing found wrong.
struct Violation {
  std::optional<std::uint64_t> position;  // of the entry that is wrong, where it is an entry
  // What else is wrong, as in "tile/0/000.p/12", "checkpoint", "streams/…"; empty for an entry.
  std::string where;
  // The entries, first and last, that the thing in `where` speaks of, where it does.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range;
  std::string code;
  std::string zh;
  std::string en;
};

enum class Verdict : std::uint8_t {
  verified,
  violated,
  inconclusive,  // something needed could not be had, or is of a later version
};

struct ReplayReport {
  Verdict verdict = Verdict::inconclusive;
  Violation finding;  // unless verified: what is wrong, or what is missing
  std::optional<crypto::Checkpoint> checkpoint;
  std::string note;  // the signed checkpoint as fetched
  // That it was checked with: once the whole log has been seen, the one of its size.
  std::optional<crypto::NoteKey> log_key;
  std::uint64_t replayed = 0;     // entries that were right, from the first
  std::unique_ptr<LogFold> fold;  // after those entries; absent if there was no checkpoint
};

struct ReplayOptions {
  // The log's name and one of its keys, where the reader knows them; otherwise they are what the
  // log's own genesis says. Where the log has changed its key, what the reader knows has to be one
  // of its keys, and the checkpoint to be signed by the key of its size.
  std::optional<crypto::NoteKey> log_key;
  // True where everything ought to be at hand, as in a directory: what is absent was then taken
  // away.
  bool absent_is_violation = false;
  unsigned threads = 0;  // that check signatures; 0: as many as there are cores
};

// Told each event that has passed everything else, with the tree before it; what it refuses is a
// violation at that position. Not told of events after the first that this program's schema does
// not know.
using Visitor = std::function<Outcome(const Event& event, const crypto::TreeHistory& before)>;
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// The visitor and the progress run on the calling thread; the fetcher on one thread at a time, not
// always the same. A tail rewritten and signed again by the log's own key is verified: compare
// fold->tree().root(n) with a head of n entries that is known from elsewhere.
ReplayReport replay(Fetcher& fetcher, const ReplayOptions& options, const Visitor& visitor = {},
                    const Progress& progress = {});

// The same of a log that begins with the entries of which `begun` is the fold: they are not read
// again. They have to be those that tiles and checkpoint cover, or it is inconclusive with
// `snapshot.other`.
ReplayReport replay_from(std::unique_ptr<LogFold> begun, Fetcher& fetcher,
                         const ReplayOptions& options, const Visitor& visitor = {},
                         const Progress& progress = {});

}  // namespace liuhen::ledger
