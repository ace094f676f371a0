// Every bound of the ledger, by name. Formats that depend on one say so in docs/formats/.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liuhen::ledger {

inline constexpr std::size_t kEntryBytesMax = 65'535;   // an entry bundle's length prefix is a u16
inline constexpr std::size_t kIntentBytesMax = 64'000;  // leaves room for the entry around it
inline constexpr std::size_t kAuthorsMax = 2;
inline constexpr std::size_t kStreamBytesMax = 200;
inline constexpr std::size_t kOriginBytesMax = 200;
inline constexpr std::size_t kIdBytesMax = 64;     // ids, codes and other short words in a payload
inline constexpr std::size_t kNameBytesMax = 400;  // names and labels
inline constexpr std::size_t kTextBytesMax = 8'192;  // reasons, opinions, contents
inline constexpr std::size_t kRowsMax = 2'000;       // tables, or strings, in one list of a payload
inline constexpr std::size_t kOpeningBytesMax = 16'384;  // content behind one commitment
inline constexpr std::size_t kOpeningsMax = 1'024;       // commitments opened by one submission
inline constexpr std::size_t kPendingMax = 10'000;       // half-signed intents waiting
inline constexpr std::size_t kPendingEachMax = 256;      // of them that one key has signed
inline constexpr std::size_t kQueueMax = 8'192;          // submissions waiting for the sequencer
inline constexpr std::size_t kBatchEntriesMax = 1'024;   // entries in one synced batch
inline constexpr std::size_t kBatchBytesMax = 8u << 20;  // what intents put; full past it
// Has to be free before a ledger whose disk was full writes again.
inline constexpr std::uint64_t kRoomBytesMin = 2 * kBatchBytesMax;
inline constexpr std::uint64_t kRoomFilesMin = 32;  // opening makes a file a family, and a few
inline constexpr std::uint64_t kIntentLifeMaxS =
    7 * 86'400;  // an intent may not expire later than this

}  // namespace liuhen::ledger
