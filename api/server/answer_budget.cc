#include "api/server/answer_budget.h"

#include <utility>

#include "api/limits.h"

namespace liuhen::api::server {

AnswerBudget::Part::Part(Part&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      network_(std::move(other.network_)),
      bytes_(other.bytes_) {}

AnswerBudget::Part::~Part() {
  if (budget_ != nullptr) budget_->give_back(network_, bytes_);
}

AnswerBudget::Part AnswerBudget::take(const std::string& network, bool limited, std::size_t bytes) {
  Part part;
  if (bytes <= kSmallAnswerBytes) {
    part.bytes_ = 0;
    return part;
  }
  const std::lock_guard lock(mutex_);
  std::size_t& own = by_network_[network];
  // A single answer goes, however large it is: nothing else would ever come of it.
  const bool fits = taken_ == 0 || taken_ + bytes <= most_;
  const bool fits_own = !limited || own == 0 || own + bytes <= most_ / 4;
  if (!fits || !fits_own) {
    if (own == 0) by_network_.erase(network);
    return part;
  }
  own += bytes;
  taken_ += bytes;
  part.budget_ = this;
  part.network_ = network;
  part.bytes_ = bytes;
  return part;
}

void AnswerBudget::give_back(const std::string& network, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
  const auto own = by_network_.find(network);
  if ((own->second -= bytes) == 0) by_network_.erase(own);
}

}  // namespace liuhen::api::server
