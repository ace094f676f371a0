// Results of visits, what followed from them, their publication and the objections to them.
#include <algorithm>
#include <array>

#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/result_categories.h"

namespace liuhen::projections {

namespace {

using Rows = flatbuffers::Vector<flatbuffers::Offset<ledger::schema::ItemResult>>;

constexpr std::array<std::string_view, 4> kWithholdingGrounds = {"trade_secret", "privacy",
                                                                 "state_secret", "law"};
constexpr std::uint8_t kMethodMax = 3, kFollowUpMax = 4;

struct ResultPlace {
  const Draw* draw = nullptr;
  const Task* task = nullptr;
  const TaskResult& result() const { return *task->result; }
};

// Fails with what find_task fails with, and `result.none`.
Result<ResultPlace> find_result(const State& state, std::string_view stream, std::uint64_t visit) {
  auto place = find_task(state, stream, visit);
  if (!place) return place.error();
  if (!place->task->result)
    return fail("result.none", "该次检查还没有记录结果", "the visit has no result yet");
  return ResultPlace{.draw = place->draw, .task = place->task};
}

TaskResult& result_at(State& state, std::string_view stream, std::uint64_t visit) {
  return *task_at(state, stream, visit).result;
}

std::vector<ledger::schema::ItemResultT> unpacked_rows(const Rows& rows) {
  std::vector<ledger::schema::ItemResultT> out;
  for (const auto* row : rows) out.push_back(unpacked(*row));
  return out;
}

Outcome check_rows(const Draw& draw, const Rows& rows) {
  const auto& items = draw.announcement.items;
  std::set<std::string_view> seen;
  for (const auto* row : rows) {
    const std::string item(text(row->item()));
    if (std::find(items.begin(), items.end(), item) == items.end() ||
        !seen.insert(text(row->item())).second) {
      return fail("result.items", "事项“" + item + "”不在公告之列，或重复填报",
                  "the item \"" + item + "\" was not announced, or is there twice");
    }
    if (!is_result_category(row->category())) {
      return fail("result.category",
                  "事项“" + item + "”的结果须为字典 1 至 13 中的一项，没有默认值",
                  "the result of item \"" + item +
                      "\" must be one of the dictionary's 1 to 13; there is no default");
    }
  }
  if (seen.size() == items.size()) return ok();
  return fail("result.items", "公告的每个事项都须有一行结果", "each announced item needs one row");
}

// Two different inspectors who hold officers' seats of the visit.
bool signed_by_officers(const State& state, const ledger::Event& event, const Task& task) {
  std::set<std::string> officers;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key* key = state.keys.find(event.intent().author(i));
    if (key == nullptr || key->inspector.empty()) return false;
    const bool sits = std::any_of(task.seats.begin(), task.seats.end(), [&](const Seat& seat) {
      return seat.group == 0 && seat.inspector == key->inspector;
    });
    if (!sits) return false;
    officers.insert(key->inspector);
  }
  return officers.size() == 2;
}

// Whose affair a correction is: those who sit in the visit, and whoever acts for the draw's
// department.
Outcome check_concern(const State& state, const ledger::Event& event, const ResultPlace& place) {
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key& key = *author_key(state, event, i);
    const bool sits =
        std::any_of(place.task->seats.begin(), place.task->seats.end(), [&](const Seat& seat) {
          return !key.inspector.empty() && seat.inspector == key.inspector;
        });
    const bool acts =
        key.department.empty() || state.catalogue.within(place.draw->department, key.department);
    if (sits || (acts && key.inspector.empty())) continue;
    return fail(
        "result.concern",
        "“" + key.person + "”既不在该次检查之列，也不代表抽取部门“" + place.draw->department + "”",
        key.person + " neither sits in the visit nor acts for the draw's department \"" +
            place.draw->department + "\"");
  }
  return ok();
}

// Of any group: a seat that a result took out of the turn would leave its substitute, and so who is
// free for the next one, to whoever records it.
bool team_is_settled(const Task& task) {
  return std::none_of(task.seats.begin(), task.seats.end(), [](const Seat& seat) {
    return seat.vacated_at || (!seat.recusals.empty() && !seat.recusals.back().decided());
  });
}

// Of a draw whose teams are named, not drawn.
bool lacks_officers(const Task& task) {
  return std::any_of(task.seats.begin(), task.seats.end(),
                     [](const Seat& seat) { return seat.group == 0 && seat.inspector.empty(); });
}

bool is_published(const TaskResult& result) {
  return result.published_at &&
         (!result.corrected_at || *result.corrected_at < *result.published_at);
}

Outcome check_reason(const flatbuffers::String* reason) {
  if (!text(reason).empty()) return ok();
  return fail("result.reason", "须写明理由", "a reason is needed");
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::ResultRecorded& payload) {
  auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  const Task& task = *place->task;
  if (task.result)
    return fail("result.recorded", "该次检查已有结果；如有错误请更正",
                "the visit has its result; correct it if it is wrong");
  if (!team_is_settled(task)) {
    return fail("result.team", "该次检查尚有回避待决定或席位待递补",
                "a recusal of this visit awaits its decision, or a seat its substitute");
  }
  if (!draws_teams(place->draw->announcement) && lacks_officers(task)) {
    return fail("result.team", "该次检查的执法人员尚未指派齐：须先指派（TeamNamed）",
                "the officers of this visit are not all named yet: name them first (TeamNamed)");
  }
  if (!signed_by_officers(state, event, task)) {
    return fail("result.officers", "结果须由该次检查的两名执法人员共同签名",
                "two officers who hold seats of this visit must sign the result");
  }
  if (payload.method() < 1 || payload.method() > kMethodMax) {
    return fail("result.method", "检查方式须为 1（现场）、2（书面）或 3（网络）",
                "the method must be 1 (on site), 2 (in writing) or 3 (online)");
  }
  if (payload.visited_at() > event.time() || payload.visited_at() < place->draw->executed_time) {
    return fail("result.visited_at", "检查时间须在抽取执行之后，且不晚于现在",
                "the time of the visit must be after the draw and not in the future");
  }
  if (raw(payload.evidence()).size() % 32 != 0) {
    return fail("result.evidence", "证据须为若干个 32 字节的哈希",
                "evidence must be hashes of 32 bytes each");
  }
  return check_rows(*place->draw, *payload.rows());
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::ResultRecorded& payload) {
  TaskResult result;
  result.position = event.position();
  result.time = event.time();
  result.visited_at = payload.visited_at();
  result.rows = unpacked_rows(*payload.rows());
  task_at(state, text(payload.draw()), payload.visit()).result = std::move(result);
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::ResultCorrected& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (auto checked = check_concern(state, event, *place); !checked) return checked;
  if (auto checked = check_reason(payload.reason()); !checked) return checked;
  return check_rows(*place->draw, *payload.rows());
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::ResultCorrected& payload) {
  TaskResult& result = result_at(state, text(payload.draw()), payload.visit());
  result.rows = unpacked_rows(*payload.rows());
  result.corrected_at = event.position();
  ++result.corrections;
}

Outcome admit(const State& state, const ledger::Event&,
              const ledger::schema::ResultFollowedUp& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (payload.kind() >= 1 && payload.kind() <= kFollowUpMax) return ok();
  return fail("result.follow_up",
              "后续处理须为 1（整改）、2（处罚）、3（移送部门）或 4（移送司法）",
              "what followed must be 1 (rectified), 2 (punished), 3 (handed to a department) or 4 "
              "(to the judiciary)");
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::ResultFollowedUp& payload) {
  result_at(state, text(payload.draw()), payload.visit()).follow_ups.push_back(event.position());
}

Outcome admit(const State& state, const ledger::Event&,
              const ledger::schema::ResultPublished& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (place->result().withheld_at) {
    return fail("publication.withheld", "该结果已依法不予公示",
                "this result is withheld from publication");
  }
  if (is_published(place->result())) {
    return fail("publication.published", "该结果已公示，此后没有更正",
                "this result is published and was not corrected since");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::ResultPublished& payload) {
  result_at(state, text(payload.draw()), payload.visit()).published_at = event.position();
}

Outcome admit(const State& state, const ledger::Event&,
              const ledger::schema::PublicationWithheld& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (place->result().withheld_at) {
    return fail("publication.withheld", "该结果已依法不予公示", "this result is withheld already");
  }
  if (place->result().published_at) {
    return fail("publication.published", "该结果已经公示，不能再不予公示",
                "this result has been published and cannot be withheld");
  }
  const auto ground = text(payload.ground());
  if (std::find(kWithholdingGrounds.begin(), kWithholdingGrounds.end(), ground) ==
      kWithholdingGrounds.end()) {
    return fail("publication.ground", "不予公示的依据“" + std::string(ground) + "”不在字典中",
                "the ground \"" + std::string(ground) + "\" is not in the dictionary");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::PublicationWithheld& payload) {
  result_at(state, text(payload.draw()), payload.visit()).withheld_at = event.position();
}

Outcome admit(const State& state, const ledger::Event&,
              const ledger::schema::ObjectionFiled& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (!place->result().published_at) {
    return fail("objection.unpublished", "该结果尚未公示，公示后方可提出异议",
                "this result is not published: objections come after publication");
  }
  if (place->result().open_objection) {
    return fail("objection.open", "已有异议待决定", "an objection awaits its decision");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::ObjectionFiled& payload) {
  TaskResult& result = result_at(state, text(payload.draw()), payload.visit());
  result.objections.push_back(event.position());
  result.open_objection = event.position();
}

Outcome admit(const State& state, const ledger::Event&,
              const ledger::schema::ObjectionDecided& payload) {
  auto place = find_result(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (!place->result().open_objection)
    return fail("objection.none", "没有待决定的异议", "no objection awaits a decision");
  return check_reason(payload.reason());
}

void apply(State& state, const ledger::Event&, const ledger::schema::ObjectionDecided& payload) {
  result_at(state, text(payload.draw()), payload.visit()).open_objection.reset();
}

}  // namespace liuhen::projections
