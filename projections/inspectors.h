// The registry of inspectors, and declared conflicts of interest (by commitment only).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event.h"
#include "projections/subjects.h"

namespace liuhen::projections {

struct InspectorVersion {
  std::uint64_t position = 0;
  std::string name, unit;
  std::vector<std::string> qualifications;  // sorted bytewise, each once
  ledger::schema::InspectorStatus status = ledger::schema::InspectorStatus::unknown;
  RowDigest digest{};
};

struct Inspectors {
  std::map<std::string, std::vector<InspectorVersion>, std::less<>>
      rows;  // by certificate number; versions in order
  std::map<std::string, OpenRun> open_runs;
  std::vector<RunSpan> ended_runs;  // in order of their ends
  const InspectorVersion* at(std::string_view id, std::uint64_t position) const;
  const InspectorVersion* latest(std::string_view id) const;
};

RowDigest row_digest(const ledger::schema::InspectorRow& row);
RowDigest row_digest(const ledger::schema::InspectorRowT& row);

struct Conflict {
  Hash commitment{};
  std::string unit;
  std::uint64_t declared_at = 0;
  std::optional<std::uint64_t> decided_at;
  bool approved = false;
  std::string declared_by;                // person
  std::optional<std::uint64_t> ended_at;  // only of one that was approved
};

struct Conflicts {
  std::vector<Conflict> rows;  // in position order of the declarations
  std::map<Hash, std::size_t> index;
  // Commitments approved at or before `position` and not ended by then, in position order of their
  // declarations.
  std::vector<Hash> in_force(std::uint64_t position) const { return of_draw(position, position); }
  // Those that a draw heeds at `position` whose pool was taken after entry `pool_position`: what
  // ends later ends for later pools, so that nobody ends one to steer a draw that is announced.
  std::vector<Hash> of_draw(std::uint64_t pool_position, std::uint64_t position) const;
};

// tuple(subject, inspector, kind, evidence): what a conflict's commitment hides.
struct ConflictContent {
  std::string subject, inspector, kind, evidence;
};
Bytes encode(const ConflictContent& content);
Result<ConflictContent> decode_conflict(View bytes);

#define LIUHEN_PAYLOAD(T)                                                                          \
  Outcome admit(const State& state, const ledger::Event& event, const ledger::schema::T& payload); \
  void apply(State& state, const ledger::Event& event, const ledger::schema::T& payload)
LIUHEN_PAYLOAD(InspectorsImported);
LIUHEN_PAYLOAD(ConflictDeclared);
LIUHEN_PAYLOAD(ConflictDecided);
LIUHEN_PAYLOAD(ConflictEnded);
#undef LIUHEN_PAYLOAD

}  // namespace liuhen::projections
