// BeaconRecorded: the round of the announced chain, and what waits for it.
#include "crypto/sha256.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/outcome.h"

namespace liuhen::projections {

std::vector<Hash> Draw::outputs() const {
  return beacon_output ? std::vector<Hash>{*beacon_output} : std::vector<Hash>{};
}

bool Draw::awaits_beacon() const {
  return phase == Phase::ready && beacon.has_value() && !beacon_output;
}

bool Draw::voided_before_round() const {
  return beacon && voided_at && beacon->leaves(rule_set.margin_s, voided_time);
}

Result<Hash> output_of(const DrawBeacon& beacon, std::uint64_t round, View signature) {
  const auto bytes = exactly<48>(signature);
  if (!bytes) {
    return fail("beacon.signature", "信标轮次的签名须为 48 字节",
                "the signature of a beacon's round has 48 bytes");
  }
  return crypto::drand::verify_round(beacon.chain, round, *bytes);
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::BeaconRecorded& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::ready);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (!draw.beacon) {
    return fail("draw.beacon_none", "抽取“" + draw.stream + "”没有公告信标，不得另取",
                "the draw \"" + draw.stream + "\" announced no beacon: none may be added");
  }
  if (draw.beacon_output) {
    return fail("draw.beacon_recorded", "抽取“" + draw.stream + "”的信标已经记录",
                "the beacon of the draw \"" + draw.stream + "\" is recorded already");
  }
  const std::string round = std::to_string(draw.beacon->round);
  if (payload.round() != draw.beacon->round) {
    return fail("draw.beacon_round",
                "抽取“" + draw.stream + "”公告的是第 " + round + " 轮，只认这一轮",
                "the draw \"" + draw.stream + "\" announced round " + round + ", and no other");
  }
  if (event.time() < draw.beacon->round_time) {
    return fail(
        "draw.early",
        "第 " + round + " 轮到" + time_zh(draw.beacon->round_time) + " 才公布，此前不能记录",
        "round " + round + " is due at " + time_en(draw.beacon->round_time) +
            ", it cannot be recorded before");
  }
  const auto output = output_of(*draw.beacon, payload.round(), raw(payload.signature()));
  if (!output) return output.error();
  return ok();
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::BeaconRecorded& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.beacon_output = crypto::sha256(raw(payload.signature()));  // admission has verified it
  draw.beacon_at = event.position();
}

Result<std::uint64_t> substitute_round(const State& state, const Draw& draw, const Seat& seat) {
  LIUHEN_CHECK(draw.beacon && seat.vacated_at);
  return crypto::drand::round_at_or_after(
      draw.beacon->chain, state.times[*seat.vacated_at] + draw.announcement.substitute_delay_s);
}

}  // namespace liuhen::projections
