// DrawDisclosed: the visits behind the root of DrawExecuted, in parts; after the last one tasks are
// open. Of a sealed draw the first part says what was sealed.
#include <algorithm>

#include "crypto/draw/outcome.h"
#include "projections/calendar.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/known_outcome.h"
#include "projections/restricted_pool.h"
#include "projections/sealed_draw.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

using ledger::schema::DrawDisclosedT;
using ledger::schema::VisitT;

Error bad_visit(const Draw& draw, std::size_t visit, const std::string& zh, const std::string& en) {
  const std::string number = std::to_string(visit);
  return fail("draw.disclosed_visit", "抽取“" + draw.stream + "”第 " + number + " 次检查：" + zh,
              "visit " + number + " of the draw \"" + draw.stream + "\": " + en);
}

// What can be said of a team in public where the matching cannot be replayed.
class TeamCheck {
 public:
  TeamCheck(const State& state, const Draw& draw)
      : state_(state), draw_(draw), groups_(seat_groups(draw)), loads_(draw.loads) {}

  Outcome check(std::size_t number, const VisitT& visit) {
    std::set<std::string> seen;
    std::map<std::pair<std::size_t, std::string>, std::uint64_t> of_unit;
    std::size_t officers = 0, seated = 0;
    for (std::size_t seat = 0; seat < visit.team.size(); ++seat) {
      const std::string& id = visit.team[seat];
      if (id.empty()) continue;
      ++seated;
      if (seat < groups_[0].seats) ++officers;
      const auto row = announced_row(state_, draw_, id);
      const std::size_t group = crypto::draw::group_of_seat(groups_, seat);
      if (!row || row->eligibility != 0 ||
          crypto::draw::group_of_inspector(groups_, *row) != group) {
        return bad_visit(draw_, number, "“" + id + "”不是公告名录中可任该席的检查人员",
                         "\"" + id + "\" is no announced inspector fit for the seat");
      }
      if (!seen.insert(id).second) {
        return bad_visit(draw_, number, "“" + id + "”占了两席", "\"" + id + "\" holds two seats");
      }
      const std::uint64_t limit = groups_[group].unit_limit;
      if (limit != 0 && ++of_unit[{group, row->unit}] > limit) {
        return bad_visit(draw_, number, "单位“" + row->unit + "”超过每组人数上限",
                         "unit \"" + row->unit + "\" is over its limit in a group");
      }
      if (++loads_[id] > row->capacity) {
        return bad_visit(draw_, number, "“" + id + "”超过任务上限",
                         "\"" + id + "\" is over the capacity");
      }
    }
    if (seated != 0 && officers != groups_[0].seats) {
      return bad_visit(draw_, number, "执法人员席位未满：这样的检查须整体搁置，各席皆空",
                       "an officer's seat is empty: such a visit is put aside whole, with every "
                       "seat empty");
    }
    return ok();
  }

 private:
  const State& state_;
  const Draw& draw_;
  std::vector<crypto::draw::SeatGroup> groups_;
  std::map<std::string, std::uint32_t> loads_;
};

Outcome check_subject(const Draw& draw, std::size_t number, const VisitT& visit) {
  const VisitT& right = draw.expected[number];
  if (visit.subject == right.subject && visit.ticket == right.ticket) return ok();
  return bad_visit(draw, number, "检查对象或抽签号与按种子重算的不符",
                   "the subject or its ticket is not what the seed gives");
}

Outcome check_visits(const State& state, const Draw& draw, const DrawDisclosedT& part) {
  TeamCheck teams(state, draw);
  std::optional<ListedOrder> listed;
  if (draw.is_restricted()) listed.emplace(state, draw);
  const std::size_t seats = crypto::draw::seats_of(seat_groups(draw));
  for (std::size_t i = 0; i < part.visits.size(); ++i) {
    const VisitT& visit = *part.visits[i];
    const std::size_t number = draw.tasks.size() + i;
    const Outcome subject =
        listed ? listed->take(number, visit.subject) : check_subject(draw, number, visit);
    if (!subject) return subject;
    if (visit.team.size() != seats) {
      return bad_visit(draw, number, "席位数与公告不符",
                       "the number of seats is not the announced one");
    }
    if (draw.expects_teams && visit.team != draw.expected[number].team) {
      return bad_visit(draw, number, "检查人员与按种子重算的不符",
                       "the team is not what the seed gives");
    }
    if (auto checked = teams.check(number, visit); !checked) return checked;
  }
  return ok();
}

crypto::draw::VisitRecord record_of(const std::string& subject, const Hash& ticket,
                                    std::vector<std::string> team) {
  return {.subject = subject, .ticket = ticket, .team = std::move(team)};
}

Outcome check_whole(const State& state, const Draw& draw, const DrawDisclosedT& part) {
  std::vector<crypto::draw::VisitRecord> records;
  for (const Task& task : draw.tasks) {
    std::vector<std::string> team;
    for (const Seat& seat : task.seats) team.push_back(seat.inspector);
    records.push_back(record_of(task.subject, task.ticket, std::move(team)));
  }
  for (const auto& visit : part.visits) {
    records.push_back(
        record_of(visit->subject, exactly<32>(View(visit->ticket)).value(), visit->team));
  }
  std::uint64_t vacancies = 0;
  for (const auto& record : records)
    vacancies += static_cast<std::uint64_t>(std::count(record.team.begin(), record.team.end(), ""));
  if (draw.is_restricted()) {
    if (auto checked = check_listed_teams(state, draw, records); !checked) return checked;
  }
  const Hash root = crypto::draw::visits_root(records);
  // The root says how many are vacant; a sealed execution does not say it beside.
  if ((draw.announcement.sealed || vacancies == draw.outcome->vacancies) &&
      std::ranges::equal(root, draw.outcome->visits_root))
    return ok();
  return fail("draw.disclosed_root", "列示的名单与执行时记录的根或空缺数不符",
              "the visits listed do not give the root or the vacancies recorded at execution");
}

Outcome admit_opening(const State& state, const Draw& draw,
                      const ledger::schema::DrawDisclosed& payload) {
  if (auto checked = check_opening(draw, payload); !checked) return checked;
  if (payload.last() != (draw.outcome->visits == 0)) {
    return fail("draw.part", "只有没有检查的抽取，公开的第一部分才是最后一部分",
                "the first part of a disclosure is the last one only where there are no visits");
  }
  return check_outcome(state, draw,
                       {.pi = raw(payload.pi()),
                        .strata = *payload.strata(),
                        .visits_root = draw.outcome->visits_root,
                        .visits = draw.outcome->visits,
                        .vacancies = std::nullopt});
}

void open_seal(State& state, Draw& draw, const ledger::Event& event,
               const ledger::schema::DrawDisclosed& payload) {
  DrawDisclosedT part = unpacked(payload);
  draw.outcome->pi = std::move(part.pi);
  draw.outcome->strata = std::move(part.strata);
  make_known(state, draw, event, draw.outcome->pi);
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawDisclosed& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::executed);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (auto checked = check_executor(state, event, draw); !checked) return checked;
  if (draw.is_sealed()) return admit_opening(state, draw, payload);
  if (!raw(payload.pi()).empty() || brings_strata(payload)) {
    return fail(
        "draw.sealed", "随机证明和各层截止号只在密封抽取公开的第一部分列出",
        "the proof and the strata are given in the first part of a sealed draw's disclosure "
        "only");
  }
  const DrawDisclosedT part = unpacked(payload);
  const std::size_t left = draw.outcome->visits - draw.tasks.size();
  if (part.part != draw.next_part || part.visits.size() > left ||
      part.last != (part.visits.size() == left) || (part.visits.empty() && left != 0)) {
    return fail("draw.part",
                "名单的各部分须从 0 起依次列示、不空、不超出检查总数，最后一部分须标明",
                "the parts of the list go in order from 0, none empty, none beyond the visits, the "
                "last one marked");
  }
  if (auto checked = check_visits(state, draw, part); !checked) return checked;
  return part.last ? check_whole(state, draw, part) : ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawDisclosed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  retire_if_by_holder(state, event, draw);
  if (draw.is_sealed()) open_seal(state, draw, event, payload);
  const auto groups = seat_groups(draw);
  for (const auto* visit : *payload.visits()) {
    Task task;
    task.subject = visit->subject()->str();
    task.ticket = exactly<32>(raw(visit->ticket())).value();
    for (const auto* inspector : *visit->team()) {
      Seat seat;
      seat.group =
          static_cast<std::uint32_t>(crypto::draw::group_of_seat(groups, task.seats.size()));
      seat.inspector = inspector->str();
      if (!seat.inspector.empty()) {
        seat.held.push_back(seat.inspector);
        ++draw.loads[seat.inspector];
      }
      task.seats.push_back(std::move(seat));
    }
    draw.tasks.push_back(std::move(task));
  }
  ++draw.next_part;
  if (!payload.last()) return;
  draw.phase = Draw::Phase::disclosed;
  draw.disclosed_at = event.position();
  draw.disclosed_time = event.time();
  draw.expected = {};
  if (draw.is_restricted() && !draw.discarded) {
    for (const Task& task : draw.tasks)
      state.draws.visited[task.subject].emplace_back(event.position(), calendar_year(event.time()));
  }
  // Before it a sealed draw has no seat that anybody knows to be vacant.
  const std::optional<std::uint64_t> decided_at =
      draw.announcement.sealed ? event.position() : draw.executed_at;
  const bool are_due = !draw.discarded && draws_teams(draw.announcement);
  std::uint64_t vacancies = 0;
  for (Task& task : draw.tasks) {
    for (Seat& seat : task.seats) {
      if (!seat.inspector.empty()) continue;
      ++vacancies;
      if (are_due) seat.vacated_at = decided_at;
    }
  }
  if (draw.outcome) draw.outcome->vacancies = vacancies;
}

}  // namespace liuhen::projections
