// Entries of the log: what is accepted holds an intent that would be accepted alone, and says the
// same when written anew.
#include <algorithm>

#include "crypto/merkle.h"
#include "ledger/describe.h"
#include "ledger/event.h"
#include "ledger/limits.h"

namespace liuhen::ledger {
namespace {

void check(View bytes) {
  const auto event = Event::parse(bytes);
  if (!event) return;
  LIUHEN_CHECK(bytes.size() <= kEntryBytesMax && event->leaf_hash() == crypto::leaf_hash(bytes));
  const auto alone = IntentView::parse(event->intent().bytes());
  LIUHEN_CHECK(alone && describe_json(*alone) == describe_json(event->intent()));
  LIUHEN_CHECK(!describe_json(*event).empty());
  const std::vector<std::string> streams = streams_of(*event);
  LIUHEN_CHECK(std::find(streams.begin(), streams.end(), event->intent().stream()) !=
               streams.end());

  const std::vector<Signature> signatures = event->signatures();
  LIUHEN_CHECK(signatures.size() <= kAuthorsMax);
  (void)verify_signatures(event->intent(), signatures);
  const Bytes again = encode_entry(event->position(), event->time(), event->previous(),
                                   event->intent().bytes(), signatures);
  const auto reread = Event::parse(again);
  LIUHEN_CHECK(reread && reread->position() == event->position());
  LIUHEN_CHECK(reread->time() == event->time() && reread->previous() == event->previous());
  LIUHEN_CHECK(reread->signatures() == signatures);
  LIUHEN_CHECK(text_of(reread->intent().bytes()) == text_of(event->intent().bytes()));
}

}  // namespace
}  // namespace liuhen::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::ledger::check({data, size});
  return 0;
}
