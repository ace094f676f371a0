#include "ledger/log_fold.h"

#include "crypto/sha256.h"
#include "ledger/limits.h"
#include "ledger/storage.h"

namespace liuhen::ledger {
namespace {

std::string text(std::uint64_t number) { return std::to_string(number); }

Outcome check_expiry(const IntentView& intent, std::uint64_t time) {
  const std::uint64_t expires = intent.fields().expires();
  if (expires < time) {
    return fail("intent.expired",
                "意图已于 " + text(expires) + " 过期（账本的记录时间为 " + text(time) +
                    "）；请重新签署，有效期要够长",
                "the intent expired at " + text(expires) + " and the ledger records " + text(time) +
                    "; sign it again, to be good for longer");
  }
  if (expires - time > kIntentLifeMaxS) {
    return fail("intent.expiry", "意图的有效期不得超过 " + text(kIntentLifeMaxS) + " 秒",
                "an intent may not be good for more than " + text(kIntentLifeMaxS) + " seconds");
  }
  return ok();
}

}  // namespace

LogFold::LogFold(std::string origin, const std::vector<Hash>& leaves,
                 const std::vector<UseKey>& uses, std::uint64_t last_time, LogKeys log_keys)
    : origin_(std::move(origin)), log_keys_(std::move(log_keys)), last_time_(last_time) {
  LIUHEN_CHECK(leaves.size() == uses.size());
  uses_.reserve(uses.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    tree_.append(leaves[i]);
    uses_.emplace(uses[i], i);
  }
  if (!leaves.empty()) last_leaf_ = leaves.back();
}

std::vector<LogFold::UseKey> LogFold::uses() const {
  std::vector<UseKey> out(size());
  for (const auto& [use, position] : uses_) out[position] = use;
  return out;
}

LogFold::UseKey LogFold::use_of(const IntentView& intent) {
  const Hash digest = crypto::sha256({View(intent.author(0)), View(intent.id())});
  return {number_of_key(text_of(View(digest).first(8))),
          number_of_key(text_of(View(digest).subspan(8, 8)))};
}

std::optional<std::uint64_t> LogFold::find(const IntentView& intent) const {
  const auto found = uses_.find(use_of(intent));
  if (found == uses_.end()) return std::nullopt;
  return found->second;
}

Outcome LogFold::check(const Event& event) const {
  if (event.position() != size()) {
    return fail(
        "chain.position",
        "此处应为第 " + text(size()) + " 条，条目自称第 " + text(event.position()) + " 条",
        "entry " + text(size()) + " belongs here, the entry says it is " + text(event.position()));
  }
  if (event.previous() != last_leaf_) {
    return fail("chain.previous", "条目所记的前一条的哈希与前一条不符",
                "the entry follows another entry than the one before it");
  }
  if (event.time() < last_time_) {
    return fail("chain.time",
                "记录时间 " + text(event.time()) + " 早于前一条的 " + text(last_time_),
                "its recorded time " + text(event.time()) + " is before " + text(last_time_) +
                    ", that of the entry before");
  }
  if (event.intent().origin() != origin_) {
    return fail("intent.origin",
                "意图是给账本 " + std::string(event.intent().origin()) + " 的，不是 " + origin_,
                "the intent is for the log " + std::string(event.intent().origin()) +
                    " and not for " + origin_);
  }
  if (const auto used = find(event.intent())) {
    return fail("intent.conflict", "该签名人已在第 " + text(*used) + " 条用过这个意图编号",
                "its author has used this intent id in entry " + text(*used));
  }
  if (const Outcome known = log_keys_.check(event); !known) return known;
  return check_expiry(event.intent(), event.time());
}

void LogFold::append(const Event& event) {
  uses_.emplace(use_of(event.intent()), event.position());
  tree_.append(event.leaf_hash());
  last_leaf_ = event.leaf_hash();
  last_time_ = event.time();
  log_keys_.append(event);
}

}  // namespace liuhen::ledger
