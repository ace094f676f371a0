#include "crypto/draw/row_proof.h"

#include <algorithm>

namespace liuhen::crypto::draw {

namespace {

Outcome check_one(const ProvenRow& proven, std::uint64_t size, const Hash& root, bool weighted) {
  const SubjectRow& row = proven.row;
  if (auto checked = check_id(row.id); !checked) return checked;
  if (auto checked = check_weight(row.id, row.weight, weighted); !checked) return checked;
  if (verify_inclusion(proven.index, size, leaf_hash(encode(row)), proven.path, root)) return ok();
  return fail("row.inclusion",
              "“" + row.id + "”这一行不在公告的名录根之下：行、路径或公告被改动，或属于另一次抽取",
              "the row of \"" + row.id +
                  "\" is not under the announced root: the row, its path or the announcement was "
                  "changed, or is of another draw");
}

bool leave_no_place(std::string_view id, std::span<const ProvenRow> rows, std::uint64_t size) {
  if (rows.empty()) return size == 0;
  const ProvenRow &first = rows.front(), &last = rows.back();
  if (rows.size() == 2)
    return last.index - first.index == 1 && first.row.id < id && id < last.row.id;
  return (first.index == 0 && id < first.row.id) || (first.index == size - 1 && first.row.id < id);
}

}  // namespace

Result<std::vector<ProvenRow>> prove_row(std::span<const SubjectRow> rows, std::string_view id) {
  if (auto checked = check_id(id); !checked) return checked.error();
  const auto found = std::ranges::lower_bound(rows, id, {}, &SubjectRow::id);
  const auto at = static_cast<std::uint64_t>(found - rows.begin());
  const bool present = found != rows.end() && found->id == id;
  const HashAt subtree = [&](unsigned level, std::uint64_t index) -> Result<Hash> {
    MerkleTree tree;
    const std::uint64_t width = std::uint64_t{1} << level;
    for (const SubjectRow& row : rows.subspan(index * width, width))
      tree.append(leaf_hash(encode(row)));
    return tree.root();
  };
  std::vector<ProvenRow> out;
  for (std::uint64_t index = present || at == 0 ? at : at - 1;
       index < rows.size() && (index < at + 1); ++index) {
    auto path = prove_inclusion(index, rows.size(), subtree);
    if (!path) return path.error();
    out.push_back({.index = index, .row = rows[index], .path = std::move(*path)});
  }
  return out;
}

Result<std::optional<SubjectRow>> check_row(std::string_view id, std::span<const ProvenRow> proof,
                                            std::uint64_t size, const Hash& root, bool weighted) {
  if (auto checked = check_id(id); !checked) return checked.error();
  for (const ProvenRow& proven : proof) {
    if (auto checked = check_one(proven, size, root, weighted); !checked) return checked.error();
  }
  if (proof.size() == 1 && proof.front().row.id == id)
    return std::optional<SubjectRow>(proof.front().row);
  if (proof.size() <= 2 && leave_no_place(id, proof, size)) return std::optional<SubjectRow>();
  return fail("row.neighbours",
              "给出的行既不是“" + std::string(id) + "”，也不是它本应所在之处前后相邻的行",
              "the rows given are neither that of \"" + std::string(id) +
                  "\" nor those on both sides of where it would be");
}

}  // namespace liuhen::crypto::draw
