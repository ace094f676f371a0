#include "ledger/typed_intent.h"

namespace liuhen::ledger {

Result<Bytes> encode_typed(const schema::IntentT& intent) {
  flatbuffers::FlatBufferBuilder builder(4096);
  schema::FinishIntentBuffer(builder, schema::Intent::Pack(builder, &intent));
  Bytes bytes(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  const auto parsed = IntentView::parse(bytes);
  if (!parsed) return parsed.error();
  return bytes;
}

}  // namespace liuhen::ledger
