// Which subjects are drawn (docs/formats/draw.md sections 5 and 6). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/draw/allocation.h"
#include "crypto/draw/protocol.h"
#include "crypto/draw/rows.h"

namespace liuhen::crypto::draw {

struct StratumOutcome {
  std::uint64_t eligible = 0;
  std::uint64_t drawn = 0;
  std::optional<Hash> cutoff;  // the largest drawn ticket; none if none is drawn

  // Everyone eligible was drawn: nothing was left to chance.
  bool all_drawn() const { return drawn == eligible; }
  bool operator==(const StratumOutcome&) const = default;
};

struct DrawnSubject {
  std::string id;
  std::uint64_t stratum = 0;
  std::uint64_t row = 0;  // index in the pool, from 0
  Hash ticket{};
};

struct Selection {
  std::vector<StratumOutcome> strata;  // by number
  std::vector<DrawnSubject> drawn;     // by stratum, and in it by ticket, the smallest first
};

// A row as its holder keeps it; `id` stays valid while rows are asked for.
struct PoolRow {
  std::string_view id;
  std::uint64_t stratum = 0;
  std::uint64_t weight = 1;
  std::uint64_t eligibility = 0;
};
using PoolRowAt = std::function<PoolRow(std::size_t index)>;

// `rows` must be the pool in its order. Each row is asked for twice, in order, and then some again.
// Takes 32 bytes for each row that is drawn, and some for each stratum. Fails: `draw.id`,
// `draw.order`, `draw.weights` as SubjectPool does; `draw.stratum` if a row names a stratum that is
// not announced; and as drawn_counts.
Result<Selection> select(const Seed& seed, const Allocation& allocation, std::size_t rows,
                         const PoolRowAt& row_at);
Result<Selection> select(const Seed& seed, const Allocation& allocation,
                         std::span<const SubjectRow> rows);

// The ticket of one subject: H(K ‖ id), for whoever checks one alone. It is drawn if it is eligible
// and its ticket is not above its stratum's cut-off.
Hash ticket(const Seed& seed, std::uint64_t stratum, std::string_view id);

}  // namespace liuhen::crypto::draw
