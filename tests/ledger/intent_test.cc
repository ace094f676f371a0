#include "ledger/intent.h"

#include <gtest/gtest.h>

#include "ledger/event.h"
#include "ledger/limits.h"
#include "ledger/payload_check.h"
#include "tests/ledger_sample.h"

namespace liuhen::ledger {
namespace {

using tests::intent_frame;
using tests::key_of;

// Packs without the check that encode() makes.
Bytes pack(const schema::IntentT& intent) {
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishIntentBuffer(builder, schema::Intent::Pack(builder, &intent));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::string refusal(const Bytes& bytes) {
  const auto parsed = IntentView::parse(bytes);
  return parsed ? "" : parsed.error().code;
}

schema::IntentT frame() {
  static const crypto::SigningKey author = key_of("a");
  const crypto::SigningKey* const authors[] = {&author};
  return intent_frame(authors, "x", "draw/x/1");
}

template <class Payload>
std::string refusal_of(Payload payload) {
  auto intent = frame();
  intent.payload.Set(std::move(payload));
  return refusal(pack(intent));
}

TEST(Intent, SaysWhatWasEncoded) {
  const auto a = key_of("a");
  const auto b = key_of("b");
  const crypto::SigningKey* const authors[] = {&a, &b};
  auto fields = intent_frame(authors, "x", "item/x");
  fields.expected_version = 7;
  fields.payload.Set(schema::ItemPublishedT{});
  const Bytes bytes = encode(fields);
  const auto intent = IntentView::parse(bytes).value();
  EXPECT_TRUE(intent.known());
  EXPECT_EQ(intent.tag(), PayloadTag::ItemPublished);
  EXPECT_EQ(intent.origin(), tests::kOrigin);
  EXPECT_EQ(intent.stream(), "item/x");
  EXPECT_EQ(intent.author_count(), 2u);
  EXPECT_EQ(intent.author(1), b.public_key());
  EXPECT_EQ(intent.expected_version(), 7u);
  EXPECT_EQ(intent.seen_root(), crypto::empty_root());

  const std::vector<Signature> good{sign_intent(a, bytes), sign_intent(b, bytes)};
  EXPECT_TRUE(verify_signatures(intent, good));
  EXPECT_FALSE(verify_signatures(intent, std::vector<Signature>{good[1], good[0]}));
  EXPECT_FALSE(verify_signatures(intent, std::vector<Signature>{good[0]}));
}

TEST(Intent, NoPrefixAndNoChangedByteIsMistakenForTheWhole) {
  const auto a = key_of("a");
  const crypto::SigningKey* const authors[] = {&a};
  const Bytes bytes = tests::item_intent(authors, "x");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto parsed = IntentView::parse(cut);
    EXPECT_FALSE(parsed &&
                 verify_signatures(*parsed, std::vector<Signature>{sign_intent(a, bytes)}))
        << size;
  }
  const std::vector<Signature> good{sign_intent(a, bytes)};
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes changed = bytes;
    changed[at] ^= 0x55;
    const auto parsed = IntentView::parse(changed);  // must neither crash nor read outside
    EXPECT_FALSE(parsed && verify_signatures(*parsed, good)) << at;
  }
}

TEST(Intent, RefusesWhatIsOutOfShape) {
  EXPECT_EQ(refusal({}), "intent.malformed");
  EXPECT_EQ(refusal(Bytes(kIntentBytesMax + 1)), "intent.oversized");
  auto good = frame();
  good.payload.Set(schema::ItemPublishedT{});
  EXPECT_EQ(refusal(pack(good)), "");
  Bytes empty = pack(good);
  const auto* fields = reinterpret_cast<const flatbuffers::Table*>(schema::GetIntent(empty.data()));
  empty[static_cast<std::size_t>(fields->GetAddressOf(schema::Intent::VT_PAYLOAD_TYPE) -
                                 empty.data())] = 0;
  EXPECT_EQ(refusal(empty), "intent.malformed");
  for (const auto& spoil : std::vector<std::function<void(schema::IntentT&)>>{
           [](auto& i) { i.id.pop_back(); }, [](auto& i) { i.id.push_back(0); },
           [](auto& i) { i.authors.clear(); }, [](auto& i) { i.authors.pop_back(); },
           [](auto& i) { i.authors.resize(96); },
           [](auto& i) {
             i.authors.insert(i.authors.end(), i.authors.begin(), i.authors.begin() + 32);
           },
           [](auto& i) { i.seen_root.pop_back(); }, [](auto& i) { i.stream = ""; },
           [](auto& i) { i.stream = "a b"; }, [](auto& i) { i.stream = "条"; },
           [](auto& i) { i.stream = std::string(kStreamBytesMax + 1, 'a'); },
           [](auto& i) { i.origin = "a b"; }, [](auto& i) { i.origin = ""; }}) {
    auto spoiled = good;
    spoil(spoiled);
    EXPECT_EQ(refusal(pack(spoiled)), "intent.malformed");
  }
}

TEST(Intent, EveryByteFieldHasItsLength) {
  schema::DrawExecutedT executed;
  executed.draw = "draw/x/1";
  executed.pi.resize(80);
  executed.visits_root.resize(32);
  executed.strata.push_back(std::make_unique<schema::StratumOutcomeT>());
  EXPECT_EQ(refusal_of(executed), "");
  executed.strata[0]->cutoff.resize(32);
  EXPECT_EQ(refusal_of(executed), "");
  executed.strata[0]->cutoff.resize(31);
  EXPECT_EQ(refusal_of(executed), "intent.malformed");
  executed.strata[0]->cutoff.clear();
  executed.pi.resize(81);
  EXPECT_EQ(refusal_of(executed), "intent.malformed");

  schema::VrfKeyRegisteredT vrf;
  vrf.key.resize(32);
  vrf.proof.resize(64);
  EXPECT_EQ(refusal_of(vrf), "intent.malformed");
  vrf.proof.resize(80);
  EXPECT_EQ(refusal_of(vrf), "");

  schema::RecordsErasedT erased;
  erased.ground = "个人信息保护法\n第四十七条";
  erased.commitments.resize(64);
  EXPECT_EQ(refusal_of(erased), "");
  erased.commitments.resize(63);
  EXPECT_EQ(refusal_of(erased), "intent.malformed");
  erased.commitments.resize(64);
  erased.ground = "\xff";
  EXPECT_EQ(refusal_of(erased), "intent.malformed");
  erased.ground = std::string(kTextBytesMax + 1, 'a');
  EXPECT_EQ(refusal_of(erased), "intent.malformed");
}

TEST(Intent, NoFieldIsWithoutARule) {
  EXPECT_EQ(fields_without_rule(), std::vector<std::string>{});
}

TEST(Intent, WhatALaterSchemaAddedIsNotKnown) {
  schema::SubjectsImportedT imported;
  imported.run = "r";
  imported.rows.push_back(std::make_unique<schema::SubjectRowT>());
  imported.rows[0]->kind = static_cast<schema::SubjectKind>(200);
  auto intent = frame();
  intent.payload.Set(imported);
  EXPECT_FALSE(IntentView::parse(pack(intent)).value().known());
  intent.payload.AsSubjectsImported()->rows[0]->kind = schema::SubjectKind::firm;
  Bytes bytes = pack(intent);
  EXPECT_TRUE(IntentView::parse(bytes).value().known());

  schema::PermissionsChangedT changed;
  changed.reason = "r";
  changed.permissions.push_back(std::make_unique<schema::PermissionT>());
  auto& permission = *changed.permissions[0];
  permission.payload = static_cast<std::uint8_t>(PayloadTag::MAX);
  permission.first = {static_cast<std::uint8_t>(schema::Role::MAX)};
  const auto known = [&] {
    auto whole = frame();
    whole.payload.Set(changed);
    return IntentView::parse(pack(whole)).value().known();
  };
  EXPECT_TRUE(known());
  ++permission.payload;
  EXPECT_FALSE(known());
  --permission.payload;
  ++permission.first[0];
  EXPECT_FALSE(known());

  // The tag of the union is the only byte that holds this value here; a later kind has a later tag.
  const auto tag = static_cast<std::uint8_t>(PayloadTag::SubjectsImported);
  const auto* fields = schema::GetIntent(bytes.data());
  const auto* at = reinterpret_cast<const flatbuffers::Table*>(fields)->GetAddressOf(
      schema::Intent::VT_PAYLOAD_TYPE);
  ASSERT_EQ(*at, tag);
  bytes[static_cast<std::size_t>(at - bytes.data())] = 250;
  EXPECT_FALSE(IntentView::parse(bytes).value().known());
  EXPECT_TRUE(commitments_of(IntentView::parse(bytes).value()).empty());

  // A field after the last one that this program's schema has.
  flatbuffers::FlatBufferBuilder builder;
  const auto id = builder.CreateString("x");
  const auto start = builder.StartTable();
  builder.AddOffset(schema::ItemPublished::VT_ID, id);
  builder.AddElement<std::uint32_t>(schema::ItemPublished::VT_REVISION, 1, 0);
  builder.AddElement<std::uint32_t>(8, 1, 0);
  const flatbuffers::Offset<void> payload(builder.EndTable(start));
  const auto frame_fields = frame();
  schema::FinishIntentBuffer(
      builder,
      schema::CreateIntentDirect(builder, frame_fields.origin.c_str(), &frame_fields.id, "item/x",
                                 flatbuffers::nullopt, &frame_fields.authors, 0,
                                 &frame_fields.seen_root, 1, PayloadTag::ItemPublished, payload));
  const auto later = IntentView::parse({builder.GetBufferPointer(), builder.GetSize()});
  ASSERT_TRUE(later) << later.error().en;
  EXPECT_FALSE(later->known());
}

TEST(Intent, AnImportOfATypicalSizeFits) {
  const Bytes bytes = tests::subjects_intent(key_of("a"), "r", 200);
  EXPECT_LT(bytes.size(), kIntentBytesMax);
  EXPECT_TRUE(IntentView::parse(bytes));
}

TEST(Intent, PartsThatShareTheirBytesAreRefused) {
  flatbuffers::FlatBufferBuilder builder;
  const auto team = builder.CreateString(std::string(60, 'a'));
  const std::vector<flatbuffers::Offset<flatbuffers::String>> members(1000, team);
  const auto list = builder.CreateVector(members);
  const auto subject = builder.CreateString("s");
  const auto ticket = builder.CreateVector(std::vector<std::uint8_t>(32));
  const std::vector<flatbuffers::Offset<schema::Visit>> visits(
      1000, schema::CreateVisit(builder, subject, ticket, list));
  const auto draw = builder.CreateString("draw/x/1");
  const auto payload =
      schema::CreateDrawDisclosed(builder, draw, 0, true, builder.CreateVector(visits));
  const auto fields = frame();
  schema::FinishIntentBuffer(
      builder,
      schema::CreateIntentDirect(builder, fields.origin.c_str(), &fields.id, "draw/x/1",
                                 flatbuffers::nullopt, &fields.authors, 0, &fields.seen_root, 1,
                                 PayloadTag::DrawDisclosed, payload.Union()));
  EXPECT_EQ(refusal({builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()}),
            "intent.malformed");
}

TEST(Event, SaysWhatWasEncoded) {
  const auto a = key_of("a");
  const Bytes intent = tests::subjects_intent(a, "r", 2);
  const std::vector<Signature> signatures{sign_intent(a, intent)};
  const Hash previous = crypto::sha256(view_of("previous"));
  const Bytes entry = encode_entry(5, 9, previous, intent, signatures);
  const auto event = Event::parse(entry).value();
  EXPECT_EQ(event.position(), 5u);
  EXPECT_EQ(event.time(), 9u);
  EXPECT_EQ(event.previous(), previous);
  EXPECT_EQ(event.leaf_hash(), crypto::leaf_hash(entry));
  EXPECT_EQ(event.signatures(), signatures);
  EXPECT_TRUE(std::ranges::equal(event.intent().bytes(), intent));
  EXPECT_EQ(streams_of(event),
            (std::vector<std::string>{"import/r", "subject/r-0", "subject/r-1"}));

  EXPECT_EQ(Event::parse(encode_entry(5, 9, previous, intent, {})).error().code, "entry.malformed");
  EXPECT_EQ(Event::parse(encode_entry(5, 9, previous, Bytes(8), signatures)).error().code,
            "intent.malformed");
  EXPECT_EQ(Event::parse(Bytes(kEntryBytesMax + 1)).error().code, "entry.oversized");
  for (std::size_t at = 0; at < entry.size(); ++at) {
    Bytes changed = entry;
    changed[at] ^= 0xff;
    (void)Event::parse(changed).has_value();
  }
}

}  // namespace
}  // namespace liuhen::ledger
