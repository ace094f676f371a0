// Who goes instead of one recused: docs/formats/draw.md section 9.
#include "crypto/draw/substitute.h"

#include <algorithm>

#include "crypto/draw/protocol.h"
#include "projections/draw_lookup.h"
#include "projections/outcome.h"
#include "projections/partly_opened.h"

namespace liuhen::projections {

namespace {

using crypto::draw::SubstituteCandidate;

struct Vacancy {
  const Draw& draw;
  const Task& task;
  const Seat& seat;
  std::uint64_t visit = 0;     // number
  std::uint32_t number = 0;    // of the seat
  std::uint64_t decision = 0;  // position
  std::vector<crypto::draw::SeatGroup> groups;
  Hash seed{};  // S'
};

Vacancy vacancy_of(const Draw& draw, std::uint64_t visit, std::uint32_t seat,
                   std::span<const Hash> outputs) {
  LIUHEN_CHECK(outputs.size() == (draw.beacon ? 1 : 0));
  LIUHEN_CHECK(draw.seed && visit < draw.tasks.size() && seat < draw.tasks[visit].seats.size());
  const Task& task = draw.tasks[visit];
  LIUHEN_CHECK(task.seats[seat].vacated_at);
  const Hash seed = crypto::draw::substitute_seed(draw.leaf_hash, *draw.seed, task.subject, seat,
                                                  task.seats[seat].ordinal + 1, outputs);
  return {.draw = draw,
          .task = task,
          .seat = task.seats[seat],
          .visit = visit,
          .number = seat,
          .decision = *task.seats[seat].vacated_at,
          .groups = seat_groups(draw),
          .seed = seed};
}

// Who he is at the decision: active, and of the seat's group. Units that another group was given
// since change nothing in it, and this one is given none while a substitute of it is due.
bool is_eligible(const Vacancy& vacancy, const InspectorVersion* version) {
  if (version == nullptr || version->status != ledger::schema::InspectorStatus::active)
    return false;
  const crypto::draw::InspectorRow row{
      .id = {}, .unit = version->unit, .qualifications = version->qualifications};
  return crypto::draw::group_of_inspector(vacancy.groups, row) == vacancy.seat.group;
}

// Whom a decision later than the vacancy's took from the seat; empty if none did. To the vacancy he
// sits there still: whoever decides later may know its round already.
const std::string& left_since(const Vacancy& vacancy, const Seat& seat) {
  static const std::string kNobody;
  if (!seat.vacated_at || *seat.vacated_at <= vacancy.decision || seat.recusals.empty() ||
      seat.recusals.back().decided_at != seat.vacated_at)
    return kNobody;
  return seat.recusals.back().inspector;
}

// Seats held as of the decision, and by the substitutes of earlier ones.
std::map<std::string, std::uint32_t> loads_of(const Vacancy& vacancy) {
  auto loads = vacancy.draw.loads;
  for (const Task& task : vacancy.draw.tasks) {
    for (const Seat& seat : task.seats) {
      if (const auto& left = left_since(vacancy, seat); !left.empty()) ++loads[left];
    }
  }
  return loads;
}

bool ever_sat(const Task& task, const std::string& inspector) {
  return std::any_of(task.seats.begin(), task.seats.end(), [&](const Seat& seat) {
    return std::find(seat.held.begin(), seat.held.end(), inspector) != seat.held.end();
  });
}

std::vector<Hash> conflicts_of(const State& state, const Vacancy& vacancy) {
  return state.conflicts.of_draw(vacancy.draw.announcement.pool_position, vacancy.decision);
}

// All announced inspectors; conflicts are the caller's.
std::vector<SubstituteCandidate> candidates_of(const State& state, const Vacancy& vacancy) {
  std::vector<SubstituteCandidate> candidates;
  const auto loads = loads_of(vacancy);
  for (const auto& [id, versions] : state.inspectors.rows) {
    auto row = announced_row(state, vacancy.draw, id);
    if (!row) continue;
    const auto load = loads.find(id);
    candidates.push_back(
        {.row = std::move(*row),
         .eligible = is_eligible(vacancy, state.inspectors.at(id, vacancy.decision)),
         .conflict = false,
         .held_seat = ever_sat(vacancy.task, id),
         .load = load == loads.end() ? 0 : load->second});
  }
  return candidates;
}

crypto::draw::SubstituteSeat place_of(const State& state, const Vacancy& vacancy) {
  crypto::draw::SubstituteSeat place{.seat = vacancy.number, .other_units = {}};
  for (const Seat& other : vacancy.task.seats) {
    const std::string& inspector =
        other.inspector.empty() ? left_since(vacancy, other) : other.inspector;
    if (other.group != vacancy.seat.group || inspector.empty()) continue;
    const auto row = announced_row(state, vacancy.draw, inspector);
    LIUHEN_CHECK(row);
    place.other_units.push_back(row->unit);
  }
  return place;
}

Result<std::optional<std::size_t>> choose(const Vacancy& vacancy,
                                          const crypto::draw::SubstituteSeat& place,
                                          std::span<const SubstituteCandidate> candidates) {
  return crypto::draw::choose_substitute(vacancy.seed, vacancy.task.subject, vacancy.groups, place,
                                         candidates);
}

// Those whom the conflicts that opened keep from the visit, and how many did not open.
struct Opened {
  std::set<std::string> in_conflict;
  std::uint64_t closed = 0;
};

Opened opened_of(const State& state, const Vacancy& vacancy, const OpenConflict& open) {
  Opened out;
  for (const Hash& commitment : conflicts_of(state, vacancy)) {
    const auto content = open(commitment);
    if (!content) {
      ++out.closed;
    } else if (content->subject == vacancy.task.subject) {
      out.in_conflict.insert(content->inspector);
    }
  }
  return out;
}

Error not_whom_the_rule_gives(const Vacancy& vacancy, const std::string& inspector) {
  const std::string zh = inspector.empty() ? "尚有可递补的人员，不能记为无人"
                                           : "“" + inspector + "”不是按公告的规则应递补的人员";
  const std::string en = inspector.empty()
                             ? "there are candidates left"
                             : "\"" + inspector + "\" is not whom the announced rule gives";
  const std::string visit = std::to_string(vacancy.visit), seat = std::to_string(vacancy.number);
  return fail("substitute.candidate", "第 " + visit + " 次检查第 " + seat + " 席：" + zh,
              "seat " + seat + " of visit " + visit + ": " + en);
}

// Whether he is among the first candidates, as many as `closed` and one. Whoever is passed over
// must be in conflict, and no more can be than there are conflicts.
Outcome check_among(const Vacancy& vacancy, const crypto::draw::SubstituteSeat& place,
                    std::vector<SubstituteCandidate> candidates, std::uint64_t closed,
                    const std::string& inspector) {
  for (std::uint64_t passed_over = 0; passed_over <= closed; ++passed_over) {
    const auto chosen = choose(vacancy, place, candidates);
    if (!chosen) return chosen.error();
    const std::string first = *chosen ? candidates[**chosen].row.id : std::string();
    if (first == inspector) return ok();
    if (first.empty()) break;
    candidates[**chosen].conflict = true;
  }
  return not_whom_the_rule_gives(vacancy, inspector);
}

}  // namespace

Result<Substitute> substitute_of(const State& state, const Draw& draw, std::uint64_t visit,
                                 std::uint32_t seat, const OpenConflict& open,
                                 std::span<const Hash> outputs) {
  const Vacancy vacancy = vacancy_of(draw, visit, seat, outputs);
  const Opened opened = opened_of(state, vacancy, open);
  Substitute out{.inspector = {}, .conflicts_unopened = opened.closed};
  if (out.conflicts_unopened != 0) return out;
  auto candidates = candidates_of(state, vacancy);
  for (auto& one : candidates) one.conflict = opened.in_conflict.contains(one.row.id);
  const auto chosen = choose(vacancy, place_of(state, vacancy), candidates);
  if (!chosen) return chosen.error();
  if (*chosen) out.inspector = candidates[**chosen].row.id;
  return out;
}

Outcome check_substitute(const State& state, const Draw& draw, std::uint64_t visit,
                         std::uint32_t seat, const std::string& inspector,
                         std::span<const Hash> outputs) {
  const Vacancy vacancy = vacancy_of(draw, visit, seat, outputs);
  return check_among(vacancy, place_of(state, vacancy), candidates_of(state, vacancy),
                     conflicts_of(state, vacancy).size(), inspector);
}

Outcome check_substitute_partly_opened(const State& state, const Draw& draw, std::uint64_t visit,
                                       std::uint32_t seat, const std::string& inspector,
                                       const OpenConflict& open, std::span<const Hash> outputs) {
  const Vacancy vacancy = vacancy_of(draw, visit, seat, outputs);
  const Opened opened = opened_of(state, vacancy, open);
  auto candidates = candidates_of(state, vacancy);
  for (auto& one : candidates) one.conflict = opened.in_conflict.contains(one.row.id);
  return check_among(vacancy, place_of(state, vacancy), std::move(candidates), opened.closed,
                     inspector);
}

}  // namespace liuhen::projections
