// The worked examples of docs/formats/{intent,entry,storage}.md and of a new key in checkpoint.md,
// which another implementation made.
#include <gtest/gtest.h>

#include <deque>

#include "crypto/sha256.h"
#include "ledger/content_block.h"
#include "ledger/derived_index.h"
#include "ledger/head_copies.h"
#include "ledger/log_keys.h"
#include "ledger/memory_storage.h"
#include "ledger/pending.h"
#include "ledger/restricted.h"
#include "tests/worked_example.h"

namespace liuhen::ledger {
namespace {

using tests::example_bytes;
using tests::worked_example;

Bytes bytes_of(View view) { return {view.begin(), view.end()}; }

std::map<std::string, std::string> example_of(const std::string& page) {
  return worked_example("docs/formats/" + page + ".md", "Worked example");
}

crypto::SigningKey key_of(std::uint8_t byte) {
  Hash seed;
  seed.fill(byte);
  return crypto::SigningKey(crypto::SigningSeed(seed));
}

TEST(Formats, Intent) {
  const auto example = example_of("intent");
  const Bytes bytes = example_bytes(example, "intent");
  const auto intent = IntentView::parse(bytes);
  ASSERT_TRUE(intent) << intent.error().en;
  EXPECT_TRUE(intent->known());
  EXPECT_EQ(intent->stream(), "item/QD-001");
  EXPECT_EQ(intent->expected_version(), 1U);
  EXPECT_EQ(intent->fields().expires(), 1'760'086'400U);
  EXPECT_EQ(intent->payload<schema::ItemPublished>().id()->str(), "QD-001");
  EXPECT_EQ(bytes_of(intent->author(0)), example_bytes(example, "author"));
  EXPECT_EQ(bytes_of(crypto::sha256(bytes)), example_bytes(example, "intent hash"));
  EXPECT_EQ(bytes_of(View(signed_bytes(bytes)).first(17)), example_bytes(example, "signed prefix"));
  const auto signature = exactly<64>(example_bytes(example, "signature")).value();
  EXPECT_TRUE(verify_signatures(*intent, std::vector<Signature>{signature}));
  EXPECT_EQ(sign_intent(key_of(1), bytes), signature);
}

TEST(Formats, LogKeyChange) {
  const auto example = example_of("checkpoint");
  const Bytes note = example_bytes(example, "change note");
  const auto next = exactly<32>(example_bytes(example, "next seed")).value();
  const crypto::SigningKey key{crypto::SigningSeed(next)};
  EXPECT_EQ(sign_key_change("liuhen.example/qingdao", key_of(1), key, "定期轮换"), text_of(note));
  EXPECT_TRUE(open_key_change(text_of(note)));
}

TEST(Formats, EntryAndChain) {
  const auto example = example_of("entry");
  LogFold fold("liuhen.example/qingdao");
  for (const char* number : {"0", "1"}) {
    const Bytes bytes = example_bytes(example, std::string("entry ") + number);
    const auto event = Event::parse(bytes);
    ASSERT_TRUE(event) << event.error().en;
    EXPECT_EQ(bytes_of(event->leaf_hash()),
              example_bytes(example, std::string("leaf hash ") + number));
    EXPECT_TRUE(verify_signatures(event->intent(), event->signatures()));
    const Outcome follows = fold.check(*event);
    ASSERT_TRUE(follows) << follows.error().en;
    fold.append(*event);
  }
  EXPECT_EQ(fold.last_time(), 1'760'000'001U);
  EXPECT_EQ(bytes_of(fold.tree().root()), example_bytes(example, "root of 2"));
  EXPECT_EQ(example_bytes(example, "entry 0").size(), 408U);
}

TEST(Formats, StorageKeysAndIndexes) {
  const auto example = example_of("storage");
  const Bytes entry = example_bytes(example_of("entry"), "entry 1");
  const auto event = Event::parse(entry).value();
  const auto expect = [&](const std::string& name, const std::string& value) {
    EXPECT_EQ(to_hex(view_of(value)), to_hex(example_bytes(example, name))) << name;
  };
  expect("entries key of 258", key_of_number(258));
  expect("checkpoints key of 2", key_of_number(2));
  expect("streams key of entry 1", stream_key("conflict/1", 1));
  EXPECT_EQ(streams_of(event), std::vector<std::string>{"conflict/1"});
  expect("intents key of entry 1", intent_key(event.intent()));
  expect("intents value of entry 1", intent_value(event));
}

TEST(Formats, StorageHeadFile) {
  const auto example = example_of("storage");
  const HeadCopy copy{.number = std::stoull(example.at("head copy number")),
                      .note = std::string(text_of(example_bytes(example_of("note"), "note")))};
  std::string bytes(text_of(example_bytes(example, "head copy")));
  bytes += std::string(4096 - 1 - bytes.size(), ' ') + "\n";
  EXPECT_EQ(format_head_copy(copy, head_copy_size(copy)), bytes);
  const auto read = read_head_copies(bytes + std::string(4096, '\0'));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->number, copy.number);
  EXPECT_EQ((*read)->note, copy.note);
}

TEST(Formats, StoragePending) {
  const auto example = example_of("storage");
  const Bytes key = example_bytes(example, "pending key");
  const Bytes value = example_bytes(example, "pending value");
  const auto pending = decode_pending(text_of(key), text_of(value));
  ASSERT_TRUE(pending) << pending.error().en;
  EXPECT_EQ(pending->missing(), std::vector<KeyId>{key_of(1).public_key()});
  EXPECT_EQ(pending->opened.size(), 1U);
  EXPECT_EQ(encode_pending(*pending), text_of(value));
  for (std::size_t at = 0; at < value.size(); ++at) {
    Bytes changed = value;
    changed[at] ^= 1;
    EXPECT_FALSE(decode_pending(text_of(key), text_of(changed)));
  }
}

// Gives what it was told to, in order.
class ListedEntropy final : public crypto::Entropy {
 public:
  void add(View bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      LIUHEN_CHECK(!bytes_.empty());
      byte = bytes_.front();
      bytes_.pop_front();
    }
  }

 private:
  std::deque<std::uint8_t> bytes_;
};

TEST(Formats, StorageRestricted) {
  const auto example = example_of("storage");
  const auto opened = example_of("restricted");
  const Opening opening{.commitment = exactly<32>(example_bytes(opened, "commitment")).value(),
                        .salt = exactly<32>(example_bytes(opened, "salt")).value(),
                        .bytes = example_bytes(opened, "bytes")};
  ListedEntropy entropy;
  entropy.add(example_bytes(example, "record key"));
  entropy.add(Bytes(24, 7));
  entropy.add(Bytes(24, 8));
  const auto master = crypto::Secret<32>::from(example_bytes(example, "master key"));
  MemoryStorage storage;
  RestrictedStore store(storage, *master, entropy);
  Batch batch;
  store.put(opening, batch);
  ASSERT_TRUE(storage.commit(batch));
  const Bytes key_bytes = example_bytes(example, "restricted key");
  const std::string key(text_of(key_bytes));
  EXPECT_EQ(key, text_of(opening.commitment));
  EXPECT_EQ(to_hex(view_of(storage.get(Family::restricted, key).value().value_or(""))),
            to_hex(example_bytes(example, "restricted value")));
  EXPECT_EQ(to_hex(view_of(storage.get(Family::record_keys, key).value().value_or(""))),
            to_hex(example_bytes(example, "record_keys value")));
  entropy.add(example_bytes(example, "record key"));
  entropy.add(Bytes(24, 7));
  entropy.add(Bytes(24, 8));
  const SealedContent block = seal(store, {opening});
  EXPECT_EQ(to_hex(view_of(block.contents)), to_hex(example_bytes(example, "restricted block")));
  EXPECT_EQ(to_hex(view_of(block.keys)), to_hex(example_bytes(example, "record_keys block")));
}

}  // namespace
}  // namespace liuhen::ledger
