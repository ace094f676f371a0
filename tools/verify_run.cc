#include "tools/verify_run.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>

#include "api/client/url_fetcher.h"
#include "api/limits.h"
#include "crypto/key_file.h"
#include "ledger/content_block.h"
#include "ledger/head_file.h"
#include "ledger/limits.h"
#include "ledger/log_reader.h"
#include "ledger/restricted.h"
#include "ledger/rocksdb_storage.h"
#include "projections/findings/findings.h"
#include "projections/pool_openings.h"
#include "projections/proof_text.h"
#include "projections/row_text.h"
#include "projections/verify_summary.h"
#include "tools/policy_warning.h"
#include "tools/verify_html.h"
#include "tools/verify_openings.h"
#include "tools/verify_report_file.h"
#include "tools/verify_tlog_proof.h"

namespace liuhen::tools {

namespace {

Result<std::string> read_file(const std::string& path, std::uint64_t most) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(path, problem);
  std::ifstream in(path, std::ios::binary);
  if (problem || !in) return fail("file.io", "读不到文件 " + path, "cannot read the file " + path);
  if (size > most)
    return fail("file.oversized", "文件 " + path + " 过大", "the file " + path + " is too large");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A line on stderr, rewritten in place, for whatever takes longer than a second.
class ProgressLine {
 public:
  ProgressLine(const VerifyJob& job, std::ostream& err)
      : job_(job), err_(err), next_(Clock::now() + std::chrono::seconds(1)) {}
  ~ProgressLine() {
    if (shown_) err_ << '\n';
  }
  void operator()(std::uint64_t done, std::uint64_t all) {
    if (job_.quiet || Clock::now() < next_) return;
    next_ = Clock::now() + std::chrono::milliseconds(500);
    shown_ = true;
    err_ << (job_.language == ReportLanguage::zh ? "\r核验中 " : "\rverifying ") << done << " / "
         << all << std::flush;
  }

 private:
  using Clock = std::chrono::steady_clock;
  const VerifyJob& job_;
  std::ostream& err_;
  Clock::time_point next_;
  bool shown_ = false;
};

class Run {
 public:
  Run(const VerifyJob& job, std::ostream& out, std::ostream& err)
      : job_(job), out_(out), err_(err), progress_(job, err) {}

  int go() {
    if (auto read = read_policy(); !read) return complain(read.error(), kUsage);
    if (!job_.master_key_file.empty() && job_.source != VerifyJob::Source::dir) {
      return complain(
          fail("verify.master_key", "--master-key 只用于 dir", "--master-key is for dir only"),
          kUsage);
    }
    if (!job_.write_openings.empty() && job_.master_key_file.empty()) {
      return complain(fail("verify.openings", "--write-openings 须与 --master-key 同用",
                           "--write-openings goes with --master-key"),
                      kUsage);
    }
    if (job_.openings_file.empty() != job_.supervisor_key_file.empty() ||
        (!job_.openings_file.empty() && !job_.master_key_file.empty())) {
      return complain(
          fail("verify.openings", "--openings 与 --supervisor-key 须同用，且不与 --master-key 并用",
               "--openings and --supervisor-key go together, and not with --master-key"),
          kUsage);
    }
    if (auto read = read_openings(); !read) return complain(read.error(), kUsage);
    if (!job_.report_file.empty()) {
      if (auto place = check_report_place(job_.report_file); !place)
        return complain(place.error(), kUsage);
    }
    switch (job_.source) {
      case VerifyJob::Source::dir:
        return directory();
      case VerifyJob::Source::url:
        return url();
      case VerifyJob::Source::tiles:
        return tiles();
      case VerifyJob::Source::file:
        return proof_file();
    }
    return kUsage;
  }

 private:
  Outcome read_policy() {
    if (!job_.vkey.empty()) {
      auto key = crypto::parse_vkey(job_.vkey);
      if (!key) return key.error();
      if (key->type != crypto::NoteKeyType::ed25519)
        return fail("note.vkey", "应为日志公钥（类型 0x01）",
                    "it should be a log's key (type 0x01)");
      policy_ = crypto::Policy::of_log(std::move(*key));
    }
    if (job_.policy_file.empty()) return ok();
    const auto text = read_file(job_.policy_file, crypto::kMaxPolicySize);
    if (!text) return text.error();
    auto policy = crypto::Policy::parse(*text);
    if (!policy) return policy.error();
    err_ << policy_warning(*policy, job_.language == ReportLanguage::zh);
    policy_ = std::move(*policy);
    return ok();
  }

  // A supervisor's means to open restricted pools.
  Outcome read_openings() {
    if (job_.openings_file.empty()) return ok();
    const auto text = read_file(job_.openings_file, std::uint64_t{1} << 30);
    if (!text) return text.error();
    auto openings = projections::parse_pool_openings(*text);
    if (!openings) return openings.error();
    auto seed = read_key(job_.supervisor_key_file);
    if (!seed) return seed.error();
    supervisor_.emplace(*seed);
    open_pool_ = projections::pool_opener_of(std::move(*openings), &*supervisor_);
    return ok();
  }

  projections::VerifyOptions options() {
    projections::VerifyOptions out;
    out.open_pool = open_pool_;
    out.trusted = policy_ ? &*policy_ : nullptr;
    out.now_s = job_.now_s;
    out.timelines = job_.json || !job_.report_file.empty();
    if (job_.findings)
      out.replayed_whole = [this](const projections::State& state,
                                  const projections::ReplayNotes& notes) {
        look_across(state, notes);
      };
    return out;
  }
  void look_across(const projections::State& state, const projections::ReplayNotes& notes) {
    projections::FindingsOptions how;
    how.voids = notes.voids;
    how.plans = notes.plans;
    how.now_s = job_.now_s;
    how.open = open_;
    how.progress = progress();
    findings_ = projections::findings_of(state, how);
  }
  ledger::Progress progress() {
    return [this](std::uint64_t done, std::uint64_t all) { progress_(done, all); };
  }

  int directory() {
    auto how = options();
    std::error_code problem;
    if (!std::filesystem::is_directory(job_.place, problem)) {
      return print(
          projections::unopened_storage(fail("storage.absent", job_.place + " 不是目录，或无法进入",
                                             job_.place + " is no directory, or cannot be entered"),
                                        std::optional<std::string>(), how));
    }
    const auto head =
        ledger::DiskHeadFile(job_.place + "/head").read();  // first: a live service writes it last
    const std::string database = job_.place + "/db";
    if (std::filesystem::exists(job_.place + "/ledger.json", problem) &&
        !std::filesystem::exists(database, problem)) {
      return print(projections::unopened_storage(
          fail("storage.damaged", "账本的数据库 " + database + " 不见了",
               "the ledger's database " + database + " is gone"),
          head, how));
    }
    auto storage = ledger::open_rocksdb(database, {.mode = ledger::OpenMode::read_only});
    if (!storage) return print(projections::unopened_storage(storage.error(), head, how));
    crypto::Secret<32> master;
    crypto::SystemEntropy entropy;
    std::optional<ledger::RestrictedStore> restricted;
    std::optional<ledger::BlockReader> contents;
    if (!job_.master_key_file.empty()) {
      auto key = read_master_key();
      if (!key) return complain(key.error(), kUsage);
      master = std::move(*key);
      restricted.emplace(**storage, master, entropy);
      open_ = [&](const Hash& commitment) { return open_conflict(*restricted, commitment); };
      how.open = open_;
      how.has_content = true;
      how.open_pool.key = [&](const ledger::schema::DrawAnnouncedT& announcement) {
        return pool_key(*restricted, announcement);
      };
      contents.emplace(*restricted);
      how.open_pool.content = [&](const Hash& commitment, std::uint64_t position) {
        return row_content(*contents, commitment, position);
      };
    }
    auto report = projections::verify_storage(**storage, head, how, progress());
    judge_openings(report);
    if (!job_.write_openings.empty()) {
      const auto written =
          write_openings(job_.write_openings, projections::format_pool_openings(handed_over_));
      if (!written) return complain(written.error(), kUsage);
    }
    return print(std::move(report));
  }

  std::optional<crypto::draw::PoolKey> pool_key(
      ledger::RestrictedStore& store, const ledger::schema::DrawAnnouncedT& announcement) const {
    const auto commitment = exactly<32>(View(announcement.pool_key_hash));
    if (!commitment) return std::nullopt;
    const auto opening = store.get(*commitment);
    if (!opening || !*opening) return std::nullopt;
    auto key = crypto::draw::PoolKey::from((*opening)->bytes);
    if (!key) return std::nullopt;
    return std::move(*key);
  }

  // Of a row of the registry; kept where it is to be handed over.
  std::optional<Bytes> row_content(ledger::BlockReader& contents, const Hash& commitment,
                                   std::uint64_t position) {
    auto opening = contents.get(commitment, position);
    if (!opening && !unopened_) unopened_ = {commitment, opening.error()};
    if (!opening || !*opening) return std::nullopt;
    ++opened_;
    if (!job_.write_openings.empty() && written_.insert(commitment).second)
      handed_over_.push_back(**opening);
    return std::move((*opening)->bytes);
  }

  std::optional<projections::ConflictContent> open_conflict(ledger::RestrictedStore& store,
                                                            const Hash& commitment) {
    const auto opening = store.get(commitment);
    if (!opening && !unopened_) unopened_ = {commitment, opening.error()};
    if (!opening || !*opening) return std::nullopt;
    auto content = projections::decode_conflict((*opening)->bytes);
    if (!content) return std::nullopt;
    ++opened_;
    return std::move(*content);
  }

  // Content that is there and does not open its commitment: altered, where the key opens other
  // content; otherwise the key may be another.
  void judge_openings(projections::Report& report) const {
    if (!unopened_) return;
    const bool is_absent = report.verdict == ledger::Verdict::inconclusive &&
                           report.finding->code == "restricted.absent";
    if (report.verdict != ledger::Verdict::verified && !(is_absent && opened_ != 0)) return;
    report.verdict = opened_ != 0 ? ledger::Verdict::violated : ledger::Verdict::inconclusive;
    report.finding = unopened_->second;
    report.where = "restricted/" + to_hex(unopened_->first);
    report.position.reset();
    if (opened_ == 0) return;
    const std::string broken = projections::guarantee_of(unopened_->second.code);
    for (auto& guarantee : report.guarantees) {
      if (guarantee.id != broken) continue;
      guarantee.checked = false;
      guarantee.broken = true;
    }
  }

  Result<crypto::Secret<32>> read_master_key() const { return read_key(job_.master_key_file); }

  Result<crypto::Secret<32>> read_key(const std::string& path) const {
    const auto text = read_file(path, crypto::kMaxKeyFileSize);
    if (!text) return text.error();
    const auto file = crypto::KeyFile::parse(view_of(*text));
    if (!file) return file.error();
    std::string passphrase;
    if (!job_.passphrase_file.empty()) {
      auto read = read_file(job_.passphrase_file, 4096);
      if (!read) return read.error();
      passphrase = std::move(*read);
      while (!passphrase.empty() && (passphrase.back() == '\n' || passphrase.back() == '\r'))
        passphrase.pop_back();
    }
    auto opened = file->open(view_of(passphrase));
    sodium_memzero(passphrase.data(), passphrase.size());
    return opened;
  }

  int url() {
    auto connection =
        api::connect(job_.place, {.ca_file = job_.ca_file, .attempts = api::kAttempts});
    if (!connection) return complain(connection.error(), kUsage);
    api::UrlFetcher fetcher(**connection, policy_ ? &*policy_ : nullptr);
    return print(projections::verify_log(fetcher, options(), progress()));
  }

  int tiles() {
    ledger::MirrorFetcher fetcher(job_.place);
    return print(projections::verify_log(fetcher, options(), progress()));
  }

  int proof_file() {
    const auto text = read_file(job_.place, std::uint64_t{1} << 30);
    if (!text) return complain(text.error(), 2);
    if (is_tlog_proof(*text) && job_.report_file.empty()) return entry_proof(*text);
    if (is_tlog_proof(*text)) {
      return complain(fail("verify.report", "--report 用于账本和一次抽取，不用于一条记录",
                           "--report is for logs and draws, not for one entry"),
                      kUsage);
    }
    if (projections::is_row_file(*text)) return row_proof(*text);
    if (!projections::is_proof_file(*text)) {
      return complain(
          fail("verify.file",
               job_.place + " 不是证明文件：首行应为 liuhen/draw-proof/…（抽取）、"
                            "liuhen/draw-row/…（单户）或 c2sp.org/tlog-proof…（记录）",
               job_.place + " is no proof file: its first line should be liuhen/draw-proof/… "
                            "(a draw), liuhen/draw-row/… (one subject) or "
                            "c2sp.org/tlog-proof… (an entry)"),
          kUsage);
    }
    return print(projections::verify_proof_file(*text, policy_ ? &*policy_ : nullptr, job_.now_s));
  }

  int row_proof(const std::string& text) {
    if (!job_.report_file.empty()) {
      return complain(fail("verify.report", "--report 用于账本和一次抽取，不用于单户",
                           "--report is for logs and draws, not for one subject's row"),
                      kUsage);
    }
    const auto verdict = projections::verify_row_file(text, policy_ ? &*policy_ : nullptr);
    say(verdict);
    return exit_code(verdict.verdict);
  }

  int entry_proof(const std::string& text) {
    std::optional<std::string> entry;
    if (!job_.entry_file.empty()) {
      auto read = read_file(job_.entry_file, ledger::kEntryBytesMax);
      if (!read) return complain(read.error(), 2);
      entry = std::move(*read);
    }
    return print(verify_tlog_proof(text, entry, policy_ ? &*policy_ : nullptr));
  }

  int print(projections::Report report) {
    return print(LogReport{.verified = std::move(report), .findings = std::move(findings_)});
  }
  int print(const LogReport& report) {
    say(report);
    return write_page(report, report.verified.verdict);
  }
  int print(const projections::ProofVerdict& verdict) {
    say(verdict);
    return write_page(verdict, verdict.verdict);
  }
  int print(const TlogProofVerdict& verdict) {
    say(verdict);
    return exit_code(verdict.verdict);
  }

  template <class Report>
  void say(const Report& report) {
    out_ << (job_.json ? json_of_report(report) : text_of_report(report, job_.language))
         << std::flush;
  }
  // A violation stays one, whether or not it can be written down.
  template <class Report>
  int write_page(const Report& report, ledger::Verdict verdict) {
    if (job_.report_file.empty()) return exit_code(verdict);
    const ReportAbout about{.source = source(),
                            .place = job_.place,
                            .judged_at = job_.now_s,
                            .policy = policy_ ? &*policy_ : nullptr};
    const auto written =
        write_report(job_.report_file, html_of_report(report, about, job_.language));
    if (!written) return complain(written.error(), verdict == ledger::Verdict::violated ? 1 : 2);
    if (!job_.quiet)
      err_ << (job_.language == ReportLanguage::zh ? "报告已写入 " : "the report is in ")
           << job_.report_file << '\n';
    return exit_code(verdict);
  }
  projections::Sentence source() const {
    switch (job_.source) {
      case VerifyJob::Source::dir:
        return {"数据目录", "the data directory"};
      case VerifyJob::Source::url:
        return {"网址", "the address"};
      case VerifyJob::Source::tiles:
        return {"镜像目录", "the mirror"};
      case VerifyJob::Source::file:
        return {"证明文件", "the proof file"};
    }
    return {};
  }

  int complain(const Error& error, int code) {
    const bool zh = job_.language == ReportLanguage::zh;
    err_ << (zh ? "出错" : "error") << " [" << error.code << "] " << (zh ? error.zh : error.en)
         << '\n';
    return code;
  }

  const VerifyJob& job_;
  std::ostream& out_;
  std::ostream& err_;
  ProgressLine progress_;
  std::optional<crypto::Policy> policy_;
  // Of conflicts asked for: how many opened, and the first that is there and does not.
  std::uint64_t opened_ = 0;
  std::optional<std::pair<Hash, Error>> unopened_;
  projections::OpenConflict open_;
  std::optional<crypto::SigningKey> supervisor_;
  projections::PoolOpener open_pool_;
  std::set<Hash> written_;
  std::vector<ledger::Opening> handed_over_;
  std::optional<std::vector<projections::Screen>> findings_;
};

}  // namespace

int run(const VerifyJob& job, std::ostream& out, std::ostream& err) {
  return Run(job, out, err).go();
}

}  // namespace liuhen::tools
