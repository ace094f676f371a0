#include "projections/last_pool.h"

#include <algorithm>
#include <numeric>

#include "crypto/sha256.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

template <class Table, class TableT>
void add_bytes(crypto::Sha256& hash, const TableT& table) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Table::Pack(builder, &table));
  hash.update(View(builder.GetBufferPointer(), builder.GetSize()));
}

Hash asked(const schema::DrawAnnouncedT& announcement, const schema::RuleSetT& rule) {
  crypto::Sha256 hash;
  add_bytes<schema::DrawAnnounced>(hash, announcement);
  add_bytes<schema::RuleSet>(hash, rule);
  return hash.finish();
}

}  // namespace

Result<std::shared_ptr<const Pool>> LastPool::of(const State& state,
                                                 const schema::DrawAnnouncedT& announcement,
                                                 const schema::RuleSetT& rule) {
  const Hash now = asked(announcement, rule);
  if (pool_ && now == asked_) return pool_;
  pool_.reset();  // two at once would take twice the memory
  auto pool = pool_of(state, announcement, rule);
  if (!pool) return pool.error();
  pool_ = std::make_shared<const Pool>(std::move(*pool));
  asked_ = now;
  return pool_;
}

const std::vector<std::uint32_t>& LastPool::in_order(const Subjects& subjects) {
  const auto known = static_cast<std::ptrdiff_t>(order_.size());
  if (order_.size() == subjects.size()) return order_;
  order_.resize(subjects.size());
  std::iota(order_.begin() + known, order_.end(), static_cast<std::uint32_t>(known));
  const auto by_id = [&](std::uint32_t a, std::uint32_t b) {
    return subjects.id(a) < subjects.id(b);
  };
  std::sort(order_.begin() + known, order_.end(), by_id);
  std::inplace_merge(order_.begin(), order_.begin() + known, order_.end(), by_id);
  return order_;
}

Result<std::shared_ptr<const Pool>> last_pool_of(const State& state,
                                                 const schema::DrawAnnouncedT& announcement,
                                                 const schema::RuleSetT& rule) {
  if (state.last_pool) return state.last_pool->of(state, announcement, rule);
  auto pool = pool_of(state, announcement, rule);
  if (!pool) return pool.error();
  return std::make_shared<const Pool>(std::move(*pool));
}

}  // namespace liuhen::projections
