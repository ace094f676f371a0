// Where the rounds of a beacon come from: files carried in, or drand's HTTP interface
// (docs/formats/beacon.md). Nothing a source says is trusted: whoever asks verifies the signature.
#pragma once

#include <memory>
#include <string>

#include "api/client/connection.h"
#include "crypto/drand.h"

namespace liuhen::api {

// Of a ledger's directory, where rounds are put that were carried in.
inline constexpr const char* kBeaconFolder = "beacons";

struct DrandRound {
  std::uint64_t round = 0;
  crypto::bls::Signature signature{};
};

// drand's JSON of a round: `round` and `signature` (hex); other members are ignored. Fails with
// `beacon.format`.
Result<DrandRound> parse_drand_round(std::string_view json);

// A chain, and the hash that it is said to have.
struct DrandInfo {
  crypto::drand::BeaconChain chain;
  Hash hash{};
};
// drand's JSON of a chain (/info): `public_key`, `period`, `genesis_time`, `hash`, `groupHash`,
// `schemeID`, `metadata.beaconID`. Fails with `beacon.format`; whether it makes sense is
// crypto::drand::check_chain's affair.
Result<DrandInfo> parse_drand_info(std::string_view json);

class BeaconSource {
 public:
  virtual ~BeaconSource() = default;
  // One thread at a time. Fails with `beacon.absent` if the source does not have the round (yet),
  // `beacon.format`, or as its transport does.
  virtual Result<crypto::bls::Signature> signature(const Hash& chain, std::uint64_t round) = 0;
  // As of a Connection. Any thread.
  virtual void cancel() {}
};

// <folder>/<chain hash, hex>/<round>.json, as `liuhen beacon add` puts them there.
class BeaconFolder final : public BeaconSource {
 public:
  explicit BeaconFolder(std::string folder) : folder_(std::move(folder)) {}
  Result<crypto::bls::Signature> signature(const Hash& chain, std::uint64_t round) override;
  std::string path_of(const Hash& chain, std::uint64_t round) const;

 private:
  const std::string folder_;
};

// <url>/<chain hash, hex>/public/<round>. `url` as for connect(). A round proves itself, so HTTP
// without TLS will do: a relay inside the network, say.
Result<std::unique_ptr<BeaconSource>> beacon_at(std::string_view url);

}  // namespace liuhen::api
