#include "projections/inspectors.h"

#include <algorithm>
#include <set>

#include "crypto/draw/rows.h"
#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "projections/fields.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using schema::InspectorStatus;

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Error refused(const char* code, std::string_view id, const std::string& zh, const std::string& en) {
  return fail(code, "检查员“" + std::string(id) + "”：" + zh,
              "inspector \"" + std::string(id) + "\": " + en);
}

Outcome check_row(const State& state, const schema::InspectorRow& row) {
  const std::string_view id = text(row.id());
  if (!crypto::draw::is_id(id))
    return refused("inspector.id", id, "执法证号应为 1 至 23 个大写字母、数字或 - _ .",
                   "a certificate number is 1 to 23 of A-Z, 0-9, '-', '_' and '.'");
  if (text(row.name()).empty()) return refused("inspector.name", id, "没有姓名", "has no name");
  if (!state.catalogue.departments.contains(text(row.unit()))) {
    return refused(
        "inspector.unit", id, "单位“" + std::string(text(row.unit())) + "”不存在，请先设部门",
        "there is no department \"" + std::string(text(row.unit())) + "\", set it first");
  }
  if (row.status() == InspectorStatus::unknown || row.status() > InspectorStatus::left)
    return refused("inspector.status", id, "状态未知", "the status is not known");
  if (row.qualifications() != nullptr) {
    for (const flatbuffers::String* held : *row.qualifications()) {
      if (text(held).empty())
        return refused("inspector.qualification", id, "有一项资格为空", "a qualification is empty");
    }
  }
  const std::size_t restricted = raw(row.restricted()).size();
  if (restricted != 0 && restricted != 32)
    return refused("inspector.restricted", id, "受限内容的承诺须为 32 字节",
                   "the commitment to what is restricted has 32 bytes");
  return ok();
}

}  // namespace

const InspectorVersion* Inspectors::at(std::string_view id, std::uint64_t position) const {
  const auto found = rows.find(id);
  if (found == rows.end()) return nullptr;
  const auto& versions = found->second;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->position <= position) return &*version;
  }
  return nullptr;
}

const InspectorVersion* Inspectors::latest(std::string_view id) const {
  const auto found = rows.find(id);
  return found == rows.end() ? nullptr : &found->second.back();
}

RowDigest row_digest(const schema::InspectorRowT& row) {
  const std::vector<std::string> held = sorted(row.qualifications);
  crypto::TupleWriter writer;
  writer.item(row.id).item(row.name).item(row.unit).list_count(held.size());
  for (const std::string& qualification : held) writer.item(qualification);
  writer.u64(static_cast<std::uint64_t>(row.status)).item(View(row.restricted));
  const Hash hash = crypto::sha256(writer.view());
  RowDigest digest;
  std::copy_n(hash.begin(), digest.size(), digest.begin());
  return digest;
}

RowDigest row_digest(const schema::InspectorRow& row) { return row_digest(unpacked(row)); }

Outcome admit(const State& state, const ledger::Event&, const schema::InspectorsImported& payload) {
  if (auto checked = check_part(state, state.subjects.open_runs(), text(payload.run()),
                                payload.part(), payload.last(), payload.rows()->size());
      !checked)
    return checked;
  std::set<std::string_view> seen;
  for (const schema::InspectorRow* row : *payload.rows()) {
    if (auto checked = check_row(state, *row); !checked) return checked;
    if (!seen.insert(text(row->id())).second)
      return refused("inspector.duplicate", text(row->id()), "在同一部分中出现两次",
                     "is there twice in one part");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::InspectorsImported& payload) {
  for (const schema::InspectorRow* table : *payload.rows()) {
    schema::InspectorRowT row = unpacked(*table);
    InspectorVersion version{.position = event.position(),
                             .name = std::move(row.name),
                             .unit = std::move(row.unit),
                             .qualifications = sorted(std::move(row.qualifications)),
                             .status = row.status,
                             .digest = row_digest(*table)};
    state.inspectors.rows[row.id].push_back(std::move(version));
  }
  count_part(state.inspectors.open_runs, state.inspectors.ended_runs, event, text(payload.run()),
             payload.part(), payload.last(), payload.rows()->size());
}

}  // namespace liuhen::projections
