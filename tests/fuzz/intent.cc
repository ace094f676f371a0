// Intents: what is accepted keeps its meaning through the object form, and reads as plain JSON.
#include "ledger/intent.h"

#include <boost/json/parse.hpp>

#include "ledger/describe.h"
#include "ledger/limits.h"

namespace liuhen::ledger {
namespace {

void check_described(const std::string& text) {
  for (const char c : text) LIUHEN_CHECK(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
  boost::system::error_code problem;
  boost::json::parse(text, problem);
  LIUHEN_CHECK(!problem);
}

void check(View bytes) {
  const auto intent = IntentView::parse(bytes);
  if (!intent) return;
  LIUHEN_CHECK(bytes.size() <= kIntentBytesMax);
  LIUHEN_CHECK(intent->author_count() >= 1 && intent->author_count() <= kAuthorsMax);
  LIUHEN_CHECK(!intent->stream().empty() && intent->stream().size() <= kStreamBytesMax);
  const std::string described = describe_json(*intent);
  check_described(described);
  LIUHEN_CHECK(commitments_of(*intent).size() <= kIntentBytesMax / 32);
  const Signature none{};
  LIUHEN_CHECK(!verify_signatures(*intent, std::vector(intent->author_count(), none)));

  // Nothing is shared in an accepted buffer, so written anew it cannot be much longer.
  if (!intent->known() || bytes.size() > kIntentBytesMax / 3) return;
  schema::IntentT object;
  intent->fields().UnPackTo(&object);
  const Bytes again = encode(object);
  const auto reread = IntentView::parse(again);
  LIUHEN_CHECK(reread && reread->known() && describe_json(*reread) == described);
}

}  // namespace
}  // namespace liuhen::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::ledger::check({data, size});
  return 0;
}
