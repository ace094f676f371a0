// Policies of trusted keys: what is read keeps its meaning when it is written out plainly.
#include "crypto/policy.h"

namespace liuhen::crypto {
namespace {

std::string written(const Policy& policy) {
  std::string text;
  for (const PolicyLog& log : policy.logs()) text += "log " + log.key.vkey() + " " + log.url + "\n";
  for (const PolicyWitness& witness : policy.witnesses())
    text += "witness " + witness.name + " " + witness.key.vkey() + " " + witness.url + "\n";
  for (const UncheckableWitness& witness : policy.uncheckable())
    text += "witness " + witness.name + " " + witness.key.vkey() + " " + witness.url + "\n";
  for (const PolicyGroup& group : policy.groups()) {
    text += "group " + group.name + " " + std::to_string(group.needed);
    for (const std::string& member : group.members) text += " " + member;
    text += "\n";
  }
  for (const KeyId& key : policy.independent_contributors())
    text += "contributor " + to_hex(key) + " independent\n";
  for (const Hash& chain : policy.beacons()) text += "beacon " + to_hex(chain) + "\n";
  return text + "quorum " + policy.quorum() + "\n";
}

void check(const Policy& policy) {
  LIUHEN_CHECK(policy.logs().size() + policy.witnesses().size() + policy.uncheckable().size() +
                   policy.groups().size() + policy.independent_contributors().size() +
                   policy.beacons().size() <=
               kMaxPolicyNames);
  for (const PolicyLog& log : policy.logs()) LIUHEN_CHECK(!policy.keys_of(log.key.name).empty());
  for (const PolicyGroup& group : policy.groups())
    LIUHEN_CHECK(group.needed >= 1 && group.needed <= group.members.size());

  // None is too few, all are enough, and one more never makes it worse.
  LIUHEN_CHECK(policy.quorum_met({}) == !policy.needs_witnesses());
  std::vector<VerifiedSignature> cosignatures;
  bool met = policy.quorum_met({});
  for (const PolicyWitness& witness : policy.witnesses()) {
    cosignatures.push_back({.key = witness.key, .time = 1});
    const bool now_met = policy.quorum_met(cosignatures);
    LIUHEN_CHECK(!met || now_met);
    met = now_met;
  }
  LIUHEN_CHECK(met);
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::crypto;
  const auto policy = Policy::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!policy) {
    LIUHEN_CHECK(policy.error().code == "policy.format" || policy.error().code == "note.vkey" ||
                 policy.error().code == "policy.unreachable");
    return 0;
  }
  check(*policy);
  const auto again = Policy::parse(written(*policy));
  LIUHEN_CHECK(again && written(*again) == written(*policy));
  return 0;
}
