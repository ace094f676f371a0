// Reading the fields of a payload.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <string_view>

#include "crypto/bytes.h"

namespace liuhen::projections {

// Fields of a payload; an absent one is empty.
inline std::string_view text(const flatbuffers::String* field) {
  return field == nullptr ? std::string_view() : std::string_view(field->c_str(), field->size());
}
inline View raw(const flatbuffers::Vector<std::uint8_t>* field) {
  return field == nullptr ? View() : View(field->data(), field->size());
}

template <class Table>
typename Table::NativeTableType unpacked(const Table& table) {
  typename Table::NativeTableType object;
  table.UnPackTo(&object);
  return object;
}

}  // namespace liuhen::projections
