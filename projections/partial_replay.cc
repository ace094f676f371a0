#include "projections/partial_replay.h"

#include <algorithm>

#include "projections/draw_lookup.h"
#include "projections/fields.h"
#include "projections/other_draws.h"
#include "projections/payload_visit.h"
#include "projections/upkeep.h"
#include "projections/vrf_sharing.h"
#include "projections/witnessed.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

// More than any log that this program is made for; recorded times are kept by position.
constexpr std::uint64_t kPositionsMax = 1u << 28;

Error bad_row(const std::string& id, const std::string& zh, const std::string& en) {
  return fail("proof.rows", "名录行“" + id + "”" + zh, "the row \"" + id + "\" " + en);
}

Outcome check_inspector(const schema::DrawAnnouncedT& announcement,
                        const crypto::draw::InspectorRow& row) {
  if (row.capacity != capacity_of(announcement, row.unit))
    return bad_row(row.id, "的任务上限与公告不符", "does not have the announced capacity");
  if (row.eligibility > static_cast<std::uint64_t>(InspectorEligibility::no_group))
    return bad_row(row.id, "的资格代码未知", "has an unknown eligibility");
  if (row.eligibility == static_cast<std::uint64_t>(InspectorEligibility::not_active)) return ok();
  const bool fits =
      crypto::draw::group_of_inspector(announced_groups(announcement), row).has_value();
  if (fits == (row.eligibility == 0)) return ok();
  return bad_row(row.id, "的资格与公告的分组不符",
                 "does not have the eligibility that the announced groups give");
}

// That of the announcement's plan; null if there is none.
const schema::RuleSetT* rule_of(const State& state, const schema::DrawAnnouncedT& announcement) {
  const auto plan = state.catalogue.plans.find(announcement.plan);
  if (plan == state.catalogue.plans.end()) return nullptr;
  const auto rule = state.catalogue.rules.find(plan->second.rule);
  return rule == state.catalogue.rules.end() ? nullptr : &rule->second;
}

// The reasons that the rule can give; that they hold is for who has the registry.
Outcome check_subject(const schema::DrawAnnouncedT& announcement, const schema::RuleSetT& rule,
                      const crypto::draw::SubjectRow& row) {
  if (row.stratum >= announcement.strata.size())
    return bad_row(row.id, "的分层不在公告中", "names a stratum that was not announced");
  if (row.eligibility > kLastSubjectReason)
    return bad_row(row.id, "的资格代码未知", "has an unknown eligibility");
  const auto reason = static_cast<SubjectEligibility>(row.eligibility);
  if ((reason == SubjectEligibility::yearly_cap && rule.yearly_cap == 0) ||
      (reason == SubjectEligibility::visited_lately && rule.rest_days == 0) ||
      (reason == SubjectEligibility::suspended && !rule.suspended_apart))
    return bad_row(row.id, "不可抽的理由是细则所没有的",
                   "could not be drawn for a reason that the rule does not have");
  const auto weight = crypto::draw::check_weight(row.id, row.weight, announcement.weighted);
  if (!weight) return weight;
  const bool known = row.weight == 1 || std::ranges::any_of(rule.weights, [&](const auto& each) {
                       return each->weight == row.weight;
                     });
  if (known) return ok();
  return bad_row(row.id, "的权重是细则所没有的", "has a weight that the rule does not have");
}

// Of streams that a file does not hold whole: neither their versions nor what they amount to can be
// looked at.
bool is_cut(Tag tag) {
  return tag == Tag::SubjectsImported || tag == Tag::InspectorsImported ||
         tag == Tag::RecordsErased || tag == Tag::StateDigested || tag == Tag::CheckpointWitnessed;
}

}  // namespace

PartialReplay::PartialReplay(std::string origin, std::string draw, Pool pool)
    : draw_(std::move(draw)) {
  state_.origin = std::move(origin);
  state_.given_pool = std::make_shared<const Pool>(std::move(pool));
}

const Draw* PartialReplay::draw() const {
  const auto found = state_.draws.by_stream.find(draw_);
  return found == state_.draws.by_stream.end() ? nullptr : &found->second;
}

Outcome PartialReplay::check_place(const ledger::Event& event) const {
  if (event.position() >= kPositionsMax || (last_ && event.position() <= *last_)) {
    return fail("proof.order", "证明文件中的条目须按位置递增",
                "the entries of a proof file ascend by position");
  }
  if (!last_ && event.position() != 0)
    return fail("proof.genesis", "证明文件须从创世事件（第 0 条）开始",
                "a proof file begins with the genesis (entry 0)");
  const bool neighbours = !last_ || event.position() == *last_ + 1;
  if (neighbours && event.previous() != last_leaf_) {
    return fail("chain.previous", "与前一条的链断裂", "it does not follow from the entry before");
  }
  if (!state_.times.empty() && event.time() < state_.times.back())
    return fail("chain.time", "记录时间早于前面的条目",
                "its recorded time is before that of an earlier entry");
  return ok();
}

Outcome PartialReplay::check_intent(const ledger::Event& event) const {
  const auto& intent = event.intent();
  if (used_.contains({intent.author(0), to_hex(raw(intent.fields().id()))})) {
    return fail("intent.conflict", "该签名人已用过这个意图编号",
                "its author has used this intent's id before");
  }
  // Roots of checkpoints are not in the file; that nobody has seen what was to come is.
  const std::uint64_t seen = intent.fields().seen_size();
  if (seen > event.position() || (seen == 0 && intent.seen_root() != crypto::empty_root())) {
    return fail("intent.fork", "签名人所见的检查点不在本账本的历史中",
                "the checkpoint that the author saw is not in this log's past");
  }
  if (!ledger::verify_signatures(intent, event.signatures()))
    return fail("intent.signature", "签名不成立：不是署名人所签，或内容被改动",
                "a signature is not good: its author did not sign this");
  return log_keys_.check(event);
}

Outcome PartialReplay::check_rows(const schema::DrawAnnounced& payload) const {
  const schema::DrawAnnouncedT announcement = unpacked(payload);
  const Pool& pool = *state_.given_pool;
  const schema::RuleSetT* rule = rule_of(state_, announcement);
  if (pool.committed == announcement.pool_key_hash.empty()) {
    return fail("proof.rows", "名录受限与否，文件与公告不一致",
                "the file's rows are commitments where the announcement's are not, or the reverse");
  }
  for (const auto& row : pool.subjects) {
    if (rule == nullptr || pool.committed) break;  // admission refuses the announcement
    if (auto checked = check_subject(announcement, *rule, row); !checked) return checked;
  }
  for (const auto& row : pool.inspectors) {
    if (auto checked = check_inspector(announcement, row); !checked) return checked;
  }
  for (const auto& [id, versions] : state_.inspectors.rows) {
    if (versions.front().position > announcement.pool_position) continue;
    return bad_row(
        id, "另有名录取定之前的登记，不应在文件中",
        "is registered by an entry before the pool was taken, which has no place in the file");
  }
  if (pool.conflicts == state_.conflicts.in_force(announcement.pool_position)) return ok();
  return fail("proof.rows", "利益冲突承诺与已批准的申报不符",
              "the conflicts' commitments are not those of the declarations approved");
}

Outcome PartialReplay::admit_payload(const ledger::Event& event) const {
  if (is_cut(event.tag())) return ok();
  if (is_of_other_draw(event, draw_)) {
    const Outcome version = admit_version(state_, event);
    return version ? admit_other_draw(state_, event) : version;
  }
  if (event.tag() == Tag::DrawAnnounced) {
    if (auto checked = check_rows(event.payload<schema::DrawAnnounced>()); !checked) return checked;
  }
  if (auto checked = admit_version(state_, event); !checked) return checked;
  return visit_payload(
      event.intent().fields(), [&](const auto& payload) { return admit(state_, event, payload); },
      [] {
        return Outcome(fail("payload.unknown", "本程序不认识的内容，请升级",
                            "it holds something that this program does not know: upgrade it"));
      });
}

void PartialReplay::fold(const ledger::Event& event) {
  state_.times.push_back(event.time());
  ++state_.stream_versions[std::string(event.intent().stream())];
  last_ = event.position();
  last_leaf_ = event.leaf_hash();
  log_keys_.append(event);
  used_.emplace(event.intent().author(0), to_hex(raw(event.intent().fields().id())));
  if (is_of_other_draw(event, draw_)) return fold_other_draw(state_, event);
  if (!is_cut(event.tag()) || event.tag() == Tag::InspectorsImported)
    visit_payload(
        event.intent().fields(), [&](const auto& payload) { apply(state_, event, payload); },
        [] {});
  if (event.tag() != Tag::DrawAnnounced) return;
  // Who the inspectors were when the pool was taken; imports given tell what changed since.
  const std::uint64_t position = draw()->announcement.pool_position;
  for (const auto& row : state_.given_pool->inspectors) {
    const bool active =
        row.eligibility != static_cast<std::uint64_t>(InspectorEligibility::not_active);
    InspectorVersion version;
    version.position = position;
    version.unit = row.unit;
    version.qualifications = row.qualifications;
    version.status = active ? schema::InspectorStatus::active : schema::InspectorStatus::suspended;
    auto& versions = state_.inspectors.rows[row.id];
    versions.insert(versions.begin(), std::move(version));
  }
}

Outcome PartialReplay::take(View entry) {
  const auto event = ledger::Event::parse(entry);
  if (!event) return event.error();
  if (!event->intent().known())
    return fail("payload.unknown", "本程序不认识的内容，请升级",
                "it holds something that this program does not know: upgrade it");
  if (auto checked = check_place(*event); !checked) return checked;
  if (auto checked = check_intent(*event); !checked) return checked;
  // Entries not in the file were recorded no later than this one; that is all the file can show of
  // their times.
  state_.times.resize(event->position(), event->time());
  if (auto checked = admit_sender(state_, *event); !checked) return checked;
  if (auto checked = admit_payload(*event); !checked) return checked;
  fold(*event);
  return ok();
}

}  // namespace liuhen::projections
