#include "api/server/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/client/beacon_source.h"
#include "crypto/key_file.h"
#include "crypto/note.h"
#include "crypto/vrf.h"
#include "ledger/durable_file.h"
#include "ledger/rocksdb_storage.h"

namespace liuhen::api::server {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kFormat = 1;  // of the directory
constexpr std::array<const char*, 4> kKeyNames{"log", "platform", "vrf", "master"};

Error io_error(const std::string& code, const std::string& path, const std::string& why) {
  return fail(code, path + "：" + why, path + ": " + why);
}

// Readable by the owner alone, synced, and never over something that is there.
Outcome write_new(const std::string& path, View bytes, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return io_error("key_file.io", path, std::strerror(errno));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = ::write(file, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  const bool good = done == bytes.size() && ::fsync(file) == 0;
  const std::string why = good ? "" : std::strerror(errno);
  ::close(file);
  return good ? ok() : Outcome(io_error("key_file.io", path, why));
}

Outcome write_key(const Layout& layout, const char* name, const crypto::SigningSeed& seed,
                  const std::string& origin, const std::string& passphrase,
                  crypto::Entropy& entropy) {
  const std::string label = origin + " " + name;
  if (passphrase.empty()) {
    Result<crypto::SecretBytes> text = crypto::format_key_file(label, seed);
    return text ? write_new(layout.key(name), text->view(), 0600) : Outcome(text.error());
  }
  Result<std::string> text = crypto::seal_key_file(label, seed, view_of(passphrase), {}, entropy);
  return text ? write_new(layout.key(name), view_of(*text), 0600) : Outcome(text.error());
}

Result<crypto::SigningSeed> read_key(const Layout& layout, const char* name,
                                     const std::string& passphrase) {
  const std::string path = layout.key(name);
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return io_error("key_file.io", path, std::strerror(errno));
  if ((about.st_mode & 077) != 0) {
    return fail("key_file.open_to_others", "密钥文件 " + path + " 可被他人读取，请执行 chmod 600",
                "others may read the key file " + path + "; run chmod 600 on it");
  }
  std::ifstream in(path, std::ios::binary);
  crypto::SecretBytes text(
      std::min<std::size_t>(static_cast<std::size_t>(about.st_size), crypto::kMaxKeyFileSize + 1));
  in.read(reinterpret_cast<char*>(text.writable().data()),
          static_cast<std::streamsize>(text.size()));
  if (!in) return io_error("key_file.io", path, "cannot be read");
  Result<crypto::KeyFile> file = crypto::KeyFile::parse(text.view());
  if (!file) return file.error();
  return file->open(view_of(passphrase));
}

}  // namespace

Layout::Layout(const std::string& at)
    : dir(at),
      database(at + "/db"),
      head(at + "/head"),
      keys(at + "/keys"),
      about(at + "/ledger.json"),
      beacons(at + "/" + kBeaconFolder) {}

Result<std::string> read_origin(const Layout& layout) {
  std::ifstream in(layout.about, std::ios::binary);
  if (!in) {
    return fail("dir.absent", "目录 " + layout.dir + " 中没有账本，请先运行 liuhen init",
                "there is no ledger in " + layout.dir + "; run liuhen init first");
  }
  std::stringstream text;
  text << in.rdbuf();
  boost::system::error_code problem;
  const boost::json::value about = boost::json::parse(text.str(), problem);
  const boost::json::object* fields = problem ? nullptr : about.if_object();
  const boost::json::value* format = fields == nullptr ? nullptr : fields->if_contains("format");
  const boost::json::value* origin = fields == nullptr ? nullptr : fields->if_contains("origin");
  if (format == nullptr || *format != kFormat || origin == nullptr || !origin->is_string()) {
    return fail("dir.format", layout.about + " 损坏，或属于本程序不认识的版本",
                layout.about + " is damaged, or of a version that this program does not know");
  }
  return std::string(origin->get_string());
}

Outcome write_origin(const Layout& layout, const std::string& origin) {
  boost::json::object about;
  about["format"] = kFormat;
  about["origin"] = origin;
  return write_new(layout.about, view_of(boost::json::serialize(about) + "\n"), 0600);
}

Result<Keys> read_keys(const Layout& layout, const std::string& passphrase) {
  std::array<crypto::SigningSeed, kKeyNames.size()> seeds;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    Result<crypto::SigningSeed> seed = read_key(layout, kKeyNames[i], passphrase);
    if (!seed) return seed.error();
    seeds[i] = std::move(*seed);
  }
  std::vector<crypto::SigningKey> other_log;
  for (const char* name : {kNewLogKey, kOldLogKey}) {
    std::error_code unknown;
    const auto there = fs::status(layout.key(name), unknown).type();
    if (there == fs::file_type::not_found) continue;
    Result<crypto::SigningSeed> seed = read_key(layout, name, passphrase);
    if (!seed) return seed.error();
    other_log.emplace_back(*seed);
  }
  return Keys{.log = crypto::SigningKey(seeds[0]),
              .platform = crypto::SigningKey(seeds[1]),
              .other_log = std::move(other_log),
              .vrf = std::move(seeds[2]),
              .master = std::move(seeds[3])};
}

Outcome place_new_log_key(const Layout& layout) {
  const std::string now = layout.key("log"), next = layout.key(kNewLogKey),
                    before = layout.key(kOldLogKey);
  std::error_code problem;
  if (!fs::exists(next, problem)) return ok();
  if (!fs::exists(before, problem)) fs::create_hard_link(now, before, problem);
  if (!problem) problem = ledger::sync_folder(layout.keys);
  if (!problem) problem = ledger::rename_synced(next, now);
  return problem ? Outcome(io_error("key_file.io", layout.keys, problem.message())) : ok();
}

namespace {

// The names of all that was made in the directory; its own is durable since that was made.
Outcome sync_names(const Layout& layout) {
  for (const std::string& folder : {layout.keys, layout.dir}) {
    const std::error_code problem = ledger::sync_folder(folder);
    if (problem) return io_error("init.io", folder, problem.message());
  }
  return ok();
}

// In a directory that is absent or empty.
Result<InitResult> make(const InitOptions& options, const Layout& layout) {
  std::error_code problem;
  for (const std::string& made : {layout.dir, layout.keys, layout.database}) {
    if (!problem) ledger::make_folders(made, problem);
    if (!problem) fs::permissions(made, fs::perms::owner_all, problem);  // whatever the umask
  }
  if (problem) return io_error("init.io", layout.dir, problem.message());

  crypto::SystemEntropy entropy;
  std::array<crypto::SigningSeed, kKeyNames.size()> seeds;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    entropy.fill(seeds[i].writable());
    const Outcome written =
        write_key(layout, kKeyNames[i], seeds[i], options.origin, options.passphrase, entropy);
    if (!written) return written.error();
  }
  {
    const auto database = ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::create});
    if (!database) return database.error();
  }
  // Last: a directory without it was never a ledger.
  if (Outcome written = write_origin(layout, options.origin); !written) return written.error();
  if (Outcome durable = sync_names(layout); !durable) return durable.error();

  const crypto::SigningKey log(seeds[0]), platform(seeds[1]);
  const crypto::NoteKey note_key{.name = options.origin, .key = log.public_key()};
  return InitResult{note_key.vkey(), to_hex(log.public_key()), to_hex(platform.public_key()),
                    to_hex(crypto::vrf::public_key(seeds[2]))};
}

}  // namespace

Result<InitResult> init(const InitOptions& options) {
  if (!crypto::is_note_name(options.origin)) {
    return fail(
        "init.origin", "账本名称不能为空，也不能含空白、控制字符和加号",
        "the origin may not be empty nor hold white space, control characters or a plus sign");
  }
  const Layout layout(options.dir);
  std::error_code problem;
  if (fs::exists(layout.dir, problem) &&
      !(fs::is_directory(layout.dir, problem) && fs::is_empty(layout.dir, problem))) {
    return fail("init.in_use", "目录 " + layout.dir + " 已在使用，没有改动任何内容；请换一个空目录",
                layout.dir + " is in use and was left as it is; take an empty directory");
  }
  auto made = make(options, layout);
  if (!made) undo_init(options.dir);  // half a ledger would only be in the way
  return made;
}

void undo_init(const std::string& dir) {
  const Layout layout(dir);
  std::error_code ignored;
  for (const std::string& made :
       {layout.about, layout.database, layout.head, layout.head + ".new", layout.keys})
    fs::remove_all(made, ignored);
}

}  // namespace liuhen::api::server
