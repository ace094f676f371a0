#include "api/server/payload_json.h"

#include <vector>

#include "crypto/bytes.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using flatbuffers::ElementaryType;

class Writer final : public flatbuffers::IterationVisitor {
 public:
  json::object take() { return std::move(result_.as_object()); }

  void StartSequence() override { open_.push_back({json::object(), name_, false}); }
  void EndSequence() override { close(); }
  void Field(std::size_t, std::size_t, ElementaryType type, bool is_vector,
             const flatbuffers::TypeTable* table, const char* name, const std::uint8_t*) override {
    name_ = name;
    bytes_ = is_vector && type == flatbuffers::ET_UCHAR && table == nullptr;
  }
  void StartVector() override { open_.push_back({json::array(), name_, bytes_}); }
  void EndVector() override {
    if (open_.back().bytes) {
      Bytes raw;
      for (const json::value& byte : open_.back().value.as_array())
        raw.push_back(static_cast<std::uint8_t>(byte.to_number<unsigned>()));
      open_.back().value = to_hex(raw);
    }
    close();
  }
  void UType(std::uint8_t, const char* name) override { add(name == nullptr ? "unknown" : name); }
  void Bool(bool x) override { add(x); }
  void Char(std::int8_t x, const char* name) override { named(x, name); }
  void UChar(std::uint8_t x, const char* name) override { named(x, name); }
  void Short(std::int16_t x, const char* name) override { named(x, name); }
  void UShort(std::uint16_t x, const char* name) override { named(x, name); }
  void Int(std::int32_t x, const char* name) override { named(x, name); }
  void UInt(std::uint32_t x, const char* name) override { named(x, name); }
  void Long(std::int64_t x) override { add(x); }
  void ULong(std::uint64_t x) override { add(x); }
  void String(const flatbuffers::String* text) override {
    add(json::string(text->c_str(), text->size()));
  }

 private:
  struct Open {
    json::value value;
    std::string name;    // in what encloses it
    bool bytes = false;  // a vector of bytes, whatever the fields inside it were
  };

  template <class T>
  void named(T x, const char* name) {
    if (name != nullptr) {
      add(name);
    } else {
      add(x);
    }
  }
  void add(json::value value) { put(std::move(value), name_); }
  void put(json::value value, const std::string& name) {
    json::value& into = open_.back().value;
    if (into.is_array()) {
      into.get_array().push_back(std::move(value));
    } else {
      into.get_object()[name] = std::move(value);
    }
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      result_ = std::move(done.value);
    } else {
      put(std::move(done.value), done.name);
    }
  }

  std::vector<Open> open_;
  std::string name_;
  bool bytes_ = false;
  json::value result_;
};

}  // namespace

json::object table_json(const std::uint8_t* table, const flatbuffers::TypeTable* type) {
  Writer writer;
  flatbuffers::IterateObject(table, type, &writer);
  return writer.take();
}

}  // namespace liuhen::api::server
