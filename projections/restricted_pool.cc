#include "projections/restricted_pool.h"

#include <algorithm>

#include "crypto/draw/outcome.h"
#include "projections/conditions.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/last_pool.h"

namespace liuhen::projections {

namespace {

using crypto::draw::PoolKey;
using ledger::schema::DrawAnnouncedT;
using ledger::schema::RuleSetT;

constexpr std::size_t kContentItems = 6;  // id, name, address, person, phone, class

Error unopened(std::uint64_t count) {
  const std::string rows = std::to_string(count);
  return fail("pool.unopened",
              "名录受限：有 " + rows + " 个检查对象的风险等级（或名录密钥）打不开，不能重算",
              "a restricted pool: the classes of " + rows +
                  " subjects, or the pool's key, were not opened, so it cannot be computed again");
}

class Classes {
 public:
  Classes(const State& state, const DrawAnnouncedT& announcement, const RuleSetT& rule,
          const PoolOpener& opener)
      : state_(state), position_(announcement.pool_position), opener_(opener) {
    for (const auto& stratum : announcement.strata)
      strata_.push_back(&rule.strata[stratum->rule_stratum]->conditions);
    for (const auto* conditions : strata_) filters_.emplace_back(*conditions, state.subjects);
  }

  // The stratum of a subject; absent if it hangs on a class that does not open.
  Result<std::optional<std::uint64_t>> of(std::string_view id) const {
    const auto subject = state_.subjects.find(id);
    LIUHEN_CHECK(subject);
    const SubjectVersion& version = *state_.subjects.at(*subject, position_);
    std::vector<std::uint64_t> open;
    bool hangs = false;
    for (std::uint64_t i = 0; i < strata_.size(); ++i) {
      if (!filters_[i].meets(version)) continue;
      open.push_back(i);
      hangs = hangs || has_restricted(*strata_[i]);
    }
    if (hangs) {
      const auto risk_class = class_of(id, version);
      if (!risk_class) return std::optional<std::uint64_t>();
      std::erase_if(open, [&](std::uint64_t i) { return !meets_class(*strata_[i], *risk_class); });
    }
    if (open.size() == 1) return std::optional(open.front());
    const std::string name(id);
    if (open.empty()) {
      return fail("draw.strata_gap", "范围内的检查对象“" + name + "”不属于任何分层",
                  "subject \"" + name + "\" is in scope and in no stratum");
    }
    return fail("draw.strata_overlap", "检查对象“" + name + "”同属两个分层",
                "subject \"" + name + "\" is in two strata");
  }

 private:
  std::optional<std::string> class_of(std::string_view id, const SubjectVersion& version) const {
    if (!opener_.commitment || !opener_.content) return std::nullopt;
    const auto commitment = opener_.commitment(version);
    if (!commitment) return "-";
    const auto content = opener_.content(*commitment, version.position);
    if (!content) return std::nullopt;
    return risk_class_of(*content, id);
  }

  const State& state_;
  std::uint64_t position_;
  const PoolOpener& opener_;
  std::vector<const Conditions*> strata_;
  std::vector<SubjectFilter> filters_;
};

// By where the log has them: each entry and its content is read once then.
std::vector<std::size_t> in_log_order(const State& state, const Pool& pool,
                                      std::uint64_t position) {
  struct Place {
    std::uint64_t position;
    std::uint32_t row;
    std::size_t at;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  places.reserve(pool.subjects.size());
  for (std::size_t at = 0; at < pool.subjects.size(); ++at) {
    const auto subject = state.subjects.find(pool.subjects[at].id);
    LIUHEN_CHECK(subject);
    const SubjectVersion& version = *state.subjects.at(*subject, position);
    places.push_back({version.position, version.row, at});
  }
  std::ranges::sort(places);
  std::vector<std::size_t> out;
  out.reserve(places.size());
  for (const Place& place : places) out.push_back(place.at);
  return out;
}

}  // namespace

std::string risk_class_of(View content, std::string_view subject) {
  std::vector<std::string_view> items;
  while (!content.empty() && items.size() < kContentItems + 1) {
    if (content.size() < 4) return "-";
    const std::size_t size = std::size_t{content[0]} << 24 | std::size_t{content[1]} << 16 |
                             std::size_t{content[2]} << 8 | content[3];
    if (content.size() - 4 < size) return "-";
    items.push_back(text_of(content.subspan(4, size)));
    content = content.subspan(4 + size);
  }
  if (items.size() != kContentItems || items.front() != subject || items.back().empty()) return "-";
  return std::string(items.back());
}

Result<OpenedPool> opened_pool_of(const State& state, const DrawAnnouncedT& announcement,
                                  const RuleSetT& rule, const PoolKey& key,
                                  const PoolOpener& opener) {
  const auto pool = last_pool_of(state, announcement, rule);
  if (!pool) return pool.error();
  OpenedPool out{.pool = **pool, .rows = {}, .key = key.clone()};
  const Classes classes(state, announcement, rule, opener);
  std::uint64_t closed = 0;
  for (const std::size_t at : in_log_order(state, out.pool, announcement.pool_position)) {
    auto& row = out.pool.subjects[at];
    const auto stratum = classes.of(row.id);
    if (!stratum) return stratum.error();
    if (!*stratum) ++closed;
    if (*stratum) row.stratum = **stratum;
  }
  if (closed != 0) return unopened(closed);
  out.rows.reserve(out.pool.subjects.size());
  for (const auto& row : out.pool.subjects) {
    out.rows.push_back(
        {.id = row.id, .commitment = crypto::draw::row_opening(out.key, row).commitment()});
  }
  const auto root = crypto::draw::committed_root(out.rows);
  if (!root) return root.error();
  out.pool.subject_root = *root;
  return out;
}

Result<OpenedPool> opened_pool_of(const State& state, const Draw& draw, const PoolOpener& opener) {
  auto key = opener.key ? opener.key(draw.announcement) : std::nullopt;
  if (!key) return unopened(draw.announcement.subject_rows);
  if (auto checked = check_pool_key(draw.announcement, *key); !checked) return checked.error();
  return opened_pool_of(state, draw.announcement, draw.rule_set, *key, opener);
}

Result<Visits> visits_of_opened(const Draw& draw, const std::array<std::uint8_t, 64>& seed,
                                const OpenConflict& open, const OpenedPool& opened) {
  auto selection = crypto::draw::select_restricted(seed, allocation_of(draw.announcement),
                                                   opened.key, opened.pool.subjects);
  if (!selection) return selection.error();
  auto strata = outcomes_of(*selection);
  Bytes cutoffs;
  for (std::size_t s = 0; s < selection->strata.size(); ++s) {
    const Hash commitment =
        crypto::draw::cutoff_opening(opened.key, s, selection->strata[s].cutoff).commitment();
    cutoffs.insert(cutoffs.end(), commitment.begin(), commitment.end());
  }
  for (auto& subject : selection->drawn)
    subject.ticket =
        crypto::draw::ticket_opening(opened.key, subject.id, subject.ticket).commitment();
  auto visits = visits_of(draw, opened.pool, *selection, seed, open);
  if (!visits) return visits.error();
  visits->strata = std::move(strata);
  visits->cutoff_commitments = std::move(cutoffs);
  return visits;
}

Outcome check_opened_pool(const DrawAnnouncedT& announcement, const OpenedPool& opened) {
  if (std::ranges::equal(opened.pool.subject_root, announcement.subject_root)) return ok();
  return fail("draw.pool_root",
              "打开受限内容后重算：公告的名录根与登记的风险等级和公告的名录密钥不符",
              "with the restricted content opened, the announced root is not what the registered "
              "classes and the announced key give");
}

Outcome check_opened_execution(const Draw& draw, const Visits& right) {
  if (draw.outcome->visits != right.visits.size() ||
      !std::ranges::equal(draw.outcome->cutoff_commitments, right.cutoff_commitments)) {
    return fail("draw.selection", "打开受限内容后重算：截止号的承诺或检查总数与种子所得不符",
                "with the restricted content opened, the commitments to the cut-offs, or the "
                "number of visits, are not what the seed gives");
  }
  if (right.conflicts_unopened != 0) return ok();
  if (draw.outcome->vacancies == right.vacancies &&
      std::ranges::equal(draw.outcome->visits_root, right.root))
    return ok();
  return fail("draw.visits_root", "打开受限内容后重算：检查名单的根或空缺数与种子所得不符",
              "with the restricted content opened, the root of the visits or the vacancies are not "
              "what the seed gives");
}

Outcome check_opened_visits(const ledger::schema::DrawDisclosed& part, std::size_t first,
                            const Visits& right) {
  for (const auto* visit : *part.visits()) {
    const auto& expected = right.visits[first];
    if (text(visit->subject()) != expected.subject ||
        !std::ranges::equal(raw(visit->ticket()), expected.ticket)) {
      const std::string number = std::to_string(first);
      return fail("draw.disclosed_visit",
                  "打开受限内容后重算：第 " + number + " 次检查的对象或抽签号的承诺与种子所得不符",
                  "with the restricted content opened, the subject of visit " + number +
                      " or the commitment to its ticket is not what the seed gives");
    }
    ++first;
  }
  return ok();
}

}  // namespace liuhen::projections
