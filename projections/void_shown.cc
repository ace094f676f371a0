#include "projections/void_shown.h"

namespace liuhen::projections {

bool awaits_reveals(const Draw& draw) { return draw.nonces.size() < draw.commitments.size(); }

KnownAtVoid known_at_void(const Draw& draw, const VoidProven& void_proven, bool reveals_awaited) {
  LIUHEN_CHECK(draw.voided_at);
  const auto came_before = [&](const std::optional<std::uint64_t>& step) {
    return step && *step < *draw.voided_at;
  };
  if (came_before(draw.executed_at)) return KnownAtVoid::executed;
  if (draw.beacon && draw.voided_time < draw.beacon->round_time)
    return void_proven && draw.voided_before_round() && void_proven(draw) ? KnownAtVoid::nothing
                                                                          : KnownAtVoid::unproven;
  // Of other draws in a proof file the closings are not kept; one that was voided before went no
  // further.
  if (!draw.beacon && !came_before(draw.commitments_closed_at) && !draw.executed_at)
    return KnownAtVoid::nothing;
  // The operator records the closing when it likes. After the deadline no reveal is taken.
  const bool complete = came_before(draw.reveals_closed_at) || !reveals_awaited ||
                        draw.voided_time > draw.announcement.reveal_deadline;
  return complete ? KnownAtVoid::operator_alone : KnownAtVoid::who_has_reveals;
}

VoidSigners signers_of_void(const State& state, const ledger::Event& event) {
  VoidSigners out;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key* key = state.keys.find(event.intent().author(i));
    if (key == nullptr) continue;
    out.persons.push_back(key->person);
    out.supervisor |= key->has(Role::supervisor);
  }
  return out;
}

bool VoidShown::is_unsupervised() const {
  return !signers.supervisor &&
         (known == KnownAtVoid::who_has_reveals || known == KnownAtVoid::operator_alone);
}

Sentence words_of(KnownAtVoid known) {
  switch (known) {
    case KnownAtVoid::nothing:
      return {"作废时结果尚无人能知", "when it was voided nobody could know its outcome"};
    case KnownAtVoid::unproven:
      return {"按记录的时间在信标那一轮之前作废，此处没有见证人的证明，不能排除运营方已知结果",
              "by its recorded time the void came before the beacon's round, and nothing here "
              "proves it by witnesses: that the operator knew the outcome is not ruled out"};
    case KnownAtVoid::who_has_reveals:
      return {"作废时已不可反悔、尚未执行：收齐揭示的人（运营方与尚未揭示的贡献人）已能算出结果",
              "it was voided past the point of no return and before its execution: whoever had all "
              "reveals, the operator with the contributors who had not revealed yet, could work "
              "the outcome out"};
    case KnownAtVoid::operator_alone:
      return {"作废时已不可反悔、尚未执行：运营方一家已能算出结果",
              "it was voided past the point of no return and before its execution: the operator "
              "alone could work the outcome out"};
    case KnownAtVoid::executed:
      return {"执行之后作废，结果已可得知",
              "it was voided after its execution, when its outcome could be known"};
  }
  return {};
}

Sentence words_of(const VoidShown& shown) {
  Sentence out = words_of(shown.known);
  std::string zh, en;
  for (const std::string& person : shown.signers.persons) {
    zh += (zh.empty() ? "" : "、") + person;
    en += (en.empty() ? "" : ", ") + person;
  }
  if (zh.empty()) return out;
  out.zh += "；签名人 " + zh + (shown.signers.supervisor ? "，其中有监督人" : "，其中没有监督人");
  out.en += "; signed by " + en +
            (shown.signers.supervisor ? ", a supervisor among them" : ", no supervisor among them");
  return out;
}

}  // namespace liuhen::projections
