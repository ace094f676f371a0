#include "projections/pool_shown.h"

#include <algorithm>

namespace liuhen::projections {

namespace {

using Said = std::optional<SealChecked>;

Said said_by(const std::vector<SealChecked>& all, const KeyId& supervisor) {
  const auto found = std::ranges::find(all, supervisor, &SealChecked::supervisor);
  return found == all.end() ? std::nullopt : std::optional(*found);
}

// Those of whom `wanted` holds, or nobody.
template <class Wanted>
Sentence names_of(const PoolShown& pool, const Wanted& wanted) {
  std::string names;
  for (const auto& supervisor : pool.supervisors) {
    if (wanted(supervisor)) names.append(names.empty() ? "" : ", ").append(supervisor.person);
  }
  return names.empty() ? Sentence{"无", "nobody"} : Sentence{names, names};
}

void add_objection(const PoolShown::Supervisor& supervisor, const Said& said, const char* zh,
                   const char* en, std::vector<Sentence>& out) {
  if (!said || said->agrees) return;
  const std::string at = std::to_string(said->position);
  out.push_back(
      {"监督人 " + supervisor.person + " 对" + zh + "有异议（第 " + at + " 条）",
       "the supervisor " + supervisor.person + " objected to " + en + " (entry " + at + ")"});
}

Sentence words_of(const PoolShown& pool, const Draw& draw) {
  const Sentence all = names_of(pool, [](const auto&) { return true; });
  const Sentence checked = names_of(
      pool, [](const auto& supervisor) { return supervisor.pool && supervisor.pool->agrees; });
  Sentence out{
      "名录受限：按风险等级分层，各户的分层、抽签号和各层的数目、截止号不公开，只列承诺；"
      "持有名录密钥的监督人：" +
          all.zh + "；承诺截止之前核对名录无误的：" + checked.zh,
      "its pool is restricted: strata are by risk class, and each one's stratum and "
      "ticket, and the counts and cut-offs of strata, are not public but committed to; "
      "supervisors who have the pool's key: " +
          all.en +
          "; who found before the commitments were closed that it opens the pool: " + checked.en};
  if (!draw.executed_at) return out;
  const Sentence replayed = names_of(pool, [](const auto& supervisor) {
    return supervisor.execution && supervisor.execution->agrees;
  });
  out.zh += "；执行后重算无误的：" + replayed.zh;
  out.en += "; who found after the execution that it replays: " + replayed.en;
  return out;
}

}  // namespace

std::optional<PoolShown> pool_shown(const State& state, const Draw& draw) {
  if (!draw.is_restricted()) return std::nullopt;
  PoolShown out;
  for (const KeyId& id : draw.supervisors) {
    const Key* key = state.keys.find(id);
    out.supervisors.push_back({.key = id,
                               .person = key == nullptr ? to_hex(id) : key->person,
                               .pool = said_by(draw.pool_checked, id),
                               .execution = said_by(draw.seal_checked, id)});
  }
  out.attested = draw.pool_is_attested();
  out.what = words_of(out, draw);
  for (const auto& supervisor : out.supervisors) {
    add_objection(supervisor, supervisor.pool, "名录", "the pool", out.objections);
    add_objection(supervisor, supervisor.execution, "执行", "the execution", out.objections);
  }
  return out;
}

}  // namespace liuhen::projections
