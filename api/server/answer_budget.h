// How much memory answers may hold until their readers have taken them; and bodies of requests,
// until they are answered.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace liuhen::api::server {

// Thread-safe.
class AnswerBudget {
 public:
  // In bytes; one address has a quarter of it, unless limits for one address do not hold for it.
  explicit AnswerBudget(std::size_t most) : most_(most) {}

  // The part of one, given back when it goes. Falsy: there is no room.
  class Part {
   public:
    Part() = default;
    Part(Part&& other) noexcept;
    Part& operator=(Part&&) = delete;
    ~Part();
    explicit operator bool() const { return budget_ != nullptr || bytes_ == 0; }

   private:
    friend class AnswerBudget;
    AnswerBudget* budget_ = nullptr;
    std::string network_;
    std::size_t bytes_ = 1;  // 0: small, and not counted
  };

  // `network` as in ClientAddress; `limited`: whether the share of one address holds.
  Part take(const std::string& network, bool limited, std::size_t bytes);

 private:
  void give_back(const std::string& network, std::size_t bytes);

  const std::size_t most_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::map<std::string, std::size_t> by_network_;
};

}  // namespace liuhen::api::server
