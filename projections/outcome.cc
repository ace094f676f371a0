// Seed, selection and matching of a draw, from the pool and the contributions alone.
#include "projections/outcome.h"

#include <algorithm>

#include "crypto/draw/outcome.h"
#include "crypto/draw/pps.h"
#include "crypto/draw/protocol.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/last_pool.h"
#include "projections/void_shown.h"

namespace liuhen::projections {

namespace {

ledger::schema::VisitT visit_of(const crypto::draw::VisitRecord& record) {
  ledger::schema::VisitT visit;
  visit.subject = record.subject;
  visit.ticket.assign(record.ticket.begin(), record.ticket.end());
  visit.team = record.team;
  return visit;
}

// Who is drawn, and what is recorded of each stratum.
struct Chosen {
  crypto::draw::Selection selection;
  std::vector<ledger::schema::StratumOutcomeT> strata;
};

Result<Chosen> choose(const std::array<std::uint8_t, 64>& seed,
                      const ledger::schema::DrawAnnouncedT& announcement, const Pool& pool) {
  const auto allocation = allocation_of(announcement);
  if (!announcement.weighted) {
    auto selection = crypto::draw::select(seed, allocation, pool.subjects);
    if (!selection) return selection.error();
    auto strata = outcomes_of(*selection);
    return Chosen{.selection = std::move(*selection), .strata = std::move(strata)};
  }
  auto weighted = crypto::draw::select_weighted(seed, allocation, pool.subjects);
  if (!weighted) return weighted.error();
  auto strata = outcomes_of(weighted->selection);
  for (std::size_t i = 0; i < strata.size(); ++i) {
    strata[i].rest_drawn = weighted->strata[i].rest_drawn;
    strata[i].rest_weight = weighted->strata[i].rest_weight;
  }
  return Chosen{.selection = std::move(weighted->selection), .strata = std::move(strata)};
}

struct Opened {
  std::vector<crypto::draw::Conflict> conflicts;
  std::uint64_t unopened = 0;
};
Opened open_all(const std::vector<Hash>& commitments, const OpenConflict& open) {
  Opened opened;
  for (const Hash& commitment : commitments) {
    auto content = open(commitment);
    if (content) {
      opened.conflicts.push_back({.subject = content->subject, .inspector = content->inspector});
    } else {
      ++opened.unopened;
    }
  }
  return opened;
}

// The visits in order, without their teams.
std::vector<ledger::schema::VisitT> visits_without_teams(const crypto::draw::Seed& seed,
                                                         const crypto::draw::Selection& selection) {
  std::vector<std::pair<Hash, const crypto::draw::DrawnSubject*>> order;
  order.reserve(selection.drawn.size());
  for (const auto& subject : selection.drawn)
    order.emplace_back(crypto::draw::visit_order(seed, subject.id), &subject);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second->id < b.second->id;
  });
  std::vector<ledger::schema::VisitT> visits;
  visits.reserve(order.size());
  for (const auto& [hash, subject] : order)
    visits.push_back(visit_of({.subject = subject->id, .ticket = subject->ticket, .team = {}}));
  return visits;
}

// Of a draw without teams: every seat is empty.
void leave_seats_empty(const ledger::schema::DrawAnnouncedT& announcement, Visits& out) {
  const std::size_t seats = crypto::draw::seats_of(announced_groups(announcement));
  std::vector<crypto::draw::VisitRecord> records;
  for (auto& visit : out.visits) {
    visit.team.assign(seats, "");
    records.push_back({.subject = visit.subject,
                       .ticket = exactly<32>(View(visit.ticket)).value(),
                       .team = visit.team});
  }
  out.root = crypto::draw::visits_root(records);
  out.vacancies = std::uint64_t{seats} * records.size();
}

}  // namespace

std::vector<ledger::schema::StratumOutcomeT> outcomes_of(const crypto::draw::Selection& selection) {
  std::vector<ledger::schema::StratumOutcomeT> strata;
  for (const auto& stratum : selection.strata) {
    ledger::schema::StratumOutcomeT out;
    out.eligible = stratum.eligible;
    out.drawn = stratum.drawn;
    if (stratum.cutoff) out.cutoff.assign(stratum.cutoff->begin(), stratum.cutoff->end());
    strata.push_back(std::move(out));
  }
  return strata;
}

crypto::draw::Allocation allocation_of(const ledger::schema::DrawAnnouncedT& announcement) {
  crypto::draw::Allocation allocation;
  for (const auto& stratum : announcement.strata) {
    allocation.strata.push_back({.num = stratum->num,
                                 .den = stratum->den,
                                 .fixed = stratum->fixed,
                                 .minimum = stratum->minimum,
                                 .maximum = stratum->maximum});
  }
  allocation.total = announcement.total;
  return allocation;
}

bool is_certain(const ledger::schema::StratumOutcomeT& stratum, std::uint64_t weight) {
  return crypto::draw::PpsStratum{.rest_drawn = stratum.rest_drawn,
                                  .rest_weight = stratum.rest_weight}
      .is_certain(weight);
}

bool is_certain(const State& state, const Draw& draw, std::string_view subject) {
  if (!draw.announcement.weighted) return false;
  const crypto::draw::SubjectRow row = announced_subject(state, draw, subject);
  return is_certain(*draw.outcome->strata[row.stratum], row.weight);
}

std::vector<std::string> certain_subjects(const State& state, const Draw& draw) {
  std::vector<std::string> certain;
  if (!draw.announcement.weighted) return certain;
  const auto pool = pool_of(state, draw.announcement, draw.rule_set);
  LIUHEN_CHECK(pool.has_value());
  for (const auto& row : pool->subjects) {
    if (row.eligibility == 0 && is_certain(*draw.outcome->strata[row.stratum], row.weight))
      certain.push_back(row.id);
  }
  return certain;
}

Bytes alpha_of(const Draw& draw) {
  LIUHEN_CHECK(draw.reveals_closed_at && !draw.awaits_beacon());
  return crypto::draw::alpha(draw.leaf_hash, draw.contributions(), draw.outputs());
}

ledger::schema::DrawExecutedT execution_of(const Draw& draw, const crypto::vrf::Proof& pi,
                                           const Visits& visits) {
  ledger::schema::DrawExecutedT executed;
  executed.draw = draw.stream;
  executed.pi.assign(pi.begin(), pi.end());
  executed.cutoff_commitments = visits.cutoff_commitments;
  if (!draw.is_restricted()) {
    for (const auto& stratum : visits.strata)
      executed.strata.push_back(std::make_unique<ledger::schema::StratumOutcomeT>(stratum));
  }
  executed.visits_root.assign(visits.root.begin(), visits.root.end());
  executed.visits = visits.visits.size();
  executed.vacancies = visits.vacancies;
  return executed;
}

Result<Visits> visits_of(const State& state, const Draw& draw,
                         const std::array<std::uint8_t, 64>& seed, const OpenConflict& open) {
  const auto held = last_pool_of(state, draw.announcement, draw.rule_set);
  if (!held) return held.error();
  const Pool* pool = held->get();
  auto chosen = choose(seed, draw.announcement, *pool);
  if (!chosen) return chosen.error();
  auto out = visits_of(draw, *pool, chosen->selection, seed, open);
  if (out) out->strata = std::move(chosen->strata);
  return out;
}

Result<Visits> visits_of(const Draw& draw, const Pool& pool,
                         const crypto::draw::Selection& selection,
                         const std::array<std::uint8_t, 64>& seed, const OpenConflict& open) {
  Visits out;
  if (!draws_teams(draw.announcement)) {
    out.visits = visits_without_teams(seed, selection);
    leave_seats_empty(draw.announcement, out);
    return out;
  }
  const Opened opened = open_all(pool.conflicts, open);
  out.conflicts_unopened = opened.unopened;
  if (opened.unopened != 0) {
    out.visits = visits_without_teams(seed, selection);
    return out;
  }
  std::vector<std::string> subjects;
  for (const auto& subject : selection.drawn) subjects.push_back(subject.id);
  auto matching = crypto::draw::match(seed, announced_groups(draw.announcement), pool.inspectors,
                                      subjects, opened.conflicts);
  if (!matching) return matching.error();
  const auto records = crypto::draw::visit_records(selection, *matching, pool.inspectors);
  out.root = crypto::draw::visits_root(records);
  out.vacancies = matching->vacancies;
  for (const auto& record : records) out.visits.push_back(visit_of(record));
  return out;
}

Result<std::vector<ledger::schema::StratumOutcomeT>> strata_of_any_seed(const State& state,
                                                                        const Draw& draw) {
  const auto pool = pool_of(state, draw.announcement, draw.rule_set);
  if (!pool) return pool.error();
  auto chosen = choose({}, draw.announcement, *pool);
  if (!chosen) return chosen.error();
  for (auto& stratum : chosen->strata) stratum.cutoff.clear();
  return std::move(chosen->strata);
}

bool outcome_is_not_random(const Draw& draw, const ledger::schema::StratumOutcomeT& stratum) {
  return draws_subjects(draw.announcement) && stratum.eligible > 0 &&
         (stratum.drawn == stratum.eligible || stratum.eligible < draw.rule_set.minimum_pool);
}

std::vector<std::string> outcomes_discarded_before(const State& state, const Draw& draw,
                                                   const VoidProven& void_proven) {
  std::vector<std::string> discarded;
  for (std::size_t i = 0; i + 1 < draw.number; ++i) {
    const Draw& earlier = state.draws.by_stream.at(state.draws.streams[i]);
    if (earlier.executed_at && earlier.discarded &&
        (!earlier.voided_at || known_at_void(earlier, void_proven) != KnownAtVoid::nothing) &&
        common_item(draw.announcement, earlier.announcement) != nullptr)
      discarded.push_back(earlier.stream);
  }
  return discarded;
}

}  // namespace liuhen::projections
