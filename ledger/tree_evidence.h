// Checkpoints that a log signed and that do not continue what a static tree's directory holds of
// it: kept there for everyone who asks, a few of each kind (docs/formats/tiles.md, "Evidence").
#pragma once

#include <string>
#include <vector>

#include "crypto/note.h"
#include "ledger/tree_folder.h"
#include "ledger/tree_head.h"

namespace liuhen::ledger {

// Of each kind of doubt: a source that offers many can push out neither those before nor those
// after.
inline constexpr std::size_t kTreeEvidenceFirstMax = 4;   // the first that come
inline constexpr std::size_t kTreeEvidenceNewestMax = 4;  // and of the rest the newest

enum class TreeDoubt { fork, unproven, behind };

// Used by one thread, whose run holds the folder.
class TreeEvidence {
 public:
  explicit TreeEvidence(TreeFolder& folder) : folder_(folder) {}

  struct Kept {
    std::string offered, held;  // paths
  };
  // Keeps both notes durably, as evidence/<kind>-<size>-<first 16 hex digits of its root> and
  // evidence/held-…. What has become a fork is of no other kind any more. Errors: `export.io`.
  Result<Kept> keep(TreeDoubt doubt, const SignedHead& offered, const SignedHead& held);

  std::vector<SignedHead> unproven(const crypto::NoteKey& log) const;  // those that are whole
  void forget(TreeDoubt doubt, const SignedHead& offered);

 private:
  std::vector<std::string> names(const std::string& prefix) const;
  Outcome put(const std::string& name, const SignedHead& head);
  void trim(const std::vector<std::string>& oldest_first);
  void trim_held();

  TreeFolder& folder_;
};

}  // namespace liuhen::ledger
