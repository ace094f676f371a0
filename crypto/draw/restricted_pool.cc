#include "crypto/draw/restricted_pool.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket_order.h"
#include "crypto/sha256.h"
#include "crypto/tuple.h"

namespace liuhen::crypto::draw {

namespace {

std::array<std::uint8_t, 32> derived(const PoolKey& key, View message) {
  static_assert(crypto_auth_hmacsha256_KEYBYTES == 32 && crypto_auth_hmacsha256_BYTES == 32);
  std::array<std::uint8_t, 32> out;
  crypto_auth_hmacsha256(out.data(), message.data(), message.size(), key.data());
  return out;
}

std::array<std::uint8_t, 32> derived(const PoolKey& key, std::string_view what,
                                     std::string_view id) {
  TupleWriter writer;
  return derived(key, writer.item(what).item(id).view());
}

// Four items: three numbers and the blind.
constexpr std::size_t kRowContentBytes = 3 * (4 + 8) + 4 + 32;

struct Ticketed {
  Hash ticket;
  std::size_t row;
};

}  // namespace

OpenedCommitment pool_key_opening(const PoolKey& key) {
  TupleWriter writer;
  return {.salt = derived(key, writer.item("key").view()),
          .bytes = Bytes(key.view().begin(), key.view().end())};
}

Blind blind_of(const PoolKey& key, std::string_view id) { return derived(key, "ticket", id); }

Bytes encode(const RowContent& content) {
  TupleWriter writer;
  writer.u64(content.stratum).u64(content.weight).u64(content.eligibility);
  return writer.item(View(content.blind)).take();
}

OpenedCommitment row_opening(const PoolKey& key, const SubjectRow& row) {
  return {.salt = derived(key, "salt", row.id),
          .bytes = encode(RowContent{.stratum = row.stratum,
                                     .weight = row.weight,
                                     .eligibility = row.eligibility,
                                     .blind = blind_of(key, row.id)})};
}

Result<RowContent> decode_row_content(View bytes) {
  RowContent out;
  if (bytes.size() == kRowContentBytes) {
    const auto number_at = [&](std::size_t at) {
      std::uint64_t number = 0;
      for (std::size_t i = 0; i < 8; ++i) number = number << 8 | bytes[at + i];
      return number;
    };
    out.stratum = number_at(4);
    out.weight = number_at(16);
    out.eligibility = number_at(28);
    std::ranges::copy(bytes.subspan(40), out.blind.begin());
    if (std::ranges::equal(encode(out), bytes)) return out;
  }
  return fail("row.content", "该行承诺的内容格式不对", "what the row's commitment hides is no row");
}

Bytes encode(const CommittedRow& row) {
  TupleWriter writer;
  return writer.item(row.id).item(row.commitment).take();
}

Result<Hash> committed_root(std::span<const CommittedRow> rows) {
  MerkleTree tree;
  std::string_view last;
  for (const CommittedRow& row : rows) {
    if (auto checked = check_id(row.id); !checked) return checked.error();
    if (auto checked = check_order(last, row.id); !checked) return checked.error();
    last = row.id;
    tree.append(leaf_hash(encode(row)));
  }
  return tree.root();
}

Result<std::optional<CommittedPlace>> prove_committed_row(std::span<const CommittedRow> rows,
                                                          std::string_view id) {
  const auto found = std::ranges::lower_bound(rows, id, {}, &CommittedRow::id);
  if (found == rows.end() || found->id != id) return std::optional<CommittedPlace>();
  const HashAt subtree = [&](unsigned level, std::uint64_t index) -> Result<Hash> {
    MerkleTree tree;
    for (const CommittedRow& row : rows.subspan(index << level, std::size_t{1} << level))
      tree.append(leaf_hash(encode(row)));
    return tree.root();
  };
  const auto index = static_cast<std::uint64_t>(found - rows.begin());
  auto path = prove_inclusion(index, rows.size(), subtree);
  if (!path) return path.error();
  return std::optional(CommittedPlace{.index = index, .path = std::move(*path)});
}

Outcome check_committed_row(const CommittedRow& row, const CommittedPlace& place,
                            const RowContent& content, const Salt& salt, std::uint64_t size,
                            const Hash& root) {
  if (auto checked = check_id(row.id); !checked) return checked;
  if (!verify_inclusion(place.index, size, leaf_hash(encode(row)), place.path, root)) {
    return fail("row.inclusion", "“" + row.id + "”这一行不在公告的名录根之下",
                "the row of \"" + row.id + "\" is not under the announced root");
  }
  if (opens(row.commitment, salt, encode(content))) return ok();
  return fail("row.opening", "“" + row.id + "”这一行的内容与承诺不符",
              "the row of \"" + row.id + "\" is not what its commitment hides");
}

Hash blind_ticket(const Hash& stratum_key, const Blind& blind) {
  std::array<std::uint8_t, 64> both;
  std::ranges::copy(stratum_key, both.begin());
  std::ranges::copy(blind, both.begin() + 32);
  return sha256(both);
}

OpenedCommitment ticket_opening(const PoolKey& key, std::string_view id, const Hash& ticket) {
  return {.salt = derived(key, "drawn", id), .bytes = Bytes(ticket.begin(), ticket.end())};
}

OpenedCommitment cutoff_opening(const PoolKey& key, std::uint64_t stratum,
                                const std::optional<Hash>& cutoff) {
  TupleWriter writer;
  OpenedCommitment out{.salt = derived(key, writer.item("cutoff").u64(stratum).view()),
                       .bytes = {}};
  if (cutoff) out.bytes.assign(cutoff->begin(), cutoff->end());
  return out;
}

Result<Selection> select_restricted(const Seed& seed, const Allocation& allocation,
                                    const PoolKey& key, std::span<const SubjectRow> rows) {
  const std::size_t strata = allocation.strata.size();
  std::vector<Hash> keys;
  for (std::size_t s = 0; s < strata; ++s) keys.push_back(stratum_key(seed, s));
  std::vector<std::vector<Ticketed>> tickets(strata);
  std::string_view last;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SubjectRow& row = rows[i];
    const PoolRow place{.id = row.id, .stratum = row.stratum};
    if (auto checked = check_place(place, last, strata); !checked) return checked.error();
    if (auto checked = check_weight(row.id, row.weight, false); !checked) return checked.error();
    last = row.id;
    if (row.eligibility != 0) continue;
    tickets[row.stratum].push_back(
        {.ticket = blind_ticket(keys[row.stratum], blind_of(key, row.id)), .row = i});
  }
  std::vector<std::uint64_t> eligible;
  for (const auto& of_stratum : tickets) eligible.push_back(of_stratum.size());
  const auto counts = drawn_counts(allocation, eligible);
  if (!counts) return counts.error();
  Selection selection;
  for (std::size_t s = 0; s < strata; ++s) {
    auto& of_stratum = tickets[s];
    const std::size_t k = (*counts)[s];
    const auto end = of_stratum.begin() + static_cast<std::ptrdiff_t>(k);
    std::partial_sort(of_stratum.begin(), end, of_stratum.end(), [](const auto& a, const auto& b) {
      return a.ticket != b.ticket ? a.ticket < b.ticket : a.row < b.row;  // rows ascend by id
    });
    for (auto drawn = of_stratum.begin(); drawn != end; ++drawn) {
      selection.drawn.push_back(
          {.id = rows[drawn->row].id, .stratum = s, .row = drawn->row, .ticket = drawn->ticket});
    }
    StratumOutcome outcome{.eligible = eligible[s], .drawn = k, .cutoff = {}};
    if (k != 0) outcome.cutoff = selection.drawn.back().ticket;
    selection.strata.push_back(outcome);
  }
  return selection;
}

}  // namespace liuhen::crypto::draw
