#include "api/server/pool_opener.h"

#include <memory>

#include "ledger/content_block.h"

namespace liuhen::api::server {
namespace {

// Rows of one import lie side by side, so the last entry is kept.
class RowReader {
 public:
  explicit RowReader(ledger::Storage& storage) : storage_(storage) {}

  std::optional<Hash> commitment(const projections::SubjectVersion& version) {
    if (position_ != version.position && !read(version.position)) return std::nullopt;
    const auto* rows = event_->payload<ledger::schema::SubjectsImported>().rows();
    const auto* restricted = rows->Get(version.row)->restricted();
    if (restricted == nullptr) return std::nullopt;
    const auto hash = exactly<32>(View(restricted->data(), restricted->size()));
    return hash ? std::optional(*hash) : std::nullopt;
  }

 private:
  bool read(std::uint64_t position) {
    position_.reset();
    auto found = storage_.get(ledger::Family::entries, ledger::key_of_number(position));
    if (!found || !*found) return false;
    bytes_ = std::move(**found);
    auto event = ledger::Event::parse(view_of(bytes_));
    if (!event || event->tag() != ledger::PayloadTag::SubjectsImported) return false;
    event_ = std::move(*event);
    position_ = position;
    return true;
  }

  ledger::Storage& storage_;
  std::optional<std::uint64_t> position_;
  std::string bytes_;
  std::optional<ledger::Event> event_;
};

std::optional<Bytes> bytes_in(Result<std::optional<ledger::Opening>> opening) {
  if (!opening || !*opening) return std::nullopt;
  return std::move((*opening)->bytes);
}

}  // namespace

std::optional<crypto::draw::PoolKey> pool_key_in(View bytes) {
  auto key = crypto::draw::PoolKey::from(bytes);
  if (!key) return std::nullopt;
  return std::move(*key);
}

projections::PoolOpener pool_opener(ledger::RestrictedStore& restricted, ledger::Storage& storage) {
  const auto rows = std::make_shared<RowReader>(storage);
  const auto contents = std::make_shared<ledger::BlockReader>(restricted);
  return {
      .key = [&restricted](const ledger::schema::DrawAnnouncedT& announcement)
          -> std::optional<crypto::draw::PoolKey> {
        const auto commitment = exactly<32>(View(announcement.pool_key_hash));
        auto bytes = commitment ? bytes_in(restricted.get(*commitment)) : std::nullopt;
        if (!bytes) return std::nullopt;
        auto key = pool_key_in(*bytes);
        sodium_memzero(bytes->data(), bytes->size());
        return key;
      },
      .commitment =
          [rows](const projections::SubjectVersion& version) { return rows->commitment(version); },
      .content =
          [contents](const Hash& commitment, std::uint64_t position) {
            return bytes_in(contents->get(commitment, position));
          }};
}

}  // namespace liuhen::api::server
