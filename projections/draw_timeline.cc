#include "projections/draw_timeline.h"

#include <algorithm>

#include "projections/calendar.h"
#include "projections/draw_form.h"
#include "projections/fields.h"
#include "projections/payload_visit.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Words {
  Tag tag;
  const char* zh;
  const char* en;
};
constexpr Words kWords[] = {
    {Tag::DrawAnnounced, "公告抽取", "announced the draw"},
    {Tag::DrawCommitted, "承诺随机数", "committed to a nonce"},
    {Tag::DigitsRecorded, "记录彩票号码或骰子点数", "recorded digits of a lottery or dice"},
    {Tag::CommitmentsClosed, "承诺截止", "closed the commitments"},
    {Tag::DrawRevealed, "揭示随机数", "revealed the nonce"},
    {Tag::RevealsClosed, "揭示截止", "closed the reveals"},
    {Tag::BeaconRecorded, "记录信标", "recorded the beacon's round"},
    {Tag::DrawExecuted, "执行抽取", "executed the draw"},
    {Tag::DrawDisclosed, "列示名单", "listed the visits"},
    {Tag::DrawVoided, "作废抽取", "voided the draw"},
    {Tag::DrawFailed, "记为失败", "recorded its failure"},
    {Tag::DrawAttested, "见证抽取", "attested the draw"},
    {Tag::EvidenceAttached, "附证据", "attached evidence"},
    {Tag::RecusalFiled, "提出回避", "filed a recusal"},
    {Tag::RecusalDecided, "决定回避", "decided on a recusal"},
    {Tag::SubstituteDrawn, "递补", "drew a substitute"},
    {Tag::UnitsAdded, "加入整个单位", "added whole units"},
    {Tag::TeamNamed, "指派检查人员", "named the team"},
    {Tag::ResultRecorded, "登记检查结果", "recorded a result"},
    {Tag::ResultCorrected, "更正检查结果", "corrected a result"},
    {Tag::ResultFollowedUp, "登记后续处理", "recorded what followed"},
    {Tag::ResultPublished, "公示检查结果", "published a result"},
    {Tag::PublicationWithheld, "依法不公示", "withheld a result"},
    {Tag::ObjectionFiled, "提出异议", "filed an objection"},
    {Tag::ObjectionDecided, "决定异议", "decided on an objection"},
};

// Grounds of recusals (docs/formats/events.md); any other word as it stands.
Sentence words_for_ground(std::string_view ground) {
  static const std::map<std::string_view, Sentence> kGrounds = {
      {"kinship", {"亲属关系", "kinship"}},
      {"employment", {"任职关系", "employment"}},
      {"shareholding", {"持股", "shareholding"}},
      {"same_address", {"同一住址", "the same address"}},
      {"party_request", {"当事人申请", "the party's request"}},
      {"absence", {"缺勤", "absence"}},
      {"other", {"其他", "another ground"}}};
  const auto found = kGrounds.find(ground);
  return found == kGrounds.end() ? Sentence{std::string(ground), std::string(ground)}
                                 : found->second;
}

Sentence words_for(Tag tag) {
  for (const Words& words : kWords) {
    if (words.tag == tag) return {words.zh, words.en};
  }
  const std::string name = schema::EnumNamePayload(tag);
  return {name, name};
}

std::vector<std::string> authors_of(const State& state, const ledger::Event& event) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key* key = state.keys.find(event.intent().author(i));
    out.push_back(key == nullptr ? to_hex(event.intent().author(i)) : key->person);
  }
  return out;
}

// ---- details ----

template <class Table>
Sentence detail_of(const Table& payload) {
  if constexpr (requires { payload.visit(); }) {
    const std::string visit = number(payload.visit());
    return {"第 " + visit + " 次检查", "visit " + visit};
  } else {
    return {};
  }
}
Sentence seat_of(std::uint64_t visit, std::uint32_t seat) {
  return {"第 " + number(visit) + " 次检查第 " + number(seat) + " 席",
          "seat " + number(seat) + " of visit " + number(visit)};
}
Sentence in_one(std::string_view words) { return {std::string(words), std::string(words)}; }

Sentence detail_of(const schema::DrawAnnounced& payload) {
  const std::string rows = number(payload.subject_rows()), can = number(payload.subject_eligible()),
                    inspectors = number(payload.inspector_rows()),
                    position = number(payload.pool_position());
  const Sentence form = words_for_form(unpacked(payload));
  return {"名录取自第 " + position + " 条：检查对象 " + rows + "，可抽 " + can + "；检查人员 " +
              inspectors + (form.zh.empty() ? "" : "；" + form.zh),
          "pool as of entry " + position + ": " + rows + " subjects, " + can + " eligible; " +
              inspectors + " inspectors" + (form.en.empty() ? "" : "; " + form.en)};
}
Sentence detail_of(const schema::CommitmentsClosed& payload) {
  const std::string count = number(raw(payload.committed()).size() / sizeof(KeyId));
  return {count + " 位贡献人已承诺", count + " contributors had committed"};
}
Sentence detail_of(const schema::RevealsClosed& payload) {
  std::uint64_t revealed = 0;
  for (const schema::Revealed* nonce : *payload.nonces())
    revealed += raw(nonce->nonce()).empty() ? 0 : 1;
  const std::string of = number(payload.nonces()->size()), count = number(revealed);
  return {of + " 位贡献人中 " + count + " 位已揭示", count + " of " + of + " revealed"};
}
Sentence detail_of(const schema::BeaconRecorded& payload) {
  return {"第 " + number(payload.round()) + " 轮", "round " + number(payload.round())};
}
Sentence detail_of(const schema::DigitsRecorded& payload) {
  return in_one(std::string(text(payload.source())) + " " + std::string(text(payload.issue())) +
                " " + std::string(text(payload.digits())));
}
Sentence detail_of(const schema::DrawExecuted& payload) {
  if (!raw(payload.seed_hash()).empty()) {
    const std::string sealed = number(payload.visits());
    return {"抽中 " + sealed + "，名单密封", sealed + " drawn, sealed"};
  }
  const std::string visits = number(payload.visits()), vacancies = number(payload.vacancies());
  return {"抽中 " + visits + "，空缺 " + vacancies, visits + " drawn, " + vacancies + " vacancies"};
}
Sentence detail_of(const schema::DrawDisclosed& payload) {
  if (!raw(payload.pi()).empty())
    return {"启封：种子即执行时所承诺的，方予受理",
            "opened: it is admitted only if the seed is the one committed to at execution"};
  const std::string part = number(payload.part()), visits = number(payload.visits()->size());
  return {"第 " + part + " 部分，" + visits + " 次检查",
          "part " + part + ", " + visits + " visits"};
}
Sentence detail_of(const schema::DrawVoided& payload) { return in_one(text(payload.reason())); }
Sentence detail_of(const schema::DrawFailed& payload) { return in_one(text(payload.reason())); }
Sentence detail_of(const schema::DrawAttested& payload) {
  const std::string statement(text(payload.statement()));
  return {(payload.agrees() ? "无异议：" : "有异议：") + statement,
          (payload.agrees() ? "agrees: " : "objects: ") + statement};
}
Sentence detail_of(const schema::EvidenceAttached& payload) {
  return in_one(std::string(text(payload.kind())) + " " + std::string(text(payload.note())));
}
// What somebody who was given the file can compare it with.
Sentence words_for_evidence(View hashes) {
  const std::size_t count = hashes.size() / sizeof(Hash);
  if (count == 0) return {};
  const std::string first = to_hex(hashes.first(sizeof(Hash)));
  return {
      "，证据 SHA-256 " + first + (count == 1 ? "" : " 等 " + number(count) + " 件"),
      ", evidence SHA-256 " + first + (count == 1 ? "" : " and " + number(count - 1) + " more")};
}
// Said of grounds that are not the inspector's own word about himself.
Sentence words_for_no_evidence(std::string_view ground) {
  if (ground != "absence" && ground != "party_request") return {};
  return {"，未附证据", ", without evidence"};
}
Sentence detail_of(const schema::RecusalFiled& payload) {
  const Sentence seat = seat_of(payload.visit(), payload.seat());
  const Sentence ground = words_for_ground(text(payload.ground()));
  const Sentence evidence = raw(payload.evidence()).empty()
                                ? words_for_no_evidence(text(payload.ground()))
                                : words_for_evidence(raw(payload.evidence()));
  return {seat.zh + "，理由：" + ground.zh + evidence.zh,
          seat.en + ", on the ground of " + ground.en + evidence.en};
}
Sentence detail_of(const schema::RecusalDecided& payload) {
  const Sentence seat = seat_of(payload.visit(), payload.seat());
  return {seat.zh + (payload.approved() ? "，准予" : "，不准"),
          seat.en + (payload.approved() ? ", approved" : ", turned down")};
}
Sentence detail_of(const schema::SubstituteDrawn& payload) {
  const Sentence seat = seat_of(payload.visit(), payload.seat());
  const std::string who(text(payload.inspector()));
  if (who.empty()) return {seat.zh + "，无人可递补", seat.en + ", nobody left"};
  return {seat.zh + "，由 " + who + " 递补", seat.en + ", " + who + " goes instead"};
}
Sentence detail_of(const schema::UnitsAdded& payload) { return in_one(text(payload.reason())); }
Sentence detail_of(const schema::TeamNamed& payload) {
  const std::string visit = number(payload.visit());
  std::string names;
  for (const auto* inspector : *payload.inspectors()) {
    if (inspector->size() != 0) names += (names.empty() ? "" : ", ") + inspector->str();
  }
  const std::string why(text(payload.reason())), after = why.empty() ? "" : "（" + why + "）";
  return {"第 " + visit + " 次检查：" + names + after,
          "visit " + visit + ": " + names + (why.empty() ? "" : " (" + why + ")")};
}

// When the visit was due and when it was, where the draw fixes the day.
Sentence detail_of(const State& state, const schema::ResultRecorded& payload) {
  const std::string visit = number(payload.visit());
  Sentence out{"第 " + visit + " 次检查", "visit " + visit};
  const auto draw = state.draws.by_stream.find(std::string(text(payload.draw())));
  if (draw == state.draws.by_stream.end()) return out;
  const auto day = day_of_visit(draw->second.announcement, payload.visit());
  if (!day) return out;
  const std::string due = date_text(*day), was = date_text(day_of(payload.visited_at()));
  out.zh += "，应于 " + due + "，实于 " + was;
  out.en += ", due on " + due + ", made on " + was;
  return out;
}

}  // namespace

void add_step(DrawTimeline& timeline, const State& state, const ledger::Event& event, bool wrong) {
  Sentence what = words_for(event.tag());
  std::size_t& listed = timeline.listed[event.tag()];
  if (listed >= DrawTimeline::kStepsOfAKindMax && !wrong) {
    auto& more = timeline.more[event.tag()];
    more.what = std::move(what);
    ++more.count;
    more.last = event.position();
    return;
  }
  ++listed;
  Sentence detail = visit_payload(
      event.intent().fields(),
      [&](const auto& payload) {
        if constexpr (requires { detail_of(state, payload); }) {
          return detail_of(state, payload);
        } else {
          return detail_of(payload);
        }
      },
      [] { return Sentence(); });
  timeline.steps.push_back({.position = event.position(),
                            .time = event.time(),
                            .what = std::move(what),
                            .who = authors_of(state, event),
                            .detail = std::move(detail),
                            .wrong = wrong});
}

}  // namespace liuhen::projections
