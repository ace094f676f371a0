#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "api/client/url_fetcher.h"
#include "crypto/note.h"
#include "ledger/durable_file.h"
#include "ledger/log_keys.h"
#include "ledger/log_reader.h"
#include "ledger/tile_export.h"
#include "ledger/tile_repair.h"
#include "ledger/tiles.h"
#include "ledger/tree_head.h"
#include "tools/commands.h"
#include "tools/on_hangup.h"
#include "tools/progress.h"
#include "tools/text_file.h"
#include "tools/tree_signers.h"

namespace liuhen::tools {

namespace {

constexpr unsigned kBackoffMaxS = 300;
// A source that has fewer entries than it had may be a cache with the checkpoint of a moment ago:
// it counts as rolled back once it was so many times behind since something was last copied.
constexpr unsigned kBehindMax = 4;

struct Mirror {
  std::string url, directory, vkey, policy_file, ca;
  bool follow = false;
  unsigned every_s = 10;
  unsigned timeout_s = 60;
};

// Where the key is kept that the first run took: no later run takes another.
std::string key_file(const Mirror& asked) { return asked.directory + "/vkey"; }

// Whether the copy itself, which ends under the new key's signature, says that the log changed from
// the key that is pinned to this one.
Result<bool> succeeds(const Mirror& asked, const std::string& pinned, const crypto::NoteKey& next) {
  const auto known = crypto::parse_vkey(pinned);
  if (!known) return known.error();
  ledger::MirrorFetcher copy(asked.directory);
  const auto head = ledger::open_head(copy, next);
  if (!head || known->name != next.name) return false;
  ledger::LogKeys keys;
  const std::uint64_t size = head->checkpoint.size;
  for (std::uint64_t index = 0; index * ledger::kTileWidth < size; ++index) {
    const auto bundle = copy.entries(index, ledger::tile_width(0, index, size));
    if (!bundle) return bundle.error();
    for (const View entry : ledger::split_bundle(*bundle, ledger::kTileWidth).entries) {
      const Bytes aligned(entry.begin(), entry.end());
      const auto event = ledger::Event::parse(aligned);
      if (!event || !keys.check(*event)) continue;  // a log of something else, or a forger's word
      keys.append(*event);
    }
  }
  return keys.has(known->key) && !keys.terms().empty() && keys.terms().back().key == next.key;
}

// What the directory's own checkpoints say of a key.
enum class Signed {
  by_it,
  by_another,    // every one that is whole
  nothing_whole  // and something is there
};
std::optional<Signed> signed_in(const Mirror& asked, const crypto::NoteKey& key) {
  bool has_whole = false, has_any = false;
  for (const char* name : {"checkpoint", ledger::kTreeHead, "tile"}) {
    const std::string path = asked.directory + "/" + name;
    std::error_code unknown;
    has_any = has_any || std::filesystem::exists(path, unknown);
    const auto note = read_text(path);
    if (!note) continue;
    if (crypto::open_checkpoint(*note, key)) return Signed::by_it;
    const auto parsed = crypto::parse_note(*note);
    has_whole = has_whole || (parsed && crypto::parse_checkpoint(parsed->text));
  }
  if (!has_any) return std::nullopt;
  return has_whole ? Signed::by_another : Signed::nothing_whole;
}

// Of a tree that came without its key, as one that was exported: whether this one may be pinned.
Outcome check_key(const Mirror& asked, const crypto::NoteKey& key) {
  const auto found = signed_in(asked, key);
  if (found == Signed::by_another) {
    return fail("mirror.key",
                asked.directory + " 里的检查点不是 " + key.vkey() +
                    " 签的；请用 --vkey 给出签它的公钥，或换一个目录",
                "the checkpoint in " + asked.directory + " is not signed by " + key.vkey() +
                    "; give the key that signed it with --vkey, or take another directory");
  }
  if (found == Signed::nothing_whole && asked.vkey.empty()) {
    return fail("mirror.key",
                asked.directory + " 里没有完好的检查点，无从知道是谁签的；请用 --vkey 给出公钥",
                "no checkpoint in " + asked.directory +
                    " is whole to tell who signed it; give the log's key with --vkey");
  }
  return ok();
}

// The source's own word.
Result<crypto::NoteKey> key_told_by(api::Connection& source) {
  auto response = source.get("/api/v1/log");
  if (!response) return response.error();
  boost::system::error_code problem;
  const boost::json::value about = boost::json::parse(response->body, problem);
  const boost::json::object* fields = problem ? nullptr : about.if_object();
  const boost::json::value* said = fields == nullptr ? nullptr : fields->if_contains("vkey");
  if (response->status != 200 || said == nullptr || !said->is_string()) {
    return fail("mirror.no_key", "来源没有说明日志公钥，请用 --vkey 给出",
                "the source does not tell the log's verifier key; give it with --vkey");
  }
  return crypto::parse_vkey(std::string_view(said->get_string()));
}

void say_taken(Environment& environment, const crypto::NoteKey& key) {
  environment.say(
      "未指定日志公钥，采用来源自报的 " + key.vkey() + "，此后只认这一把；请与公布值核对",
      "no verifier key was given; taking the source's own word for " + key.vkey() +
          ", and no other from now on: compare it with the published one");
}

// What the caller trusts; else what this directory was begun with, which has to be readable where
// it is there; else the source's own word, once.
Result<crypto::NoteKey> choose_key(const Mirror& asked, api::Connection& source) {
  std::string given = asked.vkey;
  std::error_code unknown;
  const auto there = std::filesystem::status(key_file(asked), unknown);
  if (there.type() != std::filesystem::file_type::not_found) {
    auto kept = read_text(key_file(asked));
    if (!kept) return kept.error();
    std::string& known = *kept;
    while (known.ends_with('\n')) known.pop_back();
    const auto next = given.empty() ? crypto::parse_vkey(known) : crypto::parse_vkey(given);
    if (!next) return next.error();
    if (!given.empty() && given != known) {
      if (const auto follows = succeeds(asked, known, *next); !follows || *follows)
        return follows ? next : follows.error();
      // The one that was noted has not been seen to sign anything: nothing was copied by it, or
      // what is here, as before it was noted, is signed by this one.
      const auto here = signed_in(asked, *next);
      if (!here || *here == Signed::by_it) return next;
      return fail("mirror.key",
                  asked.directory + " 抄的是公钥为 " + known + " 的日志；另一本日志请用另一个目录",
                  asked.directory + " is a copy of the log with the key " + known +
                      "; copy another log into another directory");
    }
    return crypto::parse_vkey(known);
  }
  const auto key = given.empty() ? key_told_by(source) : crypto::parse_vkey(given);
  if (!key) return key;
  if (auto good = check_key(asked, *key); !good) return good.error();
  return key;
}

Outcome keep_key(const Mirror& asked, const crypto::NoteKey& key) {
  std::error_code error;
  ledger::make_folders(asked.directory, error);
  const std::string path = key_file(asked), text = key.vkey() + "\n";
  const auto kept = read_text(path);
  if (!error && kept && *kept == text) return ok();
  if (!error) error = ledger::write_synced(path + ".new", view_of(text));
  if (!error) error = ledger::rename_synced(path + ".new", path);
  if (!error) return ok();
  return fail("file.io", "写不了 " + path + "：" + error.message(),
              "cannot write " + path + ": " + error.message());
}

// Everything that is here, once at the start.
Outcome check(Environment& environment, const Mirror& asked, ledger::Fetcher& source,
              const crypto::NoteKey& key) {
  ProgressLine progress(environment, "核对已有的副本", "checking what is here");
  const auto report =
      ledger::repair_tree(source, key, asked.directory,
                          [&](std::uint64_t done, std::uint64_t all) { progress(done, all); });
  if (!report) return report.error();
  for (const std::string& name : report->repaired)
    environment.say("已损坏，已补回：" + name, "was damaged, and is put back: " + name);
  if (report->size > 0) {
    environment.say("已核对 " + std::to_string(report->files) + " 个文件，共 " +
                        std::to_string(report->size) + " 条",
                    "checked " + std::to_string(report->files) + " files of " +
                        std::to_string(report->size) + " entries");
  }
  return ok();
}

// Brings the copy up to the source's checkpoint; true if that was news.
Result<bool> copy(Environment& environment, const Mirror& asked, ledger::Fetcher& source,
                  const crypto::NoteKey& key, std::span<const crypto::NoteKey> signers,
                  BadLines& bad_lines) {
  ProgressLine progress(environment, "抄录", "copying");
  const auto report = ledger::export_tiles(
      source, key, asked.directory,
      [&](std::uint64_t done, std::uint64_t all) { progress(done, all); }, signers);
  if (!report) return report.error();
  bad_lines.say(report->bad_lines);
  if (report->size == report->old_size) return false;
  environment.say("已抄到 " + std::to_string(report->size) + " 条（原有 " +
                      std::to_string(report->old_size) + " 条）",
                  "copied up to " + std::to_string(report->size) + " entries (there were " +
                      std::to_string(report->old_size) + ")");
  return true;
}

// Trouble on this side that may pass: no room, too many files, another run on the directory.
bool is_local(const Error& error) {
  return error.code == "export.io" || error.code == "export.busy";
}

// What asking again cannot mend.
bool is_final(const Error& error) {
  return error.code.starts_with("export.") && error.code != "export.source" &&
         error.code != "export.behind" && !is_local(error);
}

// A mirror's looks at its source: at the first that finds the directory in order, all that is in
// it is checked.
class Looks {
 public:
  Looks(Environment& environment, const Mirror& asked, ledger::Fetcher& source,
        const crypto::NoteKey& key, std::span<const crypto::NoteKey> signers)
      : environment_(environment),
        asked_(asked),
        source_(source),
        key_(key),
        signers_(signers),
        bad_lines_(environment) {}

  Result<bool> look() {
    auto looked = check_and_copy();
    const bool is_behind = !looked && looked.error().code == "export.behind";
    if (looked) behind_ = 0;
    if (is_behind) ++behind_;
    if (looked || !is_local(looked.error())) said_.clear();
    return looked;
  }

  // For as long as nothing alarming is seen. A source that cannot be reached, or gives what it did
  // not sign, is asked again, more and more rarely; so is one that cannot be copied for want of
  // room here, which is said once.
  Outcome follow(const Result<bool>& first) {
    unsigned wait_s = asked_.every_s;
    if (!first) say(first.error(), wait_s);
    for (;;) {
      environment_.out << std::flush;
      std::this_thread::sleep_for(std::chrono::seconds(wait_s));
      const auto looked = look();
      if (!looked && (is_final(looked.error()) || behind_ >= kBehindMax)) return looked.error();
      wait_s = looked ? asked_.every_s : std::min(std::max(wait_s, 1u) * 2, kBackoffMaxS);
      if (!looked) say(looked.error(), wait_s);
    }
  }

 private:
  Result<bool> check_and_copy() {
    if (!checked_) {
      if (auto checked = check(environment_, asked_, source_, key_); !checked)
        return checked.error();
      checked_ = true;
    }
    return copy(environment_, asked_, source_, key_, signers_, bad_lines_);
  }

  void say(const Error& error, unsigned wait_s) {
    if (error.code == said_) return;
    if (is_local(error)) said_ = error.code;
    const std::string wait = std::to_string(wait_s);
    const std::string zh =
        is_local(error) ? "；会继续尝试，不再重复此话" : "；" + wait + " 秒后再试";
    const std::string en = is_local(error) ? "; it goes on trying, and says this no more"
                                           : "; asking again in " + wait + " s";
    environment_.err << environment_.pick("未抄成", "not copied") << " [" << error.code << "] "
                     << environment_.pick(error.zh + zh, error.en + en) << std::endl;
  }

  Environment& environment_;
  const Mirror& asked_;
  ledger::Fetcher& source_;
  const crypto::NoteKey& key_;
  const std::span<const crypto::NoteKey> signers_;
  BadLines bad_lines_;
  bool checked_ = false;
  unsigned behind_ = 0;  // times since something was last copied
  std::string said_;     // the code of the trouble on this side that was told
};

Outcome mirror(Environment& environment, const Mirror& asked) {
  if (asked.follow && !is_at_terminal()) std::signal(SIGHUP, SIG_IGN);
  auto connection = api::connect(
      asked.url,
      {.ca_file = asked.ca, .attempts = api::kAttempts, .answer_ms = asked.timeout_s * 1'000});
  if (!connection) return connection.error();
  std::error_code unknown;
  const bool is_told = asked.vkey.empty() && !std::filesystem::exists(key_file(asked), unknown);
  auto key = choose_key(asked, **connection);
  if (!key) return key.error();
  const auto signers = read_signers(environment, asked.policy_file, *key);
  if (!signers) return signers.error();
  if (auto kept = keep_key(asked, *key); !kept) return kept;
  if (is_told) say_taken(environment, *key);
  api::UrlFetcher source(**connection);
  Looks looks(environment, asked, source, *key, *signers);
  const auto first = looks.look();
  if (!first && (!asked.follow || is_final(first.error()))) return first.error();
  if (first && !*first) environment.say("没有新的条目", "there are no new entries");
  environment.say("核验：liuhen-verify tiles " + asked.directory + " --vkey " + key->vkey(),
                  "verify: liuhen-verify tiles " + asked.directory + " --vkey " + key->vkey());
  return asked.follow ? looks.follow(first) : ok();
}

}  // namespace

void add_mirror_command(Program& program) {
  auto asked = std::make_shared<Mirror>();
  CLI::App* command = program.command(
      &program.app, "mirror",
      "抄录一本日志：边抄边核对，可随时中断再续；来源被回退或分叉时拒绝、报出位置并保存证据",
      "copy a log, checking it all the while; may be stopped at any moment and goes on where it "
      "was; refuses a source that was rolled back or forked, says where, and keeps the evidence");
  command
      ->add_option("url", asked->url,
                   program.help("来源：运行中的服务或静态镜像",
                                "the source: a running service or a static mirror"))
      ->required();
  command->add_option("directory", asked->directory, program.help("目标目录", "where to copy it"))
      ->required();
  command->add_option(
      "--vkey", asked->vkey,
      program.help("日志公钥；不给时首次采用来源自报的，此后只认它",
                   "the log's verifier key; if absent, the source's own word the first time, and "
                   "that one ever after"));
  add_signers_option(program, command, asked->policy_file);
  command
      ->add_option("--ca", asked->ca,
                   program.help("用 https 时，信任的根证书文件（PEM）；不给则信系统的",
                                "with https: a file of the certificates to trust (PEM); if absent, "
                                "the system's"))
      ->envname("LIUHEN_CA");
  command->add_flag("--follow", asked->follow,
                    program.help("抄完后持续跟随", "go on following it once it is copied"));
  command
      ->add_option(
          "--interval", asked->every_s,
          program.help("跟随时每隔几秒询问一次", "seconds between two looks at the source"))
      ->check(CLI::Range(1u, 86'400u))
      ->capture_default_str();
  command
      ->add_option("--timeout", asked->timeout_s,
                   program.help("一次请求最多等几秒", "seconds that one request may take"))
      ->check(CLI::Range(1u, 600u))
      ->capture_default_str();
  command->callback([&program, asked] {
    program.action = [&program, asked] { return mirror(program.environment, *asked); };
  });
}

}  // namespace liuhen::tools
