// From what a clerk says of a draw to the whole announcement, pool roots included.
#pragma once

#include "tools/session.h"

namespace liuhen::tools {

struct DrawDraft {
  std::string plan;
  std::vector<std::string> contributors;  // person ids
  std::vector<std::string> units;
  std::string qualification;
  std::uint32_t seats = 2, unit_limit = 0;
  std::uint64_t total = 0;  // where the plan leaves the rates open
  std::uint64_t commit_min = 60, reveal_min = 60, execute_min = 60;
  std::uint32_t substitute_delay_s = 300;
  std::string beacon;  // chain hash; empty: none
  std::string previous, groups_file;
  std::string form = "both";  // or subjects, inspectors, full
  std::string form_reason;
  std::string first_day;  // 2026-11-30; of a full inspection
  std::uint32_t visits_per_day = 0;
  std::uint64_t sealed_until = 0;  // Unix seconds; 0: not sealed
  std::vector<std::string>
      supervisors;  // of a sealed draw or a restricted pool: person ids or keys
};

struct DraftedDraw {
  ledger::schema::DrawAnnouncedT announcement;
  std::vector<ledger::Opening> openings;  // the key of a restricted pool
};

// Reads plan, rule, keys and departments from the service, fills in everything, and has the service
// work out the pool as of its latest entry; admission and every verifier work it out again. Where
// the rule's strata are by what is restricted, a fresh key of the pool is made and sealed to the
// supervisors.
Result<DraftedDraw> draft_of(Session& session, const DrawDraft& asked);

}  // namespace liuhen::tools
