#include "api/server/draw_proof.h"

#include <algorithm>

#include "api/server/pool_opener.h"
#include "projections/row_file.h"
#include "projections/streams.h"

namespace liuhen::api::server {
namespace {

// Entries and streams out of the store, inclusion out of the read model's tree.
class ServedLog final : public projections::ProofSource {
 public:
  ServedLog(const Backend& backend, const ReadModel::Reading& reading)
      : backend_(backend), reading_(reading) {}

  // Notes what the checkpoint has to cover: all that there is of the draw and of its tasks.
  Outcome look_at(const projections::Draw& draw) {
    for (std::size_t stream = 0; stream <= draw.tasks.size(); ++stream) {
      const auto all = positions(
          stream == 0 ? draw.stream : projections::task_stream_of(draw.stream, stream - 1));
      if (!all) return all.error();
      if (!all->empty()) last_ = std::max(last_, all->back());
    }
    return ok();
  }

  // One that the reading covers: a later one may be there by now, and the tree does not reach it.
  // One that is cosigned, if it covers what has to be shown.
  Result<std::string> checkpoint() override {
    const auto cosigned = backend_.publisher == nullptr ? std::optional<CosignedCheckpoint>()
                                                        : backend_.publisher->newest();
    if (cosigned && cosigned->checkpoint.size > last_ &&
        cosigned->checkpoint.size <= reading_.size())
      return {boost::system::in_place_value, cosigned->note};
    auto note =
        backend_.storage.get(ledger::Family::checkpoints, ledger::key_of_number(reading_.size()));
    if (!note) return note.error();
    if (*note) return {boost::system::in_place_value, std::move(**note)};
    std::string last;
    const Outcome scanned = backend_.storage.scan(
        ledger::Family::checkpoints, "", [&](std::string_view key, std::string_view value) {
          if (ledger::number_of_key(key) > reading_.size()) return false;
          last = value;
          return true;
        });
    if (!scanned) return scanned.error();
    if (last.empty()) return absent("账本还没有检查点", "the log has no checkpoint yet");
    return {boost::system::in_place_value, std::move(last)};
  }

  Result<Bytes> entry(std::uint64_t position) override {
    auto bytes = backend_.entry(position);
    if (!bytes) return bytes.error();
    const View view = view_of(*bytes);
    return Bytes(view.begin(), view.end());
  }

  Result<crypto::Proof> inclusion(std::uint64_t position, std::uint64_t size) override {
    return reading_.tree().inclusion(position, size);
  }

  Result<std::vector<std::uint64_t>> positions(const std::string& stream) override {
    const std::string prefix = stream + '\0';
    std::vector<std::uint64_t> out;
    const Outcome scanned = backend_.storage.scan(
        ledger::Family::streams, prefix, [&](std::string_view key, std::string_view) {
          if (!key.starts_with(prefix)) return false;
          out.push_back(ledger::number_of_key(key.substr(prefix.size())));
          return true;
        });
    if (!scanned) return scanned.error();
    return out;
  }

 private:
  const Backend& backend_;
  const ReadModel::Reading& reading_;
  std::uint64_t last_ = 0;
};

}  // namespace

Result<std::string> draw_proof(const Backend& backend, const ReadModel::Reading& reading,
                               const projections::Draw& draw) {
  ServedLog source(backend, reading);
  if (Outcome looked = source.look_at(draw); !looked) return looked.error();
  if (!draw.is_restricted()) return projections::build_proof_file(reading.state(), draw, source);
  return projections::build_proof_file(reading.state(), draw, source,
                                       pool_opener(backend.restricted, backend.storage));
}

Result<std::string> draw_row(const Backend& backend, const ReadModel::Reading& reading,
                             const projections::Draw& draw, std::string_view subject) {
  ServedLog source(backend, reading);
  if (Outcome looked = source.look_at(draw); !looked) return looked.error();
  return projections::build_row_file(reading.state(), draw, subject, source);
}

}  // namespace liuhen::api::server
