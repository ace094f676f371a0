// How much the service takes from anyone. Beyond each there is a refusal with its own status.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liuhen::api {

inline constexpr std::uint32_t kHeaderBytesMax = 16u << 10;  // 431
// Read and not yet understood: what a line of a chunk, or a trailer, may take at most; 431.
inline constexpr std::size_t kReadBufferBytesMax = 64u << 10;
// Of an answer, before it: 100, 103 and the like (RFC 9110 section 15.2).
inline constexpr unsigned kInterimAnswersMax = 8;
// Every body: an intent with its openings, a draft, kDiffRowsMax rows to compare (63 bytes each at
// most); 413.
inline constexpr std::size_t kBodyBytesMax = 1u << 20;
// Read of a body that is refused and thrown away, so that the refusal still arrives.
inline constexpr std::size_t kRefusedBytesMax = 16u << 20;
inline constexpr std::size_t kResponseBytesMax = 512u << 20;  // what a client reads of one answer
inline constexpr unsigned kConnectionsMax = 1'024;            // a further one is closed at once
inline constexpr unsigned kAddressConnectionsMax = 256;       // of them from one address
// Requests from one address, each intent of a batch counting as one; 429.
inline constexpr std::uint32_t kAddressPerS = 500;
inline constexpr std::uint32_t kAddressBurst = 2'000;
inline constexpr std::uint32_t kAuthorPerS = 1'000;  // intents signed with one key; 429
inline constexpr std::uint32_t kAuthorBurst = 10'000;
inline constexpr std::size_t kRateBuckets = 65'536;  // eight bytes each
inline constexpr unsigned kIdleTimeoutS = 60;        // between two requests
inline constexpr unsigned kRequestTimeoutS = 30;     // from a request's first byte to its last
inline constexpr unsigned kResponseTimeoutS = 300;   // for sending an answer, at most
inline constexpr unsigned kResponseBaseS = 30;       // of it for any answer, and a second more for
inline constexpr std::size_t kResponseBytesPerS = 64u << 10;  // each of these
// For a reader to take each further 64 KiB of a large answer.
inline constexpr unsigned kPieceTimeoutS = 10;
inline constexpr std::size_t kProofBytesPerRequest = 16u << 10;  // so much counts as one more
// Of large answers that are not sent yet, all together; one address has a quarter; 503.
inline constexpr std::size_t kAnswersBytesMax = 256u << 20;
inline constexpr std::size_t kBodiesBytesMax = 256u << 20;
inline constexpr std::size_t kSmallAnswerBytes = 64u << 10;  // these do not count
inline constexpr unsigned kStreamsMax = 512;          // answers without an end at a time; 503
inline constexpr unsigned kAddressStreamsMax = 64;    // of them for one address; 429
inline constexpr unsigned kStreamChunkTimeoutS = 30;  // for a reader to take one chunk of those
inline constexpr unsigned kStopTimeoutS = 10;         // for requests under way when stopping
inline constexpr unsigned kIoThreads = 2;
inline constexpr unsigned kWorkers = 16;        // requests answered at the same time: reads,
inline constexpr unsigned kWriteWorkers = 16;   // and writes: a disk that hangs holds up no reader
inline constexpr unsigned kQuickWorkers = 4;    // health, metrics, checkpoints, tiles, feeds
inline constexpr unsigned kAddressWorkers = 4;  // of each kind, for one address at a time
inline constexpr unsigned kWorkerQueueMax = 1'024;  // requests waiting for a worker; 503
inline constexpr unsigned kAddressWaitingMax = 64;  // of them, of each kind, from one address; 503
inline constexpr unsigned kRetryAfterS = 1;
inline constexpr unsigned kReadWaitMs = 10'000;      // for the read model to catch up; 503
inline constexpr std::size_t kGzipBytesMin = 1'024;  // smaller bundles of entries go as they are
inline constexpr std::size_t kIntentsMax = 256;      // in one request
inline constexpr std::uint64_t kPageRowsDefault = 100;
inline constexpr std::uint64_t kPageRowsMax = 1'000;
inline constexpr std::size_t kPageBytesMax = 1u << 20;      // of entries described, the last aside
inline constexpr std::size_t kDiffRowsMax = 10'000;         // rows compared in one request
inline constexpr std::size_t kDisclosureBytesMax = 60'000;  // visits in one DrawDisclosed, encoded
inline constexpr std::size_t kWitnessesMax = 32;            // that one service asks to cosign
inline constexpr std::size_t kWitnessResponseBytesMax = 128u << 10;
inline constexpr unsigned kWitnessAnswerMs = 10'000;
inline constexpr unsigned kWitnessFirstMs = 2'000;  // a start waits so long for what they hold
// A log that has entries is not written to, after a start, until every witness has answered or
// failed to: each is asked three times at most, one after another.
inline constexpr unsigned kWitnessHoldMs = 3 * kWitnessAnswerMs;
inline constexpr unsigned kWitnessRoundMs = 5'000;
inline constexpr unsigned kWitnessRetryFirstMs = 500;
inline constexpr unsigned kWitnessRetryMostMs = 60'000;
inline constexpr std::size_t kCosignedKeptMax = 256;  // checkpoints with cosignatures, in memory
inline constexpr std::size_t kBeaconBytesMax = 16u << 10;  // what a beacon says of one round
inline constexpr unsigned kBeaconTimeoutMs = 5'000;        // for one round; then it is tried again
inline constexpr std::uint64_t kReadyLagEntriesMax = 8'192;  // of the read model; beyond: not ready
inline constexpr unsigned kSlowWriteMs = 10'000;  // of a write under way; beyond: not ready
inline constexpr unsigned kSlowPurgeMs = 300'000;  // of what was erased, from the disk; not ready
inline constexpr std::uint64_t kDiskAvailableBytesMin = 256u << 20;  // below: not ready
inline constexpr std::size_t kLogLinesMax = 8'192;       // of the service's log, waiting; dropped
inline constexpr unsigned kLogStopTimeoutMs = 2'000;     // for writing them when stopping
inline constexpr std::size_t kFeedKindsMax = 32;         // kinds of events that one feed names; 400
inline constexpr std::size_t kFeedScanEntriesMax = 512;  // looked through by one turn of a feed
inline constexpr std::size_t kFeedChunkBytesMax = 64u << 10;  // sent by one turn, an event aside
inline constexpr unsigned kFeedHeartbeatS = 15;
inline constexpr std::uint64_t kSnapshotStopEntries = 1'000;  // new ones: a snapshot on stopping
inline constexpr std::uint64_t kSnapshotEntries = 10'000;     // a snapshot while running
inline constexpr unsigned kSnapshotPauseS = 300;              // after the last
inline constexpr std::uint64_t kSnapshotRoomBytes = 1u
                                                    << 30;  // on the disk; otherwise none is made
inline constexpr std::uint64_t kClockAheadMaxS = 300;       // of recorded time; beyond: not healthy
inline constexpr unsigned kCheckAgainS = 60;  // after what is stored could not be read
inline constexpr unsigned kConnectTimeoutMs = 10'000;
inline constexpr unsigned kAttempts = 10;              // of a program whose request came too early
inline constexpr unsigned kRetryWaitMaxS = 30;         // between two of them
inline constexpr unsigned kTlsCloseTimeoutS = 1;       // for the other side to say good-bye
inline constexpr unsigned kAnswerTimeoutMs = 600'000;  // a client waits so long for an answer

}  // namespace liuhen::api
