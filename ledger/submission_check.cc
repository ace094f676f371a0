#include "ledger/submission_check.h"

#include <algorithm>

#include "crypto/commitment.h"
#include "crypto/sha256.h"
#include "ledger/limits.h"

namespace liuhen::ledger {
namespace {

Outcome check_openings(const Submission& submission, const IntentView& intent) {
  if (submission.openings.empty()) return ok();
  if (submission.openings.size() > kOpeningsMax) {
    return fail("opening.oversized",
                "一次提交至多附 " + std::to_string(kOpeningsMax) + " 份受限内容",
                "a submission may open at most " + std::to_string(kOpeningsMax) + " commitments");
  }
  std::vector<Hash> committed = commitments_of(intent);
  std::ranges::sort(committed);
  for (const Opening& opening : submission.openings) {
    if (opening.bytes.size() > kOpeningBytesMax) {
      return fail(
          "opening.oversized", "一份受限内容至多 " + std::to_string(kOpeningBytesMax) + " 字节",
          "restricted content may have at most " + std::to_string(kOpeningBytesMax) + " bytes");
    }
    if (!std::ranges::binary_search(committed, opening.commitment)) {
      return fail("opening.unknown", "意图里没有承诺 " + to_hex(opening.commitment),
                  "the intent has no commitment " + to_hex(opening.commitment));
    }
    if (!crypto::opens(opening.commitment, opening.salt, opening.bytes)) {
      return fail("opening.mismatch", "盐与内容和承诺 " + to_hex(opening.commitment) + " 不符",
                  "salt and content do not open commitment " + to_hex(opening.commitment));
    }
  }
  return ok();
}

Error bad_signature() {
  return fail("intent.signature", "签名缺失、不是签名人的，或与内容不符；请用自己的密钥重新签署",
              "a signature is absent, not an author's, or not over this intent; sign it again with "
              "your own key");
}

Outcome check_signatures(CheckedSubmission& checked) {
  const IntentView& intent = checked.intent;
  checked.signatures.resize(intent.author_count());
  const Bytes message = signed_bytes(intent.bytes());
  if (checked.submission.signatures.empty()) return bad_signature();
  for (const auto& [key, signature] : checked.submission.signatures) {
    std::size_t author = 0;
    while (author < intent.author_count() && intent.author(author) != key) ++author;
    if (author == intent.author_count() || checked.signatures[author]) return bad_signature();
    if (!crypto::verify(key, message, signature)) return bad_signature();
    checked.signatures[author] = signature;
  }
  return ok();
}

}  // namespace

Result<CheckedSubmission> check_submission(Submission submission, const std::string& origin) {
  CheckedSubmission out;
  out.submission = std::move(submission);
  const auto intent = IntentView::parse(out.submission.intent);
  if (!intent) return intent.error();
  out.intent = *intent;
  if (!intent->known()) {
    return fail("intent.unknown", "意图出自更新的版本，本服务无法判断；请先更新服务",
                "the intent is of a later version that this service cannot judge; update the "
                "service first");
  }
  if (intent->origin() != origin) {
    return fail(
        "intent.origin", "意图是给账本 " + std::string(intent->origin()) + " 的，不是 " + origin,
        "the intent is for the log " + std::string(intent->origin()) + " and not for " + origin);
  }
  const Outcome signatures = check_signatures(out);
  if (!signatures) return signatures.error();
  const Outcome openings = check_openings(out.submission, out.intent);
  if (!openings) return openings.error();
  out.hash = crypto::sha256(out.submission.intent);
  return out;
}

}  // namespace liuhen::ledger
