// The small city in the hands of an operator who asks no admission: what happened is recorded
// honestly up to a point, and then whatever it likes, chained and signed as a log must be. The
// built liuhen-verify reads it from a mirror's files, by the policy of a reader who trusts the
// log's key, two witnesses of three and the beacon's chain.
#pragma once

#include <filesystem>
#include <fstream>

#include "ledger/tiles.h"
#include "tests/attacks/liuhen_verify.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/cosignatures.h"

namespace liuhen::tests {

class Attack : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMarginS = 60;  // of the rule

  BeaconTown town;
  City& city = town.city;
  CityDraw& draw = town.draw;

  Attack() { std::filesystem::create_directories(dir_); }
  ~Attack() override { std::filesystem::remove_all(dir_); }

  // ---- what is honest ----

  // Two witnesses have cosigned the log as it is, at a time, and that is recorded.
  void witness(std::uint64_t time) {
    city.must(witnessed(city, city.size(), {"w1", "w2"}, time), {"platform"});
  }
  // By the intents of contributors, who name the newest checkpoint that was cosigned.
  City::Tweak naming() {
    const std::uint64_t size = city.size();
    witness(city.now);
    return [this, size](schema::IntentT& intent) {
      intent.seen_size = size;
      intent.seen_root = City::bytes(city.tree().root(size));
    };
  }
  void commit_all() {
    const auto named = naming();
    for (const char* name : {"contributor1", "contributor2"})
      city.must(draw.commitment(name), {name}, named);
  }
  void reveal_all() {
    const auto named = naming();
    for (const char* name : {"contributor1", "contributor2"})
      city.must(draw.reveal_of(name), {name}, named);
  }
  void close_commitments() {
    commit_all();
    city.must(draw.commitments_closed(), {"platform"});
  }
  void close_reveals() {
    close_commitments();
    reveal_all();
    city.must(draw.reveals_closed(), {"platform"});
  }
  // Announced on the beacon, and all closed and witnessed before its round.
  void run_to_round() {
    town.announce();
    close_reveals();
    witness(town.round_time() - kMarginS);
    city.now = town.round_time();
  }
  void run() {
    run_to_round();
    town.record_and_execute();
  }

  // ---- what is not ----

  // Appends what no admission was asked about; its position. Nothing honest can follow.
  template <class Payload>
  std::uint64_t write(Payload payload, const City::Names& authors, const City::Tweak& tweak = {},
                      const City::Names& signers = {}) {
    schema::IntentT intent = city.intent(std::move(payload), authors);
    if (tweak) tweak(intent);
    const Bytes bytes = ledger::encode(intent);
    std::vector<Signature> signatures;
    for (const std::string& name : signers.empty() ? authors : signers)
      signatures.push_back(ledger::sign_intent(city.key(name), bytes));
    return append(bytes, signatures);
  }
  std::uint64_t append(View intent, const std::vector<Signature>& signatures) {
    std::vector<Bytes>& all = log();
    all.push_back(ledger::encode_entry(all.size(), city.now, crypto::leaf_hash(all.back()), intent,
                                       signatures));
    return all.size() - 1;
  }
  // The log as the operator will show it; what was recorded honestly, until it is touched.
  std::vector<Bytes>& log() {
    if (!log_) log_ = city.entries();
    return *log_;
  }
  // Every entry from a position on is chained anew.
  void chain_again(std::uint64_t from) {
    for (std::uint64_t position = from; position < log().size(); ++position) {
      const Bytes entry = log()[position];
      const auto event = ledger::Event::parse(entry).value();
      log()[position] =
          ledger::encode_entry(position, event.time(), crypto::leaf_hash(log()[position - 1]),
                               event.intent().bytes(), event.signatures());
    }
  }

  // ---- what the reader is told ----

  // As of the newest entry, unless `at` says later.
  // `more`: further options.
  Told verify(std::uint64_t at = 0, bool head_cosigned = true, const std::string& more = "") {
    CityLog shown(city, log_ ? *log_ : city.entries());
    if (head_cosigned) {
      for (const char* name : {"w1", "w2"})
        shown.note() += cosignature(name, shown.tree().size(), shown.tree().root()) + "\n";
    }
    write_mirror(shown);
    write_file("policy",
               policy_text(city, shown,
                           "quorum two\nbeacon " +
                               to_hex(crypto::drand::chain_hash(town.beacon.chain())) + "\n"));
    return run_liuhen_verify("tiles " + (dir_ / "mirror").string() + " --policy " +
                             (dir_ / "policy").string() + " --at " +
                             std::to_string(at == 0 ? city.now : at) + more);
  }
  // The attack is named: what is wrong, and where.
  void expect_named(const std::string& code, std::uint64_t position, std::uint64_t at = 0,
                    const std::string& more = "") {
    const auto finding = finding_of(verify(at, true, more), code);
    ASSERT_TRUE(finding.contains("position") && finding.at("position").is_number()) << finding;
    EXPECT_EQ(finding.at("position").to_number<std::uint64_t>(), position) << finding;
  }

  // And in the words of one check: of those that have its code, no other.
  void expect_said(const std::string& code, std::uint64_t position, const std::string& words,
                   const std::string& more = "") {
    const auto finding = finding_of(verify(0, true, more), code);
    ASSERT_TRUE(finding.contains("position") && finding.at("position").is_number()) << finding;
    EXPECT_EQ(finding.at("position").to_number<std::uint64_t>(), position) << finding;
    EXPECT_NE(finding.at("en").as_string().find(words), boost::json::string::npos) << finding;
  }

  const std::filesystem::path& dir() const { return dir_; }
  void write_file(const std::filesystem::path& name, std::string_view content) {
    const auto path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(content.data(), std::ssize(content));
  }

 private:
  void write_mirror(CityLog& shown) {
    std::filesystem::remove_all(dir_ / "mirror");
    write_file("mirror/checkpoint", shown.note());
    for (const ledger::Tile& tile : ledger::tiles_of_growth(0, shown.tree().size())) {
      const Bytes hashes = shown.tile(tile.level, tile.index, tile.width).value();
      write_file("mirror/" + ledger::tile_path(tile), text_of(hashes));
      if (tile.level != 0) continue;
      auto& log = static_cast<ledger::Fetcher&>(shown);
      const Bytes bundle = log.entries(tile.index, tile.width).value();
      write_file("mirror/" + ledger::bundle_path(tile), text_of(bundle));
    }
  }

  std::optional<std::vector<Bytes>> log_;
  std::filesystem::path dir_ =
      std::filesystem::temp_directory_path() / ("liuhen-attacks-" + std::to_string(getpid()));
};

}  // namespace liuhen::tests
