#include "projections/subjects.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/draw/rows.h"
#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "projections/fields.h"
#include "projections/id_hash.h"
#include "projections/state.h"
#include "projections/uscc_check.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using schema::SubjectKind;
using schema::SubjectStatus;

struct RowFields {
  std::string_view id, name, division, industry, address;
  SubjectKind kind;
  SubjectStatus status;
  View restricted;
};

RowFields fields_of(const schema::SubjectRow& row) {
  return {.id = text(row.id()),
          .name = text(row.name()),
          .division = text(row.division()),
          .industry = text(row.industry()),
          .address = text(row.address()),
          .kind = row.kind(),
          .status = row.status(),
          .restricted = raw(row.restricted())};
}

RowDigest digest_of(const RowFields& row, crypto::TupleWriter& writer) {
  writer.clear();
  writer.item(row.id)
      .u64(static_cast<std::uint64_t>(row.kind))
      .item(row.name)
      .item(row.division)
      .item(row.industry);
  writer.item(row.address).u64(static_cast<std::uint64_t>(row.status)).item(row.restricted);
  const Hash hash = crypto::sha256(writer.view());
  RowDigest digest;
  std::copy_n(hash.begin(), digest.size(), digest.begin());
  return digest;
}

Error refused(const char* code, std::string_view id, const std::string& zh, const std::string& en) {
  return fail(code, "检查对象“" + std::string(id) + "”：" + zh,
              "subject \"" + std::string(id) + "\": " + en);
}

constexpr std::size_t kSlotsMin = 1024;
std::uint32_t subject_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1; }

// People whose registration is their own: what names them is not public.
bool is_personal(SubjectKind kind) {
  return kind == SubjectKind::sole_trader || kind == SubjectKind::natural_person;
}

bool has_code(SubjectKind kind) {
  return kind == SubjectKind::firm || kind == SubjectKind::institution ||
         kind == SubjectKind::organisation || kind == SubjectKind::cooperative ||
         kind == SubjectKind::foreign_office;
}

bool digits(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Outcome check_personal(const RowFields& row) {
  if (row.id.size() == 18 && (row.id.starts_with("92") || is_resident_id(row.id))) {
    return refused("subject.personal_id", row.id,
                   "个体工商户和自然人不得以统一社会信用代码或身份证号为公开编号：请改用登记序号",
                   "a sole trader or natural person must not have a credit code or an id number as "
                   "public id: use an opaque registry number");
  }
  if (!row.name.empty() || !row.address.empty()) {
    return refused("subject.personal_data", row.id,
                   "个体工商户和自然人的名称、地址须作为受限内容提交，不得公开",
                   "the name and address of a sole trader or natural person are restricted: leave "
                   "them out of the public row");
  }
  return ok();
}

Outcome check_row(const RowFields& row) {
  if (!crypto::draw::is_id(row.id))
    return refused("subject.id", row.id, "编号应为 1 至 23 个大写字母、数字或 - _ .",
                   "an id is 1 to 23 of A-Z, 0-9, '-', '_' and '.'");
  if (row.kind == SubjectKind::unknown || row.kind > SubjectKind::other)
    return refused("subject.kind", row.id, "类型未知", "the kind is not known");
  if (row.status == SubjectStatus::unknown || row.status > SubjectStatus::moved)
    return refused("subject.status", row.id, "状态未知", "the status is not known");
  if (row.division.size() != 6 || !digits(row.division))
    return refused("subject.division", row.id, "行政区划须为六位数字",
                   "the division has to be six digits");
  const std::string_view industry = row.industry;
  if (industry.size() != 3 || industry[0] < 'A' || industry[0] > 'T' ||
      !digits(industry.substr(1))) {
    return refused("subject.industry", row.id, "行业须为门类字母加两位大类代码，如 F52",
                   "the industry is a section letter and two digits, as in F52");
  }
  if (!row.restricted.empty() && row.restricted.size() != 32)
    return refused("subject.restricted", row.id, "受限内容的承诺须为 32 字节",
                   "the commitment to what is restricted has 32 bytes");
  if (is_personal(row.kind)) return check_personal(row);
  if (has_code(row.kind) && row.id.size() == 18 && !is_uscc(row.id)) {
    return refused("subject.check_character", row.id,
                   "统一社会信用代码的校验码不符（GB 32100），请核对",
                   "the check character of the credit code is wrong (GB 32100): look it up again");
  }
  return ok();
}

std::uint64_t packed(std::string_view value) {
  std::uint64_t key = value.size();
  for (const char c : value) key = key << 8 | static_cast<unsigned char>(c);
  return key;
}

}  // namespace

RowDigest row_digest(const schema::SubjectRow& row) {
  crypto::TupleWriter writer;
  return digest_of(fields_of(row), writer);
}

RowDigest row_digest(const schema::SubjectRowT& row) {
  crypto::TupleWriter writer;
  return digest_of({.id = row.id,
                    .name = row.name,
                    .division = row.division,
                    .industry = row.industry,
                    .address = row.address,
                    .kind = row.kind,
                    .status = row.status,
                    .restricted = row.restricted},
                   writer);
}

Outcome check_part(const State& state, const std::map<std::string, OpenRun>& others,
                   std::string_view run, std::uint32_t part, bool last, std::size_t rows) {
  const std::string name(run);
  if (others.contains(name)) {
    return fail("import.run", "导入“" + name + "”正用于另一名录，请换一个编号",
                "the run \"" + name + "\" is open for the other registry: take another id");
  }
  const std::uint64_t next = state.stream_version("import/" + name);
  if (part != next) {
    return fail("import.part",
                "导入“" + name + "”的下一部分是第 " + std::to_string(next) + " 部分，实为第 " +
                    std::to_string(part) + " 部分",
                "the next part of the run \"" + name + "\" is " + std::to_string(next) + ", not " +
                    std::to_string(part));
  }
  if (rows == 0 && !last)
    return fail("import.empty", "导入“" + name + "”的这一部分没有任何行：只有最后一部分可以为空",
                "this part of the run \"" + name + "\" has no rows: only the last may be empty");
  return ok();
}

void count_part(std::map<std::string, OpenRun>& runs, std::vector<RunSpan>& ended,
                const ledger::Event& event, std::string_view run, std::uint32_t part, bool last,
                std::size_t rows) {
  const auto [found, begun] = runs.try_emplace(std::string(run));
  OpenRun& open = found->second;
  if (begun || open.lapsed(event.time())) open.first = event.position();
  if (last) {
    if (open.first < event.position())
      ended.push_back({.first = open.first, .last = event.position()});
    runs.erase(found);
    return;
  }
  open.next_part = part + 1;
  open.last_time = event.time();
  open.rows += rows;
}

// Their order is that of the hashes, of which the high half is enough.
std::size_t Subjects::first_slot(std::uint64_t hash) const {
  return hash >> (std::countl_zero(slots_.size()) + 1);
}

std::size_t Subjects::slot_of(std::string_view subject_id, std::uint64_t hash) const {
  std::size_t at = first_slot(hash);
  for (;; at = (at + 1) & (slots_.size() - 1)) {
    const std::uint64_t slot = slots_[at];
    if (slot == 0 || (slot >> 32 == hash >> 32 && id(subject_in(slot)) == subject_id)) return at;
  }
}

void Subjects::grow() {
  std::vector<std::uint64_t> narrower(std::max<std::size_t>(kSlotsMin, slots_.size() * 2), 0);
  slots_.swap(narrower);
  for (const std::uint64_t slot : narrower) {
    if (slot == 0) continue;
    std::size_t at = first_slot(slot);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

std::optional<std::uint32_t> Subjects::find(std::string_view subject_id) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint64_t found = slots_[slot_of(subject_id, id_hash(subject_id))];
  if (found == 0) return std::nullopt;
  return subject_in(found);
}

std::uint32_t Subjects::find_or_add(std::string_view subject_id, std::uint64_t hash) {
  if (2 * (size() + 1) > slots_.size()) grow();
  std::uint64_t& slot = slots_[slot_of(subject_id, hash)];
  if (slot != 0) return subject_in(slot);
  LIUHEN_CHECK(arena_.size() + subject_id.size() < SubjectVersion::kNone);
  arena_.append(subject_id);
  offsets_.push_back(static_cast<std::uint32_t>(arena_.size()));
  latest_.push_back(SubjectVersion::kNone);
  slot = hash >> 32 << 32 | latest_.size();
  return static_cast<std::uint32_t>(latest_.size() - 1);
}

std::string_view Subjects::id(std::uint32_t subject) const {
  return std::string_view(arena_).substr(offsets_[subject],
                                         offsets_[subject + 1] - offsets_[subject]);
}

const SubjectVersion& Subjects::latest(std::uint32_t subject) const {
  return versions_[latest_[subject]];
}

const SubjectVersion* Subjects::at(std::uint32_t subject, std::uint64_t position) const {
  std::uint32_t index = latest_[subject];
  while (index != SubjectVersion::kNone && versions_[index].position > position)
    index = versions_[index].previous;
  return index == SubjectVersion::kNone ? nullptr : &versions_[index];
}

std::uint64_t Subjects::version(std::uint32_t subject) const {
  std::uint64_t count = 0;
  for (std::uint32_t index = latest_[subject]; index != SubjectVersion::kNone;
       index = versions_[index].previous)
    ++count;
  return count;
}

std::uint32_t Subjects::intern(std::vector<std::string>& table, Index& index,
                               std::string_view value) {
  const auto [found, added] =
      index.try_emplace(packed(value), static_cast<std::uint32_t>(table.size()));
  if (added) table.emplace_back(value);
  return found->second;
}

Outcome Subjects::admit(const schema::SubjectsImported& payload) {
  const auto& rows = *payload.rows();
  // Open addressing over the ids of this part: row + 1, 0 empty.
  std::vector<std::uint32_t> seen(std::bit_ceil(std::size_t{2} * rows.size() + 1), 0);
  for (flatbuffers::uoffset_t i = 0; i < rows.size(); ++i) {
    const RowFields row = fields_of(*rows[i]);
    if (auto checked = check_row(row); !checked) return checked;
    std::size_t slot = id_hash(row.id) & (seen.size() - 1);
    for (; seen[slot] != 0; slot = (slot + 1) & (seen.size() - 1)) {
      if (text(rows[seen[slot] - 1]->id()) == row.id)
        return refused("subject.duplicate", row.id, "在同一部分中出现两次",
                       "is there twice in one part");
    }
    seen[slot] = i + 1;
  }
  return ok();
}

void Subjects::apply(const ledger::Event& event, const schema::SubjectsImported& payload) {
  const auto& rows = *payload.rows();
  // All slots are asked for before any is needed: each is far from the others in memory.
  std::vector<std::uint64_t> hashes(rows.size());
  for (flatbuffers::uoffset_t i = 0; i < rows.size(); ++i) {
    hashes[i] = id_hash(text(rows[i]->id()));
    if (!slots_.empty()) __builtin_prefetch(&slots_[first_slot(hashes[i])]);
  }
  crypto::TupleWriter writer;
  for (flatbuffers::uoffset_t i = 0; i < rows.size(); ++i) {
    const RowFields row = fields_of(*rows[i]);
    const std::uint32_t subject = find_or_add(row.id, hashes[i]);
    LIUHEN_CHECK(versions_.size() < SubjectVersion::kNone);
    versions_.push_back(
        {.position = event.position(),
         .previous = latest_[subject],
         .row = i,
         .division = intern(divisions_, division_index_, row.division),
         .industry = static_cast<std::uint16_t>(intern(industries_, industry_index_, row.industry)),
         .kind = static_cast<std::uint8_t>(row.kind),
         .status = static_cast<std::uint8_t>(row.status),
         .digest = digest_of(row, writer)});
    latest_[subject] = static_cast<std::uint32_t>(versions_.size() - 1);
  }
  count_part(open_runs_, ended_runs_, event, text(payload.run()), payload.part(), payload.last(),
             rows.size());
}

Outcome admit(const State& state, const ledger::Event&, const schema::SubjectsImported& payload) {
  const auto rows = payload.rows()->size();
  if (auto checked = check_part(state, state.inspectors.open_runs, text(payload.run()),
                                payload.part(), payload.last(), rows);
      !checked)
    return checked;
  return Subjects::admit(payload);
}

void apply(State& state, const ledger::Event& event, const schema::SubjectsImported& payload) {
  state.subjects.apply(event, payload);
}

}  // namespace liuhen::projections
