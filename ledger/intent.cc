#include "ledger/intent.h"

#include <algorithm>

#include "crypto/note.h"
#include "ledger/limits.h"
#include "ledger/payload_check.h"

namespace liuhen::ledger {
namespace {

constexpr std::string_view kSignedPrefix{"liuhen/intent/v1\0", 17};

Error malformed(const std::string& zh, const std::string& en) {
  return fail("intent.malformed", "意图格式错误：" + zh, "malformed intent: " + en);
}

std::string_view text(const flatbuffers::String& value) { return {value.c_str(), value.size()}; }
View view(const flatbuffers::Vector<std::uint8_t>& value) { return {value.data(), value.size()}; }

Outcome check_authors(View authors) {
  const std::size_t count = authors.size() / sizeof(KeyId);
  if (count == 0 || count > kAuthorsMax)
    return malformed("签名人应为一或二人", "it has to have one author or two");
  if (count == 2 && std::ranges::equal(authors.first<32>(), authors.subspan(32))) {
    return malformed("两个签名人是同一把密钥", "both authors are one key");
  }
  return ok();
}

Outcome check_names(std::string_view origin, std::string_view stream) {
  if (!crypto::is_note_name(origin))
    return malformed("账本名称不合规", "the origin is not a valid name");
  const bool printable = std::ranges::all_of(stream, [](char c) { return c > 0x20 && c < 0x7f; });
  if (stream.empty() || !printable) {
    return malformed("流名应为不含空格的可见 ASCII 字符",
                     "the stream has to be printable ASCII without spaces");
  }
  return ok();
}

void add_hash(const flatbuffers::Vector<std::uint8_t>* value, std::vector<Hash>& out) {
  if (value == nullptr || value->size() != sizeof(Hash)) return;
  out.push_back(exactly<32>(view(*value)).value());
}

}  // namespace

Result<IntentView> IntentView::parse(View bytes) {
  if (bytes.size() > kIntentBytesMax) {
    return fail("intent.oversized",
                "意图有 " + std::to_string(bytes.size()) + " 字节，上限 " +
                    std::to_string(kIntentBytesMax) + "；请分成几份提交",
                "the intent has " + std::to_string(bytes.size()) + " bytes, the limit is " +
                    std::to_string(kIntentBytesMax) + "; submit it in parts");
  }
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), 16, 8 * kRowsMax);
  if (bytes.size() < 8 || !schema::VerifyIntentBuffer(verifier)) {
    return malformed("不是完好的 LHI1 数据", "not an intact LHI1 buffer");
  }
  IntentView out;
  out.bytes_ = bytes;
  out.fields_ = schema::GetIntent(bytes.data());
  const auto knowledge = check_table(*reinterpret_cast<const flatbuffers::Table*>(out.fields_),
                                     *schema::IntentTypeTable());
  if (!knowledge) return knowledge.error();
  out.known_ = *knowledge == Knowledge::complete;
  const Outcome authors = check_authors(view(*out.fields_->authors()));
  if (!authors) return authors.error();
  const Outcome names = check_names(out.origin(), out.stream());
  if (!names) return names.error();
  return out;
}

PayloadTag IntentView::tag() const { return fields_->payload_type(); }
std::string_view IntentView::origin() const { return text(*fields_->origin()); }
std::string_view IntentView::stream() const { return text(*fields_->stream()); }
IntentId IntentView::id() const { return exactly<16>(view(*fields_->id())).value(); }
std::size_t IntentView::author_count() const { return fields_->authors()->size() / sizeof(KeyId); }

KeyId IntentView::author(std::size_t index) const {
  LIUHEN_CHECK(index < author_count());
  return exactly<32>(view(*fields_->authors()).subspan(index * 32, 32)).value();
}

std::optional<std::uint64_t> IntentView::expected_version() const {
  const auto version = fields_->expected_version();
  if (!version.has_value()) return std::nullopt;
  return *version;
}

Hash IntentView::seen_root() const { return exactly<32>(view(*fields_->seen_root())).value(); }

Bytes signed_bytes(View intent) {
  Bytes out;
  out.reserve(kSignedPrefix.size() + intent.size());
  out.insert(out.end(), kSignedPrefix.begin(), kSignedPrefix.end());
  out.insert(out.end(), intent.begin(), intent.end());
  return out;
}

Signature sign_intent(const crypto::SigningKey& key, View intent) {
  return key.sign(signed_bytes(intent));
}

Bytes encode(const schema::IntentT& intent) {
  flatbuffers::FlatBufferBuilder builder(4096);
  schema::FinishIntentBuffer(builder, schema::Intent::Pack(builder, &intent));
  Bytes bytes(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  const auto parsed = IntentView::parse(bytes);
  if (!parsed) std::fprintf(stderr, "%s\n", parsed.error().en.c_str());
  LIUHEN_CHECK(parsed.has_value());
  return bytes;
}

std::vector<Hash> commitments_of(const IntentView& intent) {
  std::vector<Hash> out;
  if (!intent.known()) return out;
  switch (intent.tag()) {
    case PayloadTag::SubjectsImported:
      for (const auto* row : *intent.payload<schema::SubjectsImported>().rows())
        add_hash(row->restricted(), out);
      break;
    case PayloadTag::InspectorsImported:
      for (const auto* row : *intent.payload<schema::InspectorsImported>().rows())
        add_hash(row->restricted(), out);
      break;
    case PayloadTag::ConflictDeclared:
      add_hash(intent.payload<schema::ConflictDeclared>().commitment(), out);
      break;
    case PayloadTag::DrawAnnounced:
      add_hash(intent.payload<schema::DrawAnnounced>().pool_key_hash(), out);
      break;
    case PayloadTag::ObjectionFiled:
      add_hash(intent.payload<schema::ObjectionFiled>().content(), out);
      break;
    default:
      break;
  }
  return out;
}

bool verify_signatures(const IntentView& intent, std::span<const Signature> signatures) {
  if (signatures.size() != intent.author_count()) return false;
  const Bytes message = signed_bytes(intent.bytes());
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (!crypto::verify(intent.author(i), message, signatures[i])) return false;
  }
  return true;
}

}  // namespace liuhen::ledger
