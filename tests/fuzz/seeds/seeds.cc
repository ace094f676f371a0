// Writes the seeds that follow from the formats, below the directory that is named: one entry and
// one intent of each kind that the city of the tests records, a draw's proof file, proofs of
// entries, and requests that its people would send. The same in every run. Seeds written by hand,
// and those that once crashed a program, stay as they are.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "crypto/note.h"
#include "crypto/tlog_proof.h"
#include "ledger/event.h"
#include "projections/row_file.h"
#include "tests/api/town.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

class Corpora {
 public:
  explicit Corpora(std::filesystem::path directory) : directory_(std::move(directory)) {}

  void put(const std::string& target, const std::string& name, std::string_view bytes) {
    std::filesystem::create_directories(directory_ / target);
    std::ofstream out(directory_ / target / name, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    LIUHEN_CHECK(out.flush().good());
    std::cout << target << '/' << name << '\n';
  }

 private:
  std::filesystem::path directory_;
};

void put_entries(City& city, Corpora& corpora) {
  std::map<std::string, Bytes> kinds;  // the last of each
  for (const Bytes& entry : city.entries()) {
    const auto event = ledger::Event::parse(entry).value();
    kinds[schema::EnumNamePayload(event.tag())] = entry;
  }
  for (const auto& [kind, entry] : kinds) {
    corpora.put("entry", kind, text_of(entry));
    corpora.put("intent", kind, text_of(ledger::Event::parse(entry).value().intent().bytes()));
  }
}

void put_draw_proof(City& city, const CityDraw& draw, Corpora& corpora) {
  CityProofs proofs(city);
  const auto text = projections::build_proof_file(city.state(), draw.draw(), proofs);
  LIUHEN_CHECK(text.has_value());
  corpora.put("proof_file", "one-draw", *text);
}

// Of whom was drawn, and of whom is not in the pool.
void put_rows(City& city, const CityDraw& draw, Corpora& corpora) {
  CityProofs proofs(city);
  for (const auto& [name, subject] :
       {std::pair<std::string, std::string>{"drawn", draw.draw().tasks.front().subject},
        {"absent", "91370200ABSENT"}}) {
    const auto text = projections::build_row_file(city.state(), draw.draw(), subject, proofs);
    LIUHEN_CHECK(text.has_value());
    corpora.put("row_file", name, *text);
  }
}

// Of the log that tests/fuzz/tlog_proof.cc knows.
void put_tlog_proofs(Corpora& corpora) {
  const crypto::SigningKey key{crypto::SigningSeed(crypto::sha256(view_of("fuzz")))};
  crypto::TreeHistory tree;
  for (std::uint64_t i = 0; i < 300; ++i)
    tree.append(crypto::leaf_hash(view_of(std::to_string(i))));
  for (const auto& [index, size] : {std::pair{0u, 1u}, std::pair{4u, 7u}, std::pair{255u, 300u}}) {
    crypto::TlogProof proof;
    proof.index = index;
    const std::string entry = std::to_string(index);
    proof.extra.assign(entry.begin(), entry.end());
    proof.hashes = tree.inclusion(index, size).value();
    proof.checkpoint = crypto::sign_checkpoint(
        {.origin = "fuzz.example/log", .size = size, .root = tree.root(size)}, key);
    corpora.put("tlog_proof", entry + "-of-" + std::to_string(size),
                crypto::format_tlog_proof(proof));
    proof.extra.clear();
    corpora.put("tlog_proof", entry + "-of-" + std::to_string(size) + "-bare",
                crypto::format_tlog_proof(proof));
  }
}

std::string request(const std::string& method, const std::string& target,
                    const std::string& type = "", const std::string& body = "") {
  std::string out = method + " " + target + " HTTP/1.1\r\nHost: a\r\n";
  if (method == "POST") {
    out += "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + body;
}

schema::DepartmentSetT department() {
  schema::DepartmentSetT out;
  out.id = "MSB";
  out.name = "部门";
  out.division = "370200";
  return out;
}

// To the city that tests/fuzz/http_request.cc begins with.
void put_requests(Corpora& corpora) {
  Town town;
  City& city = town.city;
  city.furnish(20, 4);
  const Bytes intent = ledger::encode(city.intent(department(), {"office"}));
  const std::string signed_by_office = town.submission_by(intent, {"office"});
  const auto post = [](const std::string& target, const std::string& body) {
    return request("POST", target, "application/json", body);
  };
  const boost::json::object opening{
      {"commitment", std::string(64, '0')}, {"salt", std::string(64, '0')}, {"bytes", "AAAA"}};
  corpora.put("http_request", "intent-signed", post("/api/v1/intents", signed_by_office));
  corpora.put("http_request", "submission-with-opening",
              post("/api/v1/intents", Town::submission(intent, {}, {opening})));
  corpora.put("http_request", "batch",
              post("/api/v1/intents/batch", "{\"intents\":[" + signed_by_office + "]}"));
  CityDraw draw(city);
  const Bytes announced = ledger::encode(city.intent(draw.announcement(), {"clerk", "approver"}));
  corpora.put("http_request", "intent-half-signed",
              post("/api/v1/intents", town.submission_by(announced, {"clerk"})));
  corpora.put("http_request", "draft-draw",
              request("POST", "/api/v1/drafts/draw?latest=1", "application/octet-stream",
                      std::string(text_of(announced))));
  corpora.put("http_request", "advance", post("/api/v1/platform/advance", ""));
}

void put_all(Corpora corpora) {
  City city;
  city.furnish(20, 4);
  CityDraw draw(city);
  draw.whole();
  put_draw_proof(city, draw, corpora);
  put_rows(city, draw, corpora);
  city.must(draw.recuse(0), {"platform"});
  draw.result(1);
  put_entries(city, corpora);
  put_tlog_proofs(corpora);
  put_requests(corpora);
}

}  // namespace
}  // namespace liuhen::tests

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "用法 usage: fuzz_seeds DIRECTORY（tools/fuzz.sh --seeds）\n";
    return 2;
  }
  liuhen::tests::put_all(liuhen::tests::Corpora(words[1]));
  return 0;
}
