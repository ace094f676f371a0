// Genesis, permissions, keys, VRF keys (docs/formats/events.md).
import { type Bytes, concat, equal, toHex, utf8 } from "../bytes.js";
import { isId } from "../draw/ids.js";
import { decodeSubgroupPoint, verifySignature } from "../ed25519.js";
import type { Decoded } from "../flatbuffer.js";
import { refuse, type Sentence } from "../refusal.js";
import { payloads, roles as roleNames } from "../schema.js";
import { tuple } from "../tuple.js";
import { verifyVrf } from "../vrf.js";
import { bytes, flag, hashes, hex, number, rows, text } from "./fields.js";
import type { Event, Key, Permission, State, VrfKey } from "./state.js";

/** Undefined if one of them is none. Those of a later version never come here (`payload.unknown`). */
function rolesOf(values: Bytes): Set<string> | undefined {
  return values.includes(0) ? undefined : new Set([...values].map((value) => roleNames[value]!));
}

function permissionsOf(list: readonly Decoded[]): Map<string, Permission> {
  const bad = (): never => refuse("permissions.malformed", "权限表有误", "the table makes no sense");
  const table = new Map<string, Permission>();
  for (const row of list) {
    const kind = payloads[number(row, "payload") - 1]?.name ?? bad();
    const first = rolesOf(bytes(row, "first")) ?? bad();
    const second = rolesOf(bytes(row, "second")) ?? bad();
    if (kind === "Genesis" || table.has(kind) || first.size === 0) bad();
    table.set(kind, { first, second });
  }
  const only = (roles: ReadonlySet<string> | undefined): boolean => roles?.size === 1 && roles.has("trustee");
  const revoke = table.get("KeyRevoked");
  const lost = (): never =>
    refuse("permissions.trustees", "权限表不再由受托人掌握", "the table would leave the trustees' hands");
  const kept = ["KeyGranted", "PermissionsChanged", ...(table.has("BeaconChainSet") ? ["BeaconChainSet"] : [])].every(
    (kind) => only(table.get(kind)?.first) && only(table.get(kind)?.second));
  if (!kept) lost();
  if (["DrawAnnounced", "DrawVoided", "UnitsAdded", "DigitsRecorded", "TeamNamed"].some(
    (kind) => table.has(kind) && table.get(kind)!.second.size === 0)) {
    refuse("permissions.two", "权限表让一人签须两人签的事件", "one signature for an event that takes two");
  }
  if (revoke === undefined || !revoke.first.has("trustee") || revoke.second.size > 0) lost();
  return table;
}

function validKeys(state: State): Key[] {
  return [...state.keys.values()].filter((key) => !key.revoked);
}

function grant(state: State, row: Decoded, inGenesis: boolean): void {
  const key = bytes(row, "key");
  const person = text(row, "person");
  const department = text(row, "department");
  const roles = rolesOf(bytes(row, "roles"));
  if (number(row, "alg") !== 1) refuse("key.algorithm", "算法不受支持", "the algorithm is not supported");
  if (!/^[\x21-\x7e]{1,64}$/.test(person)) refuse("key.person", "人员编号不合规", "not a person's id");
  if (decodeSubgroupPoint(key) === undefined) refuse("key.malformed", "公钥无效", "not a valid public key");
  if (roles === undefined || roles.size === 0 || roles.size !== bytes(row, "roles").length) {
    return refuse("key.roles", "角色为空、未知或重复", "roles are none, unknown or repeated");
  }
  if (roles.has("inspector") && !isId(text(row, "inspector"))) {
    refuse("key.inspector", "检查员密钥缺合格的执法证号",
      "an inspector's key lacks a certificate number of the right form");
  }
  const outside = flag(row, "outside");
  const possession = concat(utf8("liuhen/key/v1\0"), tuple(state.origin, person, key));
  if (!verifySignature(key, possession, bytes(row, "proof"))) {
    refuse("key.possession", "持有证明不成立", "the proof of possession fails");
  }
  const ofLog = state.logKeys.length > 0 && equal(state.logKeys.at(-1)!, key);
  if (state.keys.has(toHex(key)) || ofLog) {
    refuse("key.known", "密钥登记过，或是日志的密钥", "the key has been registered before, or is the log's");
  }
  if (department !== "" && (inGenesis || !state.departments.has(department))) {
    refuse("key.department", "部门不存在", "the department does not exist");
  }
  const own = validKeys(state).filter((other) => other.person === person);
  if (own.some((other) => other.outside !== outside)) {
    refuse("key.outside", "与本人其他密钥的内外身份不一致", "differs from the person's other keys in being outside");
  }
  const all = new Set([...roles, ...own.flatMap((other) => [...other.roles])]);
  if (outside && all.has("platform") && (all.has("trustee") || all.has("holder"))) {
    refuse("key.roles", "外部受托人和外部份额持有人不得兼任平台", "nobody is an outside trustee or holder and the platform");
  }
  state.keys.set(toHex(key),
    { key, person, roles, department, inspector: text(row, "inspector"), outside, revoked: false });
}

export function checkTwoTrustees(authors: readonly Key[]): void {
  if (authors.length !== 2 || authors.some((author) => !author.roles.has("trustee"))) {
    refuse("role.signatures", "须两位受托人签名", "two trustees have to sign");
  }
  if (authors[0]!.person === authors[1]!.person) {
    refuse("intent.same_person", "两个签名属于同一人", "both signatures are one person's");
  }
  if (!authors.some((author) => author.outside)) {
    refuse("role.outside", "两位受托人都在运营方内部", "both trustees are inside the operator");
  }
}

export function admitGenesis(state: State, { entry, payload }: Event): void {
  if (number(payload, "version") !== 1) refuse("genesis.version", "规则版本不是 1", "the admission version is not 1");
  if (text(payload, "city") === "" || !/^[0-9]{6}$/.test(text(payload, "division"))) {
    refuse("genesis.city", "缺城市名称或行政区划", "the city or its division is missing");
  }
  state.permissions = permissionsOf(rows(payload, "permissions"));
  for (const row of rows(payload, "keys")) grant(state, row, true);
  if (!validKeys(state).some((key) => key.roles.has("platform"))) {
    refuse("genesis.platform", "没有平台密钥", "there is no platform key");
  }
  if (decodeSubgroupPoint(bytes(payload, "log_key")) === undefined || state.keys.has(hex(payload, "log_key"))) {
    refuse("genesis.log_key", "日志密钥无效或属于某人", "the log key is not valid, or is somebody's own");
  }
  state.logKeys.push(bytes(payload, "log_key"));
  const authors = entry.intent.authors.map((author) => state.keys.get(toHex(author)) ??
    refuse("role.signatures", "创世须由其授予的受托人签名", "the genesis is signed by trustees that it grants"));
  checkTwoTrustees(authors);
}

export function admitPermissionsChanged(state: State, { payload, authors }: Event): void {
  checkTwoTrustees(authors);
  state.permissions = permissionsOf(rows(payload, "permissions"));
}

export function admitKeyGranted(state: State, { payload, authors }: Event): void {
  checkTwoTrustees(authors);
  grant(state, payload["grant"] as Decoded, false);
}

export function admitKeyRevoked(state: State, { payload, authors }: Event): void {
  const key = state.keys.get(hex(payload, "key")) ??
    refuse("key.unknown", "密钥未登记", "the key is not registered");
  if (key.revoked) refuse("key.revoked", "密钥已撤销", "the key is revoked");
  if (!authors[0]!.roles.has("trustee") && authors[0] !== key) {
    refuse("key.revoke_denied", "既非受托人也非本人", "neither a trustee nor its holder");
  }
  key.revoked = true; // whether two trustees remain, only the whole log shows
}

export function admitVrfKey(state: State, { payload }: Event): void {
  const key = bytes(payload, "key");
  if (state.vrfKeys.has(toHex(key))) refuse("vrf.known", "公钥登记过", "the key has been registered before");
  verifyVrf(key, concat(utf8("liuhen/vrf-key/v1\0"), tuple(state.origin, key)), bytes(payload, "proof"));
  state.vrfKeys.set(toHex(key), { holders: undefined, sharedAt: undefined, threshold: 0, confirmed: new Set(), retired: false });
  state.vrfKey = toHex(key);
}

// ---- shares of the VRF key (docs/formats/feldman.md) ----------------------------------------------

const mostHolders = 32;

function vrfKeyOf(state: State, p: Decoded): VrfKey {
  const key = state.vrfKeys.get(hex(p, "key"));
  if (key === undefined || key.retired) {
    return refuse("vrf.unknown", "公钥没有登记，或已停用", "the key is not registered, or is retired");
  }
  return key;
}

export function admitVrfShared(state: State, { payload: p, entry }: Event): void {
  const key = vrfKeyOf(state, p);
  if (key.holders !== undefined) refuse("vrf.shared", "已经分持", "shared already");
  const commitments = hashes(p, "commitments");
  const sound = commitments.length >= 2 && commitments.length <= mostHolders &&
    commitments.every((point) => decodeSubgroupPoint(point) !== undefined) && toHex(commitments[0]!) === hex(p, "key");
  if (!sound) refuse("feldman.commitments", "承诺不成立", "the commitments do not hold");
  const names = hashes(p, "holders").map(toHex);
  if (names.length < commitments.length || names.length > mostHolders) {
    refuse("feldman.threshold", "门限与持有人数不成立", "the threshold and the number of holders make no sense");
  }
  const holders = names.map((name) => state.keys.get(name));
  const good = holders.every((holder) => holder !== undefined && !holder.revoked && holder.outside &&
    holder.roles.has("holder") && !holder.roles.has("platform")) &&
    new Set(holders.map((holder) => holder!.person)).size === names.length;
  if (!good) refuse("vrf.holders", "持有人不合规", "the holders are not as they must be");
  key.holders = names;
  key.sharedAt = entry.position;
  key.threshold = commitments.length;
}

export function admitShareConfirmed(state: State, { payload: p, authors, entry }: Event): void {
  const key = vrfKeyOf(state, p);
  if (key.holders === undefined) return refuse("vrf.not_shared", "没有分持", "the key is not shared");
  const author = toHex(authors[0]!.key);
  if (!key.holders.includes(author)) refuse("vrf.holder", "不是份额持有人", "holds no share");
  if (key.confirmed.has(author)) refuse("vrf.confirmed", "已经确认过", "confirmed already");
  if (entry.intent.seenSize <= key.sharedAt!) {
    refuse("vrf.unseen", "所见检查点未覆盖分持的登记", "the checkpoint seen does not cover the registration of the shares");
  }
  key.confirmed.add(author);
}

/** Whom the execution of a draw under this key depends on. */
export function sharingWords(key: VrfKey | undefined): Sentence {
  if (key?.holders === undefined) {
    return { zh: "可验证随机函数密钥没有分持：执行与否取决于运营方一家",
      en: "the VRF key is not shared: whether the draw is executed depends on the operator alone" };
  }
  const [n, t, c] = [key.holders.length, key.threshold, key.confirmed.size];
  return {
    zh: `可验证随机函数密钥由运营方之外的 ${n} 人分持，任意 ${t} 人可代为执行；${c} 人确认了份额${
      c >= t ? "" : "，不足门限：执行与否仍可能取决于运营方一家"}`,
    en: `the VRF key is shared among ${n} persons outside the operator, any ${t} of whom can execute in its stead; ${
      c} have confirmed their shares${c >= t ? "" : ", fewer than that: the draw may still depend on the operator alone"}` };
}

/** Of a DrawExecuted: whoever may sign it as a holder only has to have a share, and retires the key. */
export function checkExecutor(state: State, author: Key, vrfKey: string): void {
  const may = state.permissions.get("DrawExecuted")?.first ?? new Set<string>();
  if ([...author.roles].some((role) => role !== "holder" && may.has(role))) return;
  const key = state.vrfKeys.get(vrfKey);
  if (key?.holders?.includes(toHex(author.key)) !== true) refuse("vrf.holder", "不是份额持有人", "holds no share");
  key!.retired = true;
}
