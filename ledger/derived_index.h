// What the entries alone determine of the other families, gathered event by event and compared with
// what is stored.
#pragma once

#include <future>
#include <map>
#include <set>
#include <unordered_map>

#include "crypto/set_sum.h"
#include "ledger/replay.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

inline constexpr std::string_view kFormatVersion = "2";
inline constexpr std::string_view kFormatWithoutBlocks = "1";  // ledger/content_block.h

// The indexes of one event, as the writer stores them and the check expects them.
std::string stream_key(std::string_view stream, std::uint64_t position);
std::string intent_key(const IntentView& intent);
std::string intent_value(const Event& event);

// Constant memory but for 16 bytes for each commitment: what is stored of streams and intents is
// compared by keyed sums, and looked at pair by pair only if those differ. Not thread-safe.
class DerivedIndex {
 public:
  // Sums what is stored of streams, the largest family, on a thread of its own. The storage
  // outlives the index, and nothing is committed to it meanwhile. The entropy is for the sums' key,
  // which decides nothing that is reported.
  DerivedIndex(Storage& storage, crypto::Entropy& entropy);

  void add(const Event& event);

  // The first thing stored that is not as it should be. Fails only if the storage does.
  Result<std::optional<Violation>> compare(const LogFold& fold,
                                           const std::optional<crypto::NoteKey>& log_key);

 private:
  using Found = Result<std::optional<Violation>>;
  struct Commitment {
    std::uint64_t fingerprint = 0, position = 0;  // of an entry that carries it
    auto operator<=>(const Commitment&) const = default;
  };
  void add_streams(const Event& event);
  void add_commitment(const Hash& commitment, std::uint64_t position);
  bool may_have_content(std::string_view commitment) const;
  bool may_have_content_of(std::uint64_t position, std::string_view commitment) const;
  std::optional<Violation> judge_content(Family family, std::string_view key,
                                         std::string_view value) const;
  std::optional<Violation> judge_half_signed(Family family, std::string_view key,
                                             std::string_view value,
                                             crypto::SetSum& contained) const;
  std::optional<Violation> judge_block(Family family, std::string_view key, std::string_view value,
                                       crypto::SetSum& contained) const;

  Found compare_entries(const LogFold& fold) const;
  Found compare_checkpoints(const LogFold& fold, const std::optional<crypto::NoteKey>& log_key);
  Found compare_tiles(const LogFold& fold) const;
  Found compare_streams();
  Found compare_intents() const;
  Result<bool> is_of_format_without_blocks() const;
  Found compare_meta(const LogFold& fold) const;
  Found compare_pending();
  Found compare_restricted() const;
  Found compare_record_keys() const;

  Storage& storage_;
  const crypto::SetKey key_;
  std::future<Result<crypto::SetSum>> stored_streams_;
  crypto::SetSum streams_, intents_;
  std::string stream_;                   // reused
  std::vector<Commitment> commitments_;  // that may have content; sorted by compare_pending
  std::unordered_map<std::uint64_t, std::uint64_t> erased_;  // fingerprint → position
  std::map<Hash, std::set<Hash>> brought_;  // intent's hash → what it brought, of half-signed ones
  std::set<std::uint64_t> published_;       // sizes of stored checkpoints
};

}  // namespace liuhen::ledger
