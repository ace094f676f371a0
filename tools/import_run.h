// A registry import on its way: rows are compared with the ledger's, and those that differ are
// signed in parts. Sent again after an interruption, the same file goes on where it stopped.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projections/inspectors.h"
#include "projections/subjects.h"
#include "tools/session.h"

namespace liuhen::tools {

inline constexpr std::size_t kRowsPerPart = 200;
inline constexpr std::size_t kPartBytesMax =
    48'000;  // of the rows' text; leaves room for the tables around it
inline constexpr std::size_t kRowsPerQuestion = 5'000;  // of the question which rows differ

template <class RowT>
struct ReadyRow {
  RowT row;
  std::optional<ledger::Opening> opening;
};

inline std::size_t text_bytes(const ledger::schema::SubjectRowT& row) {
  return 160 + row.id.size() + row.name.size() + row.address.size();
}
inline std::size_t text_bytes(const ledger::schema::InspectorRowT& row) {
  std::size_t bytes = 160 + row.id.size() + row.name.size() + row.unit.size();
  for (const std::string& qualification : row.qualifications) bytes += 16 + qualification.size();
  return bytes;
}

template <class PayloadT, class RowT>
class ImportRun {
 public:
  // `registry`: "subjects" or "inspectors". `run` names the file by its content.
  ImportRun(Session& session, std::string registry, std::string run)
      : session_(session), registry_(std::move(registry)), run_(std::move(run)) {}

  Outcome begin() {
    auto state = session_.get("/api/v1/imports/" + segment(run_));
    if (!state) return state.error();
    next_part_ = state->at("next_part").template to_number<std::uint32_t>();
    open_ = state->at("open").as_bool();
    return ok();
  }

  Outcome add(ReadyRow<RowT> row) {
    unasked_.push_back(std::move(row));
    return unasked_.size() < kRowsPerQuestion ? ok() : ask();
  }

  // Sends what is left and closes the run.
  Outcome finish() {
    if (auto asked = ask(); !asked) return asked;
    if (part_.empty() && !open_) return ok();
    return send(true);
  }

  std::uint64_t changed() const { return changed_; }
  std::uint64_t unchanged() const { return unchanged_; }

 private:
  // Which of the rows gathered differ from the ledger's? Those go into parts.
  Outcome ask() {
    if (unasked_.empty()) return ok();
    boost::json::array rows;
    for (const ReadyRow<RowT>& ready : unasked_) {
      RowT copy = ready.row;
      if (ready.opening)
        copy.restricted.assign(ready.opening->commitment.begin(), ready.opening->commitment.end());
      rows.push_back(boost::json::array{ready.row.id, to_hex(projections::row_digest(copy))});
    }
    auto answer = session_.post("/api/v1/imports/" + registry_ + "/diff", {{"rows", rows}});
    if (!answer) return answer.error();
    const boost::json::array& differ = answer->at("differ").as_array();
    unchanged_ += unasked_.size() - differ.size();
    for (const boost::json::value& index : differ) {
      if (auto taken = take(std::move(unasked_.at(index.to_number<std::size_t>()))); !taken)
        return taken;
    }
    unasked_.clear();
    return ok();
  }

  Outcome take(ReadyRow<RowT> ready) {
    const std::size_t bytes = text_bytes(ready.row);
    if (part_.size() == kRowsPerPart || (!part_.empty() && bytes_ + bytes > kPartBytesMax)) {
      if (auto sent = send(false); !sent) return sent;
    }
    bytes_ += bytes;
    ++changed_;
    part_.push_back(std::move(ready));
    return ok();
  }

  Outcome send(bool last) {
    PayloadT payload;
    payload.run = run_;
    payload.part = next_part_;
    payload.last = last;
    std::vector<ledger::Opening> openings;
    for (ReadyRow<RowT>& ready : part_) {
      if (ready.opening) {
        ready.row.restricted.assign(ready.opening->commitment.begin(),
                                    ready.opening->commitment.end());
        openings.push_back(std::move(*ready.opening));
      }
      payload.rows.push_back(std::make_unique<RowT>(std::move(ready.row)));
    }
    auto submitted = session_.submit(united(std::move(payload)), openings);
    if (!submitted) return submitted.error();
    ++next_part_;
    open_ = !last;
    part_.clear();
    bytes_ = 0;
    return ok();
  }

  Session& session_;
  std::string registry_, run_;
  std::uint32_t next_part_ = 0;
  bool open_ = false;
  std::vector<ReadyRow<RowT>> unasked_, part_;
  std::size_t bytes_ = 0;
  std::uint64_t changed_ = 0, unchanged_ = 0;
};

// Commitments declared already, in hex.
Result<std::set<std::string>> known_conflicts(Session& session);

// Certificate number → unit, of every inspector in the registry.
Result<std::map<std::string, std::string>> units_of_inspectors(Session& session);

}  // namespace liuhen::tools
