// The small city's VRF key in the hands of three holders, any two of whom can use it.
#pragma once

#include "crypto/feldman.h"
#include "tests/ledger_sample.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

class SharedVrf {
 public:
  static inline const City::Names kHolders = {"holder1", "holder2", "holder3"};

  explicit SharedVrf(City& city)
      : city_(city),
        sharing_(crypto::feldman::split(crypto::vrf::secret_scalar(City::seed("vrf")), 2,
                                        kHolders.size(), entropy_)
                     .value()) {}

  void grant(const std::string& name, bool outside = true,
             std::vector<City::Role> roles = {City::Role::holder}, const std::string& person = "") {
    ledger::schema::KeyGrantedT granted;
    granted.grant = city_.grant(name, std::move(roles), "", outside, person);
    city_.must(std::move(granted), {"trustee-outside", "trustee-inside"});
  }
  ledger::schema::VrfKeySharedT shared(const City::Names& holders = kHolders) {
    ledger::schema::VrfKeySharedT out;
    out.key = City::bytes(crypto::vrf::public_key(City::seed("vrf")));
    for (const auto& commitment : sharing_.commitments)
      out.commitments.insert(out.commitments.end(), commitment.begin(), commitment.end());
    for (const std::string& name : holders) {
      const KeyId id = city_.id(name);
      out.holders.insert(out.holders.end(), id.begin(), id.end());
    }
    return out;
  }
  ledger::schema::VrfShareConfirmedT confirmed() const {
    ledger::schema::VrfShareConfirmedT out;
    out.key = City::bytes(crypto::vrf::public_key(City::seed("vrf")));
    return out;
  }
  // Holders granted, the key shared, and every share confirmed.
  void share() {
    for (const std::string& name : kHolders) grant(name);
    city_.must(shared(), {"platform", "trustee-outside"});
    for (const std::string& name : kHolders) city_.must(confirmed(), {name});
  }

  // Of the holder, counted from 1.
  crypto::SigningSeed share_of(std::uint64_t holder) const {
    return sharing_.shares[holder - 1].value.clone();
  }

  // What holders 1 and 3 compute of a draw that is ready.
  ledger::schema::DrawExecutedT execution(const projections::Draw& draw) {
    std::vector<crypto::feldman::Share> shares;
    for (const std::size_t i : {0U, 2U})
      shares.push_back(
          {.holder = sharing_.shares[i].holder, .value = sharing_.shares[i].value.clone()});
    const KeyId key = crypto::vrf::public_key(City::seed("vrf"));
    const auto secret = crypto::feldman::recover(key, sharing_.commitments, shares).value();
    const Bytes alpha = projections::alpha_of(draw);
    const auto pi = crypto::vrf::prove(secret, alpha);
    const auto seed = crypto::vrf::verify(key, alpha, pi).value();
    return projections::execution_of(
        draw, pi, projections::visits_of(city_.state(), draw, seed, [](const Hash&) {
                    return std::nullopt;
                  }).value());
  }

 private:
  City& city_;
  CountingEntropy entropy_;
  crypto::feldman::Sharing sharing_;
};

}  // namespace liuhen::tests
