#include "crypto/draw/rows.h"

#include <algorithm>
#include <array>

namespace liuhen::crypto::draw {

namespace {

constexpr std::array<bool, 256> id_characters() {
  std::array<bool, 256> are{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")) {
    are[static_cast<unsigned char>(c)] = true;
  }
  return are;
}

inline constexpr std::array<bool, 256> kIdCharacters = id_characters();

void write_subject(TupleWriter& writer, std::string_view id, std::uint64_t stratum,
                   std::uint64_t weight, std::uint64_t eligibility) {
  writer.item(id).u64(stratum).u64(weight).u64(eligibility);
}

}  // namespace

// Without a branch for each character: pools have millions of ids.
bool is_id(std::string_view id) {
  bool all = !id.empty() && id.size() <= kMaxIdBytes;
  for (const char c : id.substr(0, kMaxIdBytes)) {
    all &= kIdCharacters[static_cast<unsigned char>(c)];
  }
  return all;
}

Outcome check_id(std::string_view id) {
  if (is_id(id)) return ok();
  return fail("draw.id",
              "编号“" + std::string(id) + "”不合规则：应为 1 至 23 个大写字母、数字或 - _ .",
              "id \"" + std::string(id) + "\" is not 1 to 23 of A-Z, 0-9, '-', '_' and '.'");
}

Outcome check_order(std::string_view last, std::string_view next) {
  if (last.empty() || last < next) return ok();
  return fail(
      "draw.order",
      "编号“" + std::string(next) + "”排在“" + std::string(last) + "”之后：应按字节升序且不重复",
      "id \"" + std::string(next) + "\" comes after \"" + std::string(last) +
          "\": rows must ascend bytewise by id, each id once");
}

Bytes encode(const SubjectRow& row) {
  TupleWriter writer;
  write_subject(writer, row.id, row.stratum, row.weight, row.eligibility);
  return writer.take();
}

Bytes encode(const InspectorRow& row) {
  TupleWriter writer;
  writer.item(row.id).item(row.unit).list_count(row.qualifications.size());
  for (const std::string& qualification : row.qualifications) writer.item(qualification);
  writer.u64(row.capacity).u64(row.eligibility);
  return writer.take();
}

Outcome SubjectPool::add(std::string_view id, std::uint64_t stratum, std::uint64_t weight,
                         std::uint64_t eligibility) {
  if (auto checked = check_id(id); !checked) return checked.error();
  if (auto checked = check_order(last_, id); !checked) return checked.error();
  if (auto checked = check_weight(id, weight, weighted_); !checked) return checked;
  writer_.clear();
  write_subject(writer_, id, stratum, weight, eligibility);
  tree_.append(leaf_hash(writer_.view()));
  if (eligibility == 0) ++eligible_;
  last_ = id;
  return ok();
}

Outcome check_weight(std::string_view id, std::uint64_t weight, bool weighted) {
  if (weighted ? weight != 0 : weight == 1) return ok();
  return fail(
      "draw.weights",
      "“" + std::string(id) + "”的权重" +
          (weighted ? "为 0：须至少为 1" : "不是 1：本次抽取等概率"),
      "the weight of \"" + std::string(id) + "\" is " +
          (weighted ? "0: it has to be 1 or more" : "not 1: this draw is one with equal chances"));
}

Outcome check(const InspectorRow& row) {
  if (auto checked = check_id(row.id); !checked) return checked.error();
  if (row.unit.empty()) {
    return fail("draw.unit", "检查人员“" + row.id + "”没有所属单位",
                "inspector \"" + row.id + "\" has no unit");
  }
  const auto& held = row.qualifications;
  const bool ascending =
      std::adjacent_find(held.begin(), held.end(), std::greater_equal<>()) == held.end();
  if (!ascending || (!held.empty() && held.front().empty())) {
    return fail("draw.qualifications", "检查人员“" + row.id + "”的资格应非空、按字节升序且不重复",
                "the qualifications of inspector \"" + row.id +
                    "\" must be non-empty, ascending and distinct");
  }
  return ok();
}

Outcome InspectorPool::add(const InspectorRow& row) {
  if (auto checked = check(row); !checked) return checked.error();
  if (auto checked = check_order(last_, row.id); !checked) return checked.error();
  tree_.append(leaf_hash(encode(row)));
  if (row.eligibility == 0) ++eligible_;
  last_ = row.id;
  return ok();
}

Hash conflicts_root(std::span<const Hash> commitments) {
  MerkleTree tree;
  for (const Hash& commitment : commitments) tree.append(leaf_hash(commitment));
  return tree.root();
}

}  // namespace liuhen::crypto::draw
