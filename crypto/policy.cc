#include "crypto/policy.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace liuhen::crypto {
namespace {

Error bad(const std::string& zh, const std::string& en) { return fail("policy.format", zh, en); }

bool is_allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte != 0x7f);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Result<NoteKey> key_of(std::string_view vkey, NoteKeyType type) {
  auto key = parse_vkey(vkey);
  if (!key) return key.error();
  if (key->type != type) {
    return type == NoteKeyType::ed25519
               ? bad("日志公钥的类型应为 0x01（Ed25519）",
                     "a log's key has to be of type 0x01 (Ed25519)")
               : bad("见证人公钥的类型应为联署（0x04、0x06），不是 0x01",
                     "a witness's key has to be of a type that cosigns (0x04, 0x06), not 0x01");
  }
  return key;
}

// Decimal without a sign or leading zeroes, 1 to n.
Result<std::size_t> threshold_of(std::string_view word, std::size_t n) {
  if (word == "any") return std::size_t{1};
  if (word == "all") return n;
  std::size_t k = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), k);
  if (error != std::errc() || end != word.data() + word.size() || word[0] == '0' || k < 1 ||
      k > n) {
    return bad("门限应为 any、all 或 1 至成员数之间的整数",
               "the threshold has to be any, all, or from 1 to the number of members");
  }
  return k;
}

}  // namespace

Result<Policy> Policy::parse(std::string_view text) {
  if (text.size() > kMaxPolicySize)
    return bad("策略文件过大（上限 1 MiB）", "the policy is larger than 1 MiB");
  if (!text.empty() && text.back() != '\n')
    return bad("最后一行没有换行符", "the last line does not end in a newline");
  Policy policy;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto added = policy.add_line(text.substr(0, end));
    if (!added) {
      return bad("策略第 " + std::to_string(number) + " 行：" + added.error().zh,
                 "line " + std::to_string(number) + " of the policy: " + added.error().en);
    }
    text.remove_prefix(end + 1);
  }
  if (policy.quorum_.empty()) return bad("策略没有 quorum 行", "the policy has no quorum line");
  if (auto reachable = policy.check_reachable(); !reachable) return reachable.error();
  return policy;
}

Policy Policy::of_log(NoteKey log) {
  Policy policy;
  policy.logs_.push_back({.key = std::move(log), .url = ""});
  policy.quorum_ = "none";
  return policy;
}

Outcome Policy::add_line(std::string_view line) {
  if (!std::all_of(line.begin(), line.end(), is_allowed)) {
    return bad("含有制表符和换行以外的控制字符",
               "it holds a control character other than tab and newline");
  }
  const auto words = words_of(line);
  if (words.empty() || words[0].starts_with('#')) return ok();
  const std::size_t names = logs_.size() + witnesses_.size() + uncheckable_.size() +
                            groups_.size() + contributors_.size() + beacons_.size();
  if (names >= kMaxPolicyNames && words[0] != "quorum") {
    return bad("名称过多（上限 1024）", "there are more than 1024 names");
  }
  const std::span<const std::string_view> rest = std::span(words).subspan(1);
  if (words[0] == "log") return add_log(rest);
  if (words[0] == "witness") return add_witness(rest);
  if (words[0] == "group") return add_group(rest);
  if (words[0] == "quorum") return add_quorum(rest);
  if (words[0] == "contributor") return add_contributor(rest);
  if (words[0] == "beacon") return add_beacon(rest);
  return bad("应以 log、witness、group、quorum、contributor 或 beacon 开头",
             "it has to begin with log, witness, group, quorum, contributor or beacon");
}

Outcome Policy::add_log(std::span<const std::string_view> words) {
  if (words.empty() || words.size() > 2)
    return bad("应为 log 公钥 [网址]", "it should be: log <vkey> [<url>]");
  auto key = key_of(words[0], NoteKeyType::ed25519);
  if (!key) return key.error();
  for (const PolicyLog& log : logs_) {
    if (log.key.key == key->key) return bad("该日志公钥已列过", "this log's key is listed before");
  }
  logs_.push_back({.key = std::move(*key), .url = std::string(words.size() == 2 ? words[1] : "")});
  return ok();
}

Outcome Policy::add_witness(std::span<const std::string_view> words) {
  if (words.size() < 2 || words.size() > 3)
    return bad("应为 witness 名称 公钥 [网址]", "it should be: witness <name> <vkey> [<url>]");
  if (words[0] == "none" || defines(words[0]))
    return bad("该名称已用过，或为保留名 none", "the name is taken, or is the reserved name none");
  const Error again = bad("该见证人公钥已列过", "this witness's key is listed before");
  std::string url(words.size() == 3 ? words[2] : "");
  if (auto other = parse_uncheckable_vkey(words[1])) {
    if (lists_witness_key(other->key)) return again;
    uncheckable_.push_back(
        {.name = std::string(words[0]), .key = std::move(*other), .url = std::move(url)});
    return ok();
  }
  auto key = key_of(words[1], NoteKeyType::cosignature);
  if (!key) return key.error();
  if (lists_witness_key(key->key)) return again;
  witnesses_.push_back(
      {.name = std::string(words[0]), .key = std::move(*key), .url = std::move(url)});
  return ok();
}

Outcome Policy::add_group(std::span<const std::string_view> words) {
  if (words.size() < 3)
    return bad("应为 group 名称 k|any|all 成员…",
               "it should be: group <name> <k>|any|all <member>...");
  if (words[0] == "none" || defines(words[0]))
    return bad("该名称已用过，或为保留名 none", "the name is taken, or is the reserved name none");
  PolicyGroup group{.name = std::string(words[0]), .needed = 0, .members = {}};
  for (const std::string_view member : words.subspan(2)) {
    const bool twice =
        std::find(group.members.begin(), group.members.end(), member) != group.members.end();
    if (!defines(member))
      return bad("成员“" + std::string(member) + "”尚未定义",
                 "the member " + std::string(member) + " is not defined above");
    if (twice || is_member(member))
      return bad("“" + std::string(member) + "”已是某组的成员",
                 std::string(member) + " is a member of a group already");
    group.members.emplace_back(member);
  }
  const auto needed = threshold_of(words[1], group.members.size());
  if (!needed) return needed.error();
  group.needed = *needed;
  groups_.push_back(std::move(group));
  return ok();
}

Outcome Policy::add_quorum(std::span<const std::string_view> words) {
  if (words.size() != 1) return bad("应为 quorum 名称|none", "it should be: quorum <name>|none");
  if (!quorum_.empty()) return bad("quorum 行只能有一行", "there is a quorum line already");
  if (words[0] != "none" && !defines(words[0]))
    return bad("“" + std::string(words[0]) + "”尚未定义",
               std::string(words[0]) + " is not defined above");
  quorum_ = words[0];
  return ok();
}

Outcome Policy::add_contributor(std::span<const std::string_view> words) {
  const auto bytes = words.size() == 2 ? from_hex(words[0]) : Result<Bytes>(Bytes());
  if (!bytes || bytes->size() != KeyId{}.size() || to_hex(*bytes) != words[0] ||
      words[1] != "independent") {
    return bad("应为 contributor 公钥（64 位小写十六进制）independent",
               "it should be: contributor <key, 64 lower-case hexadecimal digits> independent");
  }
  const KeyId key = exactly<32>(*bytes).value();
  if (std::find(contributors_.begin(), contributors_.end(), key) != contributors_.end())
    return bad("该贡献人公钥已列过", "this contributor's key is listed before");
  contributors_.push_back(key);
  return ok();
}

Outcome Policy::add_beacon(std::span<const std::string_view> words) {
  const auto bytes = words.size() == 1 ? from_hex(words[0]) : Result<Bytes>(Bytes());
  const auto chain = bytes ? exactly<32>(View(*bytes)) : Result<Hash>(bytes.error());
  if (!chain || to_hex(*chain) != words[0])
    return bad("应为 beacon 链哈希（64 位小写十六进制）",
               "it should be: beacon <chain hash, 64 lower-case hexadecimal digits>");
  if (lists_beacon(*chain)) return bad("该信标链已列过", "this beacon chain is listed before");
  beacons_.push_back(*chain);
  return ok();
}

bool Policy::lists_beacon(const Hash& chain) const {
  return std::find(beacons_.begin(), beacons_.end(), chain) != beacons_.end();
}

// Of any type: C2SP calls two verifier keys duplicates if they hold one public key.
bool Policy::lists_witness_key(View key) const {
  const auto is_its = [&](const auto& witness) {
    return std::ranges::equal(View(witness.key.key), key);
  };
  return std::ranges::any_of(witnesses_, is_its) || std::ranges::any_of(uncheckable_, is_its);
}

// As if everyone had cosigned who can be checked.
Outcome Policy::check_reachable() const {
  std::vector<VerifiedSignature> all;
  for (const PolicyWitness& witness : witnesses_) all.push_back({.key = witness.key, .time = 0});
  if (quorum_met(all)) return ok();
  return fail(
      "policy.unreachable",
      "策略的见证人中有 " + std::to_string(uncheckable_.size()) +
          " 名用本程序无法核对的签名算法（如 ML-DSA-44），其余的全部联署也不够策略的要求（" +
          quorum_ + "）；请加入用 Ed25519 联署的见证人，或降低门限",
      std::to_string(uncheckable_.size()) +
          " of the policy's witnesses sign with an algorithm that this program cannot "
          "check (such as ML-DSA-44), and all the others together are not what the policy "
          "asks for (" +
          quorum_ + "): add witnesses who cosign with Ed25519, or lower the threshold");
}

bool Policy::defines(std::string_view name) const {
  const auto is_named = [&](const auto& witness) { return witness.name == name; };
  return std::ranges::any_of(witnesses_, is_named) || std::ranges::any_of(uncheckable_, is_named) ||
         std::any_of(groups_.begin(), groups_.end(),
                     [&](const auto& group) { return group.name == name; });
}

bool Policy::is_member(std::string_view name) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const PolicyGroup& group) {
    return std::find(group.members.begin(), group.members.end(), name) != group.members.end();
  });
}

std::vector<NoteKey> Policy::keys_of(std::string_view origin) const {
  std::vector<NoteKey> keys;
  for (const PolicyLog& log : logs_) {
    if (log.key.name == origin) keys.push_back(log.key);
  }
  return keys;
}

bool Policy::lists_signer(const NoteSignature& line) const {
  const auto signs_so = [&](const auto& key) {
    return key.name == line.name && key.id() == line.key_id;
  };
  return std::ranges::any_of(logs_, signs_so, &PolicyLog::key) ||
         std::ranges::any_of(witnesses_, signs_so, &PolicyWitness::key) ||
         std::ranges::any_of(uncheckable_, [&](const UncheckableWitness& witness) {
           return witness.key.name == line.name && witness.key.id == line.key_id;
         });
}

bool Policy::quorum_met(std::span<const VerifiedSignature> cosignatures) const {
  if (!needs_witnesses()) return true;
  std::set<std::string, std::less<>> witnessed;
  for (const PolicyWitness& witness : witnesses_) {
    const auto by_it = [&](const VerifiedSignature& signature) {
      return signature.key == witness.key;
    };
    if (std::any_of(cosignatures.begin(), cosignatures.end(), by_it))
      witnessed.insert(witness.name);
  }
  for (const PolicyGroup& group : groups_) {  // members come before their group
    const auto count =
        std::count_if(group.members.begin(), group.members.end(),
                      [&](const auto& member) { return witnessed.contains(member); });
    if (static_cast<std::size_t>(count) >= group.needed) witnessed.insert(group.name);
  }
  return witnessed.contains(quorum_);
}

Result<OpenedCheckpoint> Policy::open_signed(std::string_view note) const {
  const auto parsed = parse_note(note);
  if (!parsed) return parsed.error();
  const auto checkpoint = parse_checkpoint(parsed->text);
  if (!checkpoint) return checkpoint.error();
  const auto keys = keys_of(checkpoint->origin);
  if (keys.empty()) {
    return fail("policy.log",
                "策略中没有名为“" + checkpoint->origin +
                    "”的日志；请核对策略文件，或确认这是否是您要核验的日志",
                "the policy lists no log named \"" + checkpoint->origin +
                    "\": check the policy, or whether this is the log you mean");
  }
  std::vector<NoteKey> witnesses;
  for (const PolicyWitness& witness : witnesses_) witnesses.push_back(witness.key);
  Result<OpenedCheckpoint> opened = open_checkpoint(note, keys[0], witnesses);
  for (std::size_t i = 1; !opened && opened.error().code == "note.unsigned" && i < keys.size();
       ++i) {
    opened = open_checkpoint(note, keys[i], witnesses);
  }
  return opened;
}

Outcome Policy::check_quorum(const OpenedCheckpoint& opened) const {
  if (quorum_met(opened.cosignatures)) return ok();
  return fail("policy.quorum", "检查点未得到策略要求的见证人联署（" + quorum_ + "）",
              "the checkpoint lacks the cosignatures that the policy asks for (" + quorum_ + ")");
}

Result<OpenedCheckpoint> Policy::open(std::string_view note) const {
  auto opened = open_signed(note);
  if (!opened) return opened;
  if (const Outcome witnessed = check_quorum(*opened); !witnessed) return witnessed.error();
  return opened;
}

}  // namespace liuhen::crypto
