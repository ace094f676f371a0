#include "projections/proof_checkpoint.h"

#include <algorithm>

#include "ledger/log_keys.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

Result<crypto::Policy> own_policy(const std::string& origin, std::span<const ProofEntry> entries) {
  const Error none =
      fail("proof.genesis", "文件中没有创世事件，且未固定日志公钥：请用 --policy 或 --vkey 指定",
           "the file holds no genesis and no log key is pinned: give one with --policy or --vkey");
  if (entries.empty() || !crypto::is_note_name(origin)) return none;
  const auto event = ledger::Event::parse(entries.front().bytes);
  if (!event || event->tag() != ledger::PayloadTag::Genesis) return none;
  ledger::LogKeys keys;
  for (const ProofEntry& entry : entries) {
    const auto next = ledger::Event::parse(entry.bytes);
    if (!next || !keys.check(*next)) break;  // whose replay says what is wrong
    keys.append(*next);
  }
  return crypto::Policy::of_log(
      {.name = origin, .type = crypto::NoteKeyType::ed25519, .key = keys.terms().back().key});
}

// Lines of the note by nobody whom the policy lists.
std::size_t strangers_in(const crypto::Note& note, const crypto::Policy& policy) {
  return static_cast<std::size_t>(std::ranges::count_if(
      note.signatures, [&](const auto& line) { return !policy.lists_signer(line); }));
}

void describe(const crypto::OpenedCheckpoint& opened, const crypto::Policy& policy,
              ProofCheckpoint& out) {
  if (const std::size_t strangers = strangers_in(opened.note, policy); strangers != 0)
    out.not_shown.push_back(
        {"检查点上另有 " + number(strangers) + " 行签名，策略没有列出其见证人，未核对",
         number(strangers) + " more signature lines of the checkpoint are of witnesses whom "
                             "no policy lists, and were not checked"});
  if (const std::size_t others = policy.uncheckable().size(); others != 0)
    out.not_shown.push_back(
        {"策略的见证人中有 " + number(others) + " 名用本程序无法核对的签名算法，其联署一律不计",
         number(others) +
             " of the policy's witnesses sign with an algorithm that this program cannot "
             "check; their cosignatures are not counted"});
  out.shown.push_back(
      {"检查点（" + number(out.checkpoint.size) + " 条）由日志公钥签名",
       "the checkpoint (" + number(out.checkpoint.size) + " entries) is signed by the log's key"});
  if (!opened.cosignatures.empty())
    out.shown.push_back(
        {"策略所列的 " + number(opened.cosignatures.size()) + " 位见证人联署了该检查点",
         number(opened.cosignatures.size()) + " witnesses of the policy cosigned that checkpoint"});
}

}  // namespace

Result<ProofCheckpoint> open_proof_checkpoint(const std::string& origin,
                                              std::span<const ProofEntry> entries,
                                              const std::string& note,
                                              const crypto::Policy* trusted) {
  crypto::Policy policy;
  if (trusted != nullptr) {
    policy = *trusted;
  } else {
    auto own = own_policy(origin, entries);
    if (!own) return own.error();
    policy = std::move(*own);
  }
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return parsed.error();
  const auto checkpoint = crypto::parse_checkpoint(parsed->text);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->origin != origin) {
    return fail("proof.origin", "证明文件与检查点不是同一账本的",
                "the proof file and its checkpoint are of different logs");
  }
  const auto opened = policy.open_signed(note);
  if (!opened) return opened.error();
  ProofCheckpoint out{
      .checkpoint = opened->checkpoint, .unwitnessed = {}, .shown = {}, .not_shown = {}};
  if (const Outcome witnessed = policy.check_quorum(*opened); !witnessed)
    out.unwitnessed = witnessed.error();
  describe(*opened, policy, out);
  return out;
}

Outcome check_included(const ProofEntry& entry, const TreeHead& head) {
  if (crypto::verify_inclusion(entry.position, head.size, crypto::leaf_hash(entry.bytes),
                               entry.inclusion, head.root))
    return ok();
  return fail("proof.inclusion", "该条目不在检查点所签的账本中：条目或其证明被改动",
              "the entry is not in the log that the checkpoint signs: it, or its proof, was "
              "changed");
}

Sentence all_included(std::size_t entries) {
  return {number(entries) + " 条事件都在该检查点之内",
          "all " + number(entries) + " events are in the log under that checkpoint"};
}

bool is_inconclusive(std::string_view code) {
  return code == "payload.unknown" || code == "proof.version" || code == "policy.log" ||
         code == "policy.quorum" || code == "draw.still_sealed" || code == "draw.seal_overdue" ||
         code == "draw.list_overdue";
}

}  // namespace liuhen::projections
