#include "api/client/beacon_source.h"

#include <boost/json.hpp>
#include <fstream>

#include "api/limits.h"

namespace liuhen::api {
namespace {

namespace json = boost::json;

Error bad_format(const std::string& zh, const std::string& en) {
  return fail("beacon.format", "信标的内容看不懂：" + zh, "cannot read the beacon's answer: " + en);
}

Result<json::object> object_of(std::string_view text) {
  boost::system::error_code problem;
  json::value value = json::parse(text, problem);
  if (problem || !value.is_object()) return bad_format("不是 JSON 对象", "it is no JSON object");
  return std::move(value.get_object());
}

Result<std::string> text_at(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string())
    return bad_format(std::string("缺文本 ") + name, std::string("no text ") + name);
  return std::string(value->get_string());
}

Result<std::uint64_t> number_at(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code problem;
  const auto number = value == nullptr || !value->is_number()
                          ? std::uint64_t{0}
                          : value->to_number<std::uint64_t>(problem);
  if (value == nullptr || !value->is_number() || problem)
    return bad_format(std::string("缺整数 ") + name, std::string("no whole number ") + name);
  return number;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> bytes_at(const json::object& object, const char* name) {
  const auto text = text_at(object, name);
  if (!text) return text.error();
  const auto bytes = from_hex(*text);
  const auto exact =
      bytes ? exactly<N>(View(*bytes)) : Result<std::array<std::uint8_t, N>>(bytes.error());
  if (!exact) {
    return bad_format(
        std::string(name) + " 不是 " + std::to_string(2 * N) + " 位十六进制",
        std::string(name) + " is not " + std::to_string(2 * N) + " hexadecimal digits");
  }
  return exact;
}

Error absent(std::uint64_t round, const std::string& where) {
  return fail("beacon.absent",
              "信标第 " + std::to_string(round) + " 轮还没有取得（" + where + "）：会继续等待",
              "round " + std::to_string(round) + " of the beacon is not there yet (" + where +
                  "): it is awaited");
}

Result<crypto::bls::Signature> signature_in(std::string_view text, std::uint64_t round) {
  const auto parsed = parse_drand_round(text);
  if (!parsed) return parsed.error();
  if (parsed->round == round) return parsed->signature;
  return bad_format("要的是第 " + std::to_string(round) + " 轮，给的是第 " +
                        std::to_string(parsed->round) + " 轮",
                    "asked for round " + std::to_string(round) + ", it is round " +
                        std::to_string(parsed->round));
}

class BeaconUrl final : public BeaconSource {
 public:
  BeaconUrl(std::string url, std::unique_ptr<Connection> connection)
      : url_(std::move(url)), connection_(std::move(connection)) {}

  Result<crypto::bls::Signature> signature(const Hash& chain, std::uint64_t round) override {
    const auto response =
        connection_->get("/" + to_hex(chain) + "/public/" + std::to_string(round));
    if (!response) return response.error();
    if (response->status != 200)
      return absent(round, url_ + ", HTTP " + std::to_string(response->status));
    return signature_in(response->body, round);
  }
  void cancel() override { connection_->cancel(); }

 private:
  const std::string url_;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<DrandRound> parse_drand_round(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return object.error();
  const auto round = number_at(*object, "round");
  if (!round) return round.error();
  const auto signature = bytes_at<48>(*object, "signature");
  if (!signature) return signature.error();
  return DrandRound{.round = *round, .signature = *signature};
}

Result<DrandInfo> parse_drand_info(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return object.error();
  const auto key = bytes_at<96>(*object, "public_key");
  if (!key) return key.error();
  const auto group_hash = bytes_at<32>(*object, "groupHash");
  if (!group_hash) return group_hash.error();
  const auto hash = bytes_at<32>(*object, "hash");
  if (!hash) return hash.error();
  const auto period = number_at(*object, "period");
  if (!period) return period.error();
  const auto genesis = number_at(*object, "genesis_time");
  if (!genesis) return genesis.error();
  const auto scheme = text_at(*object, "schemeID");
  if (!scheme) return scheme.error();
  const json::value* metadata = object->if_contains("metadata");
  std::string beacon_id;
  if (metadata != nullptr && metadata->is_object() && metadata->get_object().contains("beaconID")) {
    auto id = text_at(metadata->get_object(), "beaconID");
    if (!id) return id.error();
    beacon_id = std::move(*id);
  }
  return DrandInfo{.chain = {.scheme = *scheme,
                             .public_key = *key,
                             .period_s = *period,
                             .genesis_s = *genesis,
                             .group_hash = *group_hash,
                             .beacon_id = std::move(beacon_id)},
                   .hash = *hash};
}

std::string BeaconFolder::path_of(const Hash& chain, std::uint64_t round) const {
  return folder_ + "/" + to_hex(chain) + "/" + std::to_string(round) + ".json";
}

Result<crypto::bls::Signature> BeaconFolder::signature(const Hash& chain, std::uint64_t round) {
  const std::string path = path_of(chain, round);
  std::ifstream in(path, std::ios::binary);
  std::string text(kBeaconBytesMax + 1, '\0');
  if (!in) return absent(round, path);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kBeaconBytesMax) return bad_format(path + " 过大", path + " is too large");
  return signature_in(text, round);
}

Result<std::unique_ptr<BeaconSource>> beacon_at(std::string_view url) {
  auto connection = connect(url, {.connect_ms = kBeaconTimeoutMs,
                                  .answer_ms = kBeaconTimeoutMs,
                                  .response_bytes = kBeaconBytesMax});
  if (!connection) return connection.error();
  return std::unique_ptr<BeaconSource>(
      std::make_unique<BeaconUrl>(std::string(url), std::move(*connection)));
}

}  // namespace liuhen::api
