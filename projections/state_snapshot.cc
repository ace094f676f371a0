#include "projections/state_snapshot.h"

#include <algorithm>
#include <bit>
#include <boost/pfr.hpp>
#include <concepts>

#include "projections/pool.h"

namespace liuhen::projections {
namespace {

static_assert(std::endian::native == std::endian::little,
              "blocks are stored as they lie in memory");

// What lies in memory as it is stored, without gaps whose content is anybody's guess.
template <class T>
concept Block = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> &&
    !std::is_pointer_v<T>;
// A table of the schema, in flatc's object form.
template <class T>
concept Table = requires {
  typename T::TableType;
};
template <class T>
concept Associative = requires(T& t) {
  typename T::key_type;
  t.erase(t.begin());
};
template <class T>
concept Mapping = Associative<T> && requires {
  typename T::mapped_type;
};
template <class T>
concept Optional = std::same_as<T, std::optional<typename T::value_type>>;
template <class T>
concept Pointer = std::same_as<T, std::unique_ptr<typename T::element_type>>;
template <class T>
concept Sequence =
    std::same_as<T, std::vector<typename T::value_type>> || std::same_as<T, std::string>;

}  // namespace

class StateEncoder {
 public:
  explicit StateEncoder(ledger::SnapshotWriter& writer) : writer_(writer) {}

  void all(const auto&... values) { (one(values), ...); }

 private:
  template <class T>
  void block(const T* first, std::size_t count) {
    writer_.write({reinterpret_cast<const std::uint8_t*>(first), count * sizeof(T)});
  }
  void count(std::size_t number) { one(static_cast<std::uint64_t>(number)); }

  // One state has one encoding.
  template <class Unordered>
  static auto sorted(const Unordered& items) {
    std::vector<const typename Unordered::value_type*> out;
    out.reserve(items.size());
    for (const auto& item : items) out.push_back(&item);
    std::ranges::sort(out, [](const auto* a, const auto* b) { return a->first < b->first; });
    return out;
  }

  template <class T>
  void one(const T& value) {
    if constexpr (Block<T>) {
      block(&value, 1);
    } else if constexpr (Sequence<T>) {
      count(value.size());
      if constexpr (Block<typename T::value_type>) {
        block(value.data(), value.size());
      } else {
        for (const auto& item : value) one(item);
      }
    } else if constexpr (Associative<T>) {
      count(value.size());
      if constexpr (requires { value.bucket_count(); }) {
        for (const auto* item : sorted(value)) one(*item);
      } else {
        for (const auto& item : value) one(item);
      }
    } else if constexpr (Optional<T> || Pointer<T>) {
      one(static_cast<std::uint8_t>(value ? 1 : 0));
      if (value) one(*value);
    } else if constexpr (Table<T>) {
      flatbuffers::FlatBufferBuilder builder;
      builder.Finish(T::TableType::Pack(builder, &value));
      count(builder.GetSize());
      block(builder.GetBufferPointer(), builder.GetSize());
    } else if constexpr (requires {
                           value.first;
                           value.second;
                         } &&
                         !std::is_aggregate_v<T>) {
      one(value.first);
      one(value.second);
    } else if constexpr (std::same_as<T, Subjects>) {
      value.pass(*this);
    } else if constexpr (std::same_as<T, std::shared_ptr<const Pool>>) {
      LIUHEN_CHECK(value == nullptr);  // only those who have no log have one
    } else if constexpr (std::same_as<T, std::shared_ptr<LastPool>>) {
      // can be gathered again
    } else {
      boost::pfr::for_each_field(value, [this](const auto& field) { this->one(field); });
    }
  }

  ledger::SnapshotWriter& writer_;
};

class StateDecoder {
 public:
  explicit StateDecoder(ledger::SnapshotReader& reader) : reader_(reader) {}

  void all(auto&... values) { (one(values), ...); }

 private:
  template <class T>
  void block(T* first, std::size_t count) {
    reader_.read({reinterpret_cast<std::uint8_t*>(first), count * sizeof(T)});
  }
  // How many items of at least so many bytes follow: never more than there can be.
  std::size_t count(std::size_t item_bytes) {
    std::uint64_t number = 0;
    block(&number, 1);
    if (number <= reader_.left() / item_bytes) return static_cast<std::size_t>(number);
    reader_.reject();
    return 0;
  }
  bool flag() {
    std::uint8_t byte = 0;
    block(&byte, 1);
    if (byte > 1) reader_.reject();
    return byte == 1;
  }

  template <class T>
  T made() {
    T value{};
    one(value);
    return value;
  }

  template <class T>
  void table(T& value) {
    Bytes bytes;
    one(bytes);
    flatbuffers::Verifier verifier(bytes.data(), bytes.size());
    if (!verifier.VerifyBuffer<typename T::TableType>()) return reader_.reject();
    flatbuffers::GetRoot<typename T::TableType>(bytes.data())->UnPackTo(&value);
  }

  template <class T>
  void one(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = flag();
    } else if constexpr (Block<T>) {
      block(&value, 1);
    } else if constexpr (Sequence<T>) {
      if constexpr (Block<typename T::value_type>) {
        value.resize(count(sizeof(typename T::value_type)));
        block(value.data(), value.size());
      } else {
        for (std::size_t left = count(1); left > 0 && reader_.outcome(); --left)
          one(value.emplace_back());
      }
    } else if constexpr (Mapping<T>) {
      for (std::size_t left = count(1); left > 0 && reader_.outcome(); --left) {
        auto key = made<typename T::key_type>();
        one(value[std::move(key)]);
      }
    } else if constexpr (Associative<T>) {
      for (std::size_t left = count(1); left > 0 && reader_.outcome(); --left)
        value.insert(value.end(), made<typename T::key_type>());
    } else if constexpr (Optional<T>) {
      if (flag()) one(value.emplace());
    } else if constexpr (Pointer<T>) {
      if (!flag()) return;
      value = std::make_unique<typename T::element_type>();
      one(*value);
    } else if constexpr (Table<T>) {
      table(value);
    } else if constexpr (requires {
                           value.first;
                           value.second;
                         } &&
                         !std::is_aggregate_v<T>) {
      one(value.first);
      one(value.second);
    } else if constexpr (std::same_as<T, Subjects>) {
      value.pass(*this);
    } else if constexpr (std::same_as<T, std::shared_ptr<const Pool>>) {
    } else if constexpr (std::same_as<T, std::shared_ptr<LastPool>>) {
      value = nullptr;
    } else {
      boost::pfr::for_each_field(value, [this](auto& field) { this->one(field); });
    }
  }

  ledger::SnapshotReader& reader_;
};

void write_state(const State& state, ledger::SnapshotWriter& writer) {
  StateEncoder(writer).all(state);
}

Result<State> read_state(ledger::SnapshotReader& reader) {
  State state;
  StateDecoder(reader).all(state);
  if (reader.left() != 0 || state.size() != reader.head().size ||
      state.origin != reader.head().origin)
    reader.reject();
  if (!reader.outcome()) return reader.outcome().error();
  return state;
}

}  // namespace liuhen::projections
