#include "tools/key_ring.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "crypto/key_file.h"
#include "ledger/durable_file.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

std::atomic<int> signal_while_asking = 0;  // of whatever thread the signal comes to
static_assert(std::atomic<int>::is_always_lock_free);
void note_signal(int signal) { signal_while_asking = signal; }

// While it exists, the terminal does not show what is typed. A signal that ends the program is held
// back until the terminal is as it was.
class SilentTerminal {
 public:
  explicit SilentTerminal(int terminal) : terminal_(terminal) {
    signal_while_asking = 0;
    struct sigaction noted {};
    noted.sa_handler = note_signal;
    sigset_t held;
    ::sigemptyset(&held);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &noted, &handlers_[i]);
      ::sigaddset(&held, kSignals[i]);
    }
    ::pthread_sigmask(SIG_BLOCK, &held, &mask_);
    known_ = ::tcgetattr(terminal_, &before_) == 0;
    if (!known_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &handlers_[i], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    if (signal_while_asking != 0) ::raise(signal_while_asking);
  }

  // The next byte; false at the end, or when a signal came. Signals are let through only while it
  // waits, so that none slips in between; one that another thread took meanwhile, as of an opened
  // ledger, is looked for.
  bool read(char& c) const {
    pollfd wait{.fd = terminal_, .events = POLLIN, .revents = 0};
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    int ready = 0;
    while (ready == 0 && signal_while_asking == 0) ready = ::ppoll(&wait, 1, &pause, &mask_);
    return ready == 1 && ::read(terminal_, &c, 1) == 1;
  }

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  const int terminal_;
  termios before_{};
  sigset_t mask_{};
  bool known_ = false;
  std::array<struct sigaction, kSignals.size()> handlers_{};
};

// Reads one line from the terminal without showing it; absent if there is no terminal.
std::optional<std::string> ask(const std::string& prompt) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return std::nullopt;
  std::string line;
  {
    const SilentTerminal silent(terminal);
    char c = 0;
    if (::write(terminal, prompt.data(), prompt.size()) >= 0) {
      while (line.size() < kPassphraseBytesMax && silent.read(c) && c != '\n') line += c;
      if (::write(terminal, "\n", 1) < 0) line.clear();
    }
  }
  ::close(terminal);
  return line;
}

Error io(const std::string& what, const std::string& path) {
  const std::string why = std::strerror(errno);
  return fail("key_file.io", what + " " + path + "：" + why, what + " " + path + ": " + why);
}

// A file to write a secret to, closed with it.
struct SecretFile {
  SecretFile() = default;
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() {
    if (file >= 0) ::close(file);
  }
  int file = -1;
};

// What an empty file has to be to be filled: what a killed run of one's own left. Nobody else can
// have opened it then, or opens it by another name.
bool is_own_remnant(const struct stat& about) {
  return S_ISREG(about.st_mode) && about.st_uid == ::geteuid() && about.st_nlink == 1 &&
         (about.st_mode & 077) == 0;
}

// Opens it made anew, or as a remnant. Two that write to one file write it once: whoever fills a
// remnant holds its lock, and whoever made it looks whether it was filled meanwhile.
Outcome open_secret_file(const std::string& path, SecretFile& opened) {
  constexpr int kFlags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  opened.file = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600);
  const bool made = opened.file >= 0;
  if (!made && errno != EEXIST) return io("open", path);
  if (!made) opened.file = ::open(path.c_str(), kFlags);
  const Outcome exists =
      fail("key_file.exists", path + " 已存在，或另有进程在写，不覆盖",
           path + " exists, or another process writes it, and is not overwritten");
  if (opened.file < 0) return exists;
  // Where nobody can lock, nobody fills what another made.
  const bool locked = ::flock(opened.file, LOCK_EX | LOCK_NB) == 0;
  if (!locked && (!made || errno == EWOULDBLOCK)) return exists;
  struct stat about {};
  if (::fstat(opened.file, &about) != 0) return io("stat", path);
  const bool may = made ? about.st_nlink != 0 : is_own_remnant(about);
  return may && about.st_size == 0 ? ok() : exists;
}

}  // namespace

void PassphraseSource::remember(std::string_view passphrase) {
  known = std::make_shared<crypto::SecretBytes>(view_of(passphrase));
}

Result<std::optional<std::string>> PassphraseSource::given() const {
  if (known) return std::optional<std::string>(text_of(known->view()));
  if (!file.empty()) {
    auto text = read_text(file);
    if (!text) return text.error();
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    if (text->empty())
      return fail("key.passphrase_empty", "口令文件 " + file + " 是空的",
                  "the passphrase file " + file + " is empty");
    return std::optional<std::string>(std::move(*text));
  }
  const char* variable = std::getenv("LIUHEN_PASSPHRASE");
  if (variable != nullptr && *variable != 0) return std::optional<std::string>(variable);
  return std::optional<std::string>();
}

Result<std::string> PassphraseSource::get(const std::string& prompt) const {
  auto there = given();
  if (!there) return there.error();
  if (*there) return std::move(**there);
  auto typed = ask(prompt);
  if (!typed || typed->empty()) {
    return fail("key.passphrase_missing",
                "没有口令：请在终端输入，或用 --passphrase-file 指定口令文件，或设环境变量 "
                "LIUHEN_PASSPHRASE",
                "no passphrase: type it at a terminal, name a file with --passphrase-file, or set "
                "LIUHEN_PASSPHRASE");
  }
  return std::move(*typed);
}

Result<std::string> PassphraseSource::choose(const std::string& prompt,
                                             const std::string& again) const {
  auto there = given();
  if (!there) return there.error();
  if (*there) return std::move(**there);
  auto first = ask(prompt);
  if (!first || first->empty()) {
    return fail(
        "key.passphrase_missing",
        "没有口令：请在终端输入，或给出口令文件；不要加密须明确写 --no-passphrase",
        "no passphrase: type one at a terminal, or name a file that holds it; to go without "
        "encryption, say --no-passphrase");
  }
  auto second = ask(again);
  const bool same = second == first;
  if (second) sodium_memzero(second->data(), second->size());
  if (!same) {
    sodium_memzero(first->data(), first->size());
    return fail("key.passphrase_mismatch", "两次输入的口令不一样，没有写任何文件，请重新运行",
                "the two passphrases differ; nothing was written, run it again");
  }
  return std::move(*first);
}

Result<bool> holds_secret(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  const bool holds = error ? std::filesystem::exists(path, error) : size > 0;
  if (!holds) return false;
  const std::error_code unsynced = ledger::sync_file(path);
  if (!unsynced) return true;
  return fail("file.io", "无法把 " + path + " 写入磁盘：" + unsynced.message(),
              path + " cannot be made durable: " + unsynced.message());
}

Outcome write_secret_file(const std::string& path, std::string_view text) {
  SecretFile opened;
  if (Outcome writable = open_secret_file(path, opened); !writable) return writable;
  if (::write(opened.file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(opened.file) != 0) {
    const Error error = io("write", path);
    ::unlink(path.c_str());
    return error;
  }
  const std::error_code unnamed = ledger::sync_name(path);
  if (!unnamed) return ok();
  errno = unnamed.value();
  return io("write", path);  // and left: another run may have found it whole, and used it
}

Result<NamedKey> read_key(const std::string& path, const PassphraseSource& passphrase) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return io("open", path);
  if ((status.st_mode & 077) != 0) {
    return fail(
        "key_file.open_to_others",
        "密钥文件 " + path + " 可被他人读取，不予使用：请运行 chmod 600 " + path,
        "the key file " + path + " can be read by others and is not used: run chmod 600 " + path);
  }
  auto text = read_text(path);
  if (!text) return text.error();
  auto file = crypto::KeyFile::parse(view_of(*text));
  sodium_memzero(text->data(), text->size());
  if (!file) return file.error();
  std::string words;
  if (file->needs_passphrase()) {
    auto got = passphrase.get("口令 passphrase, " + path + ": ");
    if (!got)
      return fail(got.error().code, path + "：" + got.error().zh, path + ": " + got.error().en);
    words = std::move(*got);
  }
  auto seed = file->open(view_of(words));
  sodium_memzero(words.data(), words.size());
  if (!seed)
    return fail(seed.error().code, path + "：" + seed.error().zh, path + ": " + seed.error().en);
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
