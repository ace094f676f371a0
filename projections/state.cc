#include "projections/state.h"

#include "projections/fields.h"
#include "projections/payload_visit.h"
#include "projections/upkeep.h"
#include "projections/vrf_sharing.h"
#include "projections/witnessed.h"

namespace liuhen::projections {

std::uint64_t State::stream_version(const std::string& stream) const {
  constexpr std::string_view kSubject = "subject/", kInspector = "inspector/";
  if (stream.starts_with(kSubject)) {
    const auto subject = subjects.find(std::string_view(stream).substr(kSubject.size()));
    return subject ? subjects.version(*subject) : 0;
  }
  if (stream.starts_with(kInspector)) {
    const auto found = inspectors.rows.find(std::string_view(stream).substr(kInspector.size()));
    return found == inspectors.rows.end() ? 0 : found->second.size();
  }
  const auto found = stream_versions.find(stream);
  return found == stream_versions.end() ? 0 : found->second;
}

Outcome admit(const State& state, const ledger::Event& event, const crypto::TreeHistory& tree) {
  if (!event.intent().known()) {
    return fail(
        "payload.unknown",
        "第 " + std::to_string(event.position()) + " 条记录含有本程序不认识的内容：请升级程序",
        "entry " + std::to_string(event.position()) +
            " holds something that this program does not know: upgrade it");
  }
  if (auto checked = admit_envelope(state, event, tree); !checked) return checked;
  auto admitted = visit_payload(
      event.intent().fields(), [&](const auto& payload) { return admit(state, event, payload); },
      [] { return Outcome(fail("payload.unknown", "意图没有内容", "the intent has no payload")); });
  if (admitted && event.tag() == ledger::PayloadTag::CheckpointWitnessed)
    return admit_witnessed_root(event, tree);
  return admitted;
}

void apply(State& state, const ledger::Event& event) {
  LIUHEN_CHECK(event.position() == state.size());
  state.times.push_back(event.time());
  ++state.stream_versions[std::string(event.intent().stream())];
  visit_payload(
      event.intent().fields(), [&](const auto& payload) { apply(state, event, payload); },
      [] { LIUHEN_CHECK(false); });
}

}  // namespace liuhen::projections
