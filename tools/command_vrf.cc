#include <system_error>

#include "crypto/feldman.h"
#include "crypto/key_file.h"
#include "crypto/vrf.h"
#include "ledger/durable_file.h"
#include "projections/fields.h"
#include "projections/outcome.h"
#include "projections/sealed_draw.h"
#include "tools/commands.h"
#include "tools/proven_draw.h"
#include "tools/text_file.h"
#include "tools/witnessing.h"

namespace liuhen::tools {

namespace json = boost::json;
namespace feldman = crypto::feldman;

namespace {

Result<NamedKey> read_vrf_key(Session& session, const std::string& path) {
  return read_key(path, session.target().passphrase);
}

// ---- register
// -------------------------------------------------------------------------------------

Outcome register_key(Session& session, const std::string& path) {
  const auto vrf = read_vrf_key(session, path);
  if (!vrf) return vrf.error();
  const auto about = session.get("/api/v1/log");
  if (!about) return about.error();
  const std::string origin(about->at("origin").as_string());
  ledger::schema::VrfKeyRegisteredT registered;
  registered.key.assign(vrf->key.public_key().begin(), vrf->key.public_key().end());
  const auto proof = crypto::vrf::prove(
      vrf->key.seed(), projections::vrf_possession_bytes(origin, vrf->key.public_key()));
  registered.proof.assign(proof.begin(), proof.end());
  return session.submit_and_say(united(std::move(registered)));
}

// ---- share
// ----------------------------------------------------------------------------------------

struct Sharing {
  std::string vrf_key, out;
  std::vector<std::string> holders;  // persons
  std::uint64_t threshold = 2;
};

// The person's valid key with the role holder.
Result<Bytes> holder_key(const json::value& keys, const std::string& person) {
  for (const json::value& row : keys.at("keys").as_array()) {
    if (row.at("person").as_string() != std::string_view(person) || !row.at("revoked").is_null())
      continue;
    for (const json::value& role : row.at("roles").as_array()) {
      if (role.as_string() == "holder")
        return from_hex(std::string_view(row.at("key").as_string()));
    }
  }
  return fail("vrf.holders", "“" + person + "”没有具有 holder 角色的有效密钥",
              "\"" + person + "\" has no valid key with the role holder");
}

std::string share_path(const std::string& folder, const std::string& person) {
  return folder + "/" + person + ".share";
}

// A share in a key file: its label says whose it is, and of which key.
std::string share_label(std::uint64_t holder, const KeyId& key) {
  return "vrf-share " + std::to_string(holder) + " " + to_hex(key);
}

Outcome share(Session& session, const Sharing& asked) {
  const auto vrf = read_vrf_key(session, asked.vrf_key);
  if (!vrf) return vrf.error();
  const auto keys = session.get("/api/v1/keys");
  if (!keys) return keys.error();
  ledger::schema::VrfKeySharedT shared;
  for (const std::string& person : asked.holders) {
    const auto key = holder_key(*keys, person);
    if (!key) return key.error();
    shared.holders.insert(shared.holders.end(), key->begin(), key->end());
  }
  const auto sharing = feldman::split(crypto::vrf::secret_scalar(vrf->key.seed()), asked.threshold,
                                      asked.holders.size(), session.environment().entropy);
  if (!sharing) return sharing.error();
  std::error_code problem;
  ledger::make_folders(asked.out, problem);
  if (problem)
    return fail("file.io", asked.out + "：" + problem.message(),
                asked.out + ": " + problem.message());
  // Written before they are registered: shares that nobody has could never be used.
  for (std::size_t i = 0; i < asked.holders.size(); ++i) {
    const feldman::Share& each = sharing->shares[i];
    const auto text =
        crypto::format_key_file(share_label(each.holder, vrf->key.public_key()), each.value);
    if (!text) return text.error();
    const std::string path = share_path(asked.out, asked.holders[i]);
    if (auto written = write_secret_file(path, text_of(text->view())); !written) return written;
  }
  session.environment().say(
      "份额写在 " + asked.out + "：请当面交给各持有人，然后删除",
      "the shares are in " + asked.out + ": hand each to its holder in person, then delete them");
  shared.key.assign(vrf->key.public_key().begin(), vrf->key.public_key().end());
  for (const auto& commitment : sharing->commitments)
    shared.commitments.insert(shared.commitments.end(), commitment.begin(), commitment.end());
  return session.submit_and_say(united(std::move(shared)));
}

// ---- confirm
// --------------------------------------------------------------------------------------

// Its holder's number is in the label.
Result<feldman::Share> read_share(Session& session, const std::string& path, const KeyId& key) {
  const auto read = read_key(path, session.target().passphrase);
  if (!read) return read.error();
  for (std::uint64_t holder = 1; holder <= feldman::kMaxHolders; ++holder) {
    if (read->label == share_label(holder, key))
      return feldman::Share{.holder = holder, .value = read->key.seed()};
  }
  return fail("vrf.share_file", path + " 不是可验证随机函数密钥 " + to_hex(key) + " 的份额",
              path + " is no share of the VRF key " + to_hex(key));
}

// Of a key that was shared: what its holders' shares are checked against.
struct SharedKey {
  KeyId key{};
  feldman::Commitments commitments;
  std::vector<KeyId> holders;
};

template <class Id>
Result<std::vector<Id>> ids_of(View bytes) {
  std::vector<Id> out;
  for (; bytes.size() >= sizeof(Id); bytes = bytes.subspan(sizeof(Id)))
    out.push_back(exactly<sizeof(Id)>(bytes.first(sizeof(Id))).value());
  if (bytes.empty()) return out;
  return fail("draw.event", "账本所记的分持不完整", "the sharing on record is not whole");
}

// As the log has it, in the entry that the witnesses saw.
Result<SharedKey> shared_on_record(const WitnessedCheckpoint& witnessed) {
  const auto event = ledger::Event::parse(witnessed.entry);
  if (!event) return event.error();
  const auto& payload = event->payload<ledger::schema::VrfKeyShared>();
  const auto key = exactly<32>(projections::raw(payload.key()));
  auto commitments = ids_of<Hash>(projections::raw(payload.commitments()));
  auto holders = ids_of<KeyId>(projections::raw(payload.holders()));
  if (!key) return key.error();
  if (!commitments) return commitments.error();
  if (!holders) return holders.error();
  return SharedKey{
      .key = *key, .commitments = std::move(*commitments), .holders = std::move(*holders)};
}

// As the service says.
Result<SharedKey> shared_as_shown(const json::value& row) {
  std::string key, commitments, holders;
  key = row.at("key").as_string();
  for (const json::value& each : row.at("commitments").as_array()) commitments += each.as_string();
  for (const json::value& each : row.at("holders").as_array())
    holders += each.at("key").as_string();
  const auto id = from_hex(key), points = from_hex(commitments), keys = from_hex(holders);
  if (!id) return id.error();
  if (!points) return points.error();
  if (!keys) return keys.error();
  const auto shared = exactly<32>(View(*id));
  auto listed = ids_of<Hash>(*points);
  auto held_by = ids_of<KeyId>(*keys);
  if (!shared) return shared.error();
  if (!listed) return listed.error();
  if (!held_by) return held_by.error();
  return SharedKey{
      .key = *shared, .commitments = std::move(*listed), .holders = std::move(*held_by)};
}

// The row of the key of which the author is a holder, the newest last; null if there is none.
const json::value* row_of_holder(const json::value& keys, const std::string& author) {
  const json::value* found = nullptr;
  for (const json::value& row : keys.at("vrf_keys").as_array()) {
    if (row.at("shared").is_null()) continue;
    for (const json::value& holder : row.at("holders").as_array()) {
      if (holder.at("key").as_string() == std::string_view(author)) found = &row;
    }
  }
  return found;
}

struct Confirmation {
  std::string share_file;
  Witnessing witnesses;
};

constexpr Unwitnessed kCostOfShare{
    .zh = "份额只对照服务所说的承诺",
    .en = "the share is held against what the service says, and no more",
};

// The sharing that is confirmed: as witnessed, or as the service says where no policy is given.
Result<SharedKey> sharing_to_confirm(Session& session, const Witnessing& asked,
                                     const json::value& row) {
  auto witnessed = see_witnessed(session, asked,
                                 {.stream = "vrf",
                                  .tag = ledger::PayloadTag::VrfKeyShared,
                                  .position = row.at("shared").to_number<std::uint64_t>()},
                                 kCostOfShare);
  if (!witnessed) return witnessed.error();
  return *witnessed ? shared_on_record(**witnessed) : shared_as_shown(row);
}

Outcome confirm(Session& session, const Confirmation& asked) {
  const std::string& path = asked.share_file;
  const auto own = session.keys();
  if (!own) return own.error();
  if ((*own)->size() != 1) return fail("session.key", "请用 --key 给出一个密钥", "give one --key");
  const KeyId author = (*own)->front().key.public_key();
  const auto keys = session.get("/api/v1/keys");
  if (!keys) return keys.error();
  const json::value* row = row_of_holder(*keys, to_hex(author));
  if (row == nullptr)
    return fail("vrf.holder", "您不是任何可验证随机函数密钥的份额持有人",
                "you hold no share of any VRF key");
  const auto shared = sharing_to_confirm(session, asked.witnesses, *row);
  if (!shared) return shared.error();
  if (auto checked = feldman::check_commitments(shared->key, shared->commitments); !checked)
    return checked;
  const auto share = read_share(session, path, shared->key);
  if (!share) return share.error();
  if (auto checked = feldman::check_share(shared->commitments, *share); !checked) return checked;
  if (share->holder > shared->holders.size() || shared->holders[share->holder - 1] != author)
    return fail("vrf.share_file", path + " 是别人的份额", path + " is somebody else's share");
  session.environment().say("份额与公开的承诺相符：" + to_hex(shared->key),
                            "the share is what the public commitments say: " + to_hex(shared->key));
  ledger::schema::VrfShareConfirmedT confirmed;
  confirmed.key.assign(shared->key.begin(), shared->key.end());
  return session.submit_and_say(united(std::move(confirmed)));
}

// ---- recover
// --------------------------------------------------------------------------------------

struct Recovery {
  std::string draw, policy_file;
  std::vector<std::string> shares;
};

Result<crypto::vrf::SecretScalar> recovered(Session& session, const Recovery& asked,
                                            const projections::VrfKey& key) {
  std::vector<feldman::Share> shares;
  for (const std::string& path : asked.shares) {
    auto share = read_share(session, path, key.id);
    if (!share) return share.error();
    shares.push_back(std::move(*share));
  }
  return feldman::recover(key.id, key.sharing->commitments, shares);
}

// Executed and not disclosed: opened, once a supervisor has attested it and its time has come.
Outcome check_recoverable(const projections::Draw& draw, std::uint64_t now_s) {
  if (draw.is_sealed()) {
    if (now_s >= projections::seal_opens_at(draw.announcement)) return ok();
    return fail("draw.phase", "抽取尚在密封中，未到启封的时候",
                "the draw is sealed, and the time to open it has not come");
  }
  if (draw.phase == projections::Draw::Phase::ready && !draw.awaits_beacon()) return ok();
  return fail("draw.phase", "抽取尚未到执行的步骤，或已经执行",
              "the draw has not come to its execution, or is executed already");
}

// What holders record in the operator's stead.
Result<ledger::schema::PayloadUnion> recorded_by_holders(Session& session,
                                                         const projections::Draw& draw,
                                                         const crypto::vrf::Proof& pi,
                                                         const crypto::draw::Seed& seed,
                                                         const projections::Visits& visits) {
  if (draw.is_sealed()) return united(projections::opening_of(draw, pi, visits));
  if (!draw.announcement.sealed) return united(projections::execution_of(draw, pi, visits));
  auto sealed =
      projections::sealed_execution_of(draw, pi, seed, visits, session.environment().entropy);
  if (!sealed) return sealed.error();
  return united(std::move(*sealed));
}

Outcome recover(Session& session, const Recovery& asked) {
  // An overdue draw is what this is for.
  const auto replay = proven_draw(
      session, asked.draw, asked.policy_file,
      {"draw.unexecuted", "draw.still_sealed", "draw.seal_overdue", "draw.list_overdue"});
  if (!replay) return replay.error();
  const projections::Draw& draw = *replay->draw();
  if (auto checked = check_recoverable(draw, session.environment().clock.now_s()); !checked)
    return checked;
  // Who may not open them cannot heed them.
  if (draw.announcement.conflict_rows != 0)
    return fail("vrf.conflicts", "公告时有利益冲突生效，其内容受限：持有人无法算出匹配",
                "conflicts were in force, whose content is restricted: holders cannot compute the "
                "matching");
  if (draw.is_restricted() && !draw.executed_at)
    return fail("vrf.restricted",
                "名录受限，其密钥与风险等级只有运营方和监督人有：持有人无法算出抽中者",
                "the pool is restricted, and only the operator and the supervisors have its key: "
                "holders cannot compute who is drawn");
  const auto id = exactly<32>(View(draw.announcement.vrf_key));
  const projections::VrfKey* key = id ? replay->state().keys.find_vrf(*id) : nullptr;
  if (key == nullptr || !key->sharing)
    return fail("vrf.not_shared", "公告的可验证随机函数密钥没有分持",
                "the announced VRF key is not shared");
  const auto secret = recovered(session, asked, *key);
  if (!secret) return secret.error();
  const Bytes alpha = projections::alpha_of(draw);
  const auto pi = crypto::vrf::prove(*secret, alpha);
  const auto seed = crypto::vrf::verify(key->id, alpha, pi);
  if (!seed) return seed.error();
  const auto visits = projections::visits_of(replay->state(), draw, *seed,
                                             [](const Hash&) { return std::nullopt; });
  if (!visits) return visits.error();
  session.environment().say(
      "由 " + std::to_string(asked.shares.size()) + " 份份额算出抽取结果，抽中 " +
          std::to_string(visits->visits.size()) + " 户；这把密钥此后停用",
      "computed the outcome from " + std::to_string(asked.shares.size()) + " shares, " +
          std::to_string(visits->visits.size()) + " drawn; the key is retired with this");
  auto payload = recorded_by_holders(session, draw, pi, *seed, *visits);
  if (!payload) return payload.error();
  return session.submit_and_say(std::move(*payload));
}

void add_keys(Program& program, CLI::App* vrf) {
  auto path = std::make_shared<std::string>();
  CLI::App* registering =
      program.command(vrf, "register", "登记一把新的可验证随机函数密钥（平台和一位受托人签名）",
                      "register a new VRF key (the platform and a trustee sign)");
  program.signs(registering);
  registering
      ->add_option("--vrf-key", *path,
                   program.help("密钥文件（liuhen key make 所生成）",
                                "its key file, as 'liuhen key make' makes it"))
      ->required();
  program.act(registering, [path](Session& session) { return register_key(session, *path); });

  auto asked = std::make_shared<Sharing>();
  CLI::App* sharing = program.command(
      vrf, "share", "把可验证随机函数密钥分持给运营方之外的人（平台和一位受托人签名）",
      "share the VRF key among holders outside the operator (the platform and a trustee sign)");
  program.signs(sharing);
  sharing->add_option("--vrf-key", asked->vrf_key, program.help("密钥文件", "its key file"))
      ->required();
  sharing
      ->add_option("--holder", asked->holders,
                   program.help("份额持有人（人员编号，具有 holder 角色），可多次",
                                "a holder (person id, with the role holder), repeatable"))
      ->required();
  sharing
      ->add_option(
          "--threshold", asked->threshold,
          program.help("几位持有人合起来即可执行", "how many of them can execute together"))
      ->capture_default_str();
  sharing->add_option("--out", asked->out, program.help("份额写到哪个目录", "folder of the shares"))
      ->required();
  program.act(sharing, [asked](Session& session) { return share(session, *asked); });
}

void add_holding(Program& program, CLI::App* vrf) {
  auto confirmation = std::make_shared<Confirmation>();
  CLI::App* confirming = program.command(vrf, "confirm", "持有人：核对份额并签名确认",
                                         "a holder checks his share, and signs that it is right");
  program.signs(confirming);
  confirming
      ->add_option("share", confirmation->share_file, program.help("份额文件", "the share's file"))
      ->required();
  add_witnessing(program, confirming, confirmation->witnesses, kCostOfShare);
  program.act(confirming,
              [confirmation](Session& session) { return confirm(session, *confirmation); });

  auto asked = std::make_shared<Recovery>();
  CLI::App* recovering = program.command(
      vrf, "recover", "门限以上的持有人合起来，执行运营方没有执行的抽取",
      "holders, as many as the threshold, execute a draw that the operator does not");
  program.signs(recovering);
  recovering
      ->add_option("draw", asked->draw,
                   program.help("哪次抽取：计划/次数，如 2026-ND/1",
                                "which draw: PLAN/ATTEMPT, such as 2026-ND/1"))
      ->required();
  recovering
      ->add_option("--share", asked->shares,
                   program.help("份额文件，可多次", "a share, repeatable"))
      ->required();
  recovering->add_option(
      "--policy", asked->policy_file,
      program.help("您信任的账本公钥与见证人", "the log key and witnesses you trust"));
  program.act(recovering, [asked](Session& session) { return recover(session, *asked); });
}

}  // namespace

void add_vrf_commands(Program& program) {
  CLI::App* vrf = program.command(
      &program.app, "vrf", "可验证随机函数密钥：登记、分持、确认份额、由持有人执行抽取",
      "the VRF key: register, share, confirm a share, execute a draw by its holders");
  vrf->require_subcommand(1);
  add_keys(program, vrf);
  add_holding(program, vrf);
}

}  // namespace liuhen::tools
