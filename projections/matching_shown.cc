#include "projections/matching_shown.h"

#include "crypto/draw/shortage.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

using crypto::draw::kVacant;

std::string number(std::uint64_t value) { return std::to_string(value); }

// Names in a sentence, as many as can be read.
Sentence listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 12;
  Sentence out;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) {
    out.zh += (i == 0 ? "" : "、") + names[i];
    out.en += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kNamesMax) {
    out.zh += "等 " + number(names.size()) + " 个";
    out.en += ", … (" + number(names.size()) + " in all)";
  }
  return out;
}

Sentence counts_of(const MatchingShown::Shortage& shortage) {
  const Sentence people = listed(shortage.inspectors);
  const std::string needed = number(shortage.needed), capacity = number(shortage.capacity),
                    others = number(shortage.others),
                    missing = number(shortage.needed - shortage.capacity - shortage.others);
  const bool any = !shortage.inspectors.empty();
  return {"共需 " + needed + " 席；" +
              (any ? "能去的检查人员 " + people.zh + " 合计至多 " + capacity + " 席，" : "") +
              (any ? "其他人" : "能去的") + "至多 " + others + " 席：缺 " + missing + " 席",
          needed + " seats are needed; " +
              (any ? "inspectors " + people.en + " take " + capacity + " at most, others "
                   : "those who may go take ") +
              others + " at most: " + missing + " missing"};
}

Sentence words_of(const MatchingShown::Shortage& shortage, std::string_view put_aside) {
  std::vector<std::string> others;
  for (const std::string& subject : shortage.subjects) {
    if (subject != put_aside) others.push_back(subject);
  }
  const Sentence counts = counts_of(shortage), subjects = listed(others);
  if (!shortage.visit) {
    return {"第 " + number(shortage.group) + " 组有席位空缺：检查 " + subjects.zh + " " + counts.zh,
            "group " + number(shortage.group) + " has vacant seats: for the visits to " +
                subjects.en + " " + counts.en};
  }
  const std::string visit = number(*shortage.visit), subject(put_aside);
  const bool alone = others.empty();
  return {"第 " + visit + " 次检查（" + subject + "）整次搁置：" +
              (alone ? "" : "它与排在前面的检查（" + subjects.zh + "）") + counts.zh,
          "visit " + visit + " (" + subject + ") was put aside whole: " +
              (alone ? "" : "for it and visits before it (" + subjects.en + ") ") + counts.en};
}

Sentence passed_over_words(const MatchingShown& matching) {
  constexpr std::size_t kSeatsMax = 12;
  Sentence seats;
  for (std::size_t i = 0; i < std::min(matching.passed_over.size(), kSeatsMax); ++i) {
    const auto& at = matching.passed_over[i];
    const std::string visit = number(at.visit), seat = number(at.seat), count = number(at.count);
    seats.zh += (i == 0 ? "第 " : "，第 ") + visit + " 次第 " + seat + " 席 " + count + " 人";
    seats.en += (i == 0 ? "" : ", ") + count + " at seat " + seat + " of visit " + visit;
  }
  const std::string all = number(matching.seats_passed_over);
  const char* more = matching.seats_passed_over > kSeatsMax ? " …" : "";
  return {"为使后面的席位有人可去，越过了次序在前的人，共 " + all + " 席：" + seats.zh + more,
          "seats at which somebody earlier was passed over so that a later one could be filled: " +
              all + ": " + seats.en + more};
}

// The draw's inspectors, subjects and conflicts, as its matching takes them.
struct Matched {
  std::vector<crypto::draw::SeatGroup> groups;
  std::vector<crypto::draw::InspectorRow> inspectors;
  std::vector<std::string> subjects;
  std::vector<crypto::draw::Conflict> conflicts;

  crypto::draw::MatchedDraw draw() const { return {groups, inspectors, subjects, conflicts}; }
};

std::optional<Matched> matched_of(const State& state, const Draw& draw, const OpenConflict& open) {
  Matched out;
  for (const Hash& commitment : state.conflicts.in_force(draw.announcement.pool_position)) {
    const auto content = open ? open(commitment) : std::nullopt;
    if (!content) return std::nullopt;
    out.conflicts.push_back({.subject = content->subject, .inspector = content->inspector});
  }
  out.groups = announced_groups(draw.announcement);
  for (const auto& [id, versions] : state.inspectors.rows) {
    if (auto row = announced_row(state, draw, id)) out.inspectors.push_back(std::move(*row));
  }
  for (const auto& visit : draw.expected) out.subjects.push_back(visit.subject);
  for (const Task& task : draw.tasks) out.subjects.push_back(task.subject);
  return out;
}

class Explanation {
 public:
  Explanation(const Matched& matched, const crypto::draw::Matching& matching)
      : matched_(matched), draw_(matched.draw()), matching_(matching) {}

  MatchingShown shown() {
    for (std::size_t v = 0; v < matching_.visits.size(); ++v) {
      const auto& visit = matching_.visits[v];
      for (std::size_t s = 0; visit.taken && s < visit.team.size(); ++s)
        note_passed_over(v, s, visit.team[s]);
      if (visit.taken) continue;
      ++out_.put_aside;
      if (out_.shortages.size() < MatchingShown::kShortagesMax)
        add(*crypto::draw::shortage_of_visit(draw_, matching_, v), v);
    }
    for (std::size_t g = 1; g < matched_.groups.size(); ++g) {
      if (const auto shortage = crypto::draw::shortage_of_group(draw_, matching_, g))
        add(*shortage, std::nullopt);
    }
    return std::move(out_);
  }

 private:
  void note_passed_over(std::size_t visit, std::size_t seat, const crypto::draw::Seat& filled) {
    if (filled.inspector == kVacant || filled.passed_over == 0) return;
    ++out_.seats_passed_over;
    if (out_.passed_over.size() < MatchingShown::kPassedOverMax)
      out_.passed_over.push_back(
          {.visit = visit, .count = filled.passed_over, .seat = static_cast<std::uint32_t>(seat)});
  }
  void add(const crypto::draw::Shortage& shortage, std::optional<std::size_t> visit) {
    MatchingShown::Shortage out{.visit = visit,
                                .group = static_cast<std::uint32_t>(shortage.group),
                                .needed = shortage.needed,
                                .capacity = shortage.capacity,
                                .others = shortage.others};
    for (const std::size_t v : shortage.visits) out.subjects.push_back(subject_of(v));
    for (const std::size_t i : shortage.inspectors)
      out.inspectors.push_back(matched_.inspectors[i].id);
    out.what = words_of(out, visit ? subject_of(*visit) : std::string());
    out_.shortages.push_back(std::move(out));
  }
  const std::string& subject_of(std::size_t visit) const {
    return matched_.subjects[matching_.visits[visit].subject];
  }

  const Matched& matched_;
  const crypto::draw::MatchedDraw draw_;
  const crypto::draw::Matching& matching_;
  MatchingShown out_;
};

}  // namespace

std::vector<Sentence> words_of(const MatchingShown& matching) {
  std::vector<Sentence> out;
  if (matching.seats_passed_over != 0) out.push_back(passed_over_words(matching));
  std::uint64_t explained = 0;
  for (const auto& shortage : matching.shortages) {
    out.push_back(shortage.what);
    explained += shortage.visit ? 1 : 0;
  }
  if (explained < matching.put_aside) {
    const std::string more = number(matching.put_aside - explained);
    out.push_back({"另有 " + more + " 次检查整次搁置，未逐一说明",
                   more + " more visits were put aside whole, for reasons of the same kind"});
  }
  return out;
}

std::optional<MatchingShown> matching_shown(const State& state, const Draw& draw,
                                            const OpenConflict& open) {
  LIUHEN_CHECK(draw.seed);
  if (!draws_teams(draw.announcement)) return std::nullopt;
  const auto matched = matched_of(state, draw, open);
  if (!matched) return std::nullopt;
  const auto matching = crypto::draw::match(*draw.seed, matched->groups, matched->inspectors,
                                            matched->subjects, matched->conflicts);
  LIUHEN_CHECK(matching.has_value());  // as it was at the execution
  return Explanation(*matched, *matching).shown();
}

}  // namespace liuhen::projections
