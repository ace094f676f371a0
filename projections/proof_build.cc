// Gathers what a draw rests on: its own entries, and those that say who its authors were and what
// it cites.
#include <algorithm>
#include <map>
#include <set>

#include "ledger/log_keys.h"
#include "projections/fields.h"
#include "projections/payload_visit.h"
#include "projections/pool.h"
#include "projections/proof_file.h"
#include "projections/proof_text.h"
#include "projections/streams.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

// The streams that an event cites. Authors are the caller's.
class Citations {
 public:
  std::vector<std::string> streams;

  void add(const std::string& prefix, std::string_view id) {
    if (!id.empty()) streams.push_back(prefix + std::string(id));
  }

  void add_keys(View keys) {
    for (std::size_t at = 0; at + 32 <= keys.size(); at += 32)
      add("key/", to_hex(keys.subspan(at, 32)));
  }

  template <class Table>
  void of(const Table&) {}
  void of(const schema::KeyGranted& payload) {
    add("department/", text(payload.grant()->department()));
  }
  void of(const schema::KeyRevoked& payload) { add("key/", to_hex(raw(payload.key()))); }
  void of(const schema::VrfKeyShared& payload) { add_keys(raw(payload.holders())); }
  void of(const schema::DepartmentSet& payload) { add("department/", text(payload.superior())); }
  void of(const schema::ItemListed& payload) { add("department/", text(payload.department())); }
  void of(const schema::RuleSet& payload) {
    add("department/", text(payload.department()));
    if (payload.capacities() == nullptr) return;
    for (const auto* capacity : *payload.capacities()) add("department/", text(capacity->unit()));
  }
  void of(const schema::PlanPublished& payload) {
    add("department/", text(payload.department()));
    add("rule/", text(payload.rule()));
    for (const auto* item : *payload.items()) add("item/", text(item));
  }
  void of(const schema::InspectorsImported& payload) {
    for (const auto* row : *payload.rows()) add("department/", text(row->unit()));
  }
  void of(const schema::ConflictDeclared& payload) { add("department/", text(payload.unit())); }
  void of(const schema::DrawAnnounced& payload) {
    add("plan/", text(payload.plan()));
    if (payload.attempt() > 1)
      streams.push_back(draw_stream_of(text(payload.plan()), payload.attempt() - 1));
    if (!text(payload.previous()).empty()) streams.emplace_back(text(payload.previous()));
    add_keys(raw(payload.contributors()));
    add_keys(raw(payload.supervisors()));
    const View chain = raw(payload.beacon_chain());
    if (!chain.empty()) add("beacon/", to_hex(chain));
    for (const auto* group : *payload.groups()) {
      for (const auto* unit : *group->units()) add("department/", text(unit));
    }
  }
  void of(const schema::UnitsAdded& payload) {
    for (const auto* unit : *payload.units()) add("department/", text(unit));
  }
};

class Gathering {
 public:
  Gathering(ProofSource& source, std::uint64_t size) : source_(source), size_(size) {}

  // All entries of the stream that the checkpoint covers; raises the limit up to which others are
  // taken.
  Outcome take_own(const std::string& stream) {
    const auto positions = source_.positions(stream);
    if (!positions) return positions.error();
    for (const std::uint64_t position : *positions) {
      if (position >= size_) continue;
      end_ = std::max(end_, position + 1);
      if (auto taken = take(position); !taken) return taken;
    }
    done_.insert(stream);
    return ok();
  }

  // By which key the checkpoint is signed, whenever the log changed it.
  Outcome take_key_changes() {
    const auto positions = source_.positions(ledger::kKeyChangeAbout);
    if (!positions) return positions.error();
    for (const std::uint64_t position : *positions) {
      if (position >= size_) continue;
      const auto bytes = source_.entry(position);
      if (!bytes) return bytes.error();
      const auto event = ledger::Event::parse(*bytes);
      if (!event || !ledger::is_key_change(*event)) continue;
      end_ = std::max(end_, position + 1);
      if (auto taken = take(position); !taken) return taken;
    }
    return ok();
  }

  void need(std::string stream) { todo_.push_back(std::move(stream)); }
  Outcome take(std::uint64_t position) {
    if (entries_.contains(position)) return ok();
    auto bytes = source_.entry(position);
    if (!bytes) return bytes.error();
    const auto event = ledger::Event::parse(*bytes);
    if (!event) return event.error();
    Citations cited;
    visit_payload(
        event->intent().fields(), [&](const auto& payload) { cited.of(payload); }, [] {});
    for (std::size_t i = 0; i < event->intent().author_count(); ++i)
      cited.add("key/", to_hex(event->intent().author(i)));
    todo_.insert(todo_.end(), cited.streams.begin(), cited.streams.end());
    entries_.emplace(position, std::move(*bytes));
    return ok();
  }

  // Everything needed, and what that needs in turn, up to the draw's own last entry.
  Outcome complete() {
    while (!todo_.empty()) {
      const std::string stream = std::move(todo_.back());
      todo_.pop_back();
      if (!done_.insert(stream).second) continue;
      const auto positions = source_.positions(stream);
      if (!positions) return positions.error();
      for (const std::uint64_t position : *positions) {
        if (position >= end_) continue;
        if (auto taken = take(position); !taken) return taken;
      }
    }
    return ok();
  }

  std::uint64_t end() const { return end_; }
  Result<std::vector<ProofEntry>> proven() {
    std::vector<ProofEntry> out;
    for (auto& [position, bytes] : entries_) {
      auto proof = source_.inclusion(position, size_);
      if (!proof) return proof.error();
      out.push_back(
          {.position = position, .bytes = std::move(bytes), .inclusion = std::move(*proof)});
    }
    return out;
  }

 private:
  ProofSource& source_;
  std::uint64_t size_;
  std::uint64_t end_ = 0;
  std::map<std::uint64_t, Bytes> entries_;
  std::vector<std::string> todo_;
  std::set<std::string> done_;
};

// Imports since the pool that say who its inspectors are now: substitutes depend on it.
Outcome take_inspector_changes(const State& state, const Draw& draw, const Pool& pool,
                               Gathering& gathering) {
  for (const auto& row : pool.inspectors) {
    for (const InspectorVersion& version : state.inspectors.rows.at(row.id)) {
      if (version.position <= draw.announcement.pool_position ||
          version.position >= gathering.end())
        continue;
      if (auto taken = gathering.take(version.position); !taken) return taken;
    }
  }
  return ok();
}

// Whose affair a recusal is hangs on all keys of the inspector's person, and so does who decides
// it.
void need_recused(const State& state, const Draw& draw, Gathering& gathering) {
  std::set<std::string> inspectors;
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) {
      for (const Recusal& recusal : seat.recusals) inspectors.insert(recusal.inspector);
    }
  }
  for (const auto& [id, key] : state.keys.keys) {
    if (inspectors.contains(key.inspector)) gathering.need("key/" + to_hex(id));
  }
}

}  // namespace

Result<std::string> build_proof_file(const State& state, const Draw& draw, ProofSource& source,
                                     const PoolOpener& opener) {
  auto note = source.checkpoint();
  if (!note) return note.error();
  const auto parsed = crypto::parse_note(*note);
  if (!parsed) return parsed.error();
  const auto checkpoint = crypto::parse_checkpoint(parsed->text);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->size <= draw.position) {
    return fail("proof.behind", "检查点尚未覆盖该抽取的公告，请稍后再取",
                "the checkpoint does not cover the draw's announcement yet, try again later");
  }
  auto pool = pool_of(state, draw.announcement, draw.rule_set);
  if (!pool) return pool.error();
  std::optional<std::vector<crypto::draw::CommittedRow>> committed;
  if (draw.is_restricted()) {
    auto opened = opened_pool_of(state, draw, opener);
    if (!opened) return opened.error();
    committed = std::move(opened->rows);
    pool->subjects.clear();
  }

  Gathering gathering(source, checkpoint->size);
  if (auto taken = gathering.take_own(draw.stream); !taken) return taken.error();
  if (auto taken = gathering.take_key_changes(); !taken) return taken.error();
  for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
    if (auto taken = gathering.take_own(task_stream_of(draw.stream, visit)); !taken)
      return taken.error();
  }
  need_recused(state, draw, gathering);
  for (const char* stream : {"genesis", "permissions", "vrf"}) gathering.need(stream);
  for (const Conflict& conflict : state.conflicts.rows) {
    if (conflict.approved && conflict.decided_at && *conflict.decided_at < gathering.end())
      gathering.need("conflict/" + to_hex(conflict.commitment));
  }
  if (auto taken = take_inspector_changes(state, draw, *pool, gathering); !taken)
    return taken.error();
  if (auto completed = gathering.complete(); !completed) return completed.error();
  auto entries = gathering.proven();
  if (!entries) return entries.error();
  return format_proof({.origin = checkpoint->origin,
                       .draw = draw.stream,
                       .entries = std::move(*entries),
                       .subjects = std::move(pool->subjects),
                       .committed = std::move(committed),
                       .inspectors = std::move(pool->inspectors),
                       .conflicts = std::move(pool->conflicts),
                       .checkpoint = std::move(*note)});
}

}  // namespace liuhen::projections
