// A log in memory whose checkpoints are published, and who cosigns them.
#pragma once

#include "api/server/publisher.h"
#include "tests/api/running_witness.h"

namespace liuhen::tests {

using api::server::Publisher;

// A log in memory that publishes when told.
class Published {
 public:
  void grow(std::uint64_t entries) {
    const std::lock_guard lock(mutex_);
    for (; entries > 0; --entries)
      tree_.append(crypto::leaf_hash(view_of(std::to_string(tree_.size()))));
    note_ = crypto::sign_checkpoint({.origin = kOrigin, .size = tree_.size(), .root = tree_.root()},
                                    key_);
  }
  void append(const std::string& entry) {
    const std::lock_guard lock(mutex_);
    tree_.append(crypto::leaf_hash(view_of(entry)));
  }
  std::string note() {
    const std::lock_guard lock(mutex_);
    return note_;
  }
  // From now on the head that is offered stays what it is, however much is committed.
  void keep_no_more() {
    const std::lock_guard lock(mutex_);
    kept_ = note_;
  }
  std::string kept() {
    const std::lock_guard lock(mutex_);
    return kept_.value_or(note_);
  }
  api::server::PublishedLog parts() {
    return {.head = [this] { return kept(); },
            .committed = [this] { return note(); },
            .prove =
                [this](std::uint64_t a, std::uint64_t b) {
                  const std::lock_guard lock(mutex_);
                  return tree_.consistency(a, b);
                },
            .cosigned = [this] { ++cosigned; }};
  }
  crypto::NoteKey vkey() const { return {.name = kOrigin, .key = key_.public_key()}; }
  std::atomic<unsigned> cosigned = 0;

  static constexpr const char* kOrigin = "log.example/one";

 private:
  std::mutex mutex_;
  crypto::SigningKey key_ = key_of(1);
  crypto::TreeHistory tree_;
  std::string note_;
  std::optional<std::string> kept_;
};

inline std::string policy_text(
    const crypto::NoteKey& log,
    const std::vector<std::pair<crypto::NoteKey, std::string>>& witnesses,
    const std::string& needed) {
  std::string text = "log " + log.vkey() + "\n", members;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    const std::string name = "w" + std::to_string(i);
    text += "witness " + name + " " + witnesses[i].first.vkey() + " " + witnesses[i].second + "\n";
    members += " " + name;
  }
  return text + "group all " + needed + members + "\nquorum all\n";
}

// The policy of one witness, and the publisher's options: quick to give a quorum up.
struct OneWitness {
  Published log;
  RunningWitness witness{11, log.vkey()};
  crypto::Policy policy =
      crypto::Policy::parse(policy_text(log.vkey(), {{witness.vkey(), witness.url()}}, "1"))
          .value();
  std::atomic<unsigned> troubles = 0;
  std::unique_ptr<Publisher> publisher(const api::server::PublisherOptions& options) {
    auto parts = log.parts();
    parts.file_trouble = [this](const Error&) { ++troubles; };
    return Publisher::open(policy, log.vkey(), std::move(parts), options).value();
  }
  std::uint64_t size_shown(const Publisher& to) {
    const auto opened = policy.open_signed(to.shown_to_readers(log.note()));
    return opened ? opened->checkpoint.size : 0;
  }
};

}  // namespace liuhen::tests
