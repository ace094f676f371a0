// The service over HTTP: what it takes, what it refuses without a trace, what it shows.
#include <gtest/gtest.h>
#include <sodium/utils.h>
#include <sys/stat.h>

#include <set>

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "ledger/tiles.h"
#include "tests/api/town.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;

schema::DepartmentSetT department(const std::string& id) {
  schema::DepartmentSetT out;
  out.id = id;
  out.name = "部门";
  out.division = "370200";
  return out;
}

std::string header(const api::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(Service, RecordsWhatTheCityRecordsToTheByte) {
  Town town;
  town.city.furnish(20, 4);
  town.catch_up();
  ASSERT_EQ(town.size(), town.city.size());
  Bytes expected;
  for (const Bytes& entry : town.city.entries()) ledger::add_to_bundle(entry, expected);
  const unsigned width = static_cast<unsigned>(town.city.size());
  ASSERT_LT(width, 256u);
  EXPECT_EQ(town.get(Town::bundle_path(0, width)).body, text_of(expected));
  Bytes hashes;
  for (const Bytes& entry : town.city.entries()) {
    const Hash leaf = crypto::leaf_hash(entry);
    hashes.insert(hashes.end(), leaf.begin(), leaf.end());
  }
  EXPECT_EQ(town.get("/tile/0/000.p/" + std::to_string(width)).body, text_of(hashes));
  EXPECT_EQ(town.json("/api/v1/state/digest").at("digest").as_string(),
            to_hex(projections::digest(town.city.state())));
}

TEST(Service, CountsWhatGoesThroughTheRegistryByItsRows) {
  Town town;
  town.city.furnish(5'000, 2);
  town.catch_up();
  EXPECT_EQ(town.service().handle({"GET", "/api/v1/state/digest", "", ""}).weight,
            1U + 5'000 / 2048)
      << "of the tokens of its address";
}

// Where the text stands in this process's memory, masked meanwhile so that the search is not found.
std::size_t times_in_memory(const std::string& masked) {
  std::ifstream maps("/proc/self/maps");
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::size_t times = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights) != 3 || rights[0] != 'r' ||
        rights[1] != 'w')
      continue;
    std::vector<char> bytes(to - from);
    const ssize_t got = ::pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(from));
    for (char& byte : bytes) byte = static_cast<char>(byte ^ 0x55);
    const std::string_view all(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::size_t at = 0; (at = all.find(masked, at)) != std::string_view::npos; ++at) ++times;
    for (char& byte : bytes) byte = 0;
  }
  ::close(memory);
  return times;
}

TEST(Service, KeepsNoPassphraseOnceTheKeysAreOpen) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer maps terabytes, and all memory is searched here";
  std::string masked;
  for (int i = 0; i < 40; ++i) masked.push_back(static_cast<char>(('a' + std::rand() % 26) ^ 0x55));
  const auto wiped = [](std::string& text) { sodium_memzero(text.data(), text.size()); };
  const auto unmasked = [&] {
    std::string text = masked;
    for (char& c : text) c = static_cast<char>(c ^ 0x55);
    return text;
  };
  TempDir temp;
  FixedClock clock;
  {
    api::server::InitOptions options{
        .dir = temp / "ledger", .origin = City::kOrigin, .passphrase = unmasked()};
    ASSERT_TRUE(api::server::init(options));
    EXPECT_GE(times_in_memory(masked), 1U) << "the search finds what is there";
    wiped(options.passphrase);
  }
  api::server::ServiceOptions options;
  options.dir = temp / "ledger";
  options.clock = &clock;
  options.platform_acts = false;
  options.passphrase = unmasked();
  const auto service = api::server::Service::open(options);
  ASSERT_TRUE(service) << service.error().en;
  wiped(options.passphrase);
  EXPECT_EQ(times_in_memory(masked), 0U);
}

TEST(Service, ReceiptHoldsAProofThatVerifies) {
  Town town;
  town.catch_up();
  const Bytes intent = ledger::encode(town.city.intent(department("MSA"), {"office"}));
  const api::Response response = town.send(intent, {"office"});
  ASSERT_EQ(response.status, 200u) << response.body;
  const json::value receipt = json::parse(response.body);
  EXPECT_EQ(receipt.at("position").to_number<int>(), 1);
  EXPECT_FALSE(receipt.at("repeated").as_bool());
  const crypto::NoteKey log{.name = City::kOrigin, .key = town.city.id("log")};
  const auto opened = crypto::open_checkpoint(receipt.at("checkpoint").as_string(), log);
  ASSERT_TRUE(opened.has_value());
  crypto::Proof proof;
  for (const json::value& line : receipt.at("proof").as_array()) {
    proof.push_back(exactly<32>(from_base64(line.as_string()).value()).value());
  }
  const Hash leaf = exactly<32>(from_hex(receipt.at("leaf_hash").as_string()).value()).value();
  EXPECT_TRUE(
      crypto::verify_inclusion(1, opened->checkpoint.size, leaf, proof, opened->checkpoint.root)
          .has_value());

  const api::Response again = town.send(intent, {"office"});  // the same bytes: the first receipt
  EXPECT_EQ(again.status, 200u);
  EXPECT_TRUE(json::parse(again.body).at("repeated").as_bool());
  EXPECT_EQ(json::parse(again.body).at("position").to_number<int>(), 1);
  EXPECT_EQ(town.size(), 2u);
}

TEST(Service, RefusesBadIntentsWithoutATrace) {
  Town town;
  town.catch_up();
  City& city = town.city;
  const std::string before = town.get("/checkpoint").body;
  const Bytes good = ledger::encode(city.intent(department("MSA"), {"office"}));
  struct Attempt {
    const char* what;
    std::string body;
    unsigned status;
    std::string code;  // empty: not looked at
  };
  Bytes changed = good;
  changed.back() ^= 1;
  schema::IntentT elsewhere = city.intent(department("MSA"), {"office"});
  elsewhere.origin = "liuhen.example/other";
  schema::IntentT expired = city.intent(department("MSA"), {"office"});
  expired.expires = city.now - 1;
  schema::IntentT stale = city.intent(department("MSA"), {"office"});
  stale.expected_version = 7;
  std::vector<Attempt> attempts{
      {"unsigned", Town::submission(good, {}), 403, "intent.signature"},
      {"wrongly signed", Town::submission(good, {{city.id("office"), Signature{}}}), 403,
       "intent.signature"},
      {"signed by another",
       Town::submission(good, {{city.id("office"), ledger::sign_intent(city.key("clerk"), good)}}),
       403, "intent.signature"},
      {"signed with a key that is not the author's", town.submission_by(good, {"clerk"}), 0, ""},
      {"not an intent", Town::submission(view_of("hello"), {}), 400, "intent.malformed"},
      {"oversized", Town::submission(Bytes(70'000), {}), 413, "intent.oversized"},
      {"of another log", town.submission_by(ledger::encode(elsewhere), {"office"}), 0,
       "intent.origin"},
      {"expired", town.submission_by(ledger::encode(expired), {"office"}), 422, "intent.expired"},
      {"stale version", town.submission_by(ledger::encode(stale), {"office"}), 409, ""},
      {"unauthorised",
       town.submission_by(ledger::encode(city.intent(department("MSA"), {"clerk"})), {"clerk"}),
       403, ""},
      {"unknown key",
       town.submission_by(ledger::encode(city.intent(department("MSA"), {"stranger"})),
                          {"stranger"}),
       403, ""},
      {"not JSON", "{", 400, "request.json"},
      {"nested deeply", std::string(100'000, '['), 400, "request.json"},
      {"a list", "[]", 400, "request.json"},
      {"no intent", "{}", 400, "request.field"},
      {"intent not base64", R"({"intent":"*","signatures":[]})", 400, "request.field"},
      {"signatures not a list", R"({"intent":"","signatures":1})", 400, "request.field"},
      {"too many signatures", Town::submission(good, std::vector<std::pair<KeyId, Signature>>(3)),
       400, "request.field"},
      {"changed after signing",
       Town::submission(changed,
                        {{city.id("office"), ledger::sign_intent(city.key("office"), good)}}),
       0, ""},
  };
  for (const Attempt& attempt : attempts) {
    const api::Response response = town.post("/api/v1/intents", attempt.body);
    EXPECT_GE(response.status, 400u) << attempt.what;
    EXPECT_LT(response.status, 500u) << attempt.what << response.body;
    if (attempt.status != 0) {
      EXPECT_EQ(response.status, attempt.status) << attempt.what << ": " << response.body;
    }
    if (!attempt.code.empty()) {
      EXPECT_EQ(Town::code(response), attempt.code) << attempt.what;
    }
    const Error error = api::error_of(response);
    EXPECT_FALSE(error.zh.empty()) << attempt.what;
    EXPECT_FALSE(error.en.empty()) << attempt.what;
  }
  EXPECT_EQ(town.get("/checkpoint").body, before);
  EXPECT_EQ(town.json("/api/v1/pending").at("pending").as_array().size(), 0u);

  // The id was used for other bytes: a conflict, and only then.
  ASSERT_EQ(town.send(good, {"office"}).status, 200u);
  schema::IntentT same_id = city.intent(department("OTHER"), {"office"});
  std::unique_ptr<schema::IntentT> first(schema::GetIntent(good.data())->UnPack());
  same_id.id = first->id;
  const api::Response conflict = town.send(ledger::encode(same_id), {"office"});
  EXPECT_EQ(conflict.status, 409u);
  EXPECT_EQ(Town::code(conflict), "intent.conflict");
}

TEST(Service, ABodyOverTheLimitIsRefused) {
  Town town;
  EXPECT_EQ(town.post("/api/v1/intents", std::string((1u << 20) + 1, 'x')).status, 413u);
}

TEST(Service, TwoPersonsSignOneAfterTheOther) {
  Town town;
  town.catch_up();
  schema::KeyGrantedT granted;
  granted.grant = town.city.grant("second-clerk", {City::Role::clerk});
  const Bytes intent =
      ledger::encode(town.city.intent(std::move(granted), {"trustee-outside", "trustee-inside"}));
  const api::Response first = town.send(intent, {"trustee-outside"});
  ASSERT_EQ(first.status, 202u) << first.body;
  const json::value waiting = json::parse(first.body);
  ASSERT_EQ(waiting.at("missing").as_array().size(), 1u);
  EXPECT_EQ(waiting.at("missing").at(0).as_string(), to_hex(town.city.id("trustee-inside")));
  EXPECT_EQ(town.size(), 1u);

  const std::string hash(waiting.at("intent_hash").as_string());
  EXPECT_EQ(hash, to_hex(crypto::sha256(intent)));
  const json::value pending = town.json("/api/v1/pending/" + hash);
  EXPECT_EQ(pending.at("intent").as_string(), to_base64(intent));
  EXPECT_EQ(pending.at("signed").at(0).as_string(), to_hex(town.city.id("trustee-outside")));
  EXPECT_NE(json::serialize(pending.at("described")).find("second-clerk"), std::string::npos);
  EXPECT_EQ(town.json("/api/v1/pending").at("pending").as_array().size(), 1u);

  EXPECT_EQ(town.send(intent, {"trustee-inside"}).status, 200u);
  EXPECT_EQ(town.size(), 2u);
  EXPECT_EQ(town.get("/api/v1/pending/" + hash).status, 404u);
  EXPECT_EQ(town.get("/api/v1/pending/xyz").status, 400u);
}

TEST(Service, APageOfHalfSignedIntentsHasABound) {
  Town town;
  town.catch_up();
  constexpr std::size_t kHalfSigned = 120;  // of 11 KiB and more as they are shown
  std::set<std::string> sent;
  for (std::size_t i = 0; i < kHalfSigned; ++i) {
    schema::PermissionsChangedT changed;
    for (const auto& permission : projections::default_permissions())
      changed.permissions.push_back(std::make_unique<schema::PermissionT>(permission));
    changed.reason = std::string(4'000, 'x') + std::to_string(i);
    const Bytes intent =
        ledger::encode(town.city.intent(std::move(changed), {"trustee-outside", "trustee-inside"}));
    const api::Response half = town.send(intent, {"trustee-outside"});
    ASSERT_EQ(half.status, 202u) << half.body;
    sent.insert(to_hex(crypto::sha256(intent)));
  }
  std::string after;
  std::size_t pages = 0;
  for (bool more = true; more; ++pages) {
    const std::string body = town.get("/api/v1/pending?limit=1000&after=" + after).body;
    EXPECT_LT(body.size(), api::kPageBytesMax + (64u << 10));
    const json::value page = json::parse(body);
    for (const json::value& row : page.at("pending").as_array()) {
      after = std::string(row.at("intent_hash").as_string());
      EXPECT_EQ(sent.erase(after), 1u) << "each is there once";
    }
    more = page.at("more").as_bool();
    ASSERT_LT(pages, 5u);
  }
  EXPECT_GT(pages, 1u);
  EXPECT_TRUE(sent.empty());
}

TEST(Service, ShowsTheRegistriesPageByPage) {
  Town town;
  town.city.furnish(12, 4);
  town.catch_up();
  const json::value first = town.json("/api/v1/subjects?limit=5");
  ASSERT_EQ(first.at("subjects").as_array().size(), 5u);
  EXPECT_EQ(first.at("total").to_number<int>(), 12);
  const std::string last(first.at("subjects").at(4).at("id").as_string());
  EXPECT_EQ(town.json("/api/v1/subjects?limit=100&after=" + last).at("subjects").as_array().size(),
            7u);
  const json::value one = town.json("/api/v1/subjects/" + City::code(3));
  EXPECT_EQ(one.at("name").as_string(), "企业3");
  EXPECT_EQ(one.at("address").as_string(), "示范路1号");
  EXPECT_EQ(one.at("kind").as_string(), "firm");
  EXPECT_EQ(town.json("/api/v1/inspectors?limit=3").at("inspectors").as_array().size(), 3u);
  EXPECT_EQ(town.json("/api/v1/inspectors?after=Z0003").at("inspectors").at(0).at("id").as_string(),
            "Z0004");
  for (const char* list : {"keys", "permissions", "departments", "items", "rules", "plans"}) {
    EXPECT_FALSE(town.json(std::string("/api/v1/") + list).at(list).as_array().empty()) << list;
  }
  EXPECT_EQ(town.json("/api/v1/rules").at("rules").at(0).at("minimum_pool").to_number<int>(), 2);
  EXPECT_EQ(town.json("/api/v1/conflicts").at("conflicts").as_array().size(), 0u);
  EXPECT_EQ(town.json("/api/v1/streams/plan%2FP1").at("version").to_number<int>(), 1);
  EXPECT_EQ(town.json("/api/v1/streams/plan%2Fnone").at("version").to_number<int>(), 0);
  EXPECT_EQ(town.json("/api/v1/entries?stream=item/I1").at("entries").as_array().size(), 3u);
  EXPECT_FALSE(town.json("/api/v1/entries?stream=item/I1").at("more").as_bool());
  EXPECT_EQ(town.json("/api/v1/entries?stream=item/I1&limit=1").at("entries").as_array().size(),
            1u);
  EXPECT_TRUE(town.json("/api/v1/entries?stream=item/I1&limit=1").at("more").as_bool());
  EXPECT_EQ(
      town.json("/api/v1/entries?stream=subject/" + City::code(3)).at("entries").as_array().size(),
      1u);
  EXPECT_EQ(town.json("/api/v1/entries?stream=genesis&after=0").at("entries").as_array().size(),
            0u);
  EXPECT_EQ(town.json("/api/v1/entries?stream=genesis&after=18446744073709551615")
                .at("entries")
                .as_array()
                .size(),
            0u);
  EXPECT_EQ(town.json("/api/v1/entries/0").at("position").to_number<int>(), 0);
  for (const char* bad :
       {"/api/v1/subjects?limit=0", "/api/v1/subjects?limit=1001", "/api/v1/subjects?limit=x",
        "/api/v1/entries/x", "/api/v1/subjects/%zz", "/api/v1/streams/%ff",
        "/api/v1/entries?stream=item/I1%00%00%00", "/api/v1/feed?from=0&stream=item/I1%00%00%00"}) {
    EXPECT_EQ(town.get(bad).status, 400u) << bad;
  }
  for (const char* none :
       {"/api/v1/subjects/NONE", "/api/v1/subjects?after=NONE", "/api/v1/entries/99999",
        "/api/v1/draws/P1/1", "/api/v1/draws/P1/1/tasks", "/draws/P1/1"}) {
    EXPECT_EQ(town.get(none).status, 404u) << none;
  }
}

TEST(Service, SaysWhichRowsOfAnImportDiffer) {
  Town town;
  town.city.furnish(3, 2);
  town.catch_up();
  const auto digest = [](const schema::SubjectRowT& row) {
    return to_hex(projections::row_digest(row));
  };
  const auto same = City::firm(1), other = City::firm(2), fresh = City::firm(9);
  other->name = "改名";
  json::array rows;
  for (const auto* row : {same.get(), other.get(), fresh.get()})
    rows.push_back(json::array{row->id, digest(*row)});
  const api::Response response =
      town.post("/api/v1/imports/subjects/diff", json::serialize(json::object{{"rows", rows}}));
  ASSERT_EQ(response.status, 200u) << response.body;
  EXPECT_EQ(json::serialize(json::parse(response.body)), R"({"differ":[1,2],"unchanged":1})");
  EXPECT_EQ(town.post("/api/v1/imports/inspectors/diff", R"({"rows":[["Z0001","00"]]})").status,
            400u);
  EXPECT_EQ(town.post("/api/v1/imports/subjects/diff", R"({"rows":[["a"]]})").status, 400u);

  schema::SubjectsImportedT part;
  part.run = "open-run";
  part.rows.push_back(City::firm(50));
  town.city.must(std::move(part), {"registrar"});
  town.catch_up();
  EXPECT_TRUE(town.json("/api/v1/imports/open-run").at("open").as_bool());
  EXPECT_EQ(town.json("/api/v1/imports/open-run").at("next_part").to_number<int>(), 1);
  EXPECT_FALSE(town.json("/api/v1/imports/none").at("open").as_bool());
}

TEST(Service, UnknownPathsAndMethodsAreRefused) {
  Town town;
  EXPECT_EQ(town.get("/nothing").status, 404u);
  EXPECT_EQ(Town::code(town.get("/api/v1/nothing")), "request.route");
  const api::Response get = town.get("/api/v1/intents");
  EXPECT_EQ(get.status, 405u);
  EXPECT_EQ(header(get, "Allow"), "POST");
  const api::Response post = town.post("/checkpoint", "");
  EXPECT_EQ(post.status, 405u);
  EXPECT_EQ(header(post, "Allow"), "GET, HEAD");
  EXPECT_EQ(town.ask({"DELETE", "/api/v1/log", "", ""}).status, 405u);
  const api::Response head = town.ask({"HEAD", "/api/v1/log", "", ""});
  EXPECT_EQ(head.status, 200u);
  EXPECT_TRUE(head.body.empty());
  EXPECT_NE(header(head, "Content-Length"), "0");
  EXPECT_EQ(town.get("/checkpoint").status, 404u);  // nothing recorded yet
}

TEST(Service, AnEmptyLogHasAPageAndHealth) {
  Town town;
  EXPECT_EQ(town.get("/healthz").status, 200u);
  const api::Response page = town.get("/");
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(header(page, "Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_EQ(town.json("/api/v1/log").at("size").to_number<int>(), 0);
}

TEST(Service, ADirectoryHasOneServiceAtATime) {
  Town town;
  const auto second = town.try_open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "storage.busy");
}

TEST(Service, KeepsWhatItHadAcrossARestart) {
  Town town;
  town.city.furnish(5, 2);
  town.catch_up();
  const std::string before = town.get("/checkpoint").body;
  const std::string digest(town.json("/api/v1/state/digest").at("digest").as_string());
  town.close();
  town.open();
  EXPECT_EQ(town.get("/checkpoint").body, before);
  EXPECT_EQ(town.json("/api/v1/state/digest").at("digest").as_string(), digest);
  town.city.set_department("AFTER");
  town.catch_up();
  EXPECT_EQ(town.size(), town.city.size());
}

TEST(Service, RefusesToStartWithoutItsDatabaseOrWithOpenKeys) {
  Town town;
  town.catch_up();
  town.close();
  const std::string key = town.dir() + "/keys/log.key";
  ::chmod(key.c_str(), 0644);
  EXPECT_EQ(town.try_open().error().code, "key_file.open_to_others");
  ::chmod(key.c_str(), 0600);
  std::filesystem::rename(town.dir() + "/db", town.dir() + "/gone");
  EXPECT_EQ(town.try_open().error().code, "storage.damaged");
  EXPECT_FALSE(std::filesystem::exists(town.dir() + "/db"));
  std::filesystem::rename(town.dir() + "/head", town.dir() + "/gone-too");
  EXPECT_EQ(town.try_open().error().code, "storage.damaged") << "init made the database";
  EXPECT_FALSE(std::filesystem::exists(town.dir() + "/db"));
  std::filesystem::rename(town.dir() + "/gone", town.dir() + "/db");
  EXPECT_EQ(town.try_open().error().code, "head.absent");
  EXPECT_FALSE(std::filesystem::exists(town.dir() + "/head"));
}

// Clear, not started, and every byte of the directory as it was.
TEST(Service, LeavesADamagedDirectoryAsItIs) {
  Town town;
  town.catch_up();
  town.close();
  const auto files = [&] {
    std::map<std::string, std::string> out;
    for (const auto& file : std::filesystem::recursive_directory_iterator(town.dir())) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      out[file.path()] = std::string(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  };
  const auto sound = files();
  for (const auto& [path, content] : sound) {
    const std::string name = std::filesystem::path(path).filename();
    if (name != "CURRENT" && !name.starts_with("MANIFEST") && !name.ends_with(".sst")) continue;
    std::ofstream(path, std::ios::binary) << content.substr(0, content.size() / 2);
    const auto before = files();
    const auto refused = town.try_open();
    ASSERT_FALSE(refused.has_value()) << path;
    // A manifest cut short may open, and then the database is behind its head.
    const std::string& code = refused.error().code;
    EXPECT_TRUE(code == "storage.damaged" || code == "ledger.rolled_back")
        << path << ": " << refused.error().en;
    EXPECT_NE(refused.error().zh.find("损坏"), std::string::npos) << refused.error().zh;
    EXPECT_TRUE(files() == before) << path;
    std::ofstream(path, std::ios::binary) << content;
  }
  EXPECT_TRUE(town.try_open().has_value());
}

// Draws would begin that could never be executed.
TEST(Service, RefusesAVrfKeyThatTheLogDoesNotKnow) {
  Town town;
  town.city.furnish();
  town.catch_up();
  town.close();
  const std::filesystem::path keys = town.dir() + "/keys";
  std::filesystem::rename(keys / "vrf.key", keys / "kept");
  std::filesystem::copy(keys / "log.key", keys / "vrf.key");
  const auto refused = town.try_open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "platform.vrf_key");
  std::filesystem::remove(keys / "vrf.key");
  std::filesystem::rename(keys / "kept", keys / "vrf.key");
  EXPECT_TRUE(town.try_open().has_value());
}

// Before something falls due that nobody records.
TEST(Service, SaysThatItsOwnKeyIsRevoked) {
  Town town;
  town.city.furnish(3, 2);
  town.catch_up();
  ASSERT_EQ(town.post("/api/v1/platform/advance", "").status, 200u);
  EXPECT_EQ(town.get("/healthz").status, 200u);
  schema::KeyRevokedT revoked;
  revoked.key = City::bytes(town.city.id("platform"));
  revoked.reason = "泄露";
  town.city.must(std::move(revoked), {"trustee-inside"});
  town.catch_up();
  EXPECT_EQ(Town::code(town.post("/api/v1/platform/advance", "")), "platform.revoked");
  EXPECT_EQ(Town::code(town.get("/healthz")), "platform.revoked");
  EXPECT_EQ(town.get("/readyz").status, 200u);
}

TEST(Init, KeepsTheDirectoriesToTheOwnerWhateverTheUmask) {
  TempDir temp;
  const std::string dir = temp / "ledger";
  const mode_t before = ::umask(0);
  const auto made = api::server::init({.dir = dir, .origin = City::kOrigin, .passphrase = ""});
  ::umask(before);
  ASSERT_TRUE(made.has_value());
  for (const std::string& each : {dir, dir + "/keys", dir + "/db"}) {
    EXPECT_EQ(std::filesystem::status(each).permissions(), std::filesystem::perms::owner_all)
        << each;
  }
}

TEST(Init, RefusesADirectoryInUse) {
  TempDir temp;
  const api::server::InitOptions options{
      .dir = temp / "new", .origin = "liuhen.example/x", .passphrase = "correct horse"};
  const auto made = api::server::init(options);
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(made->log_vkey.starts_with("liuhen.example/x+"));
  EXPECT_EQ(api::server::init(options).error().code, "init.in_use");
  std::filesystem::create_directory(temp / "other");
  std::ofstream(temp / "other" + "/file") << "mine";
  EXPECT_EQ(
      api::server::init({.dir = temp / "other", .origin = "x", .passphrase = ""}).error().code,
      "init.in_use");
  EXPECT_FALSE(std::filesystem::exists(temp / "other" + "/keys"));
  EXPECT_EQ(api::server::init({.dir = temp / "third", .origin = "no name", .passphrase = ""})
                .error()
                .code,
            "init.origin");
  FixedClock clock;
  api::server::ServiceOptions open;
  open.dir = temp / "new";
  open.clock = &clock;
  open.passphrase = "wrong";
  EXPECT_EQ(api::server::Service::open(open).error().code, "key.passphrase");
  open.passphrase = "correct horse";
  EXPECT_TRUE(api::server::Service::open(open).has_value());
  open.dir = temp / "none";
  EXPECT_EQ(api::server::Service::open(open).error().code, "dir.absent");
  EXPECT_FALSE(std::filesystem::exists(temp / "none"));
}

TEST(Service, ManyReadersDoNotHoldUpTheWriter) {
  Town town;
  town.city.furnish(50, 4);
  town.catch_up();
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 16; ++i) {
    readers.emplace_back([&town, &done, &reads, i] {
      auto client = town.connect();
      const char* const targets[] = {"/api/v1/subjects?limit=50", "/", "/api/v1/state/digest",
                                     "/checkpoint"};
      while (!done) {
        const auto response = client->get(targets[i % 4]);
        if (!response || response->status != 200) {
          ADD_FAILURE() << (response ? response->body : response.error().en);
          return;
        }
        ++reads;
      }
    });
  }
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) town.city.set_department("D" + std::to_string(i));
  town.catch_up();
  // What was acknowledged is seen at once.
  EXPECT_EQ(town.json("/api/v1/departments").at("departments").as_array().size(),
            town.city.state().catalogue.departments.size());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60 * kSlower));
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(reads, 16u);
}

}  // namespace
}  // namespace liuhen::tests
