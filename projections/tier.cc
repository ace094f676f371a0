#include "projections/tier.h"

#include <algorithm>
#include <set>

namespace liuhen::projections {

namespace {

TierPart not_reached(const std::string& zh, const std::string& en) {
  return {.holds = false, .why = {zh, en}};
}

TierPart not_reached(Sentence why) { return {.holds = false, .why = std::move(why)}; }

// Why a proof does not count that the log holds, or may hold, after what it was to serve.
Sentence recorded_late(const std::string& what_zh, const std::string& what, std::uint64_t position,
                       const std::string& served, std::uint64_t serves) {
  const std::string at = std::to_string(position), then = std::to_string(serves);
  return {"覆盖" + what_zh + "（第 " + at + " 条）的见证证明没有在 " + served + "（第 " + then +
              " 条）之前记入账本；之后才记入的不算，因为可以事后补办",
          "no proof that witnesses saw " + what + " (entry " + at + ") was recorded before " +
              served + " (entry " + then +
              "); one recorded later does not count, since it could be gathered afterwards"};
}

// Persons, not keys: whoever holds two keys is one.
std::size_t independent_persons(const State& state, const Draw& draw,
                                const crypto::Policy& policy) {
  const auto& independent = policy.independent_contributors();
  std::set<std::string> persons;
  for (const KeyId& key : draw.contributors) {
    if (std::find(independent.begin(), independent.end(), key) == independent.end()) continue;
    const auto found = state.keys.keys.find(key);
    if (found != state.keys.keys.end()) persons.insert(found->second.person);
  }
  return persons.size();
}

TierPart no_witnesses(const crypto::Policy* policy) {
  if (policy == nullptr)
    return not_reached("没有给出策略，不知道您信任哪些见证人",
                       "no policy was given, so it is not known which witnesses you trust");
  return not_reached("策略不要求见证人（quorum none），什么也证明不了",
                     "the policy asks for no witnesses (quorum none), which proves nothing");
}

}  // namespace

TierPart beacon_part(const Draw& draw, const crypto::Policy* policy, const WitnessedAt& witnessed) {
  if (!draw.beacon) return not_reached("没有公告信标", "no beacon was announced");
  if (policy == nullptr || !policy->needs_witnesses()) return no_witnesses(policy);
  if (!policy->lists_beacon(draw.beacon->chain_hash))
    return not_reached(
        "策略没有列出它的信标链，可能是运营方自己的",
        "the policy does not list its beacon chain, which may be the operator's own");
  if (!draw.reveals_closed_at || !draw.beacon_output)
    return not_reached("信标尚未记录", "the beacon is not recorded yet");
  if (!draw.executed_at)
    return not_reached("没有执行，也就没有结果", "it is not executed, and so has no outcome");
  if (!draw.pool_is_attested())
    return not_reached(
        "名录受限，而承诺截止之前没有监督人核对无误，或有监督人提出异议",
        "its pool is restricted, and before the commitments were closed no supervisor had found "
        "that its key opens it, or one had found that it does not");
  if (!is_before(witnessed, *draw.reveals_closed_at, draw.beacon->round_time,
                 draw.rule_set.margin_s, draw.beacon_at)) {
    if (is_before(witnessed, *draw.reveals_closed_at, draw.beacon->round_time,
                  draw.rule_set.margin_s, std::nullopt))
      return not_reached(recorded_late("揭示截止", "RevealsClosed", *draw.reveals_closed_at,
                                       "BeaconRecorded", *draw.beacon_at));
    return not_reached("没有见证人证明揭示截止早于信标那一轮（留足裕量）",
                       "no witnesses prove that reveals were closed before the beacon's round, by "
                       "the margin");
  }
  return {.holds = true,
          .why = {"信标链是策略所列，名录与揭示截止均由见证人证明早于那一轮",
                  "the policy lists the beacon chain, and its witnesses prove that the pool and "
                  "the closing of reveals came before the round"}};
}

TierPart witness_part(const State& state, const Draw& draw, const crypto::Policy* policy,
                      const WitnessedAt& witnessed) {
  if (policy == nullptr || !policy->needs_witnesses()) return no_witnesses(policy);
  if (!draw.reveals_closed_at) return not_reached("揭示尚未截止", "the reveals are not closed");
  const auto forfeits = std::count_if(draw.revealed.begin(), draw.revealed.end(),
                                      [](const Bytes& nonce) { return nonce.empty(); });
  if (forfeits != 0)
    return not_reached(
        "有 " + std::to_string(forfeits) + " 位公告的贡献人没有揭示记录",
        "of " + std::to_string(forfeits) + " of the announced contributors no reveal is recorded");
  const std::size_t independent = independent_persons(state, draw, *policy);
  if (independent < 2)
    return not_reached(
        "策略认为独立的贡献人只有 " + std::to_string(independent) + " 位，至少要两位",
        "of the contributors the policy calls " + std::to_string(independent) +
            " independent, and it takes two");
  for (const std::uint64_t size : draw.named) {
    if (witnessed.contains(size)) continue;
    return not_reached(
        "贡献人所见的检查点（大小 " + std::to_string(size) + "）没有策略要求的见证人联署",
        "the checkpoint that a contributor had seen (size " + std::to_string(size) +
            ") lacks the cosignatures that the policy asks for");
  }
  // What contributors answer to was witnessed before the answers were complete.
  if (!is_recorded_before(witnessed, draw.position, *draw.commitments_closed_at))
    return not_reached(recorded_late("公告", "the announcement", draw.position, "CommitmentsClosed",
                                     *draw.commitments_closed_at));
  if (!is_recorded_before(witnessed, *draw.commitments_closed_at, *draw.reveals_closed_at))
    return not_reached(recorded_late("承诺截止", "CommitmentsClosed", *draw.commitments_closed_at,
                                     "RevealsClosed", *draw.reveals_closed_at));
  return {
      .holds = true,
      .why = {"贡献人所见的检查点均有策略要求的见证人联署，且在其所服务的截止之前记入账本，公告的贡"
              "献人全部揭示，其中独立的 " +
                  std::to_string(independent) + " 位",
              "every checkpoint that contributors had seen has the cosignatures that the policy "
              "asks for, the log records so before the closings that they serve, and all of them "
              "revealed, " +
                  std::to_string(independent) + " of them independent"}};
}

std::string tier_of(bool beacon_holds, bool witnesses_hold) {
  if (beacon_holds) return witnesses_hold ? "A+B" : "A";
  return witnesses_hold ? "B" : "C";
}

}  // namespace liuhen::projections
