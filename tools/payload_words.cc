#include "tools/payload_words.h"

namespace liuhen::tools {

namespace {

using Tag = ledger::PayloadTag;

struct Words {
  Tag tag;
  const char* zh;
  const char* en;
};

constexpr Words kWords[] = {
    {Tag::Genesis, "创立账本", "establish the ledger (Genesis)"},
    {Tag::PermissionsChanged, "更改岗位权限", "change what roles may sign"},
    {Tag::KeyGranted, "授予密钥与岗位", "grant a key and its roles"},
    {Tag::KeyRevoked, "撤销密钥", "revoke a key"},
    {Tag::VrfKeyRegistered, "登记可验证随机函数公钥", "register a VRF key"},
    {Tag::DepartmentSet, "设立或更改部门", "set up or change a department"},
    {Tag::ItemListed, "列入抽查事项", "list an inspection item"},
    {Tag::ItemReviewed, "审核抽查事项", "review an inspection item"},
    {Tag::ItemPublished, "公布抽查事项", "publish an inspection item"},
    {Tag::ItemWithdrawn, "撤销抽查事项", "withdraw an inspection item"},
    {Tag::RuleSet, "制定抽查工作细则", "set rules"},
    {Tag::PlanPublished, "公布抽查计划", "publish a plan"},
    {Tag::SubjectsImported, "导入检查对象", "import subjects"},
    {Tag::InspectorsImported, "导入检查人员", "import inspectors"},
    {Tag::ConflictDeclared, "申报利益冲突", "declare a conflict of interest"},
    {Tag::ConflictDecided, "决定利益冲突", "decide on a conflict of interest"},
    {Tag::ConflictEnded, "终止利益冲突", "end a conflict of interest"},
    {Tag::DrawAnnounced, "公告抽取", "announce a draw"},
    {Tag::DrawCommitted, "承诺随机数", "commit to a nonce"},
    {Tag::CommitmentsClosed, "承诺截止", "close commitments"},
    {Tag::DrawRevealed, "揭示随机数", "reveal a nonce"},
    {Tag::RevealsClosed, "揭示截止", "close reveals"},
    {Tag::DrawExecuted, "执行抽取", "carry out a draw"},
    {Tag::DrawDisclosed, "列示名单", "list the visits"},
    {Tag::DrawVoided, "作废抽取", "void a draw"},
    {Tag::DrawFailed, "抽取失败", "a draw failed"},
    {Tag::DrawAttested, "见证抽取", "attest a draw"},
    {Tag::EvidenceAttached, "附证据", "attach evidence"},
    {Tag::RecusalFiled, "提出回避", "file a recusal"},
    {Tag::RecusalDecided, "决定回避", "decide on a recusal"},
    {Tag::SubstituteDrawn, "递补", "draw a substitute"},
    {Tag::UnitsAdded, "加入整个单位", "add whole units"},
    {Tag::TeamNamed, "指派检查人员", "name a team"},
    {Tag::ResultRecorded, "登记检查结果", "record a result"},
    {Tag::ResultCorrected, "更正检查结果", "correct a result"},
    {Tag::ResultFollowedUp, "登记后续处理", "record what followed"},
    {Tag::ResultPublished, "公示检查结果", "publish a result"},
    {Tag::PublicationWithheld, "依法不公示", "withhold a result on a legal ground"},
    {Tag::ObjectionFiled, "提出异议", "file an objection"},
    {Tag::ObjectionDecided, "决定异议", "decide on an objection"},
    {Tag::RecordsErased, "删除个人信息", "erase personal data"},
    {Tag::StateDigested, "公布状态摘要", "publish a digest of the state"},
    {Tag::CheckpointWitnessed, "记下见证人联署", "record witnesses' cosignatures"},
    {Tag::BeaconChainSet, "登记或停用信标链", "register a beacon chain, or no longer use it"},
    {Tag::BeaconRecorded, "记录信标", "record the beacon's round"},
    {Tag::VrfKeyShared, "登记可验证随机函数密钥的分持", "register who has shares of the VRF key"},
    {Tag::VrfShareConfirmed, "确认份额", "confirm a share"},
    {Tag::DigitsRecorded, "记录彩票号码或骰子点数", "record digits of a lottery or of dice"},
};

}  // namespace

std::string payload_words(const Environment& environment, ledger::PayloadTag tag) {
  const std::string name = ledger::schema::EnumNamePayload(tag);
  for (const Words& words : kWords) {
    if (words.tag == tag)
      return environment.pick(words.zh + ("（" + name + "）"), words.en + (" (" + name + ")"));
  }
  return name;
}

}  // namespace liuhen::tools
