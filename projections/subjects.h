// The registry of subjects in column form: two million fit in memory. Rows keep their history, so
// that a pool can be taken as of an earlier position; what admission does not need (names,
// addresses) stays in the entries, and a row says which.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/event.h"

namespace liuhen::projections {

struct State;
using RowDigest = std::array<std::uint8_t, 16>;  // first half of SHA-256 over the row's tuple

// SHA-256(tuple(id, kind, name, division, industry, address, status, restricted)) cut to 16 bytes:
// how an import finds out what differs.
RowDigest row_digest(const ledger::schema::SubjectRow& row);
RowDigest row_digest(const ledger::schema::SubjectRowT& row);

// One version of one subject's row.
struct SubjectVersion {
  std::uint64_t position = 0;      // of the entry that holds it
  std::uint32_t previous = kNone;  // index of the version before
  std::uint32_t row = 0;           // within the entry
  std::uint32_t division = 0;      // index into Subjects::divisions
  std::uint16_t industry = 0;      // index into Subjects::industries
  std::uint8_t kind = 0;
  std::uint8_t status = 0;
  RowDigest digest{};
  static constexpr std::uint32_t kNone = 0xffffffff;
};

// An import that has begun and not ended; it lapses a day after its last part.
// The next part of a run is the version of its stream, so that one that has ended can be taken up
// again.
struct OpenRun {
  std::uint32_t next_part = 0;
  std::uint64_t last_time = 0;
  std::uint64_t rows = 0;
  std::uint64_t first = 0;  // position of its first part, or of the first after it had lapsed
  bool lapsed(std::uint64_t now) const;
};
// An import of several parts that has ended: the registry was half imported after every entry from
// the first to before the last.
struct RunSpan {
  std::uint64_t first = 0, last = 0;
};
inline constexpr std::uint64_t kRunLapsesAfterS = 86'400;
inline bool OpenRun::lapsed(std::uint64_t now) const { return last_time + kRunLapsesAfterS < now; }

// What holds for a part of an import of either registry: `import.run` (it is open for the other
// one), `import.part` (not the next), `import.empty` (no rows and not the last part).
Outcome check_part(const State& state, const std::map<std::string, OpenRun>& others,
                   std::string_view run, std::uint32_t part, bool last, std::size_t rows);
void count_part(std::map<std::string, OpenRun>& runs, std::vector<RunSpan>& ended,
                const ledger::Event& event, std::string_view run, std::uint32_t part, bool last,
                std::size_t rows);

class StateEncoder;  // projections/state_snapshot.cc
class StateDecoder;

class Subjects {
 public:
  std::size_t size() const { return latest_.size(); }
  std::optional<std::uint32_t> find(std::string_view id) const;  // number of the subject
  std::string_view id(std::uint32_t subject) const;
  const SubjectVersion& latest(std::uint32_t subject) const;
  const SubjectVersion* at(std::uint32_t subject,
                           std::uint64_t position) const;  // null: not there yet
  std::uint64_t version(std::uint32_t subject) const;      // versions so far
  const std::string& division(const SubjectVersion& v) const { return divisions_[v.division]; }
  const std::string& industry(const SubjectVersion& v) const { return industries_[v.industry]; }
  const std::vector<std::string>& divisions() const { return divisions_; }
  const std::vector<std::string>& industries() const { return industries_; }
  const std::map<std::string, OpenRun>& open_runs() const { return open_runs_; }
  const std::vector<RunSpan>& ended_runs() const { return ended_runs_; }  // in order of their ends

  // What holds for the rows by themselves; the run is checked with the stream.
  static Outcome admit(const ledger::schema::SubjectsImported& payload);
  void apply(const ledger::Event& event, const ledger::schema::SubjectsImported& payload);

 private:
  using Index =
      std::unordered_map<std::uint64_t, std::uint32_t>;  // text of at most 8 bytes → its number
  static std::uint32_t intern(std::vector<std::string>& table, Index& index, std::string_view text);
  std::uint32_t find_or_add(std::string_view id, std::uint64_t hash);
  std::size_t first_slot(std::uint64_t hash) const;
  std::size_t slot_of(std::string_view id, std::uint64_t hash) const;  // where it is, or would be
  void grow();
  // Ids lie one after another in an arena; the hash index holds subject numbers only.
  std::string arena_;
  std::vector<std::uint32_t> offsets_{0};  // size() + 1 of them
  std::vector<std::uint32_t> latest_;      // newest version of each subject
  std::vector<SubjectVersion> versions_;
  // Open addressing, as many as a power of two: the high half of the id's hash, and in the low half
  // subject + 1. 0 is empty.
  std::vector<std::uint64_t> slots_;
  std::vector<std::string> divisions_, industries_;
  Index division_index_, industry_index_;
  std::map<std::string, OpenRun> open_runs_;
  std::vector<RunSpan> ended_runs_;

  friend class StateEncoder;
  friend class StateDecoder;
  // All of the above, to be stored or filled.
  void pass(auto& codec) const { pass_members(*this, codec); }
  void pass(auto& codec) { pass_members(*this, codec); }
  static void pass_members(auto& self, auto& codec) {
    codec.all(self.arena_, self.offsets_, self.latest_, self.versions_, self.slots_,
              self.divisions_, self.industries_, self.division_index_, self.industry_index_,
              self.open_runs_, self.ended_runs_);
  }
};

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::SubjectsImported& payload);
void apply(State& state, const ledger::Event& event,
           const ledger::schema::SubjectsImported& payload);

}  // namespace liuhen::projections
