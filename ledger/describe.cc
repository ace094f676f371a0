#include "ledger/describe.h"

#include <flatbuffers/minireflect.h>

namespace liuhen::ledger {
namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeTable;

void add_escaped(std::uint32_t unit, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift = 16; shift > 0; shift -= 4) out += kDigits[unit >> (shift - 4) & 0xf];
}

// Of the characters encoded in two or three bytes, those that change how their neighbours are
// shown, or are not shown themselves.
bool is_unseen(std::uint32_t c) {
  return (c >= 0x80 && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb);
}

std::uint32_t continuation(char c) { return static_cast<std::uint8_t>(c) & 0x3fU; }

// The text is UTF-8: whoever parsed the intent has checked it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += {'\\', text[i]};
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      add_escaped(byte, out);
    } else if (byte >= 0xc0 && byte < 0xf0) {
      const std::size_t size = byte < 0xe0 ? 2 : 3;
      LIUHEN_CHECK(text.size() - i >= size);
      std::uint32_t c = byte & (size == 2 ? 0x1fU : 0x0fU);
      for (std::size_t k = 1; k < size; ++k) c = c << 6 | continuation(text[i + k]);
      if (is_unseen(c)) {
        add_escaped(c, out);
      } else {
        out += text.substr(i, size);
      }
      i += size - 1;
    } else {
      out += text[i];
    }
  }
  return out + '"';
}

std::string name_or_number(std::uint8_t value, const char* name) {
  return name == nullptr ? std::to_string(value) : in_quotes(name);
}

class Writer final : public flatbuffers::IterationVisitor {
 public:
  explicit Writer(std::size_t depth) : depth_(depth) {}
  std::string take() { return std::move(out_); }

  // A member that the schema does not have.
  void member(std::string_view name, std::string_view json, bool first = false) {
    if (!first) out_ += ',';
    new_line();
    out_ += in_quotes(name) + ": ";
    out_ += json;
  }

  void StartSequence() override {
    out_ += '{';
    ++depth_;
    if (leading_.empty()) return;
    member("known", leading_, true);
    leading_.clear();
    extra_member_ = true;
  }
  void EndSequence() override {
    --depth_;
    new_line();
    out_ += '}';
  }
  void Field(std::size_t, std::size_t set_index, ElementaryType type, bool is_vector,
             const TypeTable*, const char* name, const std::uint8_t* value) override {
    if (value == nullptr) return;
    if (set_index > 0 || extra_member_) out_ += ',';
    extra_member_ = false;
    new_line();
    out_ += in_quotes(name) + ": ";
    kind_ = !is_vector || type != flatbuffers::ET_UCHAR ? Kind::plain
            : has_roles(name)                           ? Kind::roles
                                                        : Kind::hex;
    names_payload_ =
        !is_vector && type == flatbuffers::ET_UCHAR && std::string_view(name) == "payload";
  }
  void StartVector() override {
    if (kind_ == Kind::hex) {
      out_ += '"';
    } else {
      out_ += '[';
      ++depth_;
    }
  }
  void EndVector() override {
    if (kind_ == Kind::hex) {
      out_ += '"';
    } else {
      --depth_;
      if (out_.back() != '[') new_line();
      out_ += ']';
    }
    kind_ = Kind::plain;  // of whatever comes after a vector of tables
  }
  void Element(std::size_t index, ElementaryType, const TypeTable*, const std::uint8_t*) override {
    if (kind_ == Kind::hex) return;
    if (index > 0) out_ += ',';
    new_line();
  }
  void UType(std::uint8_t value, const char* name) override { out_ += name_or_number(value, name); }
  void Bool(bool value) override { out_ += value ? "true" : "false"; }
  void UChar(std::uint8_t value, const char* name) override {
    if (kind_ == Kind::hex) {
      out_ += to_hex({&value, 1});
    } else if (kind_ == Kind::roles) {
      out_ += name_or_number(value, flatbuffers::EnumName(value, schema::RoleTypeTable()));
    } else if (names_payload_) {
      out_ += name_or_number(value, flatbuffers::EnumName(value, schema::PayloadTypeTable()));
    } else {
      out_ += name_or_number(value, name);
    }
  }
  void UInt(std::uint32_t value, const char*) override { out_ += std::to_string(value); }
  void ULong(std::uint64_t value) override { out_ += std::to_string(value); }
  void String(const flatbuffers::String* value) override {
    out_ += in_quotes({value->c_str(), value->size()});
  }
  void Unknown(const std::uint8_t*) override {
    out_ += in_quotes(
        "本程序不认识这种内容，请更新程序 / of a kind that this program does not know: update it");
  }
  // The kinds of field that no schema of ours uses; a new one has to be written above.
  void Char(std::int8_t, const char*) override { LIUHEN_CHECK(false); }
  void Short(std::int16_t, const char*) override { LIUHEN_CHECK(false); }
  void UShort(std::uint16_t, const char*) override { LIUHEN_CHECK(false); }
  void Int(std::int32_t, const char*) override { LIUHEN_CHECK(false); }
  void Long(std::int64_t) override { LIUHEN_CHECK(false); }
  void Float(float) override { LIUHEN_CHECK(false); }
  void Double(double) override { LIUHEN_CHECK(false); }

  void begin_with_known(bool known) { leading_ = known ? "true" : "false"; }

 private:
  enum class Kind : std::uint8_t { plain, hex, roles };

  static bool has_roles(std::string_view field) {
    return field == "roles" || field == "first" || field == "second";
  }
  void new_line() { out_ += '\n' + std::string(2 * depth_, ' '); }

  std::string out_;
  std::string leading_;
  std::size_t depth_;
  bool extra_member_ = false;
  bool names_payload_ = false;
  Kind kind_ = Kind::plain;
};

std::string describe(const IntentView& intent, std::size_t depth) {
  Writer writer(depth);
  writer.begin_with_known(intent.known());
  if (!intent.known()) {  // what is not known would be lost below
    flatbuffers::IterateFlatBuffer(intent.bytes().data(), schema::IntentTypeTable(), &writer);
    return writer.take();
  }
  // Packed again with the numbers that are at their default, which the bytes leave out: a signer
  // has to see `approved: false` too.
  const std::unique_ptr<schema::IntentT> fields(intent.fields().UnPack());
  flatbuffers::FlatBufferBuilder builder(4 * intent.bytes().size());
  builder.ForceDefaults(true);
  builder.Finish(schema::Intent::Pack(builder, fields.get()));
  flatbuffers::IterateFlatBuffer(builder.GetBufferPointer(), schema::IntentTypeTable(), &writer);
  return writer.take();
}

}  // namespace

std::string describe_json(const IntentView& intent) { return describe(intent, 0); }

std::string describe_json(const Event& event) {
  std::string signatures;
  for (const Signature& signature : event.signatures()) {
    signatures += (signatures.empty() ? "" : ", ") + in_quotes(to_hex(signature));
  }
  Writer writer(0);
  writer.StartSequence();
  writer.member("position", std::to_string(event.position()), true);
  writer.member("time", std::to_string(event.time()));
  writer.member("leaf_hash", in_quotes(to_hex(event.leaf_hash())));
  writer.member("previous", in_quotes(to_hex(event.previous())));
  writer.member("signatures", "[" + signatures + "]");
  writer.member("intent", describe(event.intent(), 1));
  writer.EndSequence();
  return writer.take();
}

}  // namespace liuhen::ledger
