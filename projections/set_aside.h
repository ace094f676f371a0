// A draw of which a step is wrong, on a replay that goes on. What is wrong stands in the log all
// the same, and others have built on it. Such a draw is set aside: none of its later entries is
// judged, and of each is followed, as recorded, only what the pools and announcements of other
// draws take from it: its number, whom it lists, which visits have results, how it ended, and that
// a holder's execution retires its VRF key. It holds up no later draw. So the state goes on as that
// of a service that did not ask admission, and later draws are judged by what their authors could
// see.
#pragma once

#include <string>
#include <string_view>

#include "projections/state.h"

namespace liuhen::projections {

// The draw that the payload belongs to, visits' tasks included: "draw/<plan>/<attempt>". Empty for
// every other event.
std::string draw_of(const ledger::Event& event);

// Whether a refusal speaks of the log and not of the draw whose entry it is: then nothing beyond
// can be judged. The author saw another log, or a later version wrote it.
bool is_about_the_log(std::string_view code);

// Takes the entry in, whatever it says: time, stream and what is followed of draws set aside. Any
// entry that parses; never aborts.
void follow_unjudged(State& state, const ledger::Event& event);

// From here on the draw is set aside; nothing if there is none of this name.
void set_aside(State& state, const std::string& draw);

// As if it had never been, for what looks across draws: its visits count nowhere. Numbers of draws
// are as they were, and no longer places in Draws::streams.
void take_out(State& state, const std::string& draw);

}  // namespace liuhen::projections
