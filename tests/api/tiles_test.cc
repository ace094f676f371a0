// The log as static files over HTTP, as C2SP tlog-tiles and RFC 9110 have it; and proofs.
#include "ledger/tiles.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "crypto/tlog_proof.h"
#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
using ledger::Tile;

constexpr const char* kForEver = "public, max-age=31536000, immutable";

std::string header(const api::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

std::string unzipped(const std::string& zipped) {
  z_stream stream{};
  LIUHEN_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(16u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zipped.data()));
  stream.avail_in = static_cast<uInt>(zipped.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LIUHEN_CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class Tiles : public ::testing::Test {
 protected:
  Town town;

  // One entry after the genesis, and so on.
  void grow(std::uint64_t size) {
    while (town.city.size() < size)
      town.city.set_department("D" + std::to_string(town.city.size()));
    town.catch_up();
  }
  api::Response ask(const std::string& target, const std::string& accept_encoding,
                    const std::string& if_none_match = "", const std::string& method = "GET") {
    return town.ask({.method = method,
                     .target = target,
                     .content_type = "",
                     .body = "",
                     .accept_encoding = accept_encoding,
                     .if_none_match = if_none_match});
  }

  // What the entries alone determine, by the definition of the standard and no other code of tiles.
  Bytes tile(const Tile& tile) const {
    const std::uint64_t leaves = std::uint64_t{1} << (8 * tile.level);
    Bytes out;
    for (unsigned i = 0; i < tile.width; ++i) {
      std::vector<Hash> below;
      for (std::uint64_t n = 0; n < leaves; ++n)
        below.push_back(
            crypto::leaf_hash(town.city.entries()[(tile.index * 256 + i) * leaves + n]));
      const Hash hash = crypto::root_of(below);
      out.insert(out.end(), hash.begin(), hash.end());
    }
    return out;
  }
  Bytes bundle(const Tile& tile) const {
    Bytes out;
    for (unsigned i = 0; i < tile.width; ++i) {
      const Bytes& entry = town.city.entries()[tile.index * 256 + i];
      out.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
      out.push_back(static_cast<std::uint8_t>(entry.size()));
      out.insert(out.end(), entry.begin(), entry.end());
    }
    return out;
  }
  // floor(size / 256^level) hashes at each level, in full tiles and the rest.
  static std::vector<Tile> tiles_of(std::uint64_t size) {
    std::vector<Tile> out;
    for (unsigned level = 0; size > 0; ++level, size /= 256) {
      for (std::uint64_t index = 0; index < size / 256; ++index) out.push_back({level, index, 256});
      if (size % 256 > 0) out.push_back({level, size / 256, static_cast<unsigned>(size % 256)});
    }
    return out;
  }
  static std::string name(const Tile& tile, const std::string& level) {
    const std::string number = std::to_string(tile.index);
    return "/tile/" + level + "/" + std::string(3 - number.size(), '0') + number +
           (tile.width == 256 ? "" : ".p/" + std::to_string(tile.width));
  }
  void expect_served(const Tile& tile) {
    const std::string path = name(tile, std::to_string(tile.level));
    const api::Response hashes = town.get(path);
    ASSERT_EQ(hashes.status, 200u) << path;
    EXPECT_EQ(hashes.body, text_of(this->tile(tile))) << path;
    EXPECT_EQ(hashes.content_type, "application/octet-stream");
    EXPECT_EQ(header(hashes, "Cache-Control"), kForEver);
    if (tile.level > 0) return;
    const api::Response entries = town.get(name(tile, "entries"));
    ASSERT_EQ(entries.status, 200u) << path;
    EXPECT_EQ(entries.body, text_of(bundle(tile))) << path;
    EXPECT_EQ(header(entries, "Cache-Control"), kForEver);
    EXPECT_EQ(header(entries, "Vary"), "Accept-Encoding");
  }
  void expect_absent(const std::string& path) {
    const api::Response response = town.get(path);
    EXPECT_EQ(response.status, 404u) << path;
    EXPECT_EQ(header(response, "Cache-Control"), "no-store") << path;
    EXPECT_EQ(header(response, "ETag"), "") << path;
  }
};

// What is answered from memory is what is answered without it, and partial tiles never are.
TEST_F(Tiles, AFullTileIsKeptAndAnsweredAtOnce) {
  grow(256 + 5);
  const api::Request full{.method = "GET", .target = "/tile/0/000", .content_type = "", .body = ""};
  api::Request partial = full, queried = full, conditional = full, posted = full;
  partial.target = "/tile/0/001.p/5";
  queried.target += "?x=1";
  posted.method = "POST";
  EXPECT_FALSE(town.service().at_once(full)) << "nobody has asked for it yet";
  const api::Response first = town.ask(full);
  ASSERT_EQ(first.status, 200u);
  conditional.if_none_match = header(first, "ETag");
  EXPECT_EQ(town.ask(partial).status, 200u);
  for (const api::Request& other : {partial, queried, posted})
    EXPECT_FALSE(town.service().at_once(other)) << other.target;
  const std::optional<api::Response> again = town.service().at_once(full);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 200u);
  EXPECT_EQ(again->content(), text_of(tile({0, 0, 256})));
  for (const char* name : {"ETag", "Cache-Control"})
    EXPECT_EQ(header(*again, name), header(first, name)) << name;
  EXPECT_NE(header(*again, "X-Request-Id"), header(first, "X-Request-Id"));
  const std::optional<api::Response> known = town.service().at_once(conditional);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->status, 304u);
  EXPECT_EQ(known->content(), "");
  EXPECT_EQ(header(*known, "ETag"), header(first, "ETag"));
  conditional.if_none_match = "\"another\"";
  EXPECT_EQ(town.service().at_once(conditional)->body, again->body);
}

// A checkpoint is published after each entry, so that each of these sizes has its partial tiles.
TEST_F(Tiles, EverySizeHasItsTilesToTheByte) {
  for (std::uint64_t size = 1; size <= 530; ++size) {
    grow(size);
    for (const Tile& tile : tiles_of(size)) {
      if (tile.width < 256 || size % 64 == 0) expect_served(tile);
      if (tile.width < 255) {
        Tile wider = tile;
        ++wider.width;
        expect_absent(name(wider, std::to_string(wider.level)));
        if (wider.level == 0) expect_absent(name(wider, "entries"));
      }
    }
    if (size % 256 == 0) {  // no empty ones
      const Tile next{0, size / 256, 1};
      expect_absent(name(next, "0"));
      expect_absent(name(next, "entries"));
    }
    if (size < 256) expect_absent("/tile/1/000.p/1");
  }
  for (std::uint64_t size = 1; size <= 530; size += 23) {  // and later too
    for (const Tile& tile : tiles_of(size)) expect_served(tile);
  }
}

TEST_F(Tiles, OnlyTheCanonicalPathIsOne) {
  grow(5);
  expect_served({0, 0, 5});
  for (const char* bad : {"/tile/0/000",
                          "/tile/0/000.p/6",
                          "/tile/0/000.p/0",
                          "/tile/0/000.p/256",
                          "/tile/0/001.p/1",
                          "/tile/1/000.p/1",
                          "/tile/0/0",
                          "/tile/0/000.p/05",
                          "/tile/64/000",
                          "/tile/x/000",
                          "/tile/entries/000.p/6",
                          "/tile/entries/001.p/1",
                          "/tile/0/x000/000.p/1",
                          "/tile/",
                          "/tile/0/000.p/5/",
                          "/tile//0/000.p/5",
                          "//tile/0/000.p/5",
                          "/tile/0/%30%300.p/5",
                          "/tile/00/000.p/5",
                          "/tile/0/000%2ep/5",
                          "/tile/%zz",
                          "/tile/0/000%",
                          "/tile/%ff/000",
                          "/tile/entries/%00",
                          "/tile/0/../0/000.p/5",
                          "/Tile/0/000.p/5",
                          "/checkpoint/"}) {
    expect_absent(bad);
  }
}

TEST_F(Tiles, TheCheckpointIsAskedForAgainEachTime) {
  grow(3);
  const api::Response first = town.get("/checkpoint");
  EXPECT_EQ(first.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(header(first, "Cache-Control"), "no-cache");
  const std::string tag = header(first, "ETag");
  EXPECT_EQ(ask("/checkpoint", "", tag).status, 304u);
  grow(4);
  const api::Response second = ask("/checkpoint", "", tag);
  EXPECT_EQ(second.status, 200u);
  EXPECT_NE(second.body, first.body);
}

TEST_F(Tiles, WhoHasItAlreadyIsNotSentItAgain) {
  grow(20);
  for (const std::string path : {"/checkpoint", "/tile/0/000.p/20", "/tile/entries/000.p/20"}) {
    const api::Response whole = town.get(path);
    const std::string tag = header(whole, "ETag");
    ASSERT_GT(tag.size(), 2u);
    for (const std::string& sent : {tag, "W/" + tag, "\"other\", " + tag,
                                    "\"a,b\" ,\t" + tag + ", \"c\"", std::string("*")}) {
      const api::Response none = ask(path, "", sent);
      EXPECT_EQ(none.status, 304u) << sent;
      EXPECT_EQ(none.body, "");
      EXPECT_EQ(header(none, "ETag"), tag);
      EXPECT_EQ(header(none, "Cache-Control"), header(whole, "Cache-Control"));
      EXPECT_EQ(header(none, "Vary"), header(whole, "Vary"));
      EXPECT_EQ(header(none, "Content-Length"), "");
    }
    for (const std::string& other :
         {std::string("\"other\""), tag.substr(1), tag.substr(0, tag.size() - 1), "w/" + tag,
          std::string("\""), std::string("nonsense")}) {
      const api::Response again = ask(path, "", other);
      EXPECT_EQ(again.status, 200u) << other;
      EXPECT_EQ(again.body, whole.body);
    }
  }
  EXPECT_EQ(ask("/tile/0/000.p/21", "", "*").status, 404u);
}

TEST_F(Tiles, BundlesAreZippedForWhoTakesIt) {
  grow(20);
  const std::string path = "/tile/entries/000.p/20";
  const api::Response plain = town.get(path);
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  for (const char* takes : {"gzip", "GZIP", "x-gzip", "br, gzip;q=0.5", "*",
                            "identity;q=0, *;q=0.1", "deflate;q=0,gzip ; q=1.000"}) {
    const api::Response zipped = ask(path, takes);
    ASSERT_EQ(zipped.status, 200u);
    ASSERT_EQ(header(zipped, "Content-Encoding"), "gzip") << takes;
    EXPECT_EQ(header(zipped, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(zipped, "Content-Length"), std::to_string(zipped.body.size()));
    EXPECT_LT(zipped.body.size(), plain.body.size());
    EXPECT_EQ(unzipped(zipped.body), plain.body);
    const std::string tag = header(zipped, "ETag");
    EXPECT_NE(tag, header(plain, "ETag"));
    EXPECT_EQ(ask(path, takes, tag).status, 304u);
    EXPECT_EQ(ask(path, "", tag).status, 200u);
    EXPECT_EQ(ask(path, takes, header(plain, "ETag")).status, 200u);
  }
  for (const char* refuses :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzipped", "x, y;"}) {
    const api::Response response = ask(path, refuses);
    EXPECT_EQ(header(response, "Content-Encoding"), "") << refuses;
    EXPECT_EQ(response.body, plain.body);
  }
  // Hashes do not get smaller, and what is small is not worth it.
  EXPECT_EQ(header(ask("/tile/0/000.p/20", "gzip"), "Content-Encoding"), "");
  EXPECT_EQ(header(ask("/tile/entries/000.p/20", "gzip"), "Content-Encoding"), "gzip");
}

// A full bundle is compressed once, and neither for HEAD nor for who has it: only what is kept
// tells a HEAD its length.
TEST_F(Tiles, AFullBundleIsCompressedOnce) {
  grow(256 + 20);
  const auto length = [&](const std::string& path) {
    return header(ask(path, "gzip", "", "HEAD"), "Content-Length");
  };
  const std::string full = "/tile/entries/000", partial = "/tile/entries/001.p/20";
  EXPECT_EQ(length(full), "");
  const api::Response plain = town.get(full);
  EXPECT_EQ(ask(full, "gzip", "*").status, 304u);
  EXPECT_EQ(length(full), "") << "compressed for nobody";
  const api::Response first = ask(full, "gzip");
  EXPECT_EQ(unzipped(first.body), plain.body);
  EXPECT_EQ(length(full), std::to_string(first.body.size()));
  const api::Response again = ask(full, "gzip");
  EXPECT_EQ(again.body, first.body);
  for (const char* name : {"Content-Length", "Content-Encoding", "Cache-Control", "ETag", "Vary"})
    EXPECT_EQ(header(again, name), header(first, name)) << name;
  EXPECT_EQ(ask(full, "gzip", header(first, "ETag")).status, 304u);
  EXPECT_EQ(town.get(full).body, plain.body) << "for who takes no gzip";
  EXPECT_EQ(ask(partial, "gzip").status, 200u);
  EXPECT_EQ(length(partial), "") << "a partial one is not kept";
}

TEST_F(Tiles, HeadIsGetWithoutItsContent) {
  const std::string length = "Content-Length";
  grow(20);
  for (const std::string path : {"/checkpoint", "/tile/0/000.p/20", "/tile/entries/000.p/20",
                                 "/tile/0/000", "/api/v1/proofs/3"}) {
    for (const char* encoding : {"", "gzip"}) {
      const api::Response get = ask(path, encoding), head = ask(path, encoding, "", "HEAD");
      EXPECT_EQ(head.status, get.status);
      EXPECT_EQ(head.body, "");
      EXPECT_EQ(head.content_type, get.content_type);
      for (const char* name :
           {"Content-Length", "Content-Encoding", "Cache-Control", "ETag", "Vary"}) {
        // What is compressed for each who asks is not for whoever wants its length alone.
        const bool unsaid = header(get, "Content-Encoding") == "gzip" && name == length;
        EXPECT_EQ(header(head, name), unsaid ? "" : header(get, name)) << path << " " << name;
      }
    }
  }
}

TEST_F(Tiles, AProofFileHoldsItsEntry) {
  grow(7);
  const api::Response response = town.get("/api/v1/proofs/3");
  ASSERT_EQ(response.status, 200u);
  EXPECT_EQ(header(response, "Content-Disposition"), "attachment; filename=\"3.tlog-proof\"");
  std::string expected =
      "c2sp.org/tlog-proof@v1\nextra " + to_base64(town.city.entries()[3]) + "\nindex 3\n";
  for (const Hash& hash : town.city.tree().inclusion(3, 7).value())
    expected += to_base64(hash) + "\n";
  EXPECT_EQ(response.body, expected + "\n" + town.get("/checkpoint").body);
  EXPECT_EQ(town.get("/api/v1/proofs/7").status, 404u);
  EXPECT_EQ(town.get("/api/v1/proofs/-1").status, 400u);
}

TEST_F(Tiles, EveryEntryIsProvedUnderEveryPublishedCheckpoint) {
  grow(9);
  const auto policy = crypto::Policy::of_log({.name = City::kOrigin, .key = town.city.id("log")});
  for (std::uint64_t size = 1; size <= 9; ++size) {
    for (std::uint64_t position = 0; position < size; ++position) {
      const api::Response response =
          town.get("/api/v1/proofs/" + std::to_string(position) + "?size=" + std::to_string(size));
      ASSERT_EQ(response.status, 200u) << response.body;
      const auto proof = crypto::parse_tlog_proof(response.body);
      ASSERT_TRUE(proof);
      const auto opened =
          crypto::verify_tlog_proof(*proof, crypto::leaf_hash(proof->extra), policy);
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->checkpoint.size, size);
    }
  }
  EXPECT_EQ(town.get("/api/v1/proofs/3?size=3").status, 404u);
  EXPECT_EQ(town.get("/api/v1/proofs/3?size=10").status, 404u);
  EXPECT_EQ(town.get("/api/v1/proofs/3?size=18446744073709551615").status, 404u);
  EXPECT_EQ(town.get("/api/v1/proofs/3?size=x").status, 400u);
}

TEST_F(Tiles, AnyTwoSizesAreShownToBeConsistent) {
  grow(12);
  const auto hash_of = [](const json::value& value) {
    return exactly<32>(from_base64(std::string_view(value.as_string())).value()).value();
  };
  for (std::uint64_t old_size = 0; old_size <= 12; ++old_size) {
    for (std::uint64_t new_size = old_size; new_size <= 12; ++new_size) {
      const json::value answer = town.json("/api/v1/consistency?old=" + std::to_string(old_size) +
                                           "&new=" + std::to_string(new_size));
      crypto::Proof proof;
      for (const json::value& hash : answer.at("proof").as_array()) proof.push_back(hash_of(hash));
      const Hash old_root = town.city.tree().root(old_size);
      const Hash new_root = town.city.tree().root(new_size);
      EXPECT_EQ(hash_of(answer.at("old_root")), old_root);
      EXPECT_EQ(hash_of(answer.at("new_root")), new_root);
      EXPECT_TRUE(crypto::verify_consistency(old_size, new_size, old_root, new_root, proof));
      EXPECT_EQ(answer.at("old_checkpoint").is_null(), old_size == 0);
    }
  }
  const json::value last = town.json("/api/v1/consistency?old=3");
  EXPECT_EQ(last.at("new").to_number<std::uint64_t>(), 12u);
  EXPECT_EQ(last.at("new_checkpoint").as_string(), town.get("/checkpoint").body);
  for (const char* bad : {"?old=13", "?old=5&new=4", "?old=1&new=13"})
    EXPECT_EQ(town.get(std::string("/api/v1/consistency") + bad).status, 404u) << bad;
  for (const char* bad : {"", "?new=4", "?old=x", "?old=-1", "?old=1&new="})
    EXPECT_EQ(town.get(std::string("/api/v1/consistency") + bad).status, 400u) << bad;
}

}  // namespace
}  // namespace liuhen::tests
