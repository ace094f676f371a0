// FlatBuffers as JSON by the names of the schema: bytes in hexadecimal, enum values by name, every
// field present.
#pragma once

#include <flatbuffers/flatbuffers.h>
#include <flatbuffers/minireflect.h>

#include <boost/json.hpp>

namespace liuhen::api::server {

// `table` has been verified.
boost::json::object table_json(const std::uint8_t* table, const flatbuffers::TypeTable* type);

template <class Object>
boost::json::object object_json(const Object& object) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  builder.Finish(Object::TableType::Pack(builder, &object));
  return table_json(flatbuffers::GetRoot<std::uint8_t>(builder.GetBufferPointer()),
                    Object::TableType::MiniReflectTypeTable());
}

}  // namespace liuhen::api::server
