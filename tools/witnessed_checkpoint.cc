#include "tools/witnessed_checkpoint.h"

#include <chrono>
#include <thread>

#include "api/client/url_fetcher.h"
#include "ledger/tiles.h"
#include "projections/fields.h"
#include "tools/progress.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kAskEvery{500};

// Subtree roots of the tree of `size` leaves, from its tiles.
crypto::HashAt from_tiles(ledger::Fetcher& fetcher, std::uint64_t size) {
  return [&fetcher, size](unsigned level, std::uint64_t index) -> Result<Hash> {
    const unsigned inner = level % 8;
    const std::uint64_t first = index << inner;  // in hashes of the tile's level
    const std::uint64_t tile = first / ledger::kTileWidth;
    const unsigned width = ledger::tile_width(level / 8, tile, size);
    const auto bytes = fetcher.tile(level / 8, tile, width);
    if (!bytes) return bytes.error();
    const std::size_t from = first % ledger::kTileWidth, count = std::size_t{1} << inner;
    std::vector<Hash> hashes;
    for (std::size_t i = from; i < from + count && (i + 1) * 32 <= bytes->size(); ++i)
      hashes.push_back(exactly<32>(View(*bytes).subspan(i * 32, 32)).value());
    if (hashes.size() != count)
      return fail("fetch.failed", "服务给的瓦片不完整", "the service's tile is not whole");
    return crypto::root_of(hashes);
  };
}

// The bytes of the entry.
Result<Bytes> fetch_entry(ledger::Fetcher& fetcher, std::uint64_t position, std::uint64_t size) {
  const std::uint64_t index = position / ledger::kTileWidth;
  const Result<Bytes> bundle = fetcher.entries(index, ledger::tile_width(0, index, size));
  if (!bundle) return bundle.error();
  const auto split = ledger::split_bundle(*bundle, ledger::kTileWidth);
  const std::size_t at = position % ledger::kTileWidth;
  if (at >= split.entries.size())
    return fail("fetch.failed", "服务给的条目不完整", "the service's bundle is not whole");
  return Bytes(split.entries[at].begin(), split.entries[at].end());
}

Error another_event(const AnsweredEvent& meant) {
  return fail("draw.event",
              "第 " + std::to_string(meant.position) + " 条记录不是“" + meant.stream +
                  "”中的那件事：服务所说不实，请立即核查",
              "entry " + std::to_string(meant.position) +
                  " is not what the service says it is of \"" + meant.stream +
                  "\": look into it at once");
}

// Whether the event is the one meant.
Outcome check_event(const ledger::Event& event, const AnsweredEvent& meant) {
  if (event.position() == meant.position && event.tag() == meant.tag &&
      event.intent().stream() == meant.stream)
    return ok();
  return another_event(meant);
}

// Witnesses read no entries: whoever keeps another log could have one of this log's cosigned there.
Outcome check_log(const ledger::Event& event, const crypto::Checkpoint& checkpoint) {
  const std::string of(event.intent().origin());
  if (of == checkpoint.origin) return ok();
  return fail("session.log",
              "联署的检查点属于“" + checkpoint.origin + "”，这一条却是“" + of + "”的",
              "the cosigned checkpoint is of \"" + checkpoint.origin + "\", and the entry of \"" +
                  of + "\"");
}

Result<WitnessedCheckpoint> try_note(api::Connection& connection, const crypto::Policy& policy,
                                     const AnsweredEvent& meant, const std::string& target) {
  const auto response = connection.get(target);
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  const auto opened = policy.open(response->body);
  if (!opened) return opened.error();
  const crypto::Checkpoint& checkpoint = opened->checkpoint;
  if (checkpoint.size <= meant.position)
    return fail("draw.unseen",
                "联署的检查点（" + std::to_string(checkpoint.size) + " 条）还没有覆盖第 " +
                    std::to_string(meant.position) + " 条",
                "the cosigned checkpoint (" + std::to_string(checkpoint.size) +
                    " entries) does not cover entry " + std::to_string(meant.position) + " yet");
  api::UrlFetcher fetcher(connection);
  auto entry = fetch_entry(fetcher, meant.position, checkpoint.size);
  if (!entry) return entry.error();
  const auto event = ledger::Event::parse(*entry);  // borrows the entry
  if (!event) return event.error();
  if (auto checked = check_event(*event, meant); !checked) return checked.error();
  if (auto checked = check_log(*event, checkpoint); !checked) return checked.error();
  const auto proof = crypto::prove_inclusion(meant.position, checkpoint.size,
                                             from_tiles(fetcher, checkpoint.size));
  if (!proof) return proof.error();
  const auto included = crypto::verify_inclusion(meant.position, checkpoint.size,
                                                 event->leaf_hash(), *proof, checkpoint.root);
  if (!included) return included.error();
  const Hash leaf_hash = event->leaf_hash();
  return WitnessedCheckpoint{
      .checkpoint = checkpoint, .leaf_hash = leaf_hash, .entry = std::move(*entry)};
}

}  // namespace

Result<crypto::Policy> read_witness_policy(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  auto policy = crypto::Policy::parse(*text);
  if (policy && !policy->needs_witnesses())
    return fail("draw.policy_none",
                "策略 " + path + " 不要求见证人（quorum none），什么也证明不了；请写明见证人",
                "the policy " + path +
                    " asks for no witnesses (quorum none), which proves nothing; name witnesses");
  return policy;
}

Outcome check_of_same_log(Session& session, const WitnessedCheckpoint& witnessed,
                          const AnsweredEvent& earlier, const Hash& leaf_hash) {
  auto connection = session.connection();
  if (!connection) return connection.error();
  api::UrlFetcher fetcher(**connection);
  const auto entry = fetch_entry(fetcher, earlier.position, witnessed.checkpoint.size);
  if (!entry) return entry.error();
  const auto event = ledger::Event::parse(*entry);
  if (!event) return event.error();
  if (event->leaf_hash() != leaf_hash) return another_event(earlier);
  if (auto checked = check_event(*event, earlier); !checked) return checked;
  return check_log(*event, witnessed.checkpoint);
}

Result<WitnessedCheckpoint> await_witnessed(Session& session, const crypto::Policy& policy,
                                            const AnsweredEvent& event, unsigned wait_s) {
  auto connection = session.connection();
  if (!connection) return connection.error();
  ProgressLine progress(session.environment(), "等待见证人联署", "waiting for witnesses");
  const auto start = steady_clock::now();
  for (;;) {
    Error last;
    for (const std::string& target :
         {"/checkpoint/witnessed?covers=" + std::to_string(event.position),
          std::string("/checkpoint")}) {
      auto found = try_note(**connection, policy, event, target);
      if (found || found.error().code == "draw.event") return found;
      last = found.error();
    }
    const auto waited = std::chrono::duration_cast<seconds>(steady_clock::now() - start).count();
    if (static_cast<std::uint64_t>(waited) >= wait_s) {
      return fail(
          "draw.unwitnessed",
          "等了 " + std::to_string(wait_s) +
              " 秒，没有覆盖此事的、经策略所要求的见证人联署的检查点，故不签名。请查明见证人为何没"
              "有"
              "联署，或稍后再试。最后一次的原因：" +
              last.zh,
          "after " + std::to_string(wait_s) +
              " s there is no checkpoint that covers this with the cosignatures that the policy "
              "asks for, so nothing was signed. Find out why the witnesses have not cosigned, or "
              "try later. What was met last: " +
              last.en);
    }
    progress(static_cast<std::uint64_t>(waited), wait_s);
    std::this_thread::sleep_for(kAskEvery);
  }
}

}  // namespace liuhen::tools
