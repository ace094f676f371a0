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
  std::string declared_by;  // person
};

struct Conflicts {
  std::vector<Conflict> rows;  // in position order of the declarations
  std::map<Hash, std::size_t> index;
  // Commitments approved at or before `position`, in position order of their declarations.
  std::vector<Hash> in_force(std::uint64_t position) const;
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
#undef LIUHEN_PAYLOAD

}  // namespace liuhen::projections
