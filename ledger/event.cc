#include "ledger/event.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "ledger/limits.h"
#include "ledger/payload_check.h"

namespace liuhen::ledger {
namespace {

View view(const flatbuffers::Vector<std::uint8_t>& value) { return {value.data(), value.size()}; }

template <class Rows>
void add_rows(std::string_view kind, const Rows& rows, std::vector<std::string>& out) {
  for (const auto* row : rows) out.push_back(std::string(kind) + "/" + row->id()->str());
}

Error malformed(const std::string& zh, const std::string& en) {
  return fail("entry.malformed", "条目格式错误：" + zh, "malformed entry: " + en);
}

}  // namespace

Result<Event> Event::parse(View entry) {
  if (entry.size() > kEntryBytesMax) {
    return fail("entry.oversized", "条目有 " + std::to_string(entry.size()) + " 字节，上限 65535",
                "the entry has " + std::to_string(entry.size()) + " bytes, the limit is 65535");
  }
  flatbuffers::Verifier verifier(entry.data(), entry.size(), 4, 4);
  if (entry.size() < 8 || !schema::VerifyEntryBuffer(verifier)) {
    return malformed("不是完好的 LHE1 数据", "not an intact LHE1 buffer");
  }
  const schema::Entry* fields = schema::GetEntry(entry.data());
  const auto knowledge =
      check_table(*reinterpret_cast<const flatbuffers::Table*>(fields), *schema::EntryTypeTable());
  if (!knowledge) return malformed(knowledge.error().zh, knowledge.error().en);
  if (*knowledge != Knowledge::complete) {
    return malformed("有本版本没有的字段", "it has a field that this version does not have");
  }
  auto intent = IntentView::parse(view(*fields->intent()));
  if (!intent) return intent.error();
  if (fields->signatures()->size() != intent->author_count() * sizeof(Signature)) {
    return malformed("签名数与签名人数不符", "there are not as many signatures as authors");
  }
  Event out(*intent);
  out.bytes_ = entry;
  out.leaf_hash_ = crypto::leaf_hash(entry);
  out.fields_ = fields;
  return out;
}

Hash Event::previous() const { return exactly<32>(view(*fields_->previous())).value(); }

std::vector<Signature> Event::signatures() const {
  const View all = view(*fields_->signatures());
  std::vector<Signature> out;
  for (std::size_t at = 0; at < all.size(); at += 64)
    out.push_back(exactly<64>(all.subspan(at, 64)).value());
  return out;
}

Bytes encode_entry(std::uint64_t position, std::uint64_t time, const Hash& previous, View intent,
                   std::span<const Signature> signatures) {
  flatbuffers::FlatBufferBuilder builder(intent.size() + 512);
  Bytes joined;
  for (const Signature& signature : signatures)
    joined.insert(joined.end(), signature.begin(), signature.end());
  const auto previous_at = builder.CreateVector(previous.data(), previous.size());
  const auto intent_at = builder.CreateVector(intent.data(), intent.size());
  const auto signatures_at = builder.CreateVector(joined.data(), joined.size());
  schema::FinishEntryBuffer(
      builder, schema::CreateEntry(builder, position, time, previous_at, intent_at, signatures_at));
  LIUHEN_CHECK(builder.GetSize() <= kEntryBytesMax);
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::vector<std::string> streams_of(const Event& event) {
  std::vector<std::string> out{std::string(event.intent().stream())};
  if (event.intent().known()) {
    if (event.tag() == PayloadTag::SubjectsImported) {
      add_rows("subject", *event.payload<schema::SubjectsImported>().rows(), out);
    } else if (event.tag() == PayloadTag::InspectorsImported) {
      add_rows("inspector", *event.payload<schema::InspectorsImported>().rows(), out);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace liuhen::ledger
