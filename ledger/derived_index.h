// What the entries alone determine of the other families, gathered event by event and compared with
// what is stored.
#pragma once

#include <set>
#include <unordered_set>

#include "ledger/replay.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

inline constexpr std::string_view kFormatVersion = "1";

// The indexes of one event, as the writer stores them and the check expects them.
std::string stream_key(std::string_view stream, std::uint64_t position);
std::string intent_key(const IntentView& intent);
std::string intent_value(const Event& event);

// About 150 bytes for each entry, and the streams of every row imported. Not thread-safe.
class DerivedIndex {
 public:
  void add(const Event& event);

  // The first thing stored that is not as it should be. Fails only if the storage does.
  Result<std::optional<Violation>> compare(Storage& storage, const LogFold& fold,
                                           const std::optional<crypto::NoteKey>& log_key);

 private:
  using Found = Result<std::optional<Violation>>;
  struct HashHash {
    std::size_t operator()(const Hash& hash) const {
      std::size_t out = 0;
      for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | hash[i];
      return out;
    }
  };
  Found compare_entries(Storage& storage, const LogFold& fold) const;
  Found compare_checkpoints(Storage& storage, const LogFold& fold,
                            const std::optional<crypto::NoteKey>& log_key);
  Found compare_tiles(Storage& storage, const LogFold& fold) const;
  Found compare_streams(Storage& storage);
  Found compare_intents(Storage& storage);
  Found compare_meta(Storage& storage, const LogFold& fold) const;
  Found compare_pending(Storage& storage);
  Found compare_restricted(Storage& storage) const;

  std::vector<std::string> streams_;
  std::vector<std::pair<std::string, std::string>> intents_;
  std::unordered_set<Hash, HashHash> commitments_;  // that may have content
  std::set<std::uint64_t> published_;               // sizes of stored checkpoints
};

}  // namespace liuhen::ledger
