#include "ledger/storage.h"

namespace liuhen::ledger {

void Batch::put(Family family, std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  changes_.push_back({family, std::move(key), std::move(value)});
}

void Batch::remove(Family family, std::string key) {
  changes_.push_back({family, std::move(key), std::nullopt});
}

const char* name_of(Family family) {
  static constexpr const char* kNames[kFamilies] = {
      "entries", "tiles",      "checkpoints", "streams", "intents",
      "pending", "restricted", "record_keys", "meta",    "snapshots"};
  return kNames[static_cast<std::size_t>(family)];
}

bool is_passing(const Error& why) {
  return why.code == "storage.full" || why.code == "storage.read_only" ||
         why.code == "storage.descriptors";
}

std::string key_of_number(std::uint64_t number) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (8 * (7 - i)));
  return key;
}

std::uint64_t number_of_key(std::string_view key) {
  LIUHEN_CHECK(key.size() >= 8);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<std::uint8_t>(key[i]);
  return number;
}

}  // namespace liuhen::ledger
