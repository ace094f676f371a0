#include "projections/pool_openings.h"

#include <algorithm>
#include <map>
#include <memory>

#include "projections/pool.h"
#include "projections/proof_lines.h"

namespace liuhen::projections {

namespace {

constexpr std::string_view kHeading = "liuhen/pool-openings/v1";

using Known = std::map<Hash, Bytes>;

// The row that the commitment hides, if it is in one of the strata and its weight 1.
std::optional<crypto::draw::SubjectRow> tried(const crypto::draw::CommittedRow& row,
                                              std::size_t strata,
                                              const crypto::draw::PoolKey& key) {
  for (std::uint64_t reason = 0; reason <= kLastSubjectReason; ++reason) {
    for (std::uint64_t stratum = 0; stratum < strata; ++stratum) {
      crypto::draw::SubjectRow open{
          .id = row.id, .stratum = stratum, .weight = 1, .eligibility = reason};
      if (crypto::draw::row_opening(key, open).commitment() == row.commitment) return open;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string format_pool_openings(std::vector<ledger::Opening> openings) {
  std::ranges::sort(openings, {}, &ledger::Opening::commitment);
  std::string out(kHeading);
  out.append(1, '\n');
  for (const auto& opening : openings) {
    out.append("opening ").append(to_base64(opening.commitment)).append(1, ' ');
    out.append(to_base64(opening.salt)).append(1, ' ');
    out.append(to_base64(opening.bytes)).append(1, '\n');
  }
  return out;
}

Result<std::vector<ledger::Opening>> parse_pool_openings(std::string_view text) {
  ProofLines lines(text);
  lines.line(kHeading, 0);
  std::vector<ledger::Opening> openings;
  while (lines.good() && !lines.rest().empty()) {
    const auto words = lines.line("opening", 3);
    ledger::Opening opening{.commitment = lines.hash(words[0]),
                            .salt = lines.hash(words[1]),
                            .bytes = lines.base64(words[2])};
    if (lines.good() && !crypto::opens(opening.commitment, opening.salt, opening.bytes)) {
      return fail("openings.mismatch", "盐与内容和承诺 " + to_hex(opening.commitment) + " 不符",
                  "salt and content do not open the commitment " + to_hex(opening.commitment));
    }
    openings.push_back(std::move(opening));
  }
  if (lines.good()) return openings;
  return fail("openings.format",
              "不是受限内容文件（首行应为 " + std::string(kHeading) + "），或被改动",
              "it is no file of openings (the first line should be " + std::string(kHeading) +
                  "), or was changed");
}

PoolOpener pool_opener_of(std::vector<ledger::Opening> openings, const crypto::SigningKey* key) {
  const auto known = std::make_shared<Known>();
  for (auto& opening : openings) known->emplace(opening.commitment, std::move(opening.bytes));
  PoolOpener opener;
  opener.content = [known](const Hash& commitment, std::uint64_t) -> std::optional<Bytes> {
    const auto found = known->find(commitment);
    if (found == known->end()) return std::nullopt;
    return found->second;
  };
  if (key == nullptr) return opener;
  opener.key = [key](const ledger::schema::DrawAnnouncedT& announcement)
      -> std::optional<crypto::draw::PoolKey> {
    auto opened = sealed_pool_key(announcement, *key);
    if (!opened) return std::nullopt;
    return std::move(*opened);
  };
  return opener;
}

Result<OpenedPool> opened_by_key(std::vector<crypto::draw::CommittedRow> rows, std::size_t strata,
                                 const crypto::draw::PoolKey& key) {
  OpenedPool out{.pool = {}, .rows = std::move(rows), .key = key.clone()};
  for (const auto& row : out.rows) {
    auto open = tried(row, strata, key);
    if (!open) {
      return fail("row.opening", "名录密钥打不开“" + row.id + "”这一行",
                  "the pool's key does not open the row of \"" + row.id + "\"");
    }
    out.pool.subjects_eligible += open->eligibility == 0 ? 1 : 0;
    out.pool.subjects.push_back(std::move(*open));
  }
  const auto root = crypto::draw::committed_root(out.rows);
  if (!root) return root.error();
  out.pool.subject_root = *root;
  return out;
}

}  // namespace liuhen::projections
