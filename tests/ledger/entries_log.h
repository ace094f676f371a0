// A log of short texts, "entry 0" and so on, in memory: a source of tiles for tests that do not
// care what entries mean.
#pragma once

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "ledger/fetcher.h"
#include "ledger/tiles.h"

namespace liuhen::tests {

class EntriesLog : public ledger::Fetcher {
 public:
  static constexpr const char* kOrigin = "liuhen.example/entries";

  explicit EntriesLog(std::uint64_t size = 0) { grow(size); }
  void grow(std::uint64_t size) {
    for (std::uint64_t i = texts_.size(); i < size; ++i) append("entry " + std::to_string(i));
  }
  void append(std::string text) {
    tree_.append(crypto::leaf_hash(view_of(text)));
    texts_.push_back(std::move(text));
  }

  std::uint64_t size() const { return texts_.size(); }
  const crypto::TreeHistory& tree() const { return tree_; }
  static const crypto::SigningKey& key() {
    static const crypto::SigningKey key{crypto::SigningSeed(crypto::sha256(view_of(kOrigin)))};
    return key;
  }
  static crypto::NoteKey note_key() { return {.name = kOrigin, .key = key().public_key()}; }

  std::string note(std::uint64_t size) const {
    return crypto::sign_checkpoint({.origin = kOrigin, .size = size, .root = tree_.root(size)},
                                   key());
  }
  Bytes bundle(std::uint64_t index, unsigned width) const {
    Bytes out;
    for (unsigned i = 0; i < width; ++i)
      ledger::add_to_bundle(view_of(texts_.at(index * ledger::kTileWidth + i)), out);
    return out;
  }

  Result<std::string> checkpoint() override { return note(size()); }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    return ledger::tile_bytes(tree_, {level, index, width});
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    return bundle(index, width);
  }

 private:
  std::vector<std::string> texts_;
  crypto::TreeHistory tree_;
};

}  // namespace liuhen::tests
