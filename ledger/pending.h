// Half-signed intents as they are stored: outside the tree, until the second person signs or they
// expire.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ledger/intent.h"

namespace liuhen::ledger {

struct PendingIntent {
  Hash hash{};  // SHA-256 of the intent bytes
  Bytes intent;
  std::vector<std::optional<Signature>> signatures;  // by author
  std::vector<Hash> opened;                          // commitments whose content it brought with it

  std::uint64_t expires() const;
  std::vector<KeyId> missing() const;
  std::vector<KeyId> signers() const;  // the authors who are not missing
};

// As many threads read them: each change makes another.
using SharedPendingIntent = std::shared_ptr<const PendingIntent>;

// BE32 length ‖ intent ‖ 64 bytes for each author, zeroes where absent ‖ opened commitments ‖
// SHA-256 of all that.
std::string encode_pending(const PendingIntent& pending);
// Fails with `pending.damaged`: anything but what encode_pending gave, or a signature that is not
// good.
Result<PendingIntent> decode_pending(std::string_view key, std::string_view value);

}  // namespace liuhen::ledger
