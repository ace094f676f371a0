// One of every kind of submission, in order, and what was acknowledged of them: what a test of
// crashes sends, and what it holds the ledger to afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "ledger/dir_check.h"
#include "tests/test_ledger.h"

namespace liuhen::tests {

// One in so many of the cases: all of them in tools/soak.sh.
inline std::uint64_t stride(std::uint64_t usual) { return std::getenv("LIUHEN_SOAK") ? 1 : usual; }

struct Step {
  std::string name;
  Bytes intent;
  std::vector<const crypto::SigningKey*> signers;
  std::vector<ledger::Opening> openings;
};

// Both content that is kept and content that is erased; an intent signed by its second person
// later, and one that stays half-signed.
inline std::vector<Step> steps_of(const TestLedger& ledger) {
  const auto kept = opening_of("证据一"), erased = opening_of("证据二");
  const auto item = [&](const std::string& name) {
    return Step{name, ledger.item(name), {&ledger.a}, {}};
  };
  return {
      item("first"),
      item("second"),
      {"half", ledger.joint_item("half"), {&ledger.b}, {}},
      {"kept", conflict_intent(ledger.a, "kept", kept.commitment), {&ledger.a}, {kept}},
      {"joint, the first person", ledger.joint_item("joint"), {&ledger.b}, {}},
      item("third"),
      {"joint, the second person", ledger.joint_item("joint"), {&ledger.a}, {}},
      {"to be erased", conflict_intent(ledger.a, "gone", erased.commitment), {&ledger.a}, {erased}},
      {"erasure", ledger.erase_intent("erasure", {erased.commitment}), {&ledger.a}, {}},
      {"import", subjects_intent(ledger.a, "run", 5), {&ledger.a}, {}},
      item("last"),
  };
}

class Acknowledged {
 public:
  // Sends the steps from `first` to before `last`; goes on after what is refused, as a client would
  // with its next intent.
  void send(TestLedger& ledger, std::size_t first, std::size_t last) {
    const std::vector<Step> steps = steps_of(ledger);
    for (std::size_t i = first; i < last; ++i) {
      const auto answer = ledger.submit(steps[i].intent, steps[i].signers, steps[i].openings);
      if (answer) note(steps[i], *answer);
      // What anyone who asks is shown, whatever became of the answer.
      if (std::string shown = ledger.sequencer->checkpoint(); !shown.empty())
        notes_.insert(std::move(shown));
    }
  }
  bool empty() const { return receipts_.empty() && waiting_.empty(); }

  // Of a ledger that is open: all of it is there, once, and nothing signed before is contradicted.
  void expect_kept(TestLedger& ledger, const std::string& when) const {
    for (const Step& step : steps_of(ledger)) {
      const auto receipt = receipts_.find(step.name);
      if (receipt == receipts_.end()) continue;
      const auto again = ledger.submit(step.intent, step.signers, step.openings);
      ASSERT_TRUE(again) << when << ": " << step.name << ": " << again.error().en;
      const auto* got = std::get_if<ledger::Receipt>(&*again);
      ASSERT_NE(got, nullptr) << when << ": " << step.name;
      EXPECT_TRUE(got->repeated) << when << ": " << step.name << " was lost";
      EXPECT_EQ(got->position, receipt->second.position) << when << ": " << step.name;
      EXPECT_EQ(got->leaf_hash, receipt->second.leaf_hash) << when << ": " << step.name;
      EXPECT_EQ(got->time, receipt->second.time) << when << ": " << step.name;
    }
    const Hash joint = crypto::sha256(ledger.joint_item("joint"));
    for (const auto& [name, hash] : waiting_) {
      const bool signed_since = hash == joint && ledger.sequencer->size() > 4;
      EXPECT_TRUE(signed_since || ledger.sequencer->pending_intent(hash))
          << when << ": " << name << " no longer waits";
    }
    expect_one_history(*ledger.storage, ledger.note_key(), when);
    if (receipts_.contains("kept")) {
      const auto content = ledger.restricted->get(opening_of("证据一").commitment);
      EXPECT_TRUE(content && *content) << when << ": content was lost";
    }
    if (receipts_.contains("erasure")) {
      const auto content = ledger.restricted->get(opening_of("证据二").commitment);
      EXPECT_TRUE(content && !*content) << when << ": erased content is back";
    }
  }

 private:
  void note(const Step& step, const ledger::Answer& answer) {
    if (const auto* receipt = std::get_if<ledger::Receipt>(&answer)) {
      receipts_.emplace(step.name, *receipt);
      notes_.insert(receipt->checkpoint);
    } else {
      waiting_.emplace(step.name, std::get<ledger::Waiting>(answer).intent_hash);
    }
  }
  // Every checkpoint that anyone was shown is of the log as it is now.
  void expect_one_history(ledger::Storage& storage, const crypto::NoteKey& key,
                          const std::string& when) const {
    const ledger::ReplayReport report = ledger::check_storage(storage, {.log_key = key});
    ASSERT_EQ(report.verdict, ledger::Verdict::verified) << when << ": " << report.finding.en;
    for (const std::string& note : notes_) {
      const auto seen = crypto::open_checkpoint(note, key);
      ASSERT_TRUE(seen) << when;
      ASSERT_LE(seen->checkpoint.size, report.fold->size()) << when;
      EXPECT_EQ(report.fold->tree().root(seen->checkpoint.size), seen->checkpoint.root)
          << when << ": two histories from " << seen->checkpoint.size << " entries";
    }
  }

  std::map<std::string, ledger::Receipt> receipts_;
  std::map<std::string, Hash> waiting_;
  std::set<std::string> notes_;
};

}  // namespace liuhen::tests
