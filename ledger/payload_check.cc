#include "ledger/payload_check.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "crypto/utf8.h"
#include "ledger/limits.h"
#include "ledger/schema/entry_generated.h"
#include "ledger/schema/intent_generated.h"

namespace liuhen::ledger {
namespace {

using flatbuffers::TypeTable;

struct Rule {
  enum class Kind : std::uint8_t {
    none,
    unruled,
    exact,
    exact_or_absent,
    list,
    roles,
    bytes,
    word,
    text
  } kind = Kind::none;
  std::size_t size = 0;  // of exact bytes, of a list's element, or the most a text may have
};
constexpr Rule exact(std::size_t n) { return {Rule::Kind::exact, n}; }
constexpr Rule maybe(std::size_t n) { return {Rule::Kind::exact_or_absent, n}; }
constexpr Rule list(std::size_t n) { return {Rule::Kind::list, n}; }
constexpr Rule kRoles{Rule::Kind::roles, 1};
constexpr Rule kBytes{Rule::Kind::bytes, kEntryBytesMax};
constexpr Rule kId{Rule::Kind::word, kIdBytesMax};
constexpr Rule kName{Rule::Kind::word, kNameBytesMax};
constexpr Rule kStream{Rule::Kind::word, kStreamBytesMax};
constexpr Rule kOrigin{Rule::Kind::word, kOriginBytesMax};
constexpr Rule kText{Rule::Kind::text, kTextBytesMax};

// By the name of the field, which means one thing in every table but for those below.
const std::map<std::string_view, Rule> kByName = {
    {"authors", list(32)},
    {"beacon_chain", maybe(32)},
    {"beacon_signature", maybe(48)},
    {"chain", exact(32)},
    {"commitment", exact(32)},
    {"commitments", list(32)},
    {"committed", list(32)},
    {"cosignatures", kName},
    {"conflict_root", exact(32)},
    {"content", kText},
    {"contributors", list(32)},
    {"cutoff", maybe(32)},
    {"cutoff_commitments", list(32)},
    {"digest", exact(32)},
    {"evidence", list(32)},
    {"first", kRoles},
    {"group_hash", exact(32)},
    {"holders", list(32)},
    {"id", kId},
    {"inspector_root", exact(32)},
    {"intent", kBytes},
    {"key", exact(32)},
    {"log_key", exact(32)},
    {"nonce", maybe(32)},
    {"pi", maybe(80)},
    {"pool_key_hash", maybe(32)},
    {"pool_key_sealed", list(80)},
    {"previous", kStream},
    {"proof", exact(64)},
    {"public_key", exact(96)},
    {"restricted", maybe(32)},
    {"root", exact(32)},
    {"roles", kRoles},
    {"second", kRoles},
    {"sealed_pi", list(128)},
    {"seed_hash", maybe(32)},
    {"seen_root", exact(32)},
    {"sha256", exact(32)},
    {"signature", exact(48)},
    {"signatures", list(64)},
    {"subject_root", exact(32)},
    {"supervisors", list(32)},
    {"ticket", exact(32)},
    {"visits_root", exact(32)},
    {"vrf_key", exact(32)},
    {"about", kStream},
    {"address", kName},
    {"basis", kText},
    {"beacon_id", kId},
    {"city", kName},
    {"department", kId},
    {"digits", kId},
    {"division", kId},
    {"draw", kStream},
    {"form_reason", kText},
    {"ground", kText},
    {"industry", kId},
    {"inspector", kId},
    {"inspectors", kId},
    {"issue", kId},
    {"item", kId},
    {"items", kId},
    {"kind", kId},
    {"label", kName},
    {"method", kText},
    {"name", kName},
    {"note", kText},
    {"object", kText},
    {"opinion", kText},
    {"origin", kOrigin},
    {"person", kId},
    {"plan", kId},
    {"qualification", kId},
    {"qualifications", kId},
    {"reason", kText},
    {"rule", kId},
    {"run", kId},
    {"scheme", kId},
    {"source", kId},
    {"statement", kText},
    {"stream", kStream},
    {"subject", kId},
    {"superior", kId},
    {"team", kId},
    {"to", kText},
    {"unit", kId},
    {"units", kId},
    {"values", kId},
};

struct Special {
  const TypeTable* table;
  std::string_view field;
  Rule rule;
};
const Special kSpecial[] = {
    {schema::EntryTypeTable(), "previous", exact(32)},
    {schema::IntentTypeTable(), "id", exact(16)},
    {schema::VrfKeyRegisteredTypeTable(), "proof", exact(80)},
    {schema::DrawRevealedTypeTable(), "nonce", exact(32)},
    {schema::ObjectionFiledTypeTable(), "content", exact(32)},
};

// A number in the schema, and a kind of payload by what it means.
constexpr std::size_t kPermissionPayload = 0;

bool is_table(const TypeTable& type) { return type.st == flatbuffers::ST_TABLE; }

Rule rule_of(const TypeTable& type, std::size_t field) {
  const auto code = type.type_codes[field];
  const bool is_bytes = code.base_type == flatbuffers::ET_UCHAR && code.is_repeating != 0;
  if (!is_bytes && code.base_type != flatbuffers::ET_STRING) return {};
  const std::string_view name = type.names[field];
  for (const Special& special : kSpecial) {
    if (special.table == &type && special.field == name) return special.rule;
  }
  const auto found = kByName.find(name);
  if (found == kByName.end()) return {Rule::Kind::unruled, 0};
  const bool ruled_as_text =
      found->second.kind == Rule::Kind::word || found->second.kind == Rule::Kind::text;
  return ruled_as_text == !is_bytes ? found->second : Rule{Rule::Kind::unruled, 0};
}

// A table or a union as Walk goes through it.
struct Plan {
  struct Field {
    const char* name = nullptr;
    flatbuffers::TypeCode code{};
    Rule rule;
    const Plan* ref = nullptr;  // of what it refers to, or whose members it numbers
  };
  const TypeTable* type = nullptr;
  std::vector<Field> fields;  // of a union, its members, the first being none
};
using Plans = std::unordered_map<const TypeTable*, Plan>;  // which do not move

const Plan& collect(const TypeTable& type, Plans& plans) {
  const auto [found, added] = plans.try_emplace(&type);
  Plan& plan = found->second;
  if (!added) return plan;
  plan.type = &type;
  for (std::size_t i = 0; i < type.num_elems; ++i) {
    const auto code = type.type_codes[i];
    plan.fields.push_back({.name = type.names == nullptr ? nullptr : type.names[i],
                           .code = code,
                           .rule = is_table(type) ? rule_of(type, i) : Rule{},
                           .ref = nullptr});
    if (code.sequence_ref >= 0)
      plan.fields[i].ref = &collect(*type.type_refs[code.sequence_ref](), plans);
    else if (&type == schema::PermissionTypeTable() && i == kPermissionPayload)
      plan.fields[i].ref = &collect(*schema::PayloadTypeTable(), plans);
  }
  return plan;
}

const Plans& all_plans() {
  static const Plans plans = [] {
    Plans all;
    collect(*schema::EntryTypeTable(), all);
    collect(*schema::IntentTypeTable(), all);
    return all;
  }();
  return plans;
}

Error malformed(const std::string& zh, const std::string& en) {
  return fail("intent.malformed", "意图格式错误：" + zh, "malformed intent: " + en);
}

class Walk {
 public:
  Outcome table(const flatbuffers::Table& table, const Plan& plan);
  Knowledge knowledge() const { return knowledge_; }

 private:
  Outcome field(const flatbuffers::Table& table, const Plan& plan, std::size_t index);
  Outcome bytes(const flatbuffers::Vector<std::uint8_t>* value, const Plan::Field& field);
  Outcome text(const flatbuffers::String& value, const Plan::Field& field);
  Outcome list(const std::uint8_t* value, const Plan::Field& field);
  Outcome member(const flatbuffers::Table& table, const std::uint8_t* value, const Plan& members,
                 std::size_t index);
  void look_for_more(const flatbuffers::Table& table, const Plan& plan);
  // False if that is more than there can be without bytes that are used twice.
  bool spend(std::size_t size) {
    if (size > left_) return false;
    left_ -= size;
    return true;
  }
  static const std::uint8_t* follow(const std::uint8_t* at) {
    return at + flatbuffers::ReadScalar<flatbuffers::uoffset_t>(at);
  }

  Knowledge knowledge_ = Knowledge::complete;
  std::size_t left_ =
      4 * kEntryBytesMax;  // bytes that an honest buffer of the greatest size cannot use up
};

Error shared_bytes() { return malformed("多处共用同一段字节", "its parts share their bytes"); }

Outcome Walk::bytes(const flatbuffers::Vector<std::uint8_t>* value, const Plan::Field& field) {
  const Rule& rule = field.rule;
  const char* name = field.name;
  const std::size_t size = value == nullptr ? 0 : value->size();
  bool right = true;
  switch (rule.kind) {
    case Rule::Kind::exact:
      right = size == rule.size;
      break;
    case Rule::Kind::exact_or_absent:
      right = size == rule.size || size == 0;
      break;
    case Rule::Kind::list:
      right = size % rule.size == 0;
      break;
    case Rule::Kind::bytes:
      right = size <= rule.size;
      break;
    case Rule::Kind::roles: {
      const std::size_t roles = schema::RoleTypeTable()->num_elems;
      right = size <= 255;
      for (std::size_t i = 0; right && i < size; ++i) {
        if (value->Get(static_cast<flatbuffers::uoffset_t>(i)) >= roles)
          knowledge_ = Knowledge::partial;
      }
      break;
    }
    default:
      right = false;
  }
  if (!right) {
    return malformed("字段 " + std::string(name) + " 长度不对（" + std::to_string(size) + " 字节）",
                     "field " + std::string(name) + " has the wrong length (" +
                         std::to_string(size) + " bytes)");
  }
  return spend(size) ? ok() : Outcome(shared_bytes());
}

Outcome Walk::text(const flatbuffers::String& value, const Plan::Field& field) {
  const Rule& rule = field.rule;
  const char* name = field.name;
  if (value.size() > rule.size) {
    return malformed(
        "字段 " + std::string(name) + " 超过 " + std::to_string(rule.size) + " 字节",
        "field " + std::string(name) + " is longer than " + std::to_string(rule.size) + " bytes");
  }
  if (!crypto::is_plain_text({value.c_str(), value.size()}, rule.kind == Rule::Kind::text)) {
    return malformed("字段 " + std::string(name) + " 不是不含控制字符的 UTF-8",
                     "field " + std::string(name) + " is not UTF-8 without control characters");
  }
  return spend(value.size() + 4) ? ok() : Outcome(shared_bytes());
}

Outcome Walk::list(const std::uint8_t* value, const Plan::Field& field) {
  const char* name = field.name;
  const auto& offsets =
      *reinterpret_cast<const flatbuffers::Vector<flatbuffers::uoffset_t>*>(value);
  if (offsets.size() > kRowsMax) {
    return malformed(
        "列表 " + std::string(name) + " 超过 " + std::to_string(kRowsMax) + " 项",
        "list " + std::string(name) + " has more than " + std::to_string(kRowsMax) + " items");
  }
  for (flatbuffers::uoffset_t i = 0; i < offsets.size(); ++i) {
    const std::uint8_t* element = follow(offsets.Data() + i * sizeof(flatbuffers::uoffset_t));
    Outcome good = field.code.base_type == flatbuffers::ET_STRING
                       ? text(*reinterpret_cast<const flatbuffers::String*>(element), field)
                       : table(*reinterpret_cast<const flatbuffers::Table*>(element), *field.ref);
    if (!good) return good;
  }
  return ok();
}

// A union's value. Its tag is the field before it.
Outcome Walk::member(const flatbuffers::Table& table, const std::uint8_t* value,
                     const Plan& members, std::size_t index) {
  const auto tag = table.GetField<std::uint8_t>(
      flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(index - 1)), 0);
  if (tag == 0) return malformed("没有内容", "it has no payload");
  if (tag >= members.fields.size()) {
    knowledge_ = Knowledge::partial;
    return ok();
  }
  return this->table(*reinterpret_cast<const flatbuffers::Table*>(value), *members.fields[tag].ref);
}

Outcome Walk::field(const flatbuffers::Table& table, const Plan& plan, std::size_t index) {
  const Plan::Field& field = plan.fields[index];
  const std::uint8_t* at = table.GetAddressOf(
      flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(index)));
  if (field.code.base_type == flatbuffers::ET_UCHAR && field.code.is_repeating != 0) {
    return bytes(at == nullptr
                     ? nullptr
                     : reinterpret_cast<const flatbuffers::Vector<std::uint8_t>*>(follow(at)),
                 field);
  }
  if (at == nullptr) return ok();
  if (field.code.is_repeating != 0) return list(follow(at), field);
  switch (field.code.base_type) {
    case flatbuffers::ET_STRING:
      return text(*reinterpret_cast<const flatbuffers::String*>(follow(at)), field);
    case flatbuffers::ET_UCHAR:
      if (field.ref != nullptr && *at >= field.ref->fields.size()) knowledge_ = Knowledge::partial;
      return ok();
    case flatbuffers::ET_BOOL:
      if (*at > 1)
        return malformed("字段 " + std::string(field.name) + " 不是 0 或 1",
                         "field " + std::string(field.name) + " is not 0 or 1");
      return ok();
    case flatbuffers::ET_SEQUENCE:
      if (field.ref->type->st == flatbuffers::ST_UNION)
        return member(table, follow(at), *field.ref, index);
      return this->table(*reinterpret_cast<const flatbuffers::Table*>(follow(at)), *field.ref);
    default:
      return ok();
  }
}

void Walk::look_for_more(const flatbuffers::Table& table, const Plan& plan) {
  const std::uint8_t* vtable = table.GetVTable();
  const auto size = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable);
  for (auto at =
           flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(plan.fields.size()));
       at < size; at = static_cast<flatbuffers::voffset_t>(at + sizeof(flatbuffers::voffset_t))) {
    if (flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable + at) != 0)
      knowledge_ = Knowledge::partial;
  }
}

Outcome Walk::table(const flatbuffers::Table& table, const Plan& plan) {
  if (!spend(4)) return shared_bytes();
  look_for_more(table, plan);
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    Outcome good = field(table, plan, i);
    if (!good) return good;
  }
  return ok();
}

}  // namespace

Result<Knowledge> check_table(const flatbuffers::Table& table, const TypeTable& type) {
  Walk walk;
  const Outcome good = walk.table(table, all_plans().at(&type));
  if (!good) return good.error();
  return walk.knowledge();
}

std::vector<std::string> fields_without_rule() {
  std::vector<std::string> missing;
  for (const auto& [type, plan] : all_plans()) {
    for (const Plan::Field& field : plan.fields) {
      if (field.rule.kind == Rule::Kind::unruled) missing.emplace_back(field.name);
    }
  }
  return missing;
}

}  // namespace liuhen::ledger
