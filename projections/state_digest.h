// The canonical listing under a state's digest (docs/formats/events.md).
#pragma once

#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "projections/state.h"

namespace liuhen::projections {

// Tuple items, hashed as they come. Not thread-safe.
class Listing {
 public:
  template <class... Items>
  void row(const Items&... items) {
    writer_.clear();
    (add(items), ...);
    hash_.update(writer_.view());
  }
  Hash finish() { return hash_.finish(); }

 private:
  void add(std::string_view item) { writer_.item(item); }
  void add(const std::string& item) { writer_.item(item); }
  void add(const char* item) { writer_.item(std::string_view(item)); }
  template <class Integer>
  requires std::is_integral_v<Integer> || std::is_enum_v<Integer>
  void add(Integer number) { writer_.u64(static_cast<std::uint64_t>(number)); }
  template <std::size_t N>
  void add(const std::array<std::uint8_t, N>& bytes) {
    writer_.item(View(bytes));
  }
  void add(const Bytes& bytes) { writer_.item(View(bytes)); }
  // Lists are preceded by their count; what is absent is an empty list.
  template <class Item>
  requires(!std::is_same_v<Item, std::uint8_t>) void add(const std::vector<Item>& items) {
    add_all(items);
  }
  template <class Item>
  void add(const std::set<Item>& items) {
    add_all(items);
  }
  template <class Key, class Value, class Less>
  void add(const std::map<Key, Value, Less>& items) {
    add_all(items);
  }
  template <class First, class Second>
  void add(const std::pair<First, Second>& pair) {
    add(pair.first);
    add(pair.second);
  }
  template <class Item>
  void add(const std::unique_ptr<Item>& item) {
    add(*item);
  }
  template <class Item>
  void add(const std::optional<Item>& item) {
    writer_.list_count(item ? 1 : 0);
    if (item) add(*item);
  }
  template <class Items>
  void add_all(const Items& items) {
    writer_.list_count(items.size());
    for (const auto& item : items) add(item);
  }
  void add(const ledger::schema::ConditionT& condition);
  void add(const ledger::schema::StratumRuleT& stratum);
  void add(const ledger::schema::UnitCapacityT& capacity);
  void add(const ledger::schema::WeightRuleT& weight);
  void add(const ledger::schema::PlannedRateT& rate);
  void add(const ledger::schema::ItemListedT& item);
  void add(const ledger::schema::ItemResultT& result);
  void add(const ledger::schema::StratumOutcomeT& outcome);
  void add(const Recusal& recusal);
  void add(const Seat& seat);
  void add(const TaskResult& result);
  void add(const SealChecked& checked);
  void add(const Digits& digits);
  void add(const Task& task);

  crypto::Sha256 hash_;
  crypto::TupleWriter writer_;
};

// The part of the listing that is about draws and their tasks.
void list_draws(const Draws& draws, Listing& listing);

}  // namespace liuhen::projections
