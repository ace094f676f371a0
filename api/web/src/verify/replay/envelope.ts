// What is asked of every event before what it says (docs/formats/events.md, "Every event").
import { equal, toHex } from "../bytes.js";
import type { Entry } from "../entry.js";
import type { Decoded } from "../flatbuffer.js";
import { checkSignatures } from "../intent.js";
import { emptyRoot } from "../merkle.js";
import { refuse } from "../refusal.js";
import { hex, rows, text } from "./fields.js";
import { type Event, type Key, type Permission, type State, isWithin, unitNow, versionOf } from "./state.js";

export const longestLife = 7n * 86_400n; // seconds

/** Of streams that a file does not hold whole: their versions cannot be looked at. */
const cut = new Set(["SubjectsImported", "InspectorsImported", "RecordsErased", "StateDigested", "CheckpointWitnessed"]);
const versioned = new Set(["PermissionsChanged", "KeyGranted", "KeyRevoked", "VrfKeyRegistered", "PlanPublished",
  "DrawAnnounced", "CommitmentsClosed", "RevealsClosed", "DrawExecuted", "DrawDisclosed", "DrawVoided", "DrawFailed",
  "RecusalFiled", "RecusalDecided", "SubstituteDrawn", "UnitsAdded", "BeaconChainSet", "BeaconRecorded",
  "VrfKeyShared", "TeamNamed"]);

/** The stream that follows from the payload. */
export function streamOf(kind: string, p: Decoded): string {
  switch (kind) {
    case "Genesis": return "genesis";
    case "PermissionsChanged": return "permissions";
    case "KeyGranted": return `key/${hex(p["grant"] as Decoded, "key")}`;
    case "KeyRevoked": return `key/${hex(p, "key")}`;
    case "VrfKeyRegistered": case "VrfKeyShared": case "VrfShareConfirmed": return "vrf";
    case "DepartmentSet": return `department/${text(p, "id")}`;
    case "ItemListed": case "ItemReviewed": case "ItemPublished": case "ItemWithdrawn": return `item/${text(p, "id")}`;
    case "RuleSet": return `rule/${text(p, "id")}`;
    case "PlanPublished": return `plan/${text(p, "id")}`;
    case "SubjectsImported": case "InspectorsImported": return `import/${text(p, "run")}`;
    case "ConflictDeclared": case "ConflictDecided": case "ConflictEnded": return `conflict/${hex(p, "commitment")}`;
    case "DrawAnnounced": return `draw/${text(p, "plan")}/${p["attempt"] as number}`;
    case "EvidenceAttached": return text(p, "about");
    case "RecordsErased": case "StateDigested": return "state";
    case "CheckpointWitnessed": return "witness";
    case "BeaconChainSet": return `beacon/${hex(p, "chain")}`;
    default: {
      const draw = text(p, "draw");
      return "visit" in p ? `task/${draw.slice("draw/".length)}/${p["visit"] as bigint}` : draw;
    }
  }
}

/**
 * Whose affair it is: all these departments, "" being above them all. Undefined where the event's own rules say, of
 * what is not known, which they refuse, and where it is no department's: then a key of any of them may sign.
 */
function affairsOf(state: State, kind: string, p: Decoded): readonly string[] | undefined {
  const only = (department: string | undefined): string[] | undefined =>
    department === undefined ? undefined : [department];
  const both = (before: string | undefined, after: string): string[] => (before === undefined ? [after] : [before, after]);
  switch (kind) {
    case "DepartmentSet": {
      const before = state.departments.get(text(p, "id"));
      const superior = text(p, "superior");
      if (before === undefined) return [superior];
      return before.superior === superior ? [text(p, "id")] : [before.superior, superior];
    }
    case "ItemListed": return both(state.items.get(text(p, "id"))?.department, text(p, "department"));
    case "ItemReviewed": case "ItemPublished": case "ItemWithdrawn":
      return only(state.items.get(text(p, "id"))?.department);
    case "RuleSet": case "PlanPublished": {
      const before = (kind === "RuleSet" ? state.rules : state.plans).get(text(p, "id"));
      return both(before === undefined ? undefined : text(before, "department"), text(p, "department"));
    }
    case "InspectorsImported":
      // Departments of units that the file does not cite are not in it.
      return rows(p, "rows").flatMap((row) => [text(row, "unit"), unitNow(state, text(row, "id")) ?? ""])
        .filter((unit) => state.departments.has(unit));
    case "ConflictDeclared": return [text(p, "unit")];
    case "ConflictDecided": case "ConflictEnded": return only(state.conflicts.get(hex(p, "commitment"))?.unit);
    case "DrawAnnounced": {
      const plan = state.plans.get(text(p, "plan"));
      return plan === undefined ? undefined : [text(plan, "department")];
    }
    case "DrawVoided": case "UnitsAdded": case "TeamNamed":
    case "ResultFollowedUp": case "ResultPublished": case "PublicationWithheld": case "ObjectionFiled":
    case "ObjectionDecided":
      return only(state.draws.get(text(p, "draw"))?.department);
    default: return undefined;
  }
}

/** Whether the event says that the log goes on without a head that it signed; nothing else is about the genesis. */
export function isLoss(kind: string, p: Decoded): boolean {
  return kind === "EvidenceAttached" && text(p, "about") === "genesis" && text(p, "kind") === "log-restored";
}
/** Whether the event changes the key by which the log signs. */
export function isKeyChange(kind: string, p: Decoded): boolean {
  return kind === "EvidenceAttached" && text(p, "about") === "genesis" && text(p, "kind") === "log-key";
}
const mayChangeLogKey: Permission = { first: new Set(["trustee"]), second: new Set(["trustee"]) };
const mayDeclareLoss: Permission = { first: new Set(["platform", "trustee"]), second: new Set(["trustee"]) };

function checkRoles(state: State, kind: string, payload: Decoded, authors: readonly Key[]): void {
  const permission = isLoss(kind, payload) ? mayDeclareLoss : isKeyChange(kind, payload) ? mayChangeLogKey :
    state.permissions.get(kind);
  const needed = permission === undefined || permission.second.size === 0 ? 1 : 2;
  if (authors.length !== needed) refuse("role.signatures", "签名人数不符", "too few or too many sign");
  authors.forEach((author, i) => {
    const asked = (i === 0 ? permission?.first : permission?.second) ?? new Set<string>();
    if (![...author.roles].some((role) => asked.has(role))) {
      refuse("role.denied", `第 ${i + 1} 签名人没有签此类事件（${kind}）的角色`,
        `author ${i + 1} holds no role that may sign ${kind}`);
    }
  });
}

/** Checks the envelope of entries after the genesis, whose authors it looks up. */
export function admitEnvelope(state: State, entry: Entry): Event {
  const { intent, position, time } = entry;
  const payload = intent.payload;
  if (intent.unknown !== undefined || intent.kind === "") {
    refuse("payload.unknown", `含有本程序不认识的内容（${intent.unknown ?? "?"}），须升级`,
      `holds something that this program does not know (${intent.unknown ?? "?"}); upgrade it`);
  }
  if (intent.origin !== state.origin) refuse("intent.origin", "意图是给另一个账本的", "the intent is for another log");
  const name = `${toHex(intent.authors[0]!)} ${toHex(intent.id)}`;
  if (state.intents.has(name)) refuse("intent.conflict", "意图编号已用过", "the intent's id was used before");
  state.intents.add(name);
  if ((position === 0n) !== (intent.kind === "Genesis")) {
    refuse("genesis.first", "创世事件不在第 0 条", "entry 0 is not the genesis, or another entry is");
  }
  if (intent.stream !== streamOf(intent.kind, payload)) {
    refuse("intent.stream", `所写的流 ${intent.stream} 不是此事件的`, `the stream ${intent.stream} is not the event's`);
  }
  if (intent.expires < time) refuse("intent.expired", "意图已过期", "the intent has expired");
  if (intent.expires > time + longestLife) {
    refuse("intent.expiry", "有效期超过 7 天", "it would be good for more than 7 days");
  }
  if (intent.seenSize > position || (intent.seenSize === 0n && !equal(intent.seenRoot, emptyRoot()))) {
    refuse("intent.fork", "签名人所见的检查点不在本账本中", "the checkpoint that the author saw is not of this log");
  }
  checkSignatures(intent, entry.signatures);
  if (intent.kind === "Genesis") return { entry, payload, authors: [] };

  const authors = intent.authors.map((author) => {
    const key = state.keys.get(toHex(author)) ??
      refuse("key.unknown", `密钥未登记：${toHex(author)}`, `the key is not registered: ${toHex(author)}`);
    if (key.revoked) refuse("key.revoked", `密钥已撤销：${toHex(author)}`, `the key is revoked: ${toHex(author)}`);
    return key;
  });
  if (authors.length === 2 && authors[0]!.person === authors[1]!.person) {
    refuse("intent.same_person", "两个签名属于同一人", "both signatures are one person's");
  }
  checkRoles(state, intent.kind, payload, authors);
  const affairs = affairsOf(state, intent.kind, payload);
  const judged = intent.kind === "UnitsAdded" ? authors.slice(0, 1) : authors;
  for (const author of judged) {
    if (affairs !== undefined && !affairs.every((department) => isWithin(state, department, author.department))) {
      refuse("role.department", `${author.person} 的密钥不管这个部门的事`,
        `the key of ${author.person} does not act in the affairs of this department`);
    }
  }

  const version = versionOf(state, intent.stream);
  if (cut.has(intent.kind)) return { entry, payload, authors };
  if (intent.expectedVersion === undefined) {
    if (versioned.has(intent.kind)) refuse("intent.version_missing", "未写明流的版本", "the stream's version is not named");
  } else if (intent.expectedVersion !== version) {
    refuse("intent.version_stale", `流的版本应为 ${version}，所写为 ${intent.expectedVersion}`,
      `the stream is at version ${version}, not ${intent.expectedVersion}`);
  }
  return { entry, payload, authors };
}
