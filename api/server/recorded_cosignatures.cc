#include "api/server/recorded_cosignatures.h"

#include "projections/fields.h"
#include "projections/witnessed.h"

namespace liuhen::api::server {

Result<std::string> recorded_note(const Backend& backend, std::uint64_t size,
                                  std::uint64_t position) {
  const Result<std::string> entry = backend.entry(position);
  if (!entry) return entry.error();
  const Result<ledger::Event> event = ledger::Event::parse(view_of(*entry));
  if (!event) return event.error();
  const auto& payload = event->payload<ledger::schema::CheckpointWitnessed>();
  if (backend.publisher != nullptr &&
      !projections::witnessed_time(backend.publisher->policy(), backend.origin, payload))
    return std::string();
  const auto note = backend.storage.get(ledger::Family::checkpoints, ledger::key_of_number(size));
  if (!note) return note.error();
  if (!*note) return std::string();
  std::string body = **note;
  for (const auto* line : *payload.cosignatures()) {
    body += projections::text(line);
    body += '\n';
  }
  return body;
}

}  // namespace liuhen::api::server
