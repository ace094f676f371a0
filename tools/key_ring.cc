#include "tools/key_ring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "crypto/key_file.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

// Reads one line from the terminal without showing it; absent if there is no terminal.
std::optional<std::string> ask(const std::string& prompt) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return std::nullopt;
  termios before{};
  const bool quiet = ::tcgetattr(terminal, &before) == 0;
  if (quiet) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal, TCSAFLUSH, &silent);
  }
  std::string line;
  char c = 0;
  if (::write(terminal, prompt.data(), prompt.size()) >= 0) {
    while (::read(terminal, &c, 1) == 1 && c != '\n') line += c;
    if (::write(terminal, "\n", 1) < 0) line.clear();
  }
  if (quiet) ::tcsetattr(terminal, TCSAFLUSH, &before);
  ::close(terminal);
  return line;
}

Error io(const std::string& what, const std::string& path) {
  const std::string why = std::strerror(errno);
  return fail("key_file.io", what + " " + path + "：" + why, what + " " + path + ": " + why);
}

}  // namespace

std::optional<std::string> PassphraseSource::given() const {
  if (!file.empty()) {
    auto text = read_text(file);
    if (!text) return std::nullopt;
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    return *text;
  }
  if (const char* variable = std::getenv("LIUHEN_PASSPHRASE")) return std::string(variable);
  return std::nullopt;
}

std::optional<std::string> PassphraseSource::get(const std::string& prompt, bool confirm) const {
  if (auto there = given()) return there;
  if (!file.empty()) return std::nullopt;
  auto first = ask(prompt);
  if (!first || first->empty()) return std::nullopt;
  if (confirm && ask(prompt) != first) return std::nullopt;
  return first;
}

Outcome write_secret_file(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) {
    return fail("key_file.exists", path + " 已存在，不覆盖",
                path + " exists and is not overwritten");
  }
  if (file < 0) return io("open", path);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  if (::close(file) != 0 || !written) {
    const Error error = io("write", path);
    ::unlink(path.c_str());
    return error;
  }
  return ok();
}

Result<NamedKey> read_key(const std::string& path, const PassphraseSource& passphrase) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return io("open", path);
  if ((status.st_mode & 077) != 0) {
    return fail("key_file.open_to_others", path + " 可被他人读取：请 chmod 600",
                path + " can be read by others: chmod 600 it");
  }
  auto text = read_text(path);
  if (!text) return text.error();
  auto file = crypto::KeyFile::parse(view_of(*text));
  sodium_memzero(text->data(), text->size());
  if (!file) return file.error();
  std::optional<std::string> words;
  if (file->needs_passphrase()) {
    words = passphrase.get(path + ": ", false);
    if (!words) {
      return fail("key.passphrase_missing",
                  path + " 需要口令：--passphrase-file 或 LIUHEN_PASSPHRASE",
                  path + " needs a passphrase: --passphrase-file or LIUHEN_PASSPHRASE");
    }
  }
  auto seed = file->open(words ? view_of(*words) : View{});
  if (words) sodium_memzero(words->data(), words->size());
  if (!seed) return seed.error();
  return NamedKey{file->label(), crypto::SigningKey(*seed)};
}

Result<NamedKey> make_key(const std::string& path, const std::string& label,
                          const std::optional<std::string>& passphrase, crypto::Entropy& entropy) {
  crypto::SigningKey key = crypto::SigningKey::generate(entropy);
  const crypto::SigningSeed seed = key.seed();
  if (passphrase) {
    auto text = crypto::seal_key_file(label, seed, view_of(*passphrase), {}, entropy);
    if (!text) return text.error();
    if (auto written = write_secret_file(path, *text); !written) return written.error();
  } else {
    auto text = crypto::format_key_file(label, seed);
    if (!text) return text.error();
    if (auto written = write_secret_file(path, text_of(text->view())); !written)
      return written.error();
  }
  return NamedKey{label, std::move(key)};
}

}  // namespace liuhen::tools
