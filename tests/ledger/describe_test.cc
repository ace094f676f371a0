#include "ledger/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/src.hpp>

#include "tests/ledger_sample.h"

namespace liuhen::ledger {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using tests::key_of;

schema::IntentT frame() {
  static const crypto::SigningKey author = key_of("a");
  const crypto::SigningKey* const authors[] = {&author};
  return tests::intent_frame(authors, "x", "draw/x/1");
}

template <class Payload>
std::string text_of_payload(Payload payload) {
  auto intent = frame();
  intent.payload.Set(std::move(payload));
  const Bytes bytes = encode(intent);
  return describe_json(IntentView::parse(bytes).value());
}

json::object parsed(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  EXPECT_FALSE(error) << text;
  return value.is_object() ? value.as_object() : json::object();
}

TEST(Describe, SaysEveryFieldByItsName) {
  schema::ItemReviewedT reviewed;
  reviewed.id = "370200-017";
  reviewed.opinion = "不同意";
  EXPECT_EQ(text_of_payload(reviewed), R"({
  "known": true,
  "origin": "liuhen.example/qingdao",
  "id": ")" + to_hex(View(frame().id)) + R"(",
  "stream": "draw/x/1",
  "authors": ")" + to_hex(key_of("a").public_key()) +
                                           R"(",
  "seen_size": 0,
  "seen_root": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "expires": 1760086400,
  "payload_type": "ItemReviewed",
  "payload": {
    "id": "370200-017",
    "revision": 0,
    "approved": false,
    "opinion": "不同意"
  }
})");
}

TEST(Describe, ShowsAnExpectedVersionOnlyIfThereIsOne) {
  auto intent = frame();
  intent.payload.Set(schema::ItemPublishedT{});
  EXPECT_FALSE(parsed(describe_json(IntentView::parse(encode(intent)).value()))
                   .contains("expected_version"));
  intent.expected_version = 0;
  const Bytes bytes = encode(intent);
  EXPECT_EQ(parsed(describe_json(IntentView::parse(bytes).value())).at("expected_version"), 0);
}

TEST(Describe, EscapesWhatJsonAndEyesNeedEscaped) {
  schema::DrawVoidedT voided;
  voided.draw = "draw/x/1";
  const std::string reason =
      "a\"b\\c\n\xe2\x80\xae"
      "d\xc2\xa0\xef\xbb\xbf"
      "e𠮷";
  voided.reason = reason;
  const std::string text = text_of_payload(voided);
  EXPECT_THAT(text, HasSubstr("\"a\\\"b\\\\c\\n\\u202ed\xc2\xa0\\ufeffe𠮷\""));
  EXPECT_EQ(parsed(text).at("payload").at("reason").as_string(), reason);
}

TEST(Describe, NamesEnumsRolesAndPayloadsInLists) {
  schema::SubjectsImportedT imported;
  imported.run = "r";
  for (const auto kind : {schema::SubjectKind::firm, schema::SubjectKind::sole_trader}) {
    auto row = std::make_unique<schema::SubjectRowT>();
    row->id = "s";
    row->kind = kind;
    row->restricted.assign(32, 0xab);
    imported.rows.push_back(std::move(row));
  }
  const auto rows =
      parsed(text_of_payload(std::move(imported))).at("payload").at("rows").as_array();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("kind"), "firm");
  EXPECT_EQ(rows[1].at("kind"), "sole_trader");
  EXPECT_EQ(rows[1].at("status"), "unknown");
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "ab";
  EXPECT_EQ(rows[1].at("restricted").as_string(), hex);

  schema::PermissionsChangedT changed;
  changed.reason = "r";
  auto permission = std::make_unique<schema::PermissionT>();
  permission->payload = static_cast<std::uint8_t>(PayloadTag::DrawVoided);
  permission->first = {4, 10};
  changed.permissions.push_back(std::move(permission));
  changed.permissions.push_back(std::make_unique<schema::PermissionT>());
  const auto permissions =
      parsed(text_of_payload(std::move(changed))).at("payload").at("permissions").as_array();
  EXPECT_EQ(permissions[0].at("payload"), "DrawVoided");
  EXPECT_EQ(permissions[0].at("first"), (json::array{"clerk", "supervisor"}));
}

TEST(Describe, SaysWhatIsNotKnown) {
  auto intent = frame();
  intent.payload.Set(schema::ItemPublishedT{});
  Bytes bytes = encode(intent);
  const auto* fields = reinterpret_cast<const flatbuffers::Table*>(schema::GetIntent(bytes.data()));
  bytes[static_cast<std::size_t>(fields->GetAddressOf(schema::Intent::VT_PAYLOAD_TYPE) -
                                 bytes.data())] = 250;
  const auto text = describe_json(IntentView::parse(bytes).value());
  EXPECT_EQ(parsed(text).at("known"), false);
  EXPECT_EQ(parsed(text).at("payload_type"), 250);
  EXPECT_THAT(text, HasSubstr("does not know"));
}

// A table of this type with every text and list filled, its numbers absent.
flatbuffers::uoffset_t fill(flatbuffers::FlatBufferBuilder& builder,
                            const flatbuffers::TypeTable& type) {
  std::vector<std::pair<flatbuffers::voffset_t, flatbuffers::uoffset_t>> members;
  for (std::size_t i = 0; i < type.num_elems; ++i) {
    const auto code = type.type_codes[i];
    flatbuffers::uoffset_t member = 0;
    if (code.base_type == flatbuffers::ET_STRING) member = builder.CreateString("t").o;
    if (code.base_type == flatbuffers::ET_SEQUENCE)
      member = fill(builder, *type.type_refs[code.sequence_ref]());
    if (code.base_type == flatbuffers::ET_UCHAR && code.is_repeating != 0) {
      const std::string_view name = type.names[i];
      const bool vrf = &type == schema::VrfKeyRegisteredTypeTable();
      const std::size_t size = name == "sealed_pi"                                 ? 128
                               : name == "pool_key_sealed"                         ? 80
                               : name == "pi" || (name == "proof" && vrf)          ? 80
                               : name == "proof"                                   ? 64
                               : name == "beacon_signature" || name == "signature" ? 48
                               : name == "public_key"                              ? 96
                                                                                   : 32;
      member = builder.CreateVector(std::vector<std::uint8_t>(size)).o;
    } else if (code.is_repeating != 0) {
      member = builder.CreateVector(std::vector<flatbuffers::Offset<void>>{member}).o;
    }
    if (member != 0)
      members.emplace_back(flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(i)),
                           member);
  }
  const auto start = builder.StartTable();
  for (const auto& [at, member] : members) builder.AddOffset(at, flatbuffers::Offset<void>(member));
  return builder.EndTable(start);
}

void expect_every_field(const json::object& said, const flatbuffers::TypeTable& type) {
  for (std::size_t i = 0; i < type.num_elems; ++i) {
    const json::value* member = said.if_contains(type.names[i]);
    ASSERT_NE(member, nullptr) << type.names[i];
    const auto code = type.type_codes[i];
    if (code.base_type != flatbuffers::ET_SEQUENCE) continue;
    const json::value& table = code.is_repeating != 0 ? member->at(0) : *member;
    expect_every_field(table.as_object(), *type.type_refs[code.sequence_ref]());
  }
}

TEST(Describe, NoFieldOfAnyKindIsForgotten) {
  const auto& kinds = *schema::PayloadTypeTable();
  for (std::size_t tag = 1; tag < kinds.num_elems; ++tag) {
    SCOPED_TRACE(kinds.names[tag]);
    const auto& kind = *kinds.type_refs[kinds.type_codes[tag].sequence_ref]();
    flatbuffers::FlatBufferBuilder builder;
    const flatbuffers::Offset<void> payload(fill(builder, kind));
    const auto fields = frame();
    schema::FinishIntentBuffer(
        builder,
        schema::CreateIntentDirect(builder, fields.origin.c_str(), &fields.id, "s",
                                   flatbuffers::nullopt, &fields.authors, 0, &fields.seen_root, 1,
                                   static_cast<PayloadTag>(tag), payload));
    const auto intent = IntentView::parse({builder.GetBufferPointer(), builder.GetSize()});
    ASSERT_TRUE(intent) << intent.error().en;
    const auto said = parsed(describe_json(*intent));
    EXPECT_EQ(said.at("payload_type"), kinds.names[tag]);
    expect_every_field(said.at("payload").as_object(), kind);
  }
}

TEST(Describe, AnEventHasItsPlaceAndHash) {
  const auto a = key_of("a");
  const auto b = key_of("b");
  const crypto::SigningKey* const authors[] = {&a, &b};
  const Bytes intent = tests::item_intent(authors, "i");
  const std::vector<Signature> signatures{sign_intent(a, intent), sign_intent(b, intent)};
  const Bytes entry = encode_entry(5, 9, crypto::sha256(view_of("previous")), intent, signatures);
  const auto event = Event::parse(entry).value();
  const auto said = parsed(describe_json(event));
  EXPECT_EQ(said.at("position"), 5);
  EXPECT_EQ(said.at("time"), 9);
  EXPECT_EQ(said.at("leaf_hash").as_string(), to_hex(event.leaf_hash()));
  EXPECT_EQ(said.at("previous").as_string(), to_hex(event.previous()));
  EXPECT_EQ(said.at("signatures").as_array().size(), 2u);
  EXPECT_EQ(said.at("intent").at("payload").at("name").as_string(), "登记事项检查 i");
}

}  // namespace
}  // namespace liuhen::ledger
