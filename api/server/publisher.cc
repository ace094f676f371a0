#include "api/server/publisher.h"

#include <algorithm>

#include "api/server/cosigned_file.h"
#include "crypto/cosignature.h"
#include "crypto/merged_note.h"

namespace liuhen::api::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often a thread looks by itself whether it is time to try again.
constexpr milliseconds kLook{200};

std::string line_of(const crypto::NoteSignature& signature) {
  std::string line = crypto::format_signature_line(signature);
  line.pop_back();
  return line;
}

// With the newline at its end.
std::string_view text_of_note(std::string_view note) {
  return note.substr(0, note.rfind("\n\n") + 1);
}

}  // namespace

crypto::Checkpoint Publisher::own_checkpoint(const std::string& note) {
  const auto parsed = crypto::parse_note(note);
  LIUHEN_CHECK(parsed.has_value());
  auto checkpoint = crypto::parse_checkpoint(parsed->text);
  LIUHEN_CHECK(checkpoint.has_value());
  return std::move(*checkpoint);
}

Result<std::unique_ptr<Publisher>> Publisher::open(crypto::Policy policy,
                                                   const crypto::NoteKey& log,
                                                   PublishedLog published,
                                                   const PublisherOptions& options) {
  const auto keys = policy.keys_of(log.name);
  if (std::find(keys.begin(), keys.end(), log) == keys.end()) {
    return fail("policy.log", "策略中没有本账本的公钥：" + log.vkey(),
                "the policy does not list this log's key: " + log.vkey());
  }
  std::unique_ptr<Publisher> publisher(
      new Publisher(std::move(policy), std::move(published), options));
  const ConnectionOptions limits{.ca_file = options.ca_file,
                                 .connect_ms = options.answer_ms,
                                 .answer_ms = options.answer_ms,
                                 .response_bytes = kWitnessResponseBytesMax};
  for (const crypto::PolicyWitness& witness : publisher->policy_.witnesses()) {
    if (witness.url.empty()) continue;  // whose cosignatures come by other ways
    if (publisher->members_.size() == kWitnessesMax)
      return fail("policy.witnesses", "策略中带网址的见证人过多",
                  "the policy has too many witnesses with addresses");
    auto client = WitnessClient::open(witness.url, witness.key, limits);
    if (!client) return client.error();
    auto member = std::make_unique<Member>();
    member->witness = witness;
    member->client = std::move(*client);
    member->status = {
        .name = witness.name, .url = witness.url, .size = {}, .time = {}, .error = {}};
    publisher->members_.push_back(std::move(member));
  }
  return Result<std::unique_ptr<Publisher>>(std::move(publisher));
}

void Publisher::start() {
  restore();
  const std::string head = published_.head();
  {
    const std::lock_guard lock(mutex_);
    holds_ = !head.empty() && policy_.needs_witnesses() && !all_asked();
    hold_until_ = steady_clock::now() + milliseconds(options_.hold_ms);
    // What an earlier run has shown is no larger.
    if (const std::string committed = published_.committed(); !committed.empty()) {
      public_.note = committed;
      public_.size = own_checkpoint(committed).size;
    }
  }
  if (!options_.file.empty()) storing_ = std::thread([this] { store(); });
  for (auto& member : members_) member->thread = std::thread([this, &member] { run(*member); });
}

void Publisher::await_first_answers(unsigned most_ms) {
  if (published_.head().empty()) return;
  const auto until = steady_clock::now() + milliseconds(most_ms);
  std::unique_lock lock(mutex_);
  signal_.wait_until(lock, until, [this] { return stopping_ || all_asked(); });
}

bool Publisher::all_asked() const {
  return std::ranges::all_of(members_, [](const auto& one) { return one->asked; });
}

std::optional<Error> Publisher::asking() const {
  if (!holds_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!stopping_ && (all_asked() || steady_clock::now() >= hold_until_)) holds_ = false;
  if (!holds_) return std::nullopt;
  return fail("ledger.asking",
              "服务刚启动，正在询问见证人本账本是否被回退，答复前不写入；请稍后再试",
              "the service has just been started and asks its witnesses whether the log was rolled "
              "back; nothing is written until they have answered: try again in a moment");
}

void Publisher::published() {
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
    if (!target_passed_) target_passed_ = steady_clock::now();
  }
  signal_.notify_all();
}

void Publisher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ++changes_;
  }
  signal_.notify_all();
  for (auto& member : members_) member->client->cancel();
  for (auto& member : members_) {
    if (member->thread.joinable()) member->thread.join();
  }
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  store_signal_.notify_all();
  if (storing_.joinable()) storing_.join();
}

void Publisher::run(Member& member) {
  while (const auto target = next(member)) {
    auto line = member.client->cosign(target->note, target->size, published_.prove);
    if (line)
      keep(member, *target, std::move(*line));
    else
      refused(member, *target, line.error());
  }
}

bool Publisher::take(Member& member, const Kept& held) {
  const auto line = std::ranges::find_if(
      held.cosignatures, [&](const auto& one) { return one.second.key == member.witness.key; });
  if (line == held.cosignatures.end() || held.checkpoint.size <= member.done_size) return false;
  member.client->knows(held.checkpoint.size);
  keep(member, {.note = held.note, .size = held.checkpoint.size}, line->first);
  return true;
}

// All witnesses are offered the same checkpoint until it has its quorum or its time is up: on a
// busy log each would otherwise cosign one of its own, and none would ever have a quorum.
void Publisher::aim(const std::string& head) {
  if (head.empty() || head == target_.note) return;
  const auto now = steady_clock::now();
  const auto kept = kept_.find(target_.size);
  const bool was_cosigned = kept != kept_.end();
  const bool settled = target_.size == 0 || (was_cosigned && kept->second.quorum);
  if (!settled && can_settle() && now - target_since_ < milliseconds(options_.round_ms)) return;
  const std::uint64_t size = own_checkpoint(head).size;
  if (size <= target_.size) return;  // read before another thread read a newer one
  if (was_cosigned) kept->second.passed = target_passed_.value_or(now);
  target_passed_.reset();
  target_ = {.note = head, .size = size};
  target_since_ = now;
}

// Not if too many have cosigned more already, which others brought them.
bool Publisher::can_settle() const {
  const auto kept = kept_.find(target_.size);
  std::vector<crypto::VerifiedSignature> possible;
  if (kept != kept_.end()) {
    for (const auto& [line, verified] : kept->second.cosignatures) possible.push_back(verified);
  }
  for (const auto& member : members_) {
    if (member->done_size < target_.size)
      possible.push_back({.key = member->witness.key, .time = 0});
  }
  return policy_.quorum_met(possible);
}

std::optional<Publisher::Target> Publisher::next(Member& member) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t seen = changes_;
    lock.unlock();
    weigh_again();
    const std::string head = published_.head();  // takes a lock of its own
    lock.lock();
    aim(head);
    const auto now = steady_clock::now();
    if (!stopping_ && target_.size > member.done_size && now >= member.not_before) return target_;
    signal_.wait_for(lock, kLook, [&] { return changes_ != seen; });
  }
  return std::nullopt;
}

void Publisher::keep(Member& member, const Target& target, crypto::NoteSignature signature) {
  const auto note = crypto::parse_note(target.note);
  const auto time = crypto::verify_cosignature(member.witness.key, note->text, signature);
  LIUHEN_CHECK(time.has_value());  // as the client found it
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
    member.done_size = target.size;
    member.status.failures = 0;
    member.status.error.reset();
    member.status.fork.reset();
    member.status.ahead.reset();
    member.status.proven = member.showed_another = false;
    member.showed_longer.clear();
    member.asked = true;
    weigh();
    member.status.size = target.size;
    member.status.time = *time;
    Kept& kept = kept_[target.size];
    if (kept.note.empty()) {
      kept.note = target.note;
      kept.checkpoint = crypto::parse_checkpoint(note->text).value();
    }
    // Who cosigned it before the service was started anew has his earlier line there.
    const bool is_there = std::ranges::any_of(
        kept.cosignatures, [&](const auto& one) { return one.second.key == member.witness.key; });
    if (!is_there) {
      kept.cosignatures.emplace_back(
          std::move(signature),
          crypto::VerifiedSignature{.key = member.witness.key, .time = *time});
      unstored_ = true;
    }
    kept.at = steady_clock::now();
    std::vector<crypto::VerifiedSignature> good;
    for (const auto& [line, verified] : kept.cosignatures) good.push_back(verified);
    kept.quorum = policy_.quorum_met(good);
    tell = kept.quorum;
    forget_some();
  }
  signal_.notify_all();
  store_signal_.notify_all();
  if (tell && published_.cosigned) published_.cosigned();
}

// The smallest of which there are more: those without a quorum, which come while a witness is away,
// leave half of the room to those with one.
void Publisher::forget_some() {
  const auto has_quorum = [](const auto& one) { return one.second.quorum; };
  while (kept_.size() > kCosignedKeptMax) {
    const auto witnessed = static_cast<std::size_t>(std::ranges::count_if(kept_, has_quorum));
    const bool of_those = witnessed > kCosignedKeptMax / 2;
    kept_.erase(std::ranges::find_if(
        kept_, [of_those](const auto& one) { return one.second.quorum == of_those; }));
  }
}

CosignedCheckpoint Publisher::shown(const Kept& kept) {
  CosignedCheckpoint out{
      .checkpoint = kept.checkpoint, .note = kept.note, .lines = {}, .quorum = kept.quorum};
  for (const auto& [signature, verified] : kept.cosignatures) {
    out.lines.push_back(line_of(signature));
    out.note += out.lines.back() + "\n";
  }
  return out;
}

std::string Publisher::with_cosignatures(const std::string& note) const {
  if (note.empty()) return note;
  const std::lock_guard lock(mutex_);
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) {
    if (at->second.note == note) return shown(at->second).note;
    if (text_of_note(at->second.note) == text_of_note(note))
      return crypto::merge_signatures(shown(at->second).note, note);  // of another key of the log's
  }
  return note;
}

const Publisher::Kept* Publisher::newest_witnessed() const {
  if (!policy_.needs_witnesses()) return nullptr;
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) {
    if (at->second.quorum) return &at->second;
  }
  return nullptr;
}

std::optional<Publisher::Moment> Publisher::passed(const Kept& kept) const {
  if (kept.checkpoint.size == target_.size) return target_passed_;
  return kept.passed ? kept.passed : target_since_;
}

std::string Publisher::shown_to_readers(const std::string& head) const {
  if (head.empty() || !policy_.needs_witnesses()) return with_cosignatures(head);
  const auto now = steady_clock::now();
  const std::uint64_t size = own_checkpoint(head).size;
  const milliseconds lag(options_.lag_ms);
  std::string note;
  {
    const std::lock_guard lock(mutex_);
    const Kept* witnessed = newest_witnessed();
    if (witnessed != nullptr && witnessed->checkpoint.size >= public_.size) {
      public_.note = witnessed->note;
      public_.size = witnessed->checkpoint.size;
      public_.passed = passed(*witnessed);
      public_.witnessed = true;
    }
    // The quorum that it had may be forgotten by now, and when it was passed with it.
    if (public_.witnessed && !public_.passed && target_.size > public_.size)
      public_.passed = target_since_;
    // A quorum that came just now is of what will soon be smaller than its next: whoever waits for
    // that, instead of taking the head, is not left behind for ever on a busy log.
    const bool comes = witnessed != nullptr && now - witnessed->at < lag;
    const bool fresh = public_.witnessed && (!public_.passed || now - *public_.passed < lag);
    if (size > public_.size && !comes && !fresh) {
      public_.note = head;
      public_.size = size;
      public_.witnessed = false;
    }
    note = public_.note;
  }
  return with_cosignatures(note);
}

std::optional<CosignedCheckpoint> Publisher::covering(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  for (auto at = kept_.upper_bound(position); at != kept_.end(); ++at) {
    if (at->second.quorum && policy_.needs_witnesses()) return shown(at->second);
  }
  return std::nullopt;
}

std::optional<CosignedCheckpoint> Publisher::newest() const {
  const std::lock_guard lock(mutex_);
  const Kept* found = newest_witnessed();
  if (found == nullptr) return std::nullopt;
  return shown(*found);
}

std::optional<CosignedCheckpoint> Publisher::at(std::uint64_t size) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(size);
  if (found == kept_.end()) return std::nullopt;
  return shown(found->second);
}

std::vector<WitnessStatus> Publisher::statuses() const {
  const std::lock_guard lock(mutex_);
  std::vector<WitnessStatus> all;
  for (const auto& member : members_) all.push_back(member->status);
  return all;
}

}  // namespace liuhen::api::server
