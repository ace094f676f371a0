#include "tools/bench/sample_log.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "api/server/site.h"
#include "crypto/commitment.h"
#include "crypto/merkle.h"
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

SampleLog::SampleLog()
    : directory_(new_directory()),
      keys_(keys_made_in(directory_, origin_)),
      trustee1_(crypto::SigningKey::generate(entropy_)),
      trustee2_(crypto::SigningKey::generate(entropy_)),
      office_(crypto::SigningKey::generate(entropy_)),
      registrar_(crypto::SigningKey::generate(entropy_)) {
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
  admission_ = std::make_unique<projections::StateAdmission>(origin_);
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
  genesis.keys.push_back(grant(origin_, trustee1_, "trustee-1", schema::Role::trustee, false));
  genesis.keys.push_back(grant(origin_, trustee2_, "trustee-2", schema::Role::trustee, true));
  genesis.keys.push_back(grant(origin_, keys_.platform, "platform", schema::Role::platform, false));
  genesis.keys.push_back(grant(origin_, office_, "office-1", schema::Role::office, false));
  genesis.keys.push_back(grant(origin_, registrar_, "registrar-1", schema::Role::registrar, false));
  schema::IntentT out = intent();
  carry(out, std::move(genesis));
  auto answer = sequencer_->submit_and_wait(signed_by(std::move(out), {&trustee1_, &trustee2_}));
  if (!answer) std::fprintf(stderr, "%s\n", answer.error().en.c_str());
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
    out.push_back(signed_by(std::move(one), {&office_}));
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

std::vector<ledger::Submission> SampleLog::imports(std::size_t parts, bool restricted) {
  std::vector<ledger::Submission> out;
  for (std::size_t p = 0; p < parts; ++p) {
    schema::SubjectsImportedT payload;
    std::vector<ledger::Opening> openings;
    payload.run = "bench";
    payload.part = static_cast<std::uint32_t>(part_++);
    for (std::size_t i = 0; i < kRowsPerPart; ++i) {
      auto row = std::make_unique<schema::SubjectRowT>();
      const std::string digits = std::to_string(rows_++);
      row->id = "37020" + std::string(10 - digits.size(), '0') + digits;
      row->kind = schema::SubjectKind::other;
      row->name = "青岛市某某路第" + digits + "号经营部";
      row->division = "370202";
      row->industry = "F52";
      row->address = "青岛市市南区香港中路" + digits + "号";
      row->status = schema::SubjectStatus::active;
      if (restricted) {
        ledger::Opening opening = contact_of(digits);
        row->restricted.assign(opening.commitment.begin(), opening.commitment.end());
        openings.push_back(std::move(opening));
      }
      payload.rows.push_back(std::move(row));
    }
    schema::IntentT one = intent();
    carry(one, std::move(payload));
    out.push_back(signed_by(std::move(one), {&registrar_}));
    out.back().openings = std::move(openings);
  }
  return out;
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
