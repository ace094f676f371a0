#include "projections/opened_draws.h"

#include <algorithm>
#include <tuple>

#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

std::optional<ConflictContent> closed(const Hash&) { return std::nullopt; }

}  // namespace

OpenedDraws::OpenedDraws(const PoolOpener& opener, const OpenConflict& open)
    : opener_(opener), open_(open ? open : OpenConflict(closed)) {
  opener_.commitment = [this](const SubjectVersion& version) { return commitment_of(version); };
}

std::optional<Hash> OpenedDraws::commitment_of(const SubjectVersion& version) const {
  const auto place = [](const Row& row) { return std::tuple(row.position, row.row); };
  const auto found =
      std::ranges::lower_bound(rows_, std::tuple(version.position, version.row), {}, place);
  if (found == rows_.end() || found->position != version.position || found->row != version.row)
    return std::nullopt;
  return found->commitment;
}

void OpenedDraws::note_rows(const ledger::Event& event) {
  if (!opener_.content) return;
  std::uint32_t number = 0;
  for (const auto* row : *event.payload<schema::SubjectsImported>().rows()) {
    if (const auto commitment = exactly<32>(raw(row->restricted())))
      rows_.push_back({.position = event.position(), .row = number, .commitment = *commitment});
    ++number;
  }
}

Outcome OpenedDraws::before(const State& state, const ledger::Event& event) {
  if (event.tag() == Tag::SubjectsImported) note_rows(event);
  if (event.tag() != Tag::DrawDisclosed) return ok();
  const auto& part = event.payload<schema::DrawDisclosed>();
  const auto right = executed_.find(std::string(text(part.draw())));
  if (right == executed_.end()) return ok();
  const Draw& draw = state.draws.by_stream.at(right->first);
  return check_opened_visits(part, draw.tasks.size(), right->second);
}

Outcome OpenedDraws::after(const State& state, const ledger::Event& event,
                           const std::string& stream) {
  if (event.tag() != Tag::DrawAnnounced && event.tag() != Tag::DrawExecuted) return ok();
  const Draw& draw = state.draws.by_stream.at(stream);
  if (!draw.is_restricted()) return ok();
  auto opened = opened_pool_of(state, draw, opener_);
  if (!opened && opened.error().code == "pool.unopened") {
    unopened_.insert(stream);
    return ok();
  }
  if (!opened) return opened.error();
  if (event.tag() == Tag::DrawAnnounced) return check_opened_pool(draw.announcement, *opened);
  auto right = visits_of_opened(draw, *draw.seed, open_, *opened);
  if (!right) return right.error();
  const Outcome checked = check_opened_execution(draw, *right);
  executed_.insert_or_assign(stream, std::move(*right));
  return checked;
}

std::uint64_t OpenedDraws::conflicts_unopened(const std::string& draw) const {
  const auto found = executed_.find(draw);
  return found == executed_.end() ? 0 : found->second.conflicts_unopened;
}

bool OpenedDraws::is_replayed(const std::string& draw) const {
  return executed_.contains(draw) && conflicts_unopened(draw) == 0;
}

}  // namespace liuhen::projections
