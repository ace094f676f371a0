// Keys, a clock and intents that are the same in every run.
#pragma once

#include <atomic>

#include "crypto/commitment.h"
#include "crypto/sha256.h"
#include "ledger/clock.h"
#include "ledger/sequencer.h"

namespace liuhen::tests {

inline const std::string kOrigin = "liuhen.example/qingdao";
inline constexpr std::uint64_t kStart = 1'760'000'000;

class StillClock final : public ledger::Clock {
 public:
  std::uint64_t now_s() override { return now; }
  std::atomic<std::uint64_t> now{kStart};
};

// Bytes that look random and are the same in every run.
class CountingEntropy final : public crypto::Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      const std::uint64_t count = next_++;
      byte = crypto::sha256(View(reinterpret_cast<const std::uint8_t*>(&count), sizeof count))[0];
    }
  }

 private:
  std::atomic<std::uint64_t> next_{0};
};

inline crypto::SigningKey key_of(const std::string& name) {
  return crypto::SigningKey(crypto::SigningSeed(crypto::sha256(view_of("key " + name))));
}

inline Bytes bytes_of(View view) { return {view.begin(), view.end()}; }

inline schema::IntentT intent_frame(std::span<const crypto::SigningKey* const> authors,
                                    const std::string& name, const std::string& stream) {
  schema::IntentT intent;
  intent.origin = kOrigin;
  const Hash id = crypto::sha256(view_of("id " + name));
  intent.id.assign(id.begin(), id.begin() + 16);
  intent.stream = stream;
  for (const crypto::SigningKey* author : authors) {
    intent.authors.insert(intent.authors.end(), author->public_key().begin(),
                          author->public_key().end());
  }
  intent.seen_root = bytes_of(crypto::empty_root());
  intent.expires = kStart + 86'400;
  return intent;
}

// An item listed: the plainest of events.
inline Bytes item_intent(std::span<const crypto::SigningKey* const> authors,
                         const std::string& name) {
  auto intent = intent_frame(authors, name, "item/" + name);
  schema::ItemListedT item;
  item.id = name;
  item.revision = 1;
  item.department = "370200";
  item.name = "登记事项检查 " + name;
  item.basis = "企业信息公示暂行条例";
  item.object = "企业";
  item.content = "营业执照的规范使用";
  intent.payload.Set(std::move(item));
  return ledger::encode(intent);
}

inline ledger::Opening opening_of(const std::string& text) {
  ledger::Opening opening;
  opening.salt = crypto::sha256(view_of("salt " + text));
  opening.bytes = bytes_of(view_of(text));
  opening.commitment = crypto::commit(opening.salt, opening.bytes);
  return opening;
}

// Rows that carry these commitments.
inline Bytes import_intent(const std::vector<const crypto::SigningKey*>& authors,
                           const std::string& name, const std::vector<ledger::Opening>& openings) {
  auto intent = intent_frame(authors, name, "import/" + name);
  schema::SubjectsImportedT imported;
  imported.run = name;
  imported.last = true;
  for (const ledger::Opening& opening : openings) {
    auto row = std::make_unique<schema::SubjectRowT>();
    row->id = name + "-" + std::to_string(imported.rows.size());
    row->division = "370202";
    row->industry = "F52";
    row->restricted = bytes_of(opening.commitment);
    imported.rows.push_back(std::move(row));
  }
  intent.payload.Set(std::move(imported));
  return ledger::encode(intent);
}

inline Bytes conflict_intent(const crypto::SigningKey& author, const std::string& name,
                             const Hash& commitment) {
  const crypto::SigningKey* const authors[] = {&author};
  auto intent = intent_frame(authors, name, "conflict/" + name);
  schema::ConflictDeclaredT conflict;
  conflict.commitment = bytes_of(commitment);
  conflict.unit = "370202";
  intent.payload.Set(std::move(conflict));
  return ledger::encode(intent);
}

// Registry rows, each with a stream of its own.
inline Bytes subjects_intent(const crypto::SigningKey& author, const std::string& name,
                             std::size_t rows) {
  const crypto::SigningKey* const authors[] = {&author};
  auto intent = intent_frame(authors, name, "import/" + name);
  schema::SubjectsImportedT imported;
  imported.run = name;
  imported.part = 0;
  imported.last = true;
  for (std::size_t i = 0; i < rows; ++i) {
    auto row = std::make_unique<schema::SubjectRowT>();
    row->id = name + "-" + std::to_string(i);
    row->division = "370202";
    row->industry = "F52";
    imported.rows.push_back(std::move(row));
  }
  intent.payload.Set(std::move(imported));
  return ledger::encode(intent);
}

inline ledger::Submission signed_by(Bytes intent,
                                    std::span<const crypto::SigningKey* const> signers,
                                    std::vector<ledger::Opening> openings = {}) {
  ledger::Submission submission;
  for (const crypto::SigningKey* signer : signers) {
    submission.signatures.emplace_back(signer->public_key(), ledger::sign_intent(*signer, intent));
  }
  submission.intent = std::move(intent);
  submission.openings = std::move(openings);
  return submission;
}

}  // namespace liuhen::tests
