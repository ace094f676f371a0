// Edits to the registry shortly before a pool was taken from it.
#include <algorithm>

#include "projections/conditions.h"
#include "projections/findings/findings.h"

namespace liuhen::projections {

namespace {

constexpr std::uint64_t kShortlyS = 7 * 86'400;

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Edits {
  std::uint64_t subjects = 0, inspectors = 0;  // rows that were there before, and changed
  std::uint64_t taken_out = 0;                 // of them: no longer active
  std::uint64_t added = 0;                     // rows of subjects that were not there before
  std::uint64_t conflicts = 0;                 // approved since
  std::uint64_t ended = 0, unopened = 0;       // conflicts ended since; of them not opened
  std::vector<std::uint64_t> met;              // visits on which an ended one would have counted
  Evidence evidence;
  bool none() const { return subjects + inspectors + conflicts + ended == 0; }
};

// The last position recorded before that time; absent: none was.
std::optional<std::uint64_t> last_before(const State& state, std::uint64_t time) {
  const auto at = std::ranges::lower_bound(state.times, time);
  if (at == state.times.begin()) return std::nullopt;
  return static_cast<std::uint64_t>(at - state.times.begin()) - 1;
}

void count_subjects(const State& state, const Draw& draw, std::uint64_t before, Edits& edits) {
  using Status = ledger::schema::SubjectStatus;
  const SubjectFilter scope(draw.announcement.scope, state.subjects);
  const std::uint64_t pool = draw.announcement.pool_position;
  for (std::uint32_t subject = 0; subject < state.subjects.size(); ++subject) {
    if (state.subjects.latest(subject).position <= before) continue;  // untouched since
    const SubjectVersion* old = state.subjects.at(subject, before);
    const SubjectVersion* taken = state.subjects.at(subject, pool);
    if (old == nullptr && taken != nullptr && scope.meets(*taken)) ++edits.added;
    if (old == nullptr || taken == nullptr || old == taken) continue;
    if (!scope.meets(*old) && !scope.meets(*taken)) continue;
    ++edits.subjects;
    edits.evidence.add(taken->position);
    const auto active = static_cast<std::uint8_t>(Status::active);
    edits.taken_out += old->status == active && taken->status != active ? 1 : 0;
  }
}

void count_inspectors(const State& state, const Draw& draw, std::uint64_t before, Edits& edits) {
  using Status = ledger::schema::InspectorStatus;
  for (const auto& [id, versions] : state.inspectors.rows) {
    const InspectorVersion* old = state.inspectors.at(id, before);
    const InspectorVersion* taken = state.inspectors.at(id, draw.announcement.pool_position);
    if (old == nullptr || taken == nullptr || old == taken) continue;
    ++edits.inspectors;
    edits.evidence.add(taken->position);
    edits.taken_out += old->status == Status::active && taken->status != Status::active ? 1 : 0;
  }
}

void count_conflicts(const State& state, const Draw& draw, std::uint64_t before, Edits& edits) {
  for (const Conflict& conflict : state.conflicts.rows) {
    if (!conflict.approved || *conflict.decided_at <= before ||
        *conflict.decided_at > draw.announcement.pool_position)
      continue;
    ++edits.conflicts;
    edits.evidence.add(*conflict.decided_at);
  }
}

// Where whoever the conflict kept out was sent after all.
void note_met(const Draw& draw, const ConflictContent& content, Edits& edits) {
  for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
    const Task& task = draw.tasks[visit];
    if (task.subject != content.subject) continue;
    if (std::ranges::any_of(task.seats, [&](const Seat& seat) {
          return std::ranges::find(seat.held, content.inspector) != seat.held.end();
        }))
      edits.met.push_back(visit);
  }
}

void count_ended(const State& state, const Draw& draw, std::uint64_t before,
                 const OpenConflict& open, Edits& edits) {
  for (const Conflict& conflict : state.conflicts.rows) {
    if (!conflict.ended_at || *conflict.ended_at <= before ||
        *conflict.ended_at > draw.announcement.pool_position)
      continue;
    ++edits.ended;
    edits.evidence.add(*conflict.ended_at);
    const auto content = open ? open(conflict.commitment) : std::nullopt;
    if (content)
      note_met(draw, *content, edits);
    else
      ++edits.unopened;
  }
}

// What ended, and, where it is opened, whether those then met.
Sentence ended_words(const Edits& edits) {
  if (edits.ended == 0) return {};
  Sentence out{"；终止利益冲突 " + number(edits.ended) + " 项",
               "; " + number(edits.ended) + " conflicts were ended"};
  if (edits.unopened != 0) {
    out.zh += "，其中 " + number(edits.unopened) + " 项未打开";
    out.en += ", " + number(edits.unopened) + " of which were not opened";
  }
  for (const std::uint64_t visit : edits.met) {
    out.zh += "；第 " + number(visit) + " 次检查派了原有冲突的检查人员";
    out.en += "; visit " + number(visit) + " was given an inspector who had one with its subject";
  }
  return out;
}

}  // namespace

Screen pools_edited(const State& state, const OpenConflict& open) {
  Screen screen;
  screen.code = "pool-edited";
  screen.title = {"抽取前不久改动名录", "Pools edited shortly before a draw"};
  screen.method = {
      "比较取名录时与公告前 7 日的登记，列出此前已在册的行有改动、或其间有利益冲突获准或终止的；"
      "终止的若可打开，指出随后仍派到该对象的检查；其间新登记的只附计数，是否异常另有一项专看",
      "the registry when the pool was taken against seven days before the announcement: draws are "
      "listed for rows that were there before and changed, and for conflicts approved or ended "
      "meanwhile, with the visits, where they are opened, that then went to those whom one had "
      "kept "
      "out; rows added are counted beside them, and another screen looks at those"};
  screen.limits = {"日常的登记更新也在其中；每次改动的签名人见所列条目",
                   "day-to-day updates are among them; who signed each is in the entries listed"};
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    ++screen.sample;
    const auto before = last_before(state, draw.time < kShortlyS ? 0 : draw.time - kShortlyS);
    if (!before) continue;
    Edits edits;
    count_subjects(state, draw, *before, edits);
    count_inspectors(state, draw, *before, edits);
    count_conflicts(state, draw, *before, edits);
    count_ended(state, draw, *before, open, edits);
    if (edits.none()) continue;
    const Sentence ended = ended_words(edits);
    Finding finding;
    finding.about = stream;
    finding.evidence = std::move(edits.evidence);
    finding.what = {
        "抽取“" + stream + "”公告前 7 日内改动了范围内的检查对象 " + number(edits.subjects) +
            " 户、检查人员 " + number(edits.inspectors) + " 人，其中 " + number(edits.taken_out) +
            " 个因此不可抽；新登记 " + number(edits.added) + " 户；获准利益冲突 " +
            number(edits.conflicts) + " 项" + ended.zh,
        "within seven days before the draw \"" + stream + "\" " + number(edits.subjects) +
            " subjects in scope and " + number(edits.inspectors) + " inspectors were changed; " +
            number(edits.taken_out) + " of them could no longer be drawn; " + number(edits.added) +
            " were added; " + number(edits.conflicts) + " conflicts were approved" + ended.en};
    screen.findings.push_back(std::move(finding));
  }
  return screen;
}

}  // namespace liuhen::projections
