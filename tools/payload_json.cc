#include "tools/payload_json.h"

#include <flatbuffers/idl.h>

#include "tools/schema_text.h"

namespace liuhen::tools {

namespace {

// An intent around the payload: the parser resolves a union only inside a table that has it.
std::string around(std::string_view kind, std::string_view payload) {
  std::string text =
      R"({"origin":"","id":[],"stream":"","authors":[],"seen_root":[],"payload_type":")";
  text += kind;
  text += R"(","payload":)";
  text += payload;
  text += "}";
  return text;
}

}  // namespace

Result<ledger::schema::PayloadUnion> payload_from_json(std::string_view kind,
                                                       std::string_view json) {
  bool known = false;
  for (const char* const* name = ledger::schema::EnumNamesPayload(); *name != nullptr; ++name) {
    known = known || (kind == *name && kind != "NONE");
  }
  if (!known) {
    return fail("payload.kind", "没有名为 “" + std::string(kind) + "” 的事件种类",
                "there is no kind of event called '" + std::string(kind) + "'");
  }
  flatbuffers::IDLOptions options;
  options.skip_unexpected_fields_in_json = false;
  flatbuffers::Parser parser(options);
  LIUHEN_CHECK(parser.Parse(kSchemaText));
  if (!parser.Parse(around(kind, json).c_str())) {
    return fail("payload.json", "JSON 不符合 " + std::string(kind) + "：" + parser.error_,
                "the JSON is not a " + std::string(kind) + ": " + parser.error_);
  }
  ledger::schema::IntentT intent;
  flatbuffers::GetRoot<ledger::schema::Intent>(parser.builder_.GetBufferPointer())
      ->UnPackTo(&intent);
  return std::move(intent.payload);
}

}  // namespace liuhen::tools
