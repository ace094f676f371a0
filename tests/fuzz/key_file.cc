// Key files: one text for each content, and the secret in it belongs to the public key.
#include "crypto/key_file.h"

#include <cstdio>

namespace liuhen::crypto {
namespace {

// Whether opening it is cheap enough to do thousands of times. Reads the line that states the cost.
bool is_cheap(std::string_view text) {
  const auto at = text.find("\nargon2id ");
  if (at == std::string_view::npos) return true;
  unsigned passes = 0;
  unsigned long long memory = 0;
  const std::string line(text.substr(at, 60));
  return std::sscanf(line.c_str(), "\nargon2id %u %llu", &passes, &memory) == 2 && passes <= 2 &&
         memory <= 2 * kMinPassphraseMemory;
}

void check(View bytes) {
  const auto file = KeyFile::parse(bytes);
  if (!file) return;
  LIUHEN_CHECK(bytes.size() <= kMaxKeyFileSize && is_key_label(file->label()));
  if (!is_cheap(text_of(bytes))) return;
  const auto seed = file->open(view_of("correct horse"));
  if (!seed) return;
  LIUHEN_CHECK(SigningKey(*seed).public_key() == file->public_key());
  if (file->needs_passphrase()) {
    LIUHEN_CHECK(!file->open(view_of("wrong horse")));
    return;
  }
  const auto again = format_key_file(file->label(), *seed);
  LIUHEN_CHECK(again && text_of(again->view()) == text_of(bytes));
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::crypto::check({data, size});
  return 0;
}
