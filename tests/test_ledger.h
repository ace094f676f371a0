// A ledger in memory with everything a sequencer needs, that can be opened again and again.
#pragma once

#include <thread>

#include "crypto/checkpoint.h"
#include "ledger/memory_storage.h"
#include "tests/empty_admission.h"
#include "tests/ledger_sample.h"

namespace liuhen::tests {

// Answers come before the head file has what they say. Not where that cannot be written any more.
inline void wait_until_kept(const ledger::Sequencer& sequencer) {
  while (!sequencer.stopped() && sequencer.kept_checkpoint() != sequencer.checkpoint())
    std::this_thread::yield();
}

struct TestLedger {
  ledger::MemoryStorage own_storage;
  ledger::Storage* storage = &own_storage;
  ledger::MemoryHeadFile own_head;
  ledger::HeadFile* head = &own_head;
  CountingEntropy entropy;
  crypto::Secret<32> master_key{crypto::sha256(view_of("master"))};
  StillClock clock;
  crypto::SigningKey log_key = key_of("log");
  crypto::SigningKey a = key_of("a");
  crypto::SigningKey b = key_of("b");
  std::unique_ptr<ledger::RestrictedStore> restricted;
  std::unique_ptr<EmptyAdmission> admission;
  std::unique_ptr<ledger::Sequencer> sequencer;
  std::size_t queue_max = 0;
  bool accept_loss = false;
  const crypto::SigningKey* signs = &log_key;             // at the next open(), and
  std::vector<const crypto::SigningKey*> other_log_keys;  // these

  // Opens, after closing what was open; the error, or nothing.
  std::optional<Error> open(std::function<bool(const ledger::Event&)> refused = {}) {
    close();
    restricted = std::make_unique<ledger::RestrictedStore>(*storage, master_key, entropy);
    admission = std::make_unique<EmptyAdmission>();
    admission->refused = std::move(refused);
    auto opened = ledger::Sequencer::open(*storage, *head, *restricted, *admission, clock,
                                          {.origin = kOrigin,
                                           .log_key = signs,
                                           .other_log_keys = other_log_keys,
                                           .queue_max = queue_max,
                                           .accept_loss = accept_loss});
    if (!opened) return opened.error();
    sequencer = std::move(*opened);
    return std::nullopt;
  }
  void close() { sequencer.reset(); }

  crypto::NoteKey note_key() const { return {.name = kOrigin, .key = log_key.public_key()}; }

  Result<ledger::Answer> submit(Bytes intent, std::vector<const crypto::SigningKey*> signers,
                                std::vector<ledger::Opening> openings = {}) {
    return sequencer->submit_and_wait(signed_by(std::move(intent), signers, std::move(openings)));
  }
  Bytes item(const std::string& name) const {
    const crypto::SigningKey* const authors[] = {&a};
    return item_intent(authors, name);
  }
  Bytes joint_item(const std::string& name) const {
    const crypto::SigningKey* const authors[] = {&a, &b};
    return item_intent(authors, name);
  }
  Result<ledger::Answer> submit_item(const std::string& name) { return submit(item(name), {&a}); }

  Bytes erase_intent(const std::string& name, const std::vector<Hash>& commitments) const {
    const crypto::SigningKey* const authors[] = {&a};
    auto intent = intent_frame(authors, name, "erasure/" + name);
    schema::RecordsErasedT erased;
    erased.ground = "个人信息保护法第四十七条";
    for (const Hash& commitment : commitments) {
      erased.commitments.insert(erased.commitments.end(), commitment.begin(), commitment.end());
    }
    intent.payload.Set(std::move(erased));
    return ledger::encode(intent);
  }

  // 40 entries in many batches: single ones, a joint one, an import, content kept and content
  // erased; and one half-signed intent with content.
  void fill() {
    LIUHEN_CHECK(!open());
    for (int i = 0; i < 34; ++i) LIUHEN_CHECK(submit_item("item-" + std::to_string(i)).has_value());
    const auto kept = opening_of("证据一");
    const auto erased = opening_of("证据二");
    LIUHEN_CHECK(submit(conflict_intent(a, "c1", kept.commitment), {&a}, {kept}).has_value());
    LIUHEN_CHECK(submit(conflict_intent(a, "c2", erased.commitment), {&a}, {erased}).has_value());
    LIUHEN_CHECK(submit(erase_intent("e", {erased.commitment}), {&a}).has_value());
    LIUHEN_CHECK(submit(subjects_intent(a, "r", 5), {&a}).has_value());
    LIUHEN_CHECK(submit(joint_item("joint"), {&b, &a}).has_value());
    LIUHEN_CHECK(submit_item("last").has_value());
    LIUHEN_CHECK(submit(joint_item("half"), {&b}).has_value());
    LIUHEN_CHECK(sequencer->size() == 40);
    close();
  }
};

}  // namespace liuhen::tests
