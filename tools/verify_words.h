// What a report says of a draw, in both languages: the same on a terminal as on a page.
#pragma once

#include <string>
#include <vector>

#include "projections/verify.h"

namespace liuhen::tools {

std::string number(std::uint64_t value);

projections::Sentence phase_of(const projections::DrawLine& draw);
// How many seats were empty when it was drawn; a dash while that is sealed.
std::string vacancies_of(const projections::DrawLine& draw);
// How much of the draw was computed again.
projections::Sentence replayed_of(const projections::DrawLine& draw);
projections::Sentence words_of(const projections::BeaconLine& beacon);
// What a reader should look at more closely, though no rule is broken.
std::vector<projections::Sentence> notes_on(const projections::DrawLine& draw);
// What the tiers mean that occur among these draws.
std::vector<projections::Sentence> tiers_among(const std::vector<projections::DrawLine>& draws);

// "✓", "(✓)", "✗" or "–".
const char* mark_of(const projections::Guarantee& guarantee);

// What the guarantee of this id, "G1" to "G12", promises (docs/guarantees.md).
projections::Sentence promise_of(std::string_view id);

projections::Sentence keys_not_pinned();
projections::Sentence words_of(ledger::Verdict verdict);

}  // namespace liuhen::tools
