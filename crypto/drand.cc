#include "crypto/drand.h"

#include <algorithm>
#include <limits>

#include "crypto/sha256.h"

namespace liuhen::crypto::drand {

namespace {

constexpr std::uint64_t kMaxPeriod = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMaxGenesis = std::numeric_limits<std::int64_t>::max();

template <std::size_t N>
std::array<std::uint8_t, N> big_endian(std::uint64_t number) {
  std::array<std::uint8_t, N> out;
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = static_cast<std::uint8_t>(number >> (8 * (N - 1 - i)));
  }
  return out;
}

bool is_beacon_id(std::string_view id) {
  return id.size() <= kMaxBeaconIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

Error no_such_round() {
  return fail("beacon.round", "信标没有这一轮：轮次从 1 起，且时间须在 64 位秒数之内",
              "the beacon has no such round: rounds count from 1, and times have 64 bits");
}

}  // namespace

Hash chain_hash(const BeaconChain& chain) {
  const bool has_default_id = chain.beacon_id == "default";
  return sha256({big_endian<4>(chain.period_s), big_endian<8>(chain.genesis_s), chain.public_key,
                 chain.group_hash, view_of(has_default_id ? "" : chain.beacon_id)});
}

Outcome check_chain(const BeaconChain& chain) {
  if (chain.scheme != kScheme) {
    return fail("beacon.scheme", "信标的方案不受支持，只支持 " + std::string(kScheme),
                "the beacon's scheme is not supported: only " + std::string(kScheme) + " is");
  }
  if (!bls::is_valid_key(chain.public_key)) {
    return fail("beacon.key", "信标的公钥无效：不是规范编码，或不在素数阶子群内",
                "not a valid key of a beacon: not canonical, or outside the prime-order subgroup");
  }
  if (chain.period_s == 0 || chain.period_s > kMaxPeriod || chain.genesis_s == 0 ||
      chain.genesis_s > kMaxGenesis || !is_beacon_id(chain.beacon_id)) {
    return fail("beacon.chain", "信标的周期、起始时间或编号不成立",
                "the beacon's period, genesis or id makes no sense");
  }
  return ok();
}

Outcome check_chain(const BeaconChain& chain, const Hash& named) {
  if (auto checked = check_chain(chain); !checked) return checked.error();
  if (chain_hash(chain) == named) return ok();
  return fail("beacon.hash", "信标链的哈希与其内容不符：这不是所指的那条链，请核对链的参数",
              "the hash of the beacon's chain is not that of its contents: this is not the chain "
              "that was named; check its parameters");
}

Result<std::uint64_t> round_time(const BeaconChain& chain, std::uint64_t round) {
  LIUHEN_CHECK(chain.period_s != 0);
  if (round == 0) return no_such_round();
  std::uint64_t elapsed = 0;
  std::uint64_t time = 0;
  if (__builtin_mul_overflow(round - 1, chain.period_s, &elapsed) ||
      __builtin_add_overflow(chain.genesis_s, elapsed, &time)) {
    return no_such_round();
  }
  return time;
}

Result<std::uint64_t> round_at_or_after(const BeaconChain& chain, std::uint64_t unix_s) {
  LIUHEN_CHECK(chain.period_s != 0);
  if (unix_s <= chain.genesis_s) return std::uint64_t{1};
  const std::uint64_t elapsed = unix_s - chain.genesis_s;
  const std::uint64_t round_up = elapsed % chain.period_s != 0 ? 1 : 0;
  const std::uint64_t round = elapsed / chain.period_s + round_up + 1;
  // Past 2^64 there is neither the number nor the time of a round.
  if (round == 0) return no_such_round();
  if (auto time = round_time(chain, round); !time) return time.error();
  return round;
}

Result<Hash> verify_round(const BeaconChain& chain, std::uint64_t round,
                          const bls::Signature& signature) {
  if (round == 0) return no_such_round();
  const Hash message = sha256(big_endian<8>(round));
  if (bls::verify(chain.public_key, message, signature)) return sha256(signature);
  return fail("beacon.signature",
              "信标第 " + std::to_string(round) +
                  " 轮的签名不成立：不是该链对这一轮的签名，请从另一来源重新取得",
              "the signature of round " + std::to_string(round) +
                  " of the beacon fails: the chain did not sign this round so; fetch it again "
                  "from another source");
}

}  // namespace liuhen::crypto::drand
