#include <filesystem>

#include "api/client/control_client.h"
#include "api/client/url_fetcher.h"
#include "api/server/declared_loss.h"
#include "api/server/keys.h"
#include "api/server/restore.h"
#include "crypto/checkpoint.h"
#include "ledger/absent_backups.h"
#include "ledger/head_file.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"
#include "ledger/rocksdb_storage.h"
#include "tools/commands.h"
#include "tools/own_directory.h"
#include "tools/progress.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace {

namespace fs = std::filesystem;

// Whoever takes a file out of meta/ hides a backup, and with it that the log had signed more.
void say_absent(Environment& environment, const std::vector<std::uint32_t>& absent) {
  if (absent.empty()) return;
  constexpr std::size_t kNamedMax = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(absent.size(), kNamedMax); ++i)
    names += (i == 0 ? "meta/" : ", meta/") + std::to_string(absent[i]);
  if (absent.size() > kNamedMax) names += ", …";
  environment.say("注意：备份目录里缺 " + names +
                      "：被拿走了（其后再没有备份的，也可能正在做或没有做完）；其中可能有此后所签的"
                      "条目，请找该目录的另一份副本",
                  "mind: the directory of the backups lacks " + names +
                      ", taken away (or, if no backup follows, under way or broken off); entries "
                      "that were signed since may be there: look for another copy of it");
}

struct Backup {
  std::string dir, to;
  unsigned keep = 0;
};

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MiB"; }

struct Made {
  std::uint32_t number = 0;
  std::optional<Error> unpurged;  // why no older backup was dropped although that was asked
};

Made made_by_service(const boost::json::object& done) {
  Made made;
  made.number = static_cast<std::uint32_t>(done.at("number").to_number<std::int64_t>());
  if (const boost::json::value* why = done.if_contains("unpurged")) {
    const auto text = [&](const char* name) { return std::string(why->at(name).as_string()); };
    made.unpurged = fail(text("code"), text("zh"), text("en"));
  }
  return made;
}

// Before older backups are dropped, of a ledger on which no service runs: that one knows for itself
// whether it has verified everything.
Outcome check_whole(Environment& environment, ledger::Storage& storage, const std::string& dir) {
  ProgressLine progress(environment, "核验中", "verifying");
  projections::VerifyOptions how;
  how.now_s = ledger::SystemClock().now_s();
  const auto report = projections::verify_storage(
      storage, ledger::DiskHeadFile(api::server::Layout(dir).head).read(), how,
      [&](std::uint64_t done, std::uint64_t all) { progress(done, all); });
  if (api::server::is_whole(report)) return ok();
  const Error why = report.finding.value_or(fail("backup.unverified", "未能核验", "not verified"));
  return fail("backup.unverified",
              "账本核验不通过（" + why.code + "：" + why.zh +
                  "），旧备份一份也没有删；请查明原因，必要时用 liuhen restore 从旧备份恢复",
              "the ledger does not verify (" + why.code + ": " + why.en +
                  "), and no older backup was dropped; find out why, and restore an older one if "
                  "need be (liuhen restore)");
}

// Of a database that is in use although no service answered.
Error unanswered(const Error& busy) {
  if (busy.code != "storage.busy") return busy;
  return fail(busy.code,
              busy.zh +
                  "；没有服务应答备份请求：请以服务的用户（或 root）在同一台机器、同一网络"
                  "命名空间里运行，并看服务的日志有没有 no_control，有则重新启动服务",
              busy.en +
                  "; no service answered the request for a backup: ask as the service's user or "
                  "root, on its machine and in its network namespace, and start the service again "
                  "if its log says no_control");
}

// By the service that runs on the directory; if none does, by this process.
Result<Made> make_backup(Environment& environment, const Backup& asked, const std::string& to,
                         const std::function<void(std::uint64_t)>& progress) {
  const auto done =
      api::ask_control(asked.dir, {{"act", "backup"}, {"to", to}, {"keep", asked.keep}}, progress);
  if (done) return made_by_service(*done);
  if (done.error().code != "control.absent") return done.error();
  const auto storage = ledger::open_rocksdb(api::server::Layout(asked.dir).database,
                                            {.mode = ledger::OpenMode::existing});
  if (!storage) return unanswered(storage.error());
  const Outcome whole = asked.keep == 0 ? ok() : check_whole(environment, **storage, asked.dir);
  const auto made =
      ledger::back_up(**storage, to, asked.keep, progress, {}, [&whole] { return whole; });
  if (!made) return made.error();
  return Made{made->number, made->unpurged};
}

Outcome back_up(Environment& environment, const Backup& asked) {
  std::error_code error;
  const std::string to = fs::absolute(asked.to, error).lexically_normal().string();
  const std::string own = fs::weakly_canonical(asked.dir, error).string();
  const std::string place = fs::weakly_canonical(to, error).string();
  if (place == own || place.starts_with(own + "/")) {
    return fail("backup.place", to + " 在账本自己的目录里，未备份；请另选，最好在别的磁盘上",
                to + " is in the ledger's own directory and nothing was backed up; take another, "
                     "best on another disk");
  }
  const std::vector<std::uint32_t> absent = ledger::absent_backups(to);  // made, they may be gone
  ProgressLine progress(environment, "备份中（字节）", "backing up (bytes)");
  const auto done =
      make_backup(environment, asked, to, [&](std::uint64_t bytes) { progress(bytes, 0); });
  if (!done) return done.error();
  const auto all = ledger::list_backups(to);
  if (!all) return all.error();
  for (const ledger::BackupInfo& made : *all) {
    if (made.number != done->number) continue;
    const std::string size = std::to_string(made.size), name = std::to_string(made.number);
    environment.say("已备份到 " + to + "：第 " + name + " 号，至少含 " + size + " 条，" +
                        megabytes(made.bytes) + "；目录里共 " + std::to_string(all->size()) + " 份",
                    "backed up to " + to + ": number " + name + ", " + size +
                        " entries at least, " + megabytes(made.bytes) + "; " +
                        std::to_string(all->size()) + " in the directory");
  }
  say_absent(environment, absent);
  environment.say("密钥（" + asked.dir + "/keys）不在备份里，请另行保管，与备份分开",
                  "the keys (" + asked.dir +
                      "/keys) are not in it: keep a copy of them elsewhere, apart from backups");
  // Made it is; but a timer that nobody reads has to fail.
  if (done->unpurged) return *done->unpurged;
  return ok();
}

struct Restoring {
  std::string from, dir, head, vkey, mirror, ca;
  std::uint32_t number = 0;
  bool list = false;
};

Outcome list(Environment& environment, const std::string& from) {
  const auto all = ledger::list_backups(from);
  if (!all) return all.error();
  const std::vector<std::uint32_t> absent = ledger::absent_backups(from);
  if (all->empty()) say_absent(environment, absent);
  if (all->empty())
    return fail("backup.absent", from + " 里没有备份", "there is no backup in " + from);
  std::size_t damaged = 0;
  for (const ledger::BackupInfo& backup : *all) {
    environment.out << backup.number << '\t' << backup.time << '\t' << backup.size << '\t'
                    << backup.origin << (backup.damage.empty() ? "" : "\t已损坏 damaged") << '\n';
    if (!backup.damage.empty()) ++damaged;
  }
  environment.say("编号、时间（Unix 秒）、至少条数、账本；共 " + std::to_string(all->size()) +
                      " 份；都是备份自己说的，未核验",
                  "number, time (Unix seconds), entries at least, log; " +
                      std::to_string(all->size()) +
                      " in all; as the backups say of themselves, not verified");
  say_absent(environment, absent);
  if (damaged > 0) {
    environment.say(
        "其中 " + std::to_string(damaged) + " 份已损坏，恢复不了；请保存该目录，并找它的另一份副本",
        std::to_string(damaged) +
            " of them damaged, which cannot be restored; keep this directory, and look for another "
            "copy of it");
  }
  return ok();
}

// Which commitments they are stands in a file beside the database: there may be many.
Outcome say_refilled(Environment& environment, const Restoring& asked,
                     const ledger::Refill& refilled) {
  if (refilled.size == refilled.from) {
    environment.say("副本里没有比备份更多的条目", "the copy has no more entries than the backup");
    return ok();
  }
  const std::string count = std::to_string(refilled.size - refilled.from);
  environment.say(
      "已从副本补回备份之后的 " + count + " 条，与备份一起核验通过",
      "the " + count + " entries after the backup were taken from the copy, and verified with it");
  if (refilled.without_content.empty()) return ok();
  std::string rows;
  for (const auto& [position, commitment] : refilled.without_content)
    rows += std::to_string(position) + " " + to_hex(commitment) + "\n";
  const std::string path = asked.dir + "/restored.without-content";
  if (Outcome written = write_text(path, rows); !written) return written;
  const std::string lost = std::to_string(refilled.without_content.size());
  environment.say("其中 " + lost + " 项受限内容不在副本里，已失去；位置与承诺列于 " + path,
                  "the restricted content of " + lost +
                      " commitments in them is in no copy and is lost; positions and commitments "
                      "are listed in " +
                      path);
  return ok();
}

void say_unread(Environment& environment, const api::server::Restored& restored) {
  std::string numbers;
  for (const std::uint32_t number : restored.unread)
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
  if (!numbers.empty()) {
    environment.say(
        "注意：此后所作的备份（" + numbers + "）读不出所签的检查点，不知道当时已签到第几条",
        "mind: of later backups (" + numbers +
            ") the signed checkpoint cannot be read, and how far the log had signed is "
            "not known");
  }
  if (restored.cosigned_unread) {
    environment.say(
        "注意：目录里的 cosigned 已损坏，读不出其中最新的检查点，不知道当时已签到第几条",
        "mind: the newest checkpoint in the file cosigned there is damaged and cannot be read, and "
        "how far the log had signed is not known");
  }
  if (restored.head_aside.empty()) return;
  environment.say(
      "因此没有写 head，服务不会启动：请把见证方、镜像所持的最新检查点放到 "
      "head；确无更新的，才把 " +
          restored.head_aside + " 改名为 head",
      "therefore no head was written, and the service will not start: put the newest checkpoint "
      "that witnesses and mirrors hold there as head; only if there is none that is newer, "
      "rename " +
          restored.head_aside + " to head");
}

void say_restored(Environment& environment, const Restoring& asked,
                  const api::server::Restored& restored) {
  const std::string size = std::to_string(restored.size);
  environment.say("已从第 " + std::to_string(restored.number) + " 号备份恢复到 " + asked.dir +
                      "：" + size + " 条，全部核验通过；日志公钥 " + restored.vkey,
                  "restored backup " + std::to_string(restored.number) + " to " + asked.dir + ": " +
                      size + " entries, all verified; verifier key " + restored.vkey);
  if (restored.head_size > restored.size) {
    const std::string head = std::to_string(restored.head_size);
    environment.say("注意：已知的最新检查点有 " + head + " 条，备份缺第 " + size +
                        " 条起的内容；服务将拒绝启动和签名",
                    "mind: the newest checkpoint known has " + head +
                        " entries, and what follows entry " + size +
                        " is not in the backup; the service will refuse to start and to sign");
  } else if (restored.given_is_lost) {
    environment.say(
        "所给的检查点正是账本已声明失去的那一份，属于失去的历史：它不说明备份之后是否还有条目",
        "the checkpoint given is the one that the log has declared lost, of the history that was "
        "lost: it does not tell whether there were entries after the backup");
  } else if (!asked.head.empty()) {
    environment.say("所给的检查点属于同一历史，备份不缺它所含的条目",
                    "the checkpoint given is of the same history, and the backup lacks nothing "
                    "of what it covers");
  } else {
    environment.say(
        "备份之后是否还有条目，只有别处保存的检查点能说明：请与见证方、镜像的最新检查点比对（--"
        "head）",
        "whether there were entries after the backup only a checkpoint kept elsewhere "
        "can tell: compare with the newest that witnesses and mirrors hold (--head)");
  }
  if (restored.key_beyond) {
    environment.say(
        "注意：--vkey 所给的公钥不在恢复出的账本里；两者是否同一账本，只凭所给公钥的检查点",
        "mind: the verifier key given is not in the log that was restored; that both "
        "are one log rests on the checkpoint signed by it alone");
  }
  say_unread(environment, restored);
  say_absent(environment, ledger::absent_backups(asked.from));
  if (!restored.keys_present) {
    environment.say(
        "请把账本的密钥放回 " + asked.dir + "/keys（log、platform、vrf、master）后再启动",
        "put the ledger's keys back into " + asked.dir +
            "/keys (log, platform, vrf, master) before starting it");
  }
}

// A directory of static files, or a service or file server at a URL.
struct MirrorSource {
  std::unique_ptr<api::Connection> connection;
  std::unique_ptr<ledger::Fetcher> fetcher;  // null: none was asked for
};

Result<MirrorSource> open_mirror(const Restoring& asked) {
  MirrorSource source;
  if (asked.mirror.empty()) return source;
  if (asked.mirror.find("://") == std::string::npos) {
    source.fetcher = std::make_unique<ledger::MirrorFetcher>(asked.mirror);
    return source;
  }
  auto connection = api::connect(asked.mirror, {.ca_file = asked.ca, .attempts = api::kAttempts});
  if (!connection) return connection.error();
  source.connection = std::move(*connection);
  source.fetcher = std::make_unique<api::UrlFetcher>(*source.connection);
  return source;
}

Outcome restore(Environment& environment, const Restoring& asked) {
  if (asked.list) return list(environment, asked.from);
  if (asked.dir.empty()) {
    return fail("session.target", "请给出要恢复到的目录", "name the directory to restore to");
  }
  ProgressLine progress(environment, "核验恢复的内容", "verifying what was restored");
  api::server::RestoreOptions options;
  options.backups = asked.from;
  options.number = asked.number;
  options.dir = asked.dir;
  options.now_s = environment.clock.now_s();
  options.progress = [&](std::uint64_t done, std::uint64_t all) { progress(done, all); };
  if (!asked.head.empty()) {
    auto head = ledger::DiskHeadFile(asked.head).read();  // or a note alone
    if (!head) return head.error();
    if (!*head) {
      return fail("file.io", "文件不存在：" + asked.head, "there is no such file: " + asked.head);
    }
    options.head = std::move(*head);
  }
  if (!asked.vkey.empty()) {
    auto key = crypto::parse_vkey(asked.vkey);
    if (!key) return key.error();
    options.log = std::move(*key);
  }
  const auto mirror = open_mirror(asked);
  if (!mirror) return mirror.error();
  options.mirror = mirror->fetcher.get();
  const auto restored = api::server::restore(options);
  if (!restored) return restored.error();
  say_restored(environment, asked, *restored);
  return asked.mirror.empty() ? ok() : say_refilled(environment, asked, restored->refilled);
}

// Whether the event that declares this head lost is in the last batch.
Result<bool> is_recorded(const api::server::Layout& layout, const std::string& note) {
  const auto storage = ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::read_only});
  if (!storage) return storage.error();
  return ledger::was_just_declared_lost(**storage, ledger::loss_hash(note));
}

// Whether an earlier run recorded the event, and was broken off before the head file was replaced
// or all of the lost history was set aside.
Result<bool> is_unfinished(const api::server::Layout& layout, const std::string& head) {
  const auto recorded = is_recorded(layout, head);
  if (!recorded || *recorded) return recorded;
  const auto storage = ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::read_only});
  if (!storage) return storage.error();
  const auto note = api::server::unfinished_loss(layout, **storage);
  if (!note) return note.error();
  return note->has_value();
}

ledger::schema::EvidenceAttachedT loss_of(const std::string& note, const std::string& said) {
  ledger::schema::EvidenceAttachedT payload;
  payload.about = ledger::kLossAbout;
  payload.kind = ledger::kLossKind;
  const Hash hash = ledger::loss_hash(note);
  payload.sha256.assign(hash.begin(), hash.end());
  payload.note = said;
  return payload;
}

struct LostHead {
  std::string note;
  crypto::Checkpoint lost;
};

Result<LostHead> read_head(const api::server::Layout& layout) {
  const auto head = ledger::DiskHeadFile(layout.head).read();
  if (!head) return head.error();
  if (!*head) {
    return fail(
        "head.absent",
        "没有文件 " + layout.head + "：把所知最新的已签检查点放回那里，才知道失去的是哪一份",
        "there is no file " + layout.head +
            ": put the newest signed checkpoint known there, which tells what is lost");
  }
  const auto note = crypto::parse_note(**head);
  if (!note) return note.error();
  auto lost = crypto::parse_checkpoint(note->text);
  if (!lost) return lost.error();
  return LostHead{.note = **head, .lost = std::move(*lost)};
}

// Beside a head that the log signed and no longer has: the event that says so, and nothing before
// it. Broken off anywhere, it is finished by running it again, and if the event is recorded, by any
// start.
Outcome accept_loss(Environment& environment, Target target, const std::string& reason) {
  if (auto own = check_own_directory(target, "accept-loss"); !own) return own;
  const api::server::Layout layout(target.dir);
  const auto found = read_head(layout);
  if (!found) return found.error();
  const auto unfinished = is_unfinished(layout, found->note);
  if (!unfinished) return unfinished.error();
  target.accept_loss = true;
  Session session(environment, target);
  auto log = session.get("/api/v1/log");
  if (!log) return log.error();
  if (*unfinished) {
    environment.say("此前已记入，头文件现已更新：账本可以继续",
                    "it was recorded before, and the head file has been brought up: the ledger can "
                    "go on");
    return ok();
  }
  const auto head = read_head(layout);  // once more: it may have been raised to what was cosigned
  if (!head) return head.error();
  // Whoever asks for passphrases may be left waiting for ever.
  if (const auto keys = session.keys(); !keys) return keys.error();
  if (auto begun = api::server::begin_loss(layout, head->note); !begun) return begun;
  const std::string had = std::to_string(head->lost.size),
                    has = std::to_string(log->at("size").to_number<std::uint64_t>());
  const auto done = session.submit_and_say(united(
      loss_of(head->note, has + " / " + had + " " + to_base64(head->lost.root) + " " + reason)));
  if (!done) {
    // One that failed while it was written may be there all the same.
    const auto recorded = is_recorded(layout, head->note);
    if (recorded && !*recorded) api::server::drop_loss(layout);
    return done;
  }
  const auto kept = api::server::set_lost_aside(layout, head->note);
  if (!kept) return kept.error();
  environment.say(
      "失去的检查点存于 " + *kept + "；见证方和镜像保有旧历史，将拒绝此后的检查点，须逐一说明",
      "the lost checkpoint is kept in " + *kept +
          "; witnesses and mirrors hold the old history and will refuse what follows: "
          "explain it to each of them");
  return ok();
}

void add_accept_loss(Program& program) {
  auto reason = std::make_shared<std::string>();
  CLI::App* command = program.command(
      &program.app, "accept-loss",
      "记下账本从较早的备份恢复、此前签过的条目已失去；之后才能继续（不可撤回）。由平台密钥或一位受"
      "托人，与一位受托人签名，其中须有运营方以外的受托人",
      "record that the ledger was restored from an older backup and has lost entries signed "
      "before; only then does it go on (cannot be undone). Signed by the platform or a trustee, "
      "and "
      "by a trustee, one of them a trustee outside the operator");
  program.signs(command);
  command->add_option("--reason", *reason, program.help("缘由与决定", "why, and who decided"))
      ->required()
      ->check([&program](const std::string& said) {
        return said.find_first_not_of(" \t\n") != std::string::npos
                   ? std::string()
                   : program.help("--reason 要写明缘由", "--reason has to say why");
      });
  command->callback([&program, reason] {
    program.action = [&program, reason] {
      return accept_loss(program.environment, program.target, *reason);
    };
  });
}

void add_backup(Program& program) {
  auto asked = std::make_shared<Backup>();
  CLI::App* command = program.command(
      &program.app, "backup", "备份账本：增量，服务运行时也可进行；不含密钥",
      "back a ledger up: incrementally, beside a running service too; without its keys");
  command->add_option("directory", asked->dir, program.help("账本目录", "the ledger's directory"))
      ->required();
  command->add_option("--to", asked->to, program.help("备份目录", "the directory of the backups"))
      ->required();
  command
      ->add_option("--keep", asked->keep,
                   program.help("只留最新几份；0 全留", "how many of the newest to keep; 0: all"))
      ->capture_default_str();
  command->callback([&program, asked] {
    program.action = [&program, asked] { return back_up(program.environment, *asked); };
  });
}

void add_restore(Program& program) {
  auto asked = std::make_shared<Restoring>();
  CLI::App* command =
      program.command(&program.app, "restore", "从备份恢复账本，核验通过才算数",
                      "restore a ledger from a backup; it counts only once it is verified");
  command
      ->add_option("backups", asked->from, program.help("备份目录", "the directory of the backups"))
      ->required();
  command->add_option(
      "directory", asked->dir,
      program.help("账本目录；其中可已有 keys、head，不可有 db",
                   "the ledger's directory; keys and head may be there, db may not"));
  command->add_option("--number", asked->number,
                      program.help("第几号备份；默认最新", "which backup; the newest by default"));
  command->add_option("--head", asked->head,
                      program.help("别处保存的最新检查点（见证方、镜像的 checkpoint 文件）",
                                   "the newest checkpoint that others hold (a witness's, a "
                                   "mirror's file checkpoint)"));
  command->add_option("--vkey", asked->vkey,
                      program.help("日志公钥；不给时以创世事件所列为准",
                                   "the log's verifier key; what its genesis says if absent"));
  command->add_option(
      "--from-mirror", asked->mirror,
      program.help(
          "备份之后的条目从这里补回：镜像的目录，或其网址",
          "where the entries after the backup are taken from: a mirror's directory, or URL"));
  command
      ->add_option("--ca", asked->ca,
                   program.help("用 https 时，信任的根证书文件（PEM）；不给则信系统的",
                                "with https: a file of the certificates to trust (PEM); if absent, "
                                "the system's"))
      ->envname("LIUHEN_CA");
  command->add_flag("--list", asked->list, program.help("只列出备份", "only list the backups"));
  command->callback([&program, asked] {
    program.action = [&program, asked] { return restore(program.environment, *asked); };
  });
}

}  // namespace

void add_backup_commands(Program& program) {
  add_backup(program);
  add_restore(program);
  add_accept_loss(program);
}

}  // namespace liuhen::tools
