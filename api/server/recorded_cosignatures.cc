#include "api/server/recorded_cosignatures.h"

#include "crypto/merged_note.h"
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
  if (backend.publisher == nullptr) return body;
  // Earlier versions recorded any line, a bad one too, and nobody takes a note that has one.
  std::vector<crypto::NoteKey> known = backend.publisher->policy().keys_of(backend.origin);
  for (const crypto::PolicyWitness& witness : backend.publisher->policy().witnesses())
    known.push_back(witness.key);
  return crypto::merge_good_signatures("", body, known);
}

}  // namespace liuhen::api::server
