// Whom a reader trusts: C2SP tlog-policy (docs/formats/policy.md), and a line of our own for
// beacons. Logs, witnesses, the quorum of witnesses that a checkpoint needs, and drand chains.
// Pure; a parsed policy may be read by any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/uncheckable_key.h"

namespace liuhen::crypto {

inline constexpr std::size_t kMaxPolicySize = 1u << 20;  // bytes
inline constexpr std::size_t kMaxPolicyNames = 1'024;    // all but the quorum, together

struct PolicyLog {
  NoteKey key;      // its name is the log's origin
  std::string url;  // empty if none is given
};

struct PolicyWitness {
  std::string name;  // within the policy only
  NoteKey key;       // type 0x04
  std::string url;
};

// A witness whose cosignatures this program cannot check: for a quorum it never cosigns.
struct UncheckableWitness {
  std::string name;
  UncheckableKey key;
  std::string url;
};

// Witnesses a checkpoint if at least `needed` of its members do.
struct PolicyGroup {
  std::string name;
  std::size_t needed = 0;
  std::vector<std::string> members;  // names of witnesses and of groups defined before it
};

class Policy {
 public:
  // Fails with `policy.format`, naming the line, and with `policy.unreachable` if all witnesses who
  // can be checked are no quorum. Limits: above.
  static Result<Policy> parse(std::string_view text);
  // One log and `quorum none`: what a pinned verifier key alone says.
  static Policy of_log(NoteKey log);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  const std::vector<UncheckableWitness>& uncheckable() const { return uncheckable_; }
  const std::vector<PolicyGroup>& groups() const { return groups_; }
  const std::vector<Hash>& beacons() const { return beacons_; }  // chain hashes
  bool lists_beacon(const Hash& chain) const;
  const std::string& quorum() const { return quorum_; }  // a name, or "none"
  bool needs_witnesses() const { return quorum_ != "none"; }
  // Our own line: keys of contributors to draws whom the reader holds to be independent of the
  // operator and of each other.
  const std::vector<KeyId>& independent_contributors() const { return contributors_; }

  // The listed logs of this origin; more than one if it has changed its key.
  std::vector<NoteKey> keys_of(std::string_view origin) const;
  // Whether a signature line claims to be by a log or a witness of the policy.
  bool lists_signer(const NoteSignature& line) const;
  // Whether these cosignatures, which have been found good, are a quorum.
  bool quorum_met(std::span<const VerifiedSignature> cosignatures) const;

  // A checkpoint that one of the logs signed, with what listed witnesses cosigned. Fails as
  // open_checkpoint does, and with `policy.log` if no listed log has its origin.
  Result<OpenedCheckpoint> open_signed(std::string_view note) const;
  // That a quorum cosigned it. Code: `policy.quorum`.
  Outcome check_quorum(const OpenedCheckpoint& opened) const;
  // Both.
  Result<OpenedCheckpoint> open(std::string_view note) const;

 private:
  Outcome add_line(std::string_view line);
  Outcome add_log(std::span<const std::string_view> words);
  Outcome add_witness(std::span<const std::string_view> words);
  Outcome add_group(std::span<const std::string_view> words);
  Outcome add_beacon(std::span<const std::string_view> words);
  Outcome add_quorum(std::span<const std::string_view> words);
  Outcome add_contributor(std::span<const std::string_view> words);
  Outcome check_reachable() const;
  bool lists_witness_key(View key) const;
  bool defines(std::string_view name) const;
  bool is_member(std::string_view name) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<PolicyGroup> groups_;
  std::vector<KeyId> contributors_;
  std::vector<Hash> beacons_;
  std::string quorum_;
  std::vector<UncheckableWitness> uncheckable_;
};

}  // namespace liuhen::crypto
