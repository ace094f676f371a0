#include "tools/bench/sample_log.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <semaphore>
#include <thread>
#include <utility>

#include "api/server/site.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "projections/last_pool.h"
#include "projections/streams.h"

namespace liuhen::tools::bench {

namespace schema = ledger::schema;

namespace {

inline constexpr std::ptrdiff_t kInFlightMax = 4'096;

template <class PayloadT>
void carry(schema::IntentT& intent, PayloadT payload) {
  intent.payload.Set(std::move(payload));
  intent.stream = projections::stream_of(intent);
}

std::unique_ptr<schema::KeyGrantT> grant(const std::string& origin, const crypto::SigningKey& key,
                                         const std::string& person, schema::Role role,
                                         bool outside) {
  auto out = std::make_unique<schema::KeyGrantT>();
  out->key.assign(key.public_key().begin(), key.public_key().end());
  out->person = person;
  out->roles = {static_cast<std::uint8_t>(role)};
  out->outside = outside;
  const Signature proof = key.sign(projections::possession_bytes(origin, person, key.public_key()));
  out->proof.assign(proof.begin(), proof.end());
  return out;
}

// What is opened has to open: there is nothing to measure otherwise.
template <class T>
T taken(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().en.c_str());
  LIUHEN_CHECK(result.has_value());
  return std::move(*result);
}

std::unique_ptr<schema::SubjectRowT> subject_row(const std::string& digits,
                                                 const std::string& street) {
  auto row = std::make_unique<schema::SubjectRowT>();
  row->id = "37020" + std::string(10 - digits.size(), '0') + digits;
  row->kind = schema::SubjectKind::other;
  row->name = "青岛市某某路第" + digits + "号经营部";
  row->division = "370202";
  row->industry = "F52";
  row->address = street + digits + "号";
  row->status = schema::SubjectStatus::active;
  return row;
}

std::string new_directory() {
  static std::atomic<int> number{0};
  const std::string name =
      "liuhen-bench-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  std::filesystem::remove_all(path);
  return path;
}

api::server::Keys keys_made_in(const std::string& directory, const std::string& origin) {
  taken(api::server::init({.dir = directory, .origin = origin, .passphrase = {}}));
  return taken(api::server::read_keys(api::server::Layout(directory), {}));
}

}  // namespace

SampleLog::SampleLog() : directory_(new_directory()), keys_(keys_made_in(directory_, origin_)) {
  open();
  genesis();
}

SampleLog::~SampleLog() {
  if (server_) server_->stop();
  if (serving_.joinable()) serving_.join();
  server_.reset();
  service_.reset();
  close();
  std::filesystem::remove_all(directory_);
}

void SampleLog::open() {
  const api::server::Layout layout(directory_);
  storage_ = taken(ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::existing}));
  head_ = std::make_unique<ledger::DiskHeadFile>(layout.head);
  restricted_ = std::make_unique<ledger::RestrictedStore>(*storage_, keys_.master, record_entropy_);
  projections::State state;
  state.origin = origin_;
  state.last_pool = std::make_shared<projections::LastPool>();  // nobody reads while it is folded
  admission_ = std::make_unique<projections::StateAdmission>(std::move(state));
  ledger::SequencerOptions options;
  options.origin = origin_;
  options.log_key = &keys_.log;
  sequencer_ =
      taken(ledger::Sequencer::open(*storage_, *head_, *restricted_, *admission_, clock_, options));
}

void SampleLog::close() {
  if (sequencer_) sequencer_->stop();
  sequencer_.reset();
  storage_.reset();
}

void SampleLog::copy_database(const std::string& to) {
  close();
  std::filesystem::copy(api::server::Layout(directory_).database, to,
                        std::filesystem::copy_options::recursive);
  open();
}

void SampleLog::serve() {
  close();
  api::server::ServiceOptions options;
  options.dir = directory_;
  options.clock = &clock_;
  service_ = taken(api::server::Service::open(options));
  server_ = taken(
      api::server::HttpServer::open({.listen = "127.0.0.1:0"}, api::server::site_of(*service_)));
  serving_ = std::thread([this] { server_->run(); });
}

schema::IntentT SampleLog::intent() {
  schema::IntentT out;
  out.origin = origin_;
  out.id.resize(16);
  entropy_.fill(out.id);
  const Hash empty = crypto::empty_root();
  out.seen_root.assign(empty.begin(), empty.end());
  out.expires = clock_.now_s() + 86'400;
  return out;
}

ledger::Submission SampleLog::signed_by(schema::IntentT intent,
                                        const std::vector<const crypto::SigningKey*>& keys) {
  for (const crypto::SigningKey* key : keys) {
    intent.authors.insert(intent.authors.end(), key->public_key().begin(), key->public_key().end());
  }
  ledger::Submission out;
  out.intent = ledger::encode(intent);
  for (const crypto::SigningKey* key : keys)
    out.signatures.emplace_back(key->public_key(), ledger::sign_intent(*key, out.intent));
  return out;
}

void SampleLog::genesis() {
  schema::GenesisT genesis;
  genesis.city = "青岛市";
  genesis.division = "370200";
  const KeyId log_key = keys_.log.public_key();
  genesis.log_key.assign(log_key.begin(), log_key.end());
  for (auto& permission : projections::default_permissions()) {
    genesis.permissions.push_back(std::make_unique<schema::PermissionT>(permission));
  }
  using schema::Role;
  for (const auto& [name, role] : {std::pair("trustee-1", Role::trustee),
                                   {"trustee-2", Role::trustee},
                                   {"office-1", Role::office},
                                   {"registrar-1", Role::registrar},
                                   {"clerk-1", Role::clerk},
                                   {"approver-1", Role::approver},
                                   {"contributor-1", Role::contributor},
                                   {"contributor-2", Role::contributor}}) {
    const auto& key = people_.emplace(name, crypto::SigningKey::generate(entropy_)).first->second;
    const bool outside = name == std::string_view("trustee-2");
    genesis.keys.push_back(grant(origin_, key, name, role, outside));
  }
  genesis.keys.push_back(grant(origin_, keys_.platform, "platform", Role::platform, false));
  record(std::move(genesis), {&person("trustee-1"), &person("trustee-2")});
}

void SampleLog::record_intent(schema::IntentT intent,
                              const std::vector<const crypto::SigningKey*>& authors) {
  intent.stream = projections::stream_of(intent);
  if (const std::string seen = sequencer_->checkpoint(); !seen.empty()) {
    const auto head = taken(crypto::parse_checkpoint(taken(crypto::parse_note(seen)).text));
    intent.seen_size = head.size;
    intent.seen_root.assign(head.root.begin(), head.root.end());
  }
  if (projections::version_is_expected(intent.payload.type))
    intent.expected_version = state().stream_version(intent.stream);
  const auto answer = sequencer_->submit_and_wait(signed_by(std::move(intent), authors));
  if (!answer)
    std::fprintf(stderr, "%s: %s\n", answer.error().code.c_str(), answer.error().en.c_str());
  LIUHEN_CHECK(answer.has_value());
}

std::vector<ledger::Submission> SampleLog::departments(std::size_t count) {
  std::vector<ledger::Submission> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    schema::DepartmentSetT payload;
    payload.id = "D" + std::to_string(departments_++);
    payload.name = "市场监督管理所" + std::to_string(i);
    payload.division = "370202";
    schema::IntentT one = intent();
    carry(one, std::move(payload));
    out.push_back(signed_by(std::move(one), {&person("office-1")}));
  }
  return out;
}

// What is not public about a subject, of the usual length.
ledger::Opening SampleLog::contact_of(const std::string& digits) {
  const std::string text = "{\"legal_person\":\"法定代表人" + digits + "\",\"phone\":\"1380000" +
                           digits + "\",\"risk\":\"B\"}";
  ledger::Opening opening;
  entropy_.fill(opening.salt);
  opening.bytes.assign(text.begin(), text.end());
  opening.commitment = crypto::commit(opening.salt, opening.bytes);
  return opening;
}

std::vector<ledger::Submission> SampleLog::imports(std::size_t parts, bool restricted, bool last) {
  std::vector<ledger::Submission> out;
  for (std::size_t p = 0; p < parts; ++p) {
    schema::SubjectsImportedT payload;
    std::vector<ledger::Opening> openings;
    payload.run = "bench";
    payload.part = static_cast<std::uint32_t>(part_++);
    for (std::size_t i = 0; i < kRowsPerPart; ++i) {
      const std::string digits = std::to_string(rows_++);
      auto row = subject_row(digits, "青岛市市南区香港中路");
      if (restricted) {
        ledger::Opening opening = contact_of(digits);
        row->restricted.assign(opening.commitment.begin(), opening.commitment.end());
        openings.push_back(std::move(opening));
      }
      payload.rows.push_back(std::move(row));
    }
    payload.last = last && p + 1 == parts;
    out.push_back(imported(std::move(payload)));
    out.back().openings = std::move(openings);
  }
  return out;
}

std::vector<ledger::Submission> SampleLog::changes(std::size_t first, std::size_t rows) {
  std::vector<ledger::Submission> out;
  schema::SubjectsImportedT payload;
  for (std::size_t i = 0; i < rows; ++i) {
    payload.rows.push_back(subject_row(std::to_string((first + i) % rows_), "青岛市崂山区海尔路"));
    if (payload.rows.size() < kRowsPerPart && i + 1 < rows) continue;
    payload.run = "changes-" + std::to_string(first);
    payload.part = static_cast<std::uint32_t>(out.size());
    payload.last = i + 1 == rows;
    out.push_back(imported(std::exchange(payload, {})));
  }
  return out;
}

ledger::Submission SampleLog::imported(schema::SubjectsImportedT payload) {
  schema::IntentT one = intent();
  carry(one, std::move(payload));
  return signed_by(std::move(one), {&person("registrar-1")});
}

void SampleLog::append(std::vector<ledger::Submission> submissions, std::size_t in_flight) {
  std::counting_semaphore<kInFlightMax> room(static_cast<std::ptrdiff_t>(in_flight));
  std::atomic<std::size_t> failed{0};
  const auto submit = [&](std::size_t from, std::size_t step) {
    for (std::size_t i = from; i < submissions.size(); i += step) {
      room.acquire();
      sequencer_->submit(std::move(submissions[i]), [&](Result<ledger::Answer> answer) {
        if (!answer && failed++ == 0)
          std::fprintf(stderr, "%s: %s\n", answer.error().code.c_str(), answer.error().en.c_str());
        room.release();
      });
    }
  };
  // Imports of one run depend on each other's order, so only one thread submits those.
  const bool ordered = submissions.size() < 2'000;
  if (ordered) {
    submit(0, 1);
  } else {
    std::thread other(submit, 1, 2);
    submit(0, 2);
    other.join();
  }
  for (std::size_t i = 0; i < in_flight; ++i) room.acquire();
  LIUHEN_CHECK(failed == 0);
}

}  // namespace liuhen::tools::bench
