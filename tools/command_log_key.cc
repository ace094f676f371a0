// A new key for the log itself (docs/operate.md, "A new key for the log").
#include <filesystem>

#include "api/server/keys.h"
#include "crypto/checkpoint.h"
#include "crypto/key_file.h"
#include "crypto/sha256.h"
#include "ledger/dir_check.h"
#include "ledger/head_file.h"
#include "ledger/log_keys.h"
#include "ledger/log_reader.h"
#include "ledger/rocksdb_storage.h"
#include "tools/commands.h"
#include "tools/own_directory.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

namespace fs = std::filesystem;
using api::server::Layout;

// Whose passphrase the files in DIR/keys take.
const PassphraseSource& source_of(const Target& target) {
  const bool own = target.platform_passphrase.known || !target.platform_passphrase.file.empty();
  return own ? target.platform_passphrase : target.passphrase;
}

// The key that is to follow: an earlier run's, if that was broken off. Encrypted as the key before
// is.
Result<NamedKey> new_key(Environment& environment, const Layout& layout,
                         const PassphraseSource& source) {
  const std::string path = layout.key(api::server::kNewLogKey), now = layout.key("log");
  const auto holds = holds_secret(path);
  if (!holds) return holds.error();
  if (*holds) return read_key(path, source);
  const auto text = read_text(now);
  if (!text) return text.error();
  const auto file = crypto::KeyFile::parse(view_of(*text));
  if (!file) return file.error();
  std::optional<std::string> passphrase;
  if (file->needs_passphrase()) {
    auto got =
        source.get(environment.pick("平台密钥的口令：", "passphrase of the platform's keys: "));
    if (!got) return got.error();
    if (const auto opens = file->open(view_of(*got)); !opens) return opens.error();
    passphrase = std::move(*got);
  }
  auto made = make_key(path, file->label(), passphrase, environment.entropy);
  if (passphrase) sodium_memzero(passphrase->data(), passphrase->size());
  return made;
}

ledger::schema::EvidenceAttachedT change(const std::string& note) {
  ledger::schema::EvidenceAttachedT out;
  out.about = ledger::kKeyChangeAbout;
  out.kind = ledger::kKeyChangeKind;
  const Hash hash = crypto::sha256(view_of(note));
  out.sha256.assign(hash.begin(), hash.end());
  out.note = note;
  return out;
}

// Whether the key in the file signed the checkpoint.
Result<bool> has_signed(const std::string& path, const std::string& origin,
                        const std::string& checkpoint) {
  const auto text = read_text(path);
  if (!text) return text.error();
  const auto file = crypto::KeyFile::parse(view_of(*text));
  if (!file) return file.error();
  return crypto::open_checkpoint(checkpoint, {.name = origin, .key = file->public_key()})
      .has_value();
}

// Which of two keys is to go: where the change was among what accept-loss declared lost, the one
// before it is in force again.
Error old_key_is_there(const Layout& layout) {
  const std::string now = layout.key("log"), old = layout.key(api::server::kOldLogKey);
  const auto origin = api::server::read_origin(layout);
  if (!origin) return origin.error();
  const auto storage = ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::read_only});
  if (!storage) return storage.error();
  ledger::DiskHeadFile head(layout.head);
  if (const auto reaches = ledger::check_reach(**storage, head); !reaches) return reaches.error();
  const auto checkpoint = ledger::StorageFetcher(**storage).checkpoint();
  if (!checkpoint) return checkpoint.error();
  const auto by_now = has_signed(now, *origin, *checkpoint);
  if (!by_now) return by_now.error();
  const auto by_old = has_signed(old, *origin, *checkpoint);
  if (!by_old) return by_old.error();
  if (*by_now) {
    return fail(
        "log_key.old", "上一次更换还没有结束：先把 " + old + " 移到保管处",
        "the change before is not over: first move " + old + " to where such keys are kept");
  }
  if (*by_old) {
    return fail("log_key.old",
                "账本现用的日志密钥是 " + old + "，而不是 " + now +
                    "（更换它的条目已随失去的历史而去）：先把后者移到保管处，再把前者改名为后者",
                "the log signs by " + old + ", and not by " + now +
                    " (the change to it went with the history that was lost): first move the "
                    "latter to where such keys are kept, and give the former its name");
  }
  return fail("log_key.absent", "账本最新的检查点不是 " + now + " 或 " + old + " 签的",
              "the newest checkpoint is signed neither by " + now + " nor by " + old);
}

// Broken off anywhere, it is finished by running it again.
Outcome rotate(Environment& environment, Target target, const std::string& reason) {
  if (auto own = check_own_directory(target, "key rotate-log"); !own) return own;
  const Layout layout(target.dir);
  if (fs::exists(layout.key(api::server::kOldLogKey)) &&
      !fs::exists(layout.key(api::server::kNewLogKey))) {
    return old_key_is_there(layout);
  }
  if (target.keys.size() != 2) {
    return fail("session.key", "请用 --key 一次给出两位受托人的密钥",
                "give the keys of two trustees at once, with --key each");
  }
  const auto origin = api::server::read_origin(layout);
  if (!origin) return origin.error();
  // Asked for once, whatever there is to open.
  const PassphraseSource source = source_of(target);
  const auto before = read_key(layout.key("log"), source);
  if (!before) return before.error();
  const auto key = new_key(environment, layout, source);
  if (!key) return key.error();
  const std::string vkey = crypto::NoteKey{.name = *origin, .key = key->key.public_key()}.vkey();
  const std::string note = ledger::sign_key_change(*origin, before->key, key->key, reason);
  if (const auto opened = ledger::open_key_change(note); !opened) return opened.error();
  target.accept_loss = true;  // which lets the log's key change as well
  {
    Session session(environment, target);
    auto log = session.get("/api/v1/log");
    if (!log) return log.error();
    if (log->at("vkey").as_string() != vkey) {
      const auto done = session.submit_and_say(united(change(note)));
      if (!done) return done;
    }
  }
  if (auto placed = api::server::place_new_log_key(layout); !placed) return placed;
  environment.say(
      "账本的新公钥：" + vkey +
          "\n从现在起检查点由新旧两把密钥签名。请公布新公钥，"
          "请见证方（witness add-log）、镜像与读者的策略加入它；人人都有之后，把 " +
          layout.key(api::server::kOldLogKey) + " 移到保管处并重启服务",
      "the log's new verifier key: " + vkey +
          "\nfrom now on checkpoints are signed by both keys. Publish the new one, and "
          "have witnesses (witness add-log), mirrors and readers' policies take it; once "
          "everyone has, move " +
          layout.key(api::server::kOldLogKey) +
          " to where such keys are kept, and start the service again");
  return ok();
}

}  // namespace

void add_log_key_command(Program& program, CLI::App* key) {
  auto reason = std::make_shared<std::string>();
  CLI::App* command = program.command(
      key, "rotate-log",
      "更换账本签检查点的密钥（停下服务，两位受托人签名，其一在运营方之外）；旧证明照旧有效",
      "change the key by which the log signs its checkpoints (with the service stopped; two "
      "trustees "
      "sign, one of them outside); what was proven before stays good");
  program.signs(command);
  command->add_option("--reason", *reason, program.help("缘由", "why"))->required();
  command->callback([&program, reason] {
    program.action = [&program, reason] {
      return rotate(program.environment, program.target, *reason);
    };
  });
}

}  // namespace liuhen::tools
