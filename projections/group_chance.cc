#include "projections/group_chance.h"

#include <algorithm>
#include <map>

#include "projections/draw_form.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

GroupChance chance_of(const crypto::draw::SeatGroup& group,
                      const std::map<std::string, std::uint64_t>& by_unit) {
  GroupChance out{.seats = group.seats};
  std::uint64_t at_once = 0, without_choice = 0;
  for (const auto& [unit, people] : by_unit) {
    const std::uint64_t most = group.unit_limit == 0 ? people : std::min(people, group.unit_limit);
    out.eligible += people;
    at_once += most;
    if (most == people) without_choice += people;
  }
  if (at_once <= group.seats) out.certain = without_choice;
  return out;
}

}  // namespace

std::vector<GroupChance> group_chances(const State& state,
                                       const ledger::schema::DrawAnnouncedT& announcement) {
  std::vector<GroupChance> out;
  if (!draws_teams(announcement)) return out;
  const auto groups = announced_groups(announcement);
  std::vector<std::map<std::string, std::uint64_t>> by_unit(groups.size());
  for (const auto& [id, versions] : state.inspectors.rows) {
    const InspectorVersion* version = state.inspectors.at(id, announcement.pool_position);
    if (version == nullptr || version->status != ledger::schema::InspectorStatus::active) continue;
    crypto::draw::InspectorRow row;
    row.unit = version->unit;
    row.qualifications = version->qualifications;
    if (const auto group = crypto::draw::group_of_inspector(groups, row))
      ++by_unit[*group][version->unit];
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    out.push_back(chance_of(groups[g], by_unit[g]));
    out.back().group = static_cast<std::uint32_t>(g);
  }
  return out;
}

Sentence words_of(const GroupChance& chance) {
  const std::string group = number(chance.group), seats = number(chance.seats),
                    eligible = number(chance.eligible), certain = number(chance.certain);
  if (!chance.is_random()) {
    return {"第 " + group + " 组人选不具随机性：每次检查 " + seats + " 席，可派的只有 " + eligible +
                " 人",
            "who goes of group " + group + " is not random: " + seats +
                " seats a visit, and only " + eligible + " who may be sent"};
  }
  if (chance.certain == 0) return {};
  return {"第 " + group + " 组 " + eligible + " 名可派人员中有 " + certain +
              " 名每次必派，不具随机性：每次检查 " + seats + " 席，同一单位人数有上限",
          "of the " + eligible + " who may be sent of group " + group + ", " + certain +
              " go on every visit and are not random: " + seats +
              " seats a visit, and a limit of people of one unit"};
}

}  // namespace liuhen::projections
