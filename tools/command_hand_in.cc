// Content that an entry commits to and that the service has not got, handed in later: the entry's
// intent is sent once more, with the signatures that it has, and what opens its commitments.
#include <algorithm>

#include "api/client/url_fetcher.h"
#include "ledger/limits.h"
#include "ledger/tiles.h"
#include "projections/fields.h"
#include "projections/pool_openings.h"
#include "tools/commands.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

struct HandInAsked {
  std::uint64_t position = 0;
  std::string openings_file;
};

Result<Bytes> entry_at(Session& session, std::uint64_t position) {
  const auto log = session.get("/api/v1/log");
  if (!log) return log.error();
  const auto size = log->at("size").to_number<std::uint64_t>();
  const std::string number = std::to_string(position);
  if (position >= size) {
    return fail("request.absent", "账本中没有第 " + number + " 条记录",
                "the log has no entry " + number);
  }
  const auto to = session.connection();
  if (!to) return to.error();
  const std::uint64_t index = position / ledger::kTileWidth;
  const unsigned width = ledger::tile_width(0, index, size);
  const auto bundle = api::UrlFetcher(**to).entries(index, width);
  if (!bundle) return bundle.error();
  const auto entries = ledger::split_bundle(*bundle, width).entries;
  const std::uint64_t place = position % ledger::kTileWidth;
  if (place < entries.size()) return Bytes(entries[place].begin(), entries[place].end());
  return fail("fetch.failed", "服务没有给出第 " + number + " 条记录",
              "the service did not give entry " + number);
}

// The key of the pool that the entry announces, if that is what it does, and a supervisor's key is
// at hand to which it was sealed.
Result<std::optional<ledger::Opening>> pool_key_in(Session& session, const ledger::Event& event) {
  using ledger::schema::DrawAnnounced;
  if (event.tag() != ledger::PayloadTag::DrawAnnounced || session.target().keys.empty())
    return std::optional<ledger::Opening>();
  const auto keys = session.keys();
  if (!keys) return keys.error();
  const auto announcement = projections::unpacked(event.payload<DrawAnnounced>());
  const auto key = projections::opened_pool_key(announcement, (*keys)->front().key);
  if (!key) return key.error();
  auto opening = crypto::draw::pool_key_opening(*key);
  const Hash commitment = opening.commitment();
  return std::optional<ledger::Opening>(
      {.commitment = commitment, .salt = opening.salt, .bytes = std::move(opening.bytes)});
}

Result<std::vector<ledger::Opening>> openings_for(Session& session, const HandInAsked& asked,
                                                  const ledger::Event& event) {
  std::vector<ledger::Opening> openings;
  if (!asked.openings_file.empty()) {
    const auto text = read_text(asked.openings_file);
    if (!text) return text.error();
    auto parsed = projections::parse_pool_openings(*text);
    if (!parsed) return parsed.error();
    openings = std::move(*parsed);
  }
  auto key = pool_key_in(session, event);
  if (!key) return key.error();
  if (*key) openings.push_back(std::move(**key));
  std::vector<Hash> committed = ledger::commitments_of(event.intent());
  std::ranges::sort(committed);
  std::erase_if(openings, [&](const ledger::Opening& opening) {
    return !std::ranges::binary_search(committed, opening.commitment);
  });
  if (!openings.empty()) return openings;
  const std::string number = std::to_string(asked.position);
  return fail("openings.absent", "没有能打开第 " + number + " 条记录所列承诺的内容",
              "nothing at hand opens a commitment of entry " + number);
}

json::object again(const ledger::Event& event, std::span<const ledger::Opening> openings) {
  json::array signatures, opened;
  const std::vector<Signature> all = event.signatures();
  for (std::size_t i = 0; i < all.size(); ++i) {
    signatures.push_back(
        {{"key", to_hex(event.intent().author(i))}, {"signature", to_hex(all[i])}});
  }
  for (const ledger::Opening& opening : openings) {
    opened.push_back({{"commitment", to_hex(opening.commitment)},
                      {"salt", to_hex(opening.salt)},
                      {"bytes", to_base64(opening.bytes)}});
  }
  return {{"intent", to_base64(event.intent().bytes())},
          {"signatures", std::move(signatures)},
          {"openings", std::move(opened)}};
}

Outcome hand_in(Session& session, const HandInAsked& asked) {
  const auto bytes = entry_at(session, asked.position);
  if (!bytes) return bytes.error();
  const auto event = ledger::Event::parse(*bytes);
  if (!event) return event.error();
  const auto openings = openings_for(session, asked, *event);
  if (!openings) return openings.error();
  std::span<const ledger::Opening> rest(*openings);
  while (!rest.empty()) {
    const auto some = rest.first(std::min(rest.size(), ledger::kOpeningsMax));
    if (auto sent = session.post("/api/v1/intents", again(*event, some)); !sent)
      return sent.error();
    rest = rest.subspan(some.size());
  }
  const std::string count = std::to_string(openings->size());
  const std::string number = std::to_string(asked.position);
  session.environment().say(
      "已补交第 " + number + " 条记录所列承诺的内容 " + count +
          " 份：服务缺的已收存，已有的不变，已删除的不再收",
      "handed in what " + count + " commitments of entry " + number +
          " hide: the service keeps what it lacked, and takes nothing that was erased");
  return ok();
}

}  // namespace

void add_hand_in_command(Program& program) {
  auto asked = std::make_shared<HandInAsked>();
  CLI::App* command = program.command(
      &program.app, "hand-in", "补交某条记录的受限内容：服务没有收到，或丢失了的",
      "hand in later what an entry commits to: what the service did not get, or lost");
  program.signs(command);
  command
      ->add_option("position", asked->position, program.help("记录的位置", "the entry's position"))
      ->required();
  command->add_option(
      "--openings", asked->openings_file,
      program.help("受限内容文件（liuhen conflict declare --out，或 liuhen-verify "
                   "--write-openings 所写）；受限名录的密钥用指定监督人的 --key 打开",
                   "a file of openings (written by liuhen conflict declare --out, or liuhen-verify "
                   "--write-openings); the key of a restricted pool is opened by the --key of a "
                   "supervisor named"));
  program.act(command, [asked](Session& session) { return hand_in(session, *asked); });
}

}  // namespace liuhen::tools
