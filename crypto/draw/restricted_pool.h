// Rows, tickets and cut-offs of a pool whose strata are not public (docs/formats/draw.md,
// "Restricted pools"): commitments whose salts follow from one key of the draw. Pure and
// thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/commitment.h"
#include "crypto/draw/selection.h"
#include "crypto/merkle.h"
#include "crypto/secret.h"

namespace liuhen::crypto::draw {

using PoolKey = Secret<32>;
using Blind = std::array<std::uint8_t, 32>;

// What a commitment hides, and its salt.
struct OpenedCommitment {
  Salt salt{};
  Bytes bytes;
  Commitment commitment() const { return commit(salt, bytes); }
};

// The announced commitment to the key, and its salt, which follows from the key: whoever has the
// key opens it.
OpenedCommitment pool_key_opening(const PoolKey& key);

// HMAC-SHA-256(key, tuple("ticket", id)): takes the id's place under the ticket.
Blind blind_of(const PoolKey& key, std::string_view id);

// tuple(stratum, weight, eligibility, blind), with the salt HMAC-SHA-256(key, tuple("salt", id)).
OpenedCommitment row_opening(const PoolKey& key, const SubjectRow& row);
// What a row's commitment hides, where that is of the right form.
struct RowContent {
  std::uint64_t stratum = 0, weight = 1, eligibility = 0;
  Blind blind{};
};
Bytes encode(const RowContent& content);
// Fails with `row.content`.
Result<RowContent> decode_row_content(View bytes);

// A row as everybody sees it.
struct CommittedRow {
  std::string id;
  Commitment commitment{};
  bool operator==(const CommittedRow&) const = default;
};
// tuple(id, commitment)
Bytes encode(const CommittedRow& row);

// The root over the rows. Fails: `draw.id`; `draw.order` unless ids ascend bytewise.
Result<Hash> committed_root(std::span<const CommittedRow> rows);

// The place of the row of this id, and its inclusion proof. Absent if it has none.
struct CommittedPlace {
  std::uint64_t index = 0;
  Proof path;
};
Result<std::optional<CommittedPlace>> prove_committed_row(std::span<const CommittedRow> rows,
                                                          std::string_view id);

// That the row is under the root, and opens as the content. Fails with `row.inclusion`,
// `row.opening`.
Outcome check_committed_row(const CommittedRow& row, const CommittedPlace& place,
                            const RowContent& content, const Salt& salt, std::uint64_t size,
                            const Hash& root);

// H(K ‖ blind), K being the stratum's key.
Hash blind_ticket(const Hash& stratum_key, const Blind& blind);

// The ticket of a drawn subject, with the salt HMAC-SHA-256(key, tuple("drawn", id)).
OpenedCommitment ticket_opening(const PoolKey& key, std::string_view id, const Hash& ticket);

// The cut-off of a stratum, no bytes where none is drawn, with the salt HMAC-SHA-256(key,
// tuple("cutoff", stratum)).
OpenedCommitment cutoff_opening(const PoolKey& key, std::uint64_t stratum,
                                const std::optional<Hash>& cutoff);

// As select, with the blinds in place of ids. Takes 40 bytes for each eligible row. Fails as select
// does.
Result<Selection> select_restricted(const Seed& seed, const Allocation& allocation,
                                    const PoolKey& key, std::span<const SubjectRow> rows);

}  // namespace liuhen::crypto::draw
