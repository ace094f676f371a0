// Verifier keys of signature types that this program cannot check: ML-DSA-44 (0x06, C2SP
// tlog-cosignature), for which OpenSSL 3.0 has nothing, and whatever C2SP signed-note assigns
// later. Only the form of such a key is read (docs/formats/policy.md).
#pragma once

#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace liuhen::crypto {

inline constexpr std::uint8_t kMlDsa44Type = 0x06;
inline constexpr std::size_t kMlDsa44KeySize = 1'312;  // bytes

struct UncheckableKey {
  std::string name;
  std::uint32_t id = 0;  // as written: only types 0x01 to 0x06 say how theirs is computed
  std::uint8_t type = 0;
  Bytes key;  // never empty

  std::string vkey() const;  // as it was read

  bool operator==(const UncheckableKey&) const = default;
};

// Fails (`note.vkey`) on any text that vkey() would not give, on the types that can be checked, and
// on a key of type 0x06 whose length or id is not an ML-DSA-44 key's.
Result<UncheckableKey> parse_uncheckable_vkey(std::string_view vkey);

}  // namespace liuhen::crypto
