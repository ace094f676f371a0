#include "projections/sealed_draw.h"

#include <algorithm>

#include "crypto/draw/protocol.h"
#include "crypto/sealed_box.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/known_outcome.h"

namespace liuhen::projections {

namespace {

using ledger::schema::DrawAnnouncedT;

constexpr std::uint64_t kSealMaxS = 30 * 86'400;  // from the deadline of execution
constexpr std::uint64_t kOpensBeforeS = 3'600;

static_assert(kSealedPiBytes == sizeof(crypto::vrf::Proof) + crypto::kSealedBoxExtra);

Error not_sealed_so(const std::string& zh, const std::string& en) {
  return fail("draw.sealed", "密封：" + zh, "sealing: " + en);
}

Outcome check_supervisors(const State& state, const ledger::Event& event, const DrawAnnouncedT& a) {
  const auto ids = hashes(a.supervisors);
  if (ids.size() < kSupervisorsMin || ids.size() > kSupervisorsMax) {
    return fail("draw.supervisors", "密封的抽取、名录受限的抽取须指定 2 至 8 位监督人",
                "a sealed draw, or one of a restricted pool, names 2 to 8 supervisors");
  }
  std::set<std::string> persons;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    if (const Key* author = author_key(state, event, i)) persons.insert(author->person);
  }
  for (const KeyId& id : ids) {
    const Key* key = state.keys.find(id);
    if (key != nullptr && key->valid() && key->has(Role::supervisor) && !key->has(Role::platform) &&
        persons.insert(key->person).second)
      continue;
    return fail(
        "draw.supervisors",
        "监督人密钥 " + to_hex(id) +
            " 未授予该角色、已撤销、属于平台，或其人与另一位监督人或公告签名人相同",
        "the supervisor's key " + to_hex(id) +
            " has no such role, is revoked, is the platform's, or belongs to the same person "
            "as another's or an author's of the announcement");
  }
  return ok();
}

std::vector<std::uint8_t> bytes_of(View view) { return {view.begin(), view.end()}; }

}  // namespace

bool Draw::seal_is_attested() const {
  return std::ranges::any_of(seal_checked, &SealChecked::agrees);
}

std::uint64_t seal_opens_at(const DrawAnnouncedT& announcement) {
  const std::uint64_t between = announcement.disclosure_deadline - announcement.execute_deadline;
  return announcement.disclosure_deadline - std::min(kOpensBeforeS, between / 2);
}

Outcome check_sealing(const State& state, const ledger::Event& event, const DrawAnnouncedT& a) {
  if (!a.sealed) {
    if (a.disclosure_deadline == 0 && !a.pool_key_hash.empty())
      return check_supervisors(state, event, a);
    if (a.disclosure_deadline == 0 && a.supervisors.empty()) return ok();
    return not_sealed_so(
        "不密封的抽取不得有公开期限和监督人",
        "a draw that is not sealed has no disclosure deadline, and supervisors only "
        "if its pool is restricted");
  }
  if (a.disclosure_deadline <= a.execute_deadline ||
      a.disclosure_deadline - a.execute_deadline > kSealMaxS) {
    return fail("draw.deadlines", "公开期限须在执行期限之后，30 天以内",
                "the deadline for disclosure is after that for execution, by 30 days at most");
  }
  return check_supervisors(state, event, a);
}

Outcome check_sealed_execution(const State& state, const Draw& draw,
                               const ledger::schema::DrawExecuted& payload) {
  if (!raw(payload.pi()).empty() || payload.vacancies() != 0 || raw(payload.seed_hash()).empty() ||
      raw(payload.sealed_pi()).size() != draw.supervisors.size() * kSealedPiBytes ||
      !raw(payload.cutoff_commitments()).empty()) {
    return not_sealed_so(
        "执行时不列随机证明和空缺数，只列其哈希和给每位监督人的密文",
        "its execution holds no proof and no vacancies, but the proof's hash and a ciphertext for "
        "each supervisor");
  }
  const auto expected = strata_of_any_seed(state, draw);
  if (!expected) return expected.error();
  std::uint64_t visits = 0;
  bool same = payload.strata()->size() == expected->size();
  for (std::size_t i = 0; same && i < expected->size(); ++i) {
    const auto* stratum = payload.strata()->Get(static_cast<flatbuffers::uoffset_t>(i));
    const auto& right = (*expected)[i];
    same = stratum->eligible() == right.eligible && stratum->drawn() == right.drawn &&
           stratum->rest_drawn() == right.rest_drawn &&
           stratum->rest_weight() == right.rest_weight && raw(stratum->cutoff()).empty();
    visits += right.drawn;
  }
  if (same && payload.visits() == visits) return ok();
  return fail(
      "draw.selection", "各层的可抽数、抽中数或检查总数与名录得出的不符，或列出了截止号",
      "the counts of the strata, or the number of visits, are not what the pool gives, or a "
      "cut-off is given");
}

Outcome check_seal_attestation(const Draw& draw, const ledger::Event& event) {
  if ((!draw.announcement.sealed && !draw.is_restricted()) ||
      std::ranges::find(draw.supervisors, event.intent().author(0)) == draw.supervisors.end())
    return ok();
  if (!draw.executed_at) {
    return fail("attest.early", "抽取执行之前，指定的监督人无从核对，不能见证（受限名录本身除外）",
                "before the draw is executed its supervisors have nothing to attest to, but for a "
                "restricted pool itself");
  }
  if (event.intent().fields().seen_size() > *draw.executed_at) return ok();
  return fail(
      "attest.unseen",
      "所见检查点须覆盖第 " + std::to_string(*draw.executed_at) + " 条记录（执行）：请先核对再签名",
      "the checkpoint last seen must cover entry " + std::to_string(*draw.executed_at) +
          ", the execution: check it before signing");
}

bool brings_strata(const ledger::schema::DrawDisclosed& payload) {
  return payload.strata() != nullptr && payload.strata()->size() != 0;
}

Outcome check_opening(const Draw& draw, const ledger::schema::DrawDisclosed& payload) {
  if (!draw.seal_is_attested()) {
    return fail("draw.unattested", "抽取“" + draw.stream + "”尚无指定的监督人核对无误，不能公开",
                "none of the supervisors named has attested that the draw \"" + draw.stream +
                    "\" replays: it cannot be disclosed");
  }
  if (raw(payload.pi()).empty() || !brings_strata(payload) || payload.part() != 0 ||
      payload.visits()->size() != 0) {
    return not_sealed_so("公开的第一部分列随机证明和各层的截止号，不列名单",
                         "the first part of its disclosure holds the proof and the cut-offs of the "
                         "strata, and no visits");
  }
  return ok();
}

Error still_sealed(std::uint64_t until_s) {
  return fail("draw.still_sealed",
              "抽取仍在密封中（至迟于" + time_zh(until_s) + " 启封）：启封之前不能核验抽中了谁",
              "the draw is sealed (until " + time_en(until_s) +
                  " at the latest): who was drawn cannot be verified before");
}

Result<ledger::schema::DrawExecutedT> sealed_execution_of(const Draw& draw,
                                                          const crypto::vrf::Proof& pi,
                                                          const crypto::draw::Seed& seed,
                                                          const Visits& visits,
                                                          crypto::Entropy& entropy) {
  auto executed = execution_of(draw, pi, visits);
  executed.pi.clear();
  executed.vacancies = 0;
  for (const auto& stratum : executed.strata) stratum->cutoff.clear();
  executed.seed_hash = bytes_of(crypto::draw::sealed_hash(draw.leaf_hash, seed));
  for (const KeyId& supervisor : draw.supervisors) {
    const auto sealed = crypto::seal(supervisor, pi, entropy);
    if (!sealed) return sealed.error();
    executed.sealed_pi.insert(executed.sealed_pi.end(), sealed->begin(), sealed->end());
  }
  return executed;
}

ledger::schema::DrawDisclosedT opening_of(const Draw& draw, const crypto::vrf::Proof& pi,
                                          const Visits& visits) {
  ledger::schema::DrawDisclosedT part;
  part.draw = draw.stream;
  part.pi = bytes_of(pi);
  for (const auto& stratum : visits.strata)
    part.strata.push_back(std::make_unique<ledger::schema::StratumOutcomeT>(stratum));
  part.last = visits.visits.empty();
  return part;
}

Result<crypto::draw::Seed> opened_seed(const Draw& draw, const crypto::SigningKey& key) {
  const auto named = std::ranges::find(draw.supervisors, key.public_key());
  if (named == draw.supervisors.end() || !draw.outcome ||
      draw.outcome->sealed_pi.size() != draw.supervisors.size() * kSealedPiBytes) {
    return fail("seal.not_named", "抽取“" + draw.stream + "”没有给这把密钥的密文",
                "nothing of the draw \"" + draw.stream + "\" is sealed to this key");
  }
  const auto place = static_cast<std::size_t>(named - draw.supervisors.begin());
  auto pi = crypto::open_sealed(
      key, View(draw.outcome->sealed_pi).subspan(place * kSealedPiBytes, kSealedPiBytes));
  if (!pi) return pi.error();
  return seed_of(draw, pi->view());
}

}  // namespace liuhen::projections
