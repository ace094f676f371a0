// What a draw leaves to chance, and why not more (docs/formats/draw.md, "Forms").
#pragma once

#include <optional>

#include "ledger/event.h"
#include "projections/sentence.h"

namespace liuhen::projections {

using ledger::schema::DrawForm;

// Whether the subjects are drawn, or all that are eligible are visited.
bool draws_subjects(DrawForm form);
bool draws_subjects(const ledger::schema::DrawAnnouncedT& announcement);
// Whether the teams are drawn, or named by the department (TeamNamed).
bool draws_teams(DrawForm form);
bool draws_teams(const ledger::schema::DrawAnnouncedT& announcement);

// That the form, its reason and what goes with it make sense. Fails with `draw.form`,
// `draw.form_rates`, `draw.form_days`.
Outcome check_form(const ledger::schema::DrawAnnouncedT& announcement);

// Days since 1970-01-01 on which a visit is due; none unless the draw is a full inspection.
std::optional<std::uint64_t> day_of_visit(const ledger::schema::DrawAnnouncedT& announcement,
                                          std::uint64_t visit);

// "单随机（只抽检查对象）", "subjects only".
Sentence name_of(DrawForm form);
// The name, the reason and, of a full inspection, the days. Empty where both sides are drawn.
Sentence words_for_form(const ledger::schema::DrawAnnouncedT& announcement);

}  // namespace liuhen::projections
