// Witnesses of the tests' own, w1, w2 and w3: what they cosign, and a policy that lists them.
#pragma once

#include "crypto/cosignature.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

inline crypto::NoteKey witness_key(const std::string& name) {
  return {.name = "witness.example/" + name,
          .type = crypto::NoteKeyType::cosignature,
          .key = crypto::SigningKey(City::seed(name)).public_key()};
}

inline std::string cosignature(const std::string& name, std::uint64_t size, const Hash& root,
                               std::uint64_t time = 1'790'000'000) {
  const std::string text =
      crypto::format_checkpoint({.origin = City::kOrigin, .size = size, .root = root});
  std::string line = crypto::format_signature_line(
      crypto::cosign(crypto::SigningKey(City::seed(name)), "witness.example/" + name, time, text));
  line.pop_back();
  return line;
}

inline ledger::schema::CheckpointWitnessedT witnessed(const City& city, std::uint64_t size,
                                                      const std::vector<std::string>& names,
                                                      std::uint64_t time = 1'790'000'000) {
  ledger::schema::CheckpointWitnessedT out;
  out.size = size;
  const Hash root = city.tree().root(size);
  out.root = City::bytes(root);
  for (const std::string& name : names)
    out.cosignatures.push_back(cosignature(name, size, root, time));
  return out;
}

inline std::string policy_text(City& city, const CityLog& log, const std::string& tail) {
  std::string text = "log " + log.note_key().vkey() + "\n";
  for (const char* name : {"w1", "w2", "w3"})
    text += std::string("witness ") + name + " " + witness_key(name).vkey() + "\n";
  for (const char* name : {"contributor1", "contributor2"})
    text += "contributor " + to_hex(city.id(name)) + " independent\n";
  return text + "group two 2 w1 w2 w3\n" + tail;
}

}  // namespace liuhen::tests
