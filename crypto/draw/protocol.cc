#include "crypto/draw/protocol.h"

#include "crypto/sha256.h"
#include "crypto/tuple.h"

namespace liuhen::crypto::draw {

Hash commitment(const Hash& announcement, const KeyId& contributor, const Nonce& nonce) {
  TupleWriter writer;
  writer.item("liuhen/commit/v1").item(announcement).item(contributor).item(nonce);
  return sha256(writer.view());
}

Bytes alpha(const Hash& announcement, std::span<const Bytes> contributions,
            std::span<const Hash> outputs) {
  TupleWriter writer;
  writer.item("liuhen/draw/v1").item(announcement).list_count(contributions.size());
  for (const Bytes& contribution : contributions) writer.item(contribution);
  writer.list_count(outputs.size());
  for (const Hash& output : outputs) writer.item(output);
  return writer.take();
}

Hash sealed_hash(const Hash& announcement, const Seed& seed) {
  TupleWriter writer;
  writer.item("liuhen/sealed/v1").item(announcement).item(seed);
  return sha256(writer.view());
}

Hash stratum_key(const Seed& seed, std::uint64_t stratum) {
  TupleWriter writer;
  writer.item("liuhen/stratum/v1").item(seed).u64(stratum);
  return sha256(writer.view());
}

Hash visit_order(const Seed& seed, std::string_view subject) {
  TupleWriter writer;
  writer.item("liuhen/visit/v1").item(seed).item(subject);
  return sha256(writer.view());
}

Hash pair_key(View seed, std::string_view subject) {
  TupleWriter writer;
  writer.item("liuhen/pair/v1").item(seed).item(subject);
  return sha256(writer.view());
}

Hash substitute_seed(const Hash& announcement, const Seed& seed, std::string_view subject,
                     std::uint64_t seat, std::uint64_t ordinal, std::span<const Hash> outputs) {
  TupleWriter writer;
  writer.item("liuhen/substitute/v1")
      .item(announcement)
      .item(seed)
      .item(subject)
      .u64(seat)
      .u64(ordinal);
  writer.list_count(outputs.size());
  for (const Hash& output : outputs) writer.item(output);
  return sha256(writer.view());
}

}  // namespace liuhen::crypto::draw
