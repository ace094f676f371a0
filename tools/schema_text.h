// The schemas as text, for reading JSON by them. Written by the build from ledger/schema.
#pragma once

namespace liuhen::tools {

extern const char* const kSchemaText;

}  // namespace liuhen::tools
