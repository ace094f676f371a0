#include "api/server/witness_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/policy.h"
#include "crypto/sha256.h"
#include "ledger/durable_file.h"

namespace liuhen::api::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstWord = "liuhen-witness/v1 ";

Error io(const std::string& path, const std::string& why) {
  return fail("witness.io", "读写 " + path + " 失败：" + why,
              "reading or writing " + path + " failed: " + why);
}

Result<std::string> read(const std::string& path) {
  std::error_code problem;
  if (!fs::exists(path, problem) && !problem) {
    return fail("witness.state",
                "缺少文件 " + path + "：见证人的状态丢失，不能继续联署，请从备份恢复",
                "the file " + path +
                    " is gone: a witness that lost what it cosigned must not go on; restore it");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in || in.bad()) return io(path, "cannot be read");
  return text;
}

Outcome write(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  if (const auto problem = ledger::write_synced(beside, view_of(text), 0600))
    return io(beside, problem.message());
  if (const auto problem = ledger::rename_synced(beside, path)) return io(path, problem.message());
  return ok();
}

std::string logs_path(const std::string& dir) { return dir + "/logs"; }
std::string state_path(const std::string& dir, const std::string& origin) {
  return dir + "/state/" + origin_hash(origin);
}
std::string first_line(const std::string& origin) {
  return std::string(kFirstWord) + origin + "\n";
}

Result<crypto::Policy> read_logs(const std::string& dir) {
  std::error_code ignored;
  if (!fs::exists(logs_path(dir), ignored))
    return fail("witness.absent", dir + " 里没有见证人；请先运行 liuhen witness init",
                "there is no witness in " + dir + "; run liuhen witness init first");
  auto text = read(logs_path(dir));
  if (!text) return text.error();
  return crypto::Policy::parse(*text);
}

// -1 if somebody else holds it.
int take_lock(const std::string& dir) {
  const int lock = ::open((dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return -1;
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  ::close(lock);
  return -1;
}

Error busy(const std::string& dir) {
  return fail("witness.busy", "另一个见证人程序正在使用 " + dir + "，或无权写入",
              "another witness is using " + dir + ", or it cannot be written to");
}

}  // namespace

std::string origin_hash(const std::string& origin) {
  return to_hex(crypto::sha256(view_of(origin)));
}

Outcome WitnessedState::load(const crypto::NoteKey& witness) {
  auto text = read(path_);
  if (!text) return text.error();
  const Error damaged =
      fail("witness.state", "文件 " + path_ + " 已损坏：见证人的状态不可信，请从备份恢复",
           "the file " + path_ + " is damaged; restore it from a backup");
  const std::string first = first_line(log_.origin());
  if (!text->starts_with(first)) return damaged;
  note_ = text->substr(first.size());
  if (note_.empty()) return ok();
  for (const crypto::NoteKey& key : log_.keys) {
    const auto opened = crypto::open_checkpoint(note_, key, std::span(&witness, 1));
    if (!opened || opened->cosignatures.size() != 1) continue;
    head_ = {.size = opened->checkpoint.size, .root = opened->checkpoint.root};
    cosigned_.push_back(head_);
    return ok();
  }
  return damaged;
}

namespace {

// The place of the last of the keys that signed; their number if none did.
std::size_t newest_of(const std::vector<crypto::NoteKey>& keys,
                      const std::vector<crypto::NoteSignature>& signatures) {
  for (std::size_t i = keys.size(); i > 0; --i) {
    for (const crypto::NoteSignature& line : signatures) {
      if (line.name == keys[i - 1].name && line.key_id == keys[i - 1].id()) return i - 1;
    }
  }
  return keys.size();
}

}  // namespace

bool WitnessedState::is_by_a_key_in_force(const std::vector<crypto::NoteSignature>& own) const {
  if (note_.empty()) return true;  // nothing has been cosigned
  const auto last = crypto::parse_note(note_);
  if (!last) return false;
  const std::size_t before = newest_of(log_.keys, last->signatures);
  const std::size_t now = newest_of(log_.keys, own);
  return now < log_.keys.size() && (before == log_.keys.size() || now >= before);
}

bool WitnessedState::has_cosigned(const ledger::WitnessedHead& head) const {
  return std::ranges::find(cosigned_, head) != cosigned_.end();
}

Outcome WitnessedState::replace(const ledger::WitnessedHead& head, const std::string& note) {
  if (auto written = write(path_, first_line(log_.origin()) + note); !written) return written;
  if (cosigned_.empty() || head != head_) cosigned_.push_back(head);
  if (cosigned_.size() > kWitnessHeadsMax) cosigned_.pop_front();
  head_ = head;
  note_ = note;
  return ok();
}

Outcome WitnessStore::make(const std::string& dir) {
  std::error_code problem;
  if (fs::exists(dir, problem) && !(fs::is_directory(dir, problem) && fs::is_empty(dir, problem)))
    return fail("witness.in_use", "目录 " + dir + " 已在使用，没有改动任何内容；请换一个空目录",
                dir + " is in use and was left as it is; take an empty directory");
  for (const std::string& made : {dir, dir + "/state"}) {
    if (!problem) ledger::make_folders(made, problem);
    if (!problem) fs::permissions(made, fs::perms::owner_all, problem);  // whatever the umask
  }
  if (problem) return io(dir, problem.message());
  return write(logs_path(dir), "quorum none\n");
}

void WitnessStore::undo_make(const std::string& dir) {
  std::error_code ignored;
  for (const char* made : {"/logs", "/state", "/lock"}) fs::remove_all(dir + made, ignored);
}

Outcome WitnessStore::add_log(const std::string& dir, const crypto::NoteKey& log) {
  if (auto there = read_logs(dir); !there) return there.error();
  const int lock = take_lock(dir);
  if (lock < 0) return busy(dir);
  const auto add = [&]() -> Outcome {
    const auto logs = read_logs(dir);
    if (!logs) return logs.error();
    for (const crypto::PolicyLog& known : logs->logs()) {
      if (known.key == log)
        return fail("witness.log_known", "这个日志公钥已列过", "this log's key is listed already");
    }
    std::string text;
    for (const crypto::PolicyLog& known : logs->logs()) text += "log " + known.key.vkey() + "\n";
    text += "log " + log.vkey() + "\nquorum none\n";
    if (const auto read = crypto::Policy::parse(text); !read) return read.error();
    // The state first: a log that is listed has one, so that a missing one is noticed.
    if (logs->keys_of(log.name).empty()) {
      const std::string path = state_path(dir, log.name);
      std::error_code ignored;
      if (!fs::exists(path, ignored)) {
        if (auto written = write(path, first_line(log.name)); !written) return written;
      }
    }
    return write(logs_path(dir), text);
  };
  const Outcome added = add();
  ::close(lock);
  return added;
}

Result<std::unique_ptr<WitnessStore>> WitnessStore::open(const std::string& dir,
                                                         const crypto::NoteKey& witness) {
  if (auto there = read_logs(dir); !there) return there.error();
  std::unique_ptr<WitnessStore> store(new WitnessStore());
  store->lock_ = take_lock(dir);
  if (store->lock_ < 0) return busy(dir);
  const auto logs = read_logs(dir);
  if (!logs) return logs.error();
  for (const crypto::PolicyLog& log : logs->logs()) {
    const std::string& origin = log.key.name;
    if (store->logs_.contains(origin)) continue;
    auto state = std::make_unique<WitnessedState>(
        ledger::WitnessedLog{.keys = logs->keys_of(origin)}, state_path(dir, origin),
        dir + "/evidence/" + origin_hash(origin));
    if (auto loaded = state->load(witness); !loaded) return loaded.error();
    store->logs_.emplace(origin, std::move(state));
  }
  return Result<std::unique_ptr<WitnessStore>>(std::move(store));
}

WitnessStore::~WitnessStore() {
  if (lock_ >= 0) ::close(lock_);
}

WitnessedState* WitnessStore::find(const std::string& origin) {
  const auto found = logs_.find(origin);
  return found == logs_.end() ? nullptr : found->second.get();
}

WitnessedState* WitnessStore::find_by_hash(const std::string& hex) {
  for (const auto& [origin, state] : logs_) {
    if (origin_hash(origin) == hex) return state.get();
  }
  return nullptr;
}

}  // namespace liuhen::api::server
