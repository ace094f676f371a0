// The demonstration: a year's inspections of a city, walked through by the commands a person would
// type.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/session.h"

namespace liuhen::tools {

struct DemoOptions {
  std::string dir;   // a new directory; DIR.demo beside it gets keys and files
  std::string data;  // real divisions, names and streets, where present
  std::uint64_t subjects = 50'000;
  std::uint64_t inspectors = 330;
};

// Runs command lines one after another on one open ledger, showing each; stops at the first that
// fails.
class DemoScript {
 public:
  DemoScript(Environment& environment, DemoOptions options);

  Outcome prepare();     // trustees' keys, genesis
  Outcome registries();  // the others' keys, departments, items, rules, imports, conflicts
  Outcome annual();      // the annual plan's draw, a recusal, results, publication
  Outcome temporary();   // a temporary task: a draw voided, and its linked redraw
  const std::string& ledger() const { return ledger_; }

  void use(api::Connection* connection) { environment_.connection = connection; }

 private:
  using Arguments = std::vector<std::string>;

  Outcome step(const std::string& zh, const std::string& en);
  Outcome type(Arguments arguments);
  Outcome write(const std::string& name, const std::string& text);
  std::string key(const std::string& person) const { return people_ + "/" + person + ".key"; }
  std::string file(const std::string& name) const { return files_ + "/" + name; }

  Outcome person(const std::string& person, Arguments role);
  Outcome inspector(const std::string& certificate);
  Outcome departments();
  Outcome items();
  Outcome decide_conflicts();
  Outcome annual_plan();
  Outcome annual_results(const std::string& draw);
  // Announces, has the contributors commit and reveal, and waits until the visits are listed.
  Outcome draw(const std::string& plan, Arguments announce, unsigned attempt);
  Outcome wait_for_phase(const std::string& draw, const std::string& phase);
  // Visits whose subjects go by no real firm's name: the only ones of which the demonstration says
  // anything but that no problem was found. The first `wanted` of the draw, in its order.
  Result<std::vector<std::uint64_t>> numbered_visits(const std::string& draw, std::size_t wanted);
  Outcome recusal(const std::string& draw, std::uint64_t visit);
  Outcome result(const std::string& draw, std::uint64_t visit, Arguments rows);
  Result<std::vector<std::string>> team(const std::string& draw, std::uint64_t visit);

  Environment environment_;
  DemoOptions options_;
  std::string ledger_, people_, files_;
  std::map<std::string, std::string> unit_of_;  // of each inspector
};

}  // namespace liuhen::tools
