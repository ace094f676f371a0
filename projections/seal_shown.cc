#include "projections/seal_shown.h"

#include <algorithm>

#include "projections/calendar.h"
#include "projections/draw_form.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

// Those who said so, or all of them.
std::string names_of(const SealShown& seal, bool only_agreeing) {
  std::string names;
  for (const auto& supervisor : seal.supervisors) {
    if (only_agreeing && !(supervisor.checked && supervisor.checked->agrees)) continue;
    names.append(names.empty() ? "" : ", ").append(supervisor.person);
  }
  return names;
}

Sentence checked_by(const SealShown& seal) {
  const std::string agreeing = names_of(seal, true);
  if (agreeing.empty())
    return {"尚无监督人核对无误", "no supervisor has found yet that it replays"};
  return {"监督人 " + agreeing + " 已先启封核对无误",
          "supervisors who opened it before and found that it replays: " + agreeing};
}

// The root rests on the matching, which conflicts of restricted content have a say in.
bool is_root_public(const Draw& draw) {
  return draw.announcement.conflict_rows == 0 || !draws_teams(draw.announcement);
}

Sentence what_follows(const Draw& draw) {
  if (is_root_public(draw))
    return {"种子即执行时所承诺的，抽中者与名单根由它重算一致",
            "the seed is the one committed to at execution, and who is drawn and the root of the "
            "list follow from it"};
  return {
      "种子即执行时所承诺的，抽中者由它重算一致；有利益冲突在案，派谁去、因而名单根是否也由它得出，"
      "须由有权打开者核验",
      "the seed is the one committed to at execution, and who is drawn follows from it; "
      "conflicts are in force: whether who goes there, and so the root of the list, follows "
      "too is for those who may open them"};
}

Sentence words_of(const SealShown& seal) {
  const std::string zh = time_zh(seal.until), en = time_en(seal.until), all = names_of(seal, false);
  const Sentence checked = checked_by(seal);
  if (!seal.sealed_at)
    return {"密封抽取：执行后名单密封，至迟于" + zh + " 启封；可先启封核对的监督人：" + all,
            "a sealed draw: once executed its list is sealed until " + en +
                " at the latest; supervisors who may open it before: " + all};
  if (!seal.opened_at)
    return {"密封中：名单至迟于" + zh + " 启封；可先启封核对的监督人：" + all + "；" + checked.zh,
            "sealed: its list is opened by " + en +
                " at the latest; supervisors who may open it before: " + all + "; " + checked.en};
  return {"已启封（第 " + number(*seal.opened_at) + " 条），密封期间未作任何改动：" +
              seal.follows.zh + "；" + checked.zh,
          "opened (entry " + number(*seal.opened_at) +
              "), nothing was altered meanwhile: " + seal.follows.en + "; " + checked.en};
}

Sentence objection_of(const Draw& draw, const SealShown& seal,
                      const SealShown::Supervisor& supervisor) {
  const std::string at = number(supervisor.checked->position);
  Sentence out{"监督人 " + supervisor.person + " 有异议（第 " + at + " 条）",
               "the supervisor " + supervisor.person + " objected (entry " + at + ")"};
  if (!seal.opened_at) return out;
  if (!is_root_public(draw)) {
    out.zh +=
        "；启封后抽中者重算与记录一致，派谁去不能公开重算：他核对有误，或交给他的密文与众人所见不同"
        "，或所指的是派谁去";
    out.en +=
        "; opened, who is drawn replays, and the public cannot replay who goes there: he was "
        "wrong, "
        "or what was sealed to him was not what everybody sees now, or he meant who goes there";
    return out;
  }
  out.zh += "；启封后重算与记录一致：他核对有误，或交给他的密文与众人所见不同";
  out.en +=
      "; opened, it replays: he was wrong, or what was sealed to him was not what everybody sees "
      "now";
  return out;
}

}  // namespace

std::optional<SealShown> seal_shown(const State& state, const Draw& draw) {
  if (!draw.announcement.sealed) return std::nullopt;
  SealShown out;
  out.until = draw.announcement.disclosure_deadline;
  out.sealed_at = draw.executed_at;
  out.opened_at = draw.known_at;
  for (const KeyId& id : draw.supervisors) {
    const Key* key = state.keys.find(id);
    const auto said = std::ranges::find(draw.seal_checked, id, &SealChecked::supervisor);
    out.supervisors.push_back(
        {.key = id,
         .person = key == nullptr ? to_hex(id) : key->person,
         .checked = said == draw.seal_checked.end() ? std::nullopt : std::optional(*said)});
  }
  for (const auto& supervisor : out.supervisors) {
    if (supervisor.checked && !supervisor.checked->agrees)
      out.objections.push_back(objection_of(draw, out, supervisor));
  }
  if (out.opened_at) out.follows = what_follows(draw);
  out.what = words_of(out);
  return out;
}

}  // namespace liuhen::projections
