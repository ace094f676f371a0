#include "projections/witnessed.h"

#include <algorithm>

#include "crypto/cosignature.h"
#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

constexpr std::size_t kCosignatureBytes = 72;  // time and Ed25519 signature

Error bad_lines(const std::string& zh, const std::string& en) {
  return fail("witnessed.lines", "见证人联署：" + zh, "cosignatures: " + en);
}

std::string joined_lines(const schema::CheckpointWitnessed& payload) {
  std::string lines;
  for (const auto* line : *payload.cosignatures()) {
    lines += text(line);
    lines += '\n';
  }
  return lines;
}

// The positions that the step under way answers to.
std::set<std::uint64_t> awaited(const Draw& draw) {
  if (draw.discarded) {
    if (draw.executed_at || !draw.voided_before_round()) return {};
    return {*draw.voided_at};
  }
  switch (draw.phase) {
    case Draw::Phase::committing:
      return {draw.position};
    case Draw::Phase::revealing:
      return {*draw.commitments_closed_at};
    case Draw::Phase::ready:
      return {*draw.reveals_closed_at};
    case Draw::Phase::disclosed:
      break;
    default:
      return {};
  }
  std::set<std::uint64_t> decisions;
  if (!draw.beacon) return decisions;
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) {
      if (seat.vacated_at && !task.result) decisions.insert(*seat.vacated_at);
    }
  }
  return decisions;
}

}  // namespace

Outcome admit(const State& state, const ledger::Event&,
              const schema::CheckpointWitnessed& payload) {
  if (payload.size() == 0 || payload.size() > state.size()) {
    return fail("witnessed.size",
                "所记检查点的大小 " + std::to_string(payload.size()) + " 不在 1 至 " +
                    std::to_string(state.size()) + " 之间",
                "the size of the checkpoint, " + std::to_string(payload.size()) +
                    ", is not from 1 to " + std::to_string(state.size()));
  }
  if (payload.cosignatures()->size() == 0 || payload.cosignatures()->size() > kCosignaturesMax) {
    return bad_lines("须有 1 至 " + std::to_string(kCosignaturesMax) + " 行",
                     "there have to be 1 to " + std::to_string(kCosignaturesMax));
  }
  const auto lines = crypto::parse_signature_lines(joined_lines(payload));
  if (!lines) return bad_lines(lines.error().zh, lines.error().en);
  std::set<std::pair<std::string, std::uint32_t>> seen;
  for (const crypto::NoteSignature& line : *lines) {
    if (line.blob.size() != kCosignatureBytes)
      return bad_lines("“" + line.name + "”的一行不是 cosignature/v1",
                       "the line by " + line.name + " is not a cosignature/v1");
    if (!seen.emplace(line.name, line.key_id).second)
      return bad_lines("“" + line.name + "”有两行", "there are two lines by " + line.name);
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::CheckpointWitnessed& payload) {
  state.witnessed.emplace(payload.size(), event.position());
}

Outcome admit_witnessed_root(const ledger::Event& event, const crypto::TreeHistory& tree) {
  const auto& payload = event.payload<schema::CheckpointWitnessed>();
  if (payload.size() <= tree.size() &&
      std::ranges::equal(raw(payload.root()), tree.root(payload.size())))
    return ok();
  return fail("witnessed.root",
              "见证人联署的检查点（大小 " + std::to_string(payload.size()) +
                  "）不在本账本的历史中：有人看到了另一个账本，请立即核查",
              "the checkpoint that witnesses cosigned (size " + std::to_string(payload.size()) +
                  ") is not in this log's past: somebody saw another log, look into it at once");
}

Outcome check_cosignatures(const crypto::Policy& policy, const std::string& origin,
                           const schema::CheckpointWitnessed& payload) {
  const auto root = exactly<32>(raw(payload.root()));
  if (!root) return root.error();
  const auto lines = crypto::parse_signature_lines(joined_lines(payload));
  if (!lines) return lines.error();
  const std::string note_text =
      crypto::format_checkpoint({.origin = origin, .size = payload.size(), .root = *root});
  for (const crypto::NoteSignature& line : *lines) {
    const auto witness =
        std::ranges::find_if(policy.witnesses(), [&line](const crypto::PolicyWitness& each) {
          return each.key.name == line.name && each.key.id() == line.key_id;
        });
    if (witness == policy.witnesses().end()) {
      return fail("witnessed.unknown",
                  "“" + line.name + "”不是本服务策略所列的见证人，其联署无从核对，不能记入",
                  line.name +
                      " is no witness of this service's policy: its cosignature cannot be "
                      "checked, and is not recorded");
    }
    if (!crypto::verify_cosignature(witness->key, note_text, line)) {
      return fail(
          "witnessed.signature", "见证人“" + line.name + "”的联署无效，不能记入",
          "the cosignature by the witness " + line.name + " is not good, and is not recorded");
    }
  }
  return ok();
}

std::optional<std::uint64_t> witnessed_time(const crypto::Policy& policy, const std::string& origin,
                                            const schema::CheckpointWitnessed& payload) {
  if (!policy.needs_witnesses()) return std::nullopt;
  const auto root = exactly<32>(raw(payload.root()));
  const auto lines = crypto::parse_signature_lines(joined_lines(payload));
  if (!root || !lines) return std::nullopt;
  const std::string note_text =
      crypto::format_checkpoint({.origin = origin, .size = payload.size(), .root = *root});
  std::vector<crypto::VerifiedSignature> good;
  for (const crypto::PolicyWitness& witness : policy.witnesses()) {
    for (const crypto::NoteSignature& line : *lines) {
      const auto time = crypto::verify_cosignature(witness.key, note_text, line);
      if (time) good.push_back({.key = witness.key, .time = *time});
    }
  }
  std::ranges::sort(good, {}, &crypto::VerifiedSignature::time);
  for (std::size_t count = 1; count <= good.size(); ++count) {
    if (policy.quorum_met(std::span(good).first(count))) return good[count - 1].time;
  }
  return std::nullopt;
}

bool is_recorded_before(const WitnessedAt& witnessed, std::uint64_t position,
                        std::uint64_t serves) {
  return std::any_of(witnessed.upper_bound(position), witnessed.end(),
                     [&](const auto& each) { return each.second.recorded_at < serves; });
}

bool is_before(const WitnessedAt& witnessed, std::uint64_t position, std::uint64_t time_s,
               std::uint64_t margin_s, std::optional<std::uint64_t> serves) {
  if (time_s < margin_s) return false;
  return std::any_of(witnessed.upper_bound(position), witnessed.end(), [&](const auto& each) {
    const Witnessing& proof = each.second;
    return proof.time_s <= time_s - margin_s && (!serves || proof.recorded_at < *serves);
  });
}

std::set<std::uint64_t> positions_to_witness(const State& state) {
  const std::uint64_t covered = state.witnessed.empty() ? 0 : state.witnessed.rbegin()->first;
  std::set<std::uint64_t> positions;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const std::uint64_t position : awaited(draw)) {
      if (position >= covered) positions.insert(position);
    }
  }
  return positions;
}

std::set<std::uint64_t> sizes_named(const State& state) {
  std::set<std::uint64_t> sizes;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (draw.phase == Draw::Phase::disclosed || draw.phase == Draw::Phase::failed) continue;
    sizes.insert(draw.named.begin(), draw.named.end());
  }
  return sizes;
}

}  // namespace liuhen::projections
