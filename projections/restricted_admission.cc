// Restricted pools as far as the log alone goes, and their keys.
#include <algorithm>

#include "crypto/draw/outcome.h"
#include "crypto/draw/protocol.h"
#include "crypto/sealed_box.h"
#include "projections/conditions.h"
#include "projections/draw_lookup.h"
#include "projections/known_outcome.h"
#include "projections/last_pool.h"
#include "projections/restricted_pool.h"

namespace liuhen::projections {

namespace {

using ledger::schema::DrawAnnouncedT;

static_assert(kSealedPoolKeyBytes == crypto::draw::PoolKey::size() + crypto::kSealedBoxExtra);

Error not_restricted_so(const std::string& zh, const std::string& en) {
  return fail("draw.restricted", "受限名录：" + zh, "a restricted pool: " + en);
}

Error bad_listed(const Draw& draw, std::size_t number, const std::string& zh,
                 const std::string& en) {
  const std::string visit = std::to_string(number);
  return fail("draw.disclosed_visit", "抽取“" + draw.stream + "”第 " + visit + " 次检查：" + zh,
              "visit " + visit + " of the draw \"" + draw.stream + "\": " + en);
}

}  // namespace

bool Draw::pool_is_attested() const {
  if (!is_restricted()) return true;
  return !pool_checked.empty() && std::ranges::all_of(pool_checked, &SealChecked::agrees);
}

bool asks_for_restricted(const DrawAnnouncedT& announcement, const ledger::schema::RuleSetT& rule) {
  return std::ranges::any_of(announcement.strata, [&](const auto& stratum) {
    return stratum->rule_stratum < rule.strata.size() &&
           has_restricted(rule.strata[stratum->rule_stratum]->conditions);
  });
}

Outcome check_restriction(const DrawAnnouncedT& a, const ledger::schema::RuleSetT& rule) {
  const bool asked = asks_for_restricted(a, rule);
  if (asked != !a.pool_key_hash.empty()) {
    return asked ? not_restricted_so("细则按风险等级分层，公告须列出名录密钥的承诺",
                                     "the rule's strata are by risk class, so the announcement "
                                     "commits to a key of the pool")
                 : not_restricted_so("细则的分层不涉及受限内容，公告不得有名录密钥",
                                     "the rule's strata speak of nothing restricted, so there is "
                                     "no key of the pool");
  }
  if (!asked) {
    if (a.pool_key_sealed.empty()) return ok();
    return not_restricted_so("没有名录密钥，不得有给监督人的密文",
                             "without a key there is nothing for supervisors");
  }
  if (a.sealed || a.weighted || a.form != ledger::schema::DrawForm::both) {
    return not_restricted_so("不与密封、按权重、单随机或全覆盖并用",
                             "it is not combined with sealing, weights, or another form than both "
                             "sides");
  }
  if (a.pool_key_sealed.size() == a.supervisors.size() / 32 * kSealedPoolKeyBytes) return ok();
  return not_restricted_so("须给每位监督人一份名录密钥的密文",
                           "there is one ciphertext of the key for each supervisor");
}

Outcome check_pool_attestation(const Draw& draw, const ledger::Event& event) {
  const KeyId author = event.intent().author(0);
  if (!draw.is_restricted() ||
      std::ranges::find(draw.supervisors, author) == draw.supervisors.end()) {
    return fail("attest.pool", "只有受限名录的公告所指定的监督人可以见证名录",
                "only a supervisor whom the announcement of a restricted pool names attests to it");
  }
  if (std::ranges::find(draw.pool_checked, author, &SealChecked::supervisor) !=
      draw.pool_checked.end()) {
    return fail("attest.repeated", "该监督人对本次名录已经作过见证",
                "this supervisor has attested to this pool already");
  }
  if (draw.commitments_closed_at || draw.phase != Draw::Phase::committing || draw.discarded) {
    return fail("attest.late", "对受限名录的见证须在承诺截止之前：此后的不能证明什么",
                "a restricted pool is attested to before the commitments are closed; later it "
                "would prove nothing");
  }
  if (event.intent().fields().seen_size() > draw.position) return ok();
  return fail(
      "attest.unseen",
      "所见检查点须覆盖第 " + std::to_string(draw.position) + " 条记录（公告）：请先核对再签名",
      "the checkpoint last seen must cover entry " + std::to_string(draw.position) +
          ", the announcement: check it before signing");
}

Outcome check_restricted_execution(const Draw& draw, const ledger::schema::DrawExecuted& payload) {
  if (payload.strata()->size() != 0 ||
      raw(payload.cutoff_commitments()).size() != 32 * draw.announcement.strata.size()) {
    return not_restricted_so("执行时不列各层的数目和截止号，每层只列截止号的承诺",
                             "its execution gives no counts and no cut-offs, but a commitment to "
                             "the cut-off of each stratum");
  }
  if (const auto seed = seed_of(draw, raw(payload.pi())); !seed) return seed.error();
  if (payload.visits() <= draw.announcement.subject_eligible) return ok();
  return fail("draw.selection", "检查总数超过可抽的检查对象数",
              "there are more visits than subjects that could be drawn");
}

ListedOrder::ListedOrder(const State& state, const Draw& draw) : draw_(draw) {
  auto pool = last_pool_of(state, draw.announcement, draw.rule_set);
  LIUHEN_CHECK(pool.has_value());  // admission of the announcement has had it
  pool_ = std::move(*pool);
  if (draw.tasks.empty()) return;
  const std::string& subject = draw.tasks.back().subject;
  last_.emplace(crypto::draw::visit_order(*draw.seed, subject), subject);
}

Outcome ListedOrder::take(std::size_t number, std::string_view subject) {
  const auto row =
      std::ranges::lower_bound(pool_->subjects, subject, {}, &crypto::draw::SubjectRow::id);
  // Where the rows' commitments were given, who could be drawn is not known.
  if (row == pool_->subjects.end() || row->id != subject ||
      (!pool_->committed && row->eligibility != 0)) {
    return bad_listed(draw_, number, "检查对象不在名录中，或不可抽",
                      "its subject is not in the pool, or could not be drawn");
  }
  std::pair<Hash, std::string> place(crypto::draw::visit_order(*draw_.seed, subject), subject);
  if (last_ && place <= *last_) {
    return bad_listed(draw_, number, "不在种子所定的次序上，或重复",
                      "it is not in the order that the seed gives, or listed twice");
  }
  last_ = std::move(place);
  return ok();
}

Outcome check_listed_teams(const State& state, const Draw& draw,
                           std::span<const crypto::draw::VisitRecord> records,
                           const OpenConflict& open) {
  const auto held = last_pool_of(state, draw.announcement, draw.rule_set);
  if (!held) return held.error();
  const Pool* pool = held->get();
  std::vector<crypto::draw::Conflict> conflicts;
  for (const Hash& commitment : pool->conflicts) {
    const auto content = open ? open(commitment) : std::nullopt;
    if (!content) return ok();
    conflicts.push_back({.subject = content->subject, .inspector = content->inspector});
  }
  std::vector<std::string> subjects;
  for (const auto& record : records) subjects.push_back(record.subject);
  const auto matching = crypto::draw::match(*draw.seed, announced_groups(draw.announcement),
                                            pool->inspectors, subjects, conflicts);
  if (!matching) return matching.error();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const crypto::draw::Visit& right = matching->visits[i];
    bool same = right.subject == i && right.team.size() == records[i].team.size();
    for (std::size_t seat = 0; same && seat < right.team.size(); ++seat) {
      const std::size_t who = right.team[seat].inspector;
      same = records[i].team[seat] ==
             (who == crypto::draw::kVacant ? std::string() : pool->inspectors[who].id);
    }
    if (!same)
      return bad_listed(draw, i, "检查人员与按种子和抽中者重算的不符",
                        "its team is not what the seed and those drawn give");
  }
  return ok();
}

Outcome announce_key(const crypto::draw::PoolKey& key, crypto::Entropy& entropy,
                     DrawAnnouncedT& announcement) {
  const Hash commitment = crypto::draw::pool_key_opening(key).commitment();
  announcement.pool_key_hash.assign(commitment.begin(), commitment.end());
  announcement.pool_key_sealed.clear();
  for (const KeyId& supervisor : hashes(announcement.supervisors)) {
    const auto sealed = crypto::seal(supervisor, key.view(), entropy);
    if (!sealed) return sealed.error();
    announcement.pool_key_sealed.insert(announcement.pool_key_sealed.end(), sealed->begin(),
                                        sealed->end());
  }
  return ok();
}

Outcome check_pool_key(const DrawAnnouncedT& announcement, const crypto::draw::PoolKey& key) {
  if (std::ranges::equal(crypto::draw::pool_key_opening(key).commitment(),
                         announcement.pool_key_hash))
    return ok();
  return fail("pool.key", "名录密钥与公告的承诺不符：不是公告的那一把",
              "it is not the key of the pool that the announcement committed to");
}

Result<crypto::draw::PoolKey> sealed_pool_key(const DrawAnnouncedT& announcement,
                                              const crypto::SigningKey& key) {
  const auto supervisors = hashes(announcement.supervisors);
  const auto named = std::ranges::find(supervisors, key.public_key());
  if (named == supervisors.end() ||
      announcement.pool_key_sealed.size() != supervisors.size() * kSealedPoolKeyBytes) {
    return fail("seal.not_named", "没有封给这把密钥的名录密钥",
                "no key of a pool is sealed to this key");
  }
  const auto place = static_cast<std::size_t>(named - supervisors.begin());
  auto opened = crypto::open_sealed(
      key,
      View(announcement.pool_key_sealed).subspan(place * kSealedPoolKeyBytes, kSealedPoolKeyBytes));
  if (!opened) return opened.error();
  return crypto::draw::PoolKey::from(opened->view());
}

Result<crypto::draw::PoolKey> opened_pool_key(const DrawAnnouncedT& announcement,
                                              const crypto::SigningKey& key) {
  auto pool_key = sealed_pool_key(announcement, key);
  if (!pool_key) return pool_key;
  if (auto checked = check_pool_key(announcement, *pool_key); !checked) return checked.error();
  return pool_key;
}

}  // namespace liuhen::projections
