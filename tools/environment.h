// What a command sees of the world: where it prints, in which language, and what it talks to.
#pragma once

#include <iostream>
#include <memory>
#include <string>

#include "api/client/connection.h"
#include "crypto/random.h"
#include "ledger/clock.h"
#include "tools/language.h"

namespace liuhen::tools {

struct Environment {
  Language language = Language::zh;
  std::ostream& out = std::cout;
  std::ostream& err = std::cerr;
  ledger::Clock& clock;
  crypto::Entropy& entropy;
  // Set by a program that runs several commands on one open ledger; a command then opens none
  // itself.
  api::Connection* connection = nullptr;

  const std::string& pick(const std::string& zh, const std::string& en) const {
    return language == Language::zh ? zh : en;
  }
  void say(const std::string& zh, const std::string& en) const { out << pick(zh, en) << '\n'; }
};

// Exit codes of `liuhen`: 0 done, 1 refused or failed, 3 usage, 4 an alarm: the source that was
// copied was rolled back or forked, unless a cache gave its checkpoint of a moment ago.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 3;
inline constexpr int kAlarm = 4;

// Runs one command line (without the program's name), as a person would type it.
int run(std::vector<std::string> arguments, Environment& environment);

}  // namespace liuhen::tools
