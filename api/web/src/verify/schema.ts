// The schemas of ledger/schema/*.fbs as values, in their order. A test compares them with those files.
//
// A field is `name:type`. Types: u8, u32, u64, bool; u8<n for an enum of n values; `=x` a default other than
// 0, `=null` no default. payload is the number of a kind of payload; b32 raw bytes of that length, b32* of a multiple
// of it, b32? of it or none; bytes of any length; roles at most 255 bytes, each a number of `roles`. Texts by what they
// are, which limits their bytes: id 64, ref 200, name 400, text 8,192. A capital begins a table. [t] is a list. `!` is
// required.
import type { Field, Kind, Member, Table } from "./flatbuffer.js";

export const textLimits: Readonly<Record<string, number>> = { id: 64, ref: 200, name: 400, text: 8192 };

/** What the schema says about the bytes of a field, which a buffer verifier cannot know. */
export interface Limits {
  readonly length?: number; // bytes
  readonly many?: boolean; // any multiple of it
  readonly optional?: boolean; // or none
  readonly most?: number; // bytes
  readonly maxText?: number;
}

const tables = new Map<string, Table>();
const limits = new Map<string, Limits>();

/** The limits of a field, if it is of bytes or text. */
export function limitsOf(table: string, field: string): Limits | undefined {
  return limits.get(`${table}.${field}`);
}

function kindOf(owner: string, name: string, spelled: string): Kind {
  const required = spelled.endsWith("!");
  const word = required ? spelled.slice(0, -1) : spelled;
  const scalar = /^(u8|u32|u64|bool)(?:<(\d+))?(?:=(\w+))?$/.exec(word);
  if (scalar !== null) {
    const otherwise =
      scalar[3] === undefined ? 0 : scalar[3] === "null" ? null : scalar[3] === "true" ? 1 : Number(scalar[3]);
    const below = scalar[2] === undefined ? {} : { below: Number(scalar[2]) };
    return { of: scalar[1] as "u8" | "u32" | "u64" | "bool", otherwise, ...below };
  }
  if (word === "payload") {
    return { of: "u8", otherwise: 0, get below() { return members.length + 1; } }; // they come after what they hold
  }
  if (word === "roles") {
    limits.set(`${owner}.${name}`, { most: 255 });
    return { of: "bytes", required, below: roles.length };
  }
  const raw = /^b(?:ytes|(\d+))([*?]?)$/.exec(word);
  if (raw !== null) {
    if (raw[1] !== undefined) {
      limits.set(`${owner}.${name}`,
        { length: Number(raw[1]), many: raw[2] === "*", optional: raw[2] === "?" });
    }
    return { of: "bytes", required };
  }
  const list = word.startsWith("[");
  const item = list ? word.slice(1, -1) : word;
  const maxText = textLimits[item];
  if (maxText !== undefined) {
    limits.set(`${owner}.${name}`, { maxText });
    return { of: list ? "strings" : "string", required };
  }
  const table = tables.get(item);
  if (table === undefined) throw new Error(`${owner}.${name}: no type ${item}`);
  return { of: list ? "tables" : "table", table, required };
}

function table(name: string, fields: string): Table {
  const parsed = fields.split(/\s+/).filter((word) => word !== "").map((word): Field => {
    const colon = word.indexOf(":");
    const field = word.slice(0, colon);
    return { name: field, kind: kindOf(name, field, word.slice(colon + 1)) };
  });
  const made = { name, fields: parsed };
  tables.set(name, made);
  return made;
}

export const roles = ["none", "trustee", "office", "registrar", "clerk", "approver", "inspector", "head",
  "observer", "contributor", "supervisor", "platform", "holder"] as const;
export const subjectKinds = ["unknown", "firm", "sole_trader", "cooperative", "institution", "organisation",
  "natural_person", "foreign_office", "other"] as const;
export const subjectStatuses = ["unknown", "active", "suspended", "revoked", "cancelled", "moved"] as const;
export const inspectorStatuses = ["unknown", "active", "suspended", "left"] as const;
export const scopeFields = ["none", "kind", "division", "section", "industry", "risk_class"] as const;

table("Permission", "payload:payload first:roles second:roles");
table("KeyGrant", `key:b32! alg:u8=1 person:id! name:name roles:roles! department:id inspector:id outside:bool
  proof:b64!`);
table("Condition", "field:u8<6 values:[id]!");
table("StratumRule", `label:name! conditions:[Condition] min_num:u64 min_den:u64=1 max_num:u64=1
  max_den:u64=1`);
table("UnitCapacity", "unit:id! capacity:u32");
table("WeightRule", "conditions:[Condition] weight:u64");
table("PlannedRate", "stratum:u32 num:u64 den:u64=1 fixed:u64 minimum:u64 maximum:u64");
table("SubjectRow", `id:id! kind:u8<9 name:name division:id! industry:id! address:text status:u8<6
  restricted:b32?`);
table("InspectorRow", "id:id! name:name! unit:id! qualifications:[name] status:u8<4 restricted:b32?");
table("AnnouncedStratum", "rule_stratum:u32 num:u64 den:u64=1 fixed:u64 minimum:u64 maximum:u64");
table("SeatGroup", "qualification:name units:[id]! seats:u32 unit_limit:u32");
table("Revealed", "nonce:b32?");
table("StratumOutcome", "eligible:u64 drawn:u64 cutoff:b32? rest_drawn:u64 rest_weight:u64");
table("Visit", "subject:id! ticket:b32! team:[id]!");
table("ItemResult", "item:id! category:u8 note:text");

const members: Member[] = [
  table("Genesis", `version:u32=1 city:name! division:id! log_key:b32! permissions:[Permission]!
    keys:[KeyGrant]!`),
  table("PermissionsChanged", "permissions:[Permission]! reason:text!"),
  table("KeyGranted", "grant:KeyGrant!"),
  table("KeyRevoked", "key:b32! reason:text!"),
  table("VrfKeyRegistered", "key:b32! proof:b80!"),
  table("DepartmentSet", "id:id! name:name! division:id! superior:id active:bool=true"),
  table("ItemListed", `id:id! revision:u32 department:id! name:name! basis:text! object:text! content:text!
    method:text`),
  table("ItemReviewed", "id:id! revision:u32 approved:bool opinion:text"),
  table("ItemPublished", "id:id! revision:u32"),
  table("ItemWithdrawn", "id:id! reason:text!"),
  table("RuleSet", `id:id! revision:u32 department:id! name:name! basis:text strata:[StratumRule]!
    minimum_pool:u64=2 yearly_cap:u32 default_capacity:u32=10 capacities:[UnitCapacity]
    publication_days:u32=20 margin_s:u32=60 rest_days:u32 suspended_apart:bool weights:[WeightRule]`),
  table("PlanPublished", `id:id! revision:u32 department:id! name:name! year:u32 temporary:bool targeted:bool
    items:[id]! rule:id! scope:[Condition] rates:[PlannedRate]!`),
  table("SubjectsImported", "run:id! part:u32 last:bool rows:[SubjectRow]!"),
  table("InspectorsImported", "run:id! part:u32 last:bool rows:[InspectorRow]!"),
  table("ConflictDeclared", "commitment:b32! unit:id!"),
  table("ConflictDecided", "commitment:b32! approved:bool reason:text"),
  table("DrawAnnounced", `plan:id! attempt:u32 previous:ref rule_revision:u32 items:[id]! scope:[Condition]
    strata:[AnnouncedStratum]! total:u64 groups:[SeatGroup]! default_capacity:u32 capacities:[UnitCapacity]
    vrf_key:b32! contributors:b32*! commit_deadline:u64 reveal_deadline:u64 execute_deadline:u64
    substitute_delay_s:u32 substitute_deadline_s:u32 pool_position:u64 subject_root:b32! subject_rows:u64
    subject_eligible:u64 inspector_root:b32! inspector_rows:u64 inspector_eligible:u64 conflict_root:b32!
    conflict_rows:u64 beacon_chain:b32? beacon_round:u64 sealed:bool disclosure_deadline:u64
    pool_key_hash:b32? weighted:bool form:u8<4 form_reason:text first_day:u32 visits_per_day:u32 supervisors:b32*
    pool_key_sealed:b80*`),
  table("DrawCommitted", "draw:ref! commitment:b32!"),
  table("CommitmentsClosed", "draw:ref! committed:b32*"),
  table("DrawRevealed", "draw:ref! nonce:b32!"),
  table("RevealsClosed", "draw:ref! nonces:[Revealed]!"),
  table("DrawExecuted", "draw:ref! pi:b80?! strata:[StratumOutcome]! visits_root:b32! visits:u64 vacancies:u64 seed_hash:b32? sealed_pi:b128* cutoff_commitments:b32*"),
  table("DrawDisclosed", "draw:ref! part:u32 last:bool visits:[Visit]! pi:b80? strata:[StratumOutcome]"),
  table("DrawVoided", "draw:ref! reason:text!"),
  table("DrawFailed", "draw:ref! reason:text!"),
  table("DrawAttested", "draw:ref! agrees:bool statement:text! pool:bool"),
  table("EvidenceAttached", "about:ref! sha256:b32! kind:text! note:text"),
  table("RecusalFiled", "draw:ref! visit:u64 seat:u32 ground:text! evidence:b32?"),
  table("RecusalDecided", "draw:ref! visit:u64 seat:u32 approved:bool reason:text"),
  table("SubstituteDrawn", `draw:ref! visit:u64 seat:u32 ordinal:u32 inspector:id beacon_round:u64
    beacon_signature:b48?`),
  table("UnitsAdded", "draw:ref! group:u32 units:[id]! reason:text!"),
  table("ResultRecorded", "draw:ref! visit:u64 visited_at:u64 method:u8 rows:[ItemResult]! evidence:b32*"),
  table("ResultCorrected", "draw:ref! visit:u64 rows:[ItemResult]! reason:text!"),
  table("ResultFollowedUp", "draw:ref! visit:u64 kind:u8 to:text note:text"),
  table("ResultPublished", "draw:ref! visit:u64"),
  table("PublicationWithheld", "draw:ref! visit:u64 ground:text!"),
  table("ObjectionFiled", "draw:ref! visit:u64 content:b32!"),
  table("ObjectionDecided", "draw:ref! visit:u64 accepted:bool reason:text!"),
  table("RecordsErased", "commitments:b32*! ground:text!"),
  table("StateDigested", "position:u64 digest:b32!"),
  table("CheckpointWitnessed", "size:u64 root:b32! cosignatures:[name]!"),
  table("BeaconChainSet", `chain:b32! scheme:id! public_key:b96! period_s:u64 genesis_s:u64 group_hash:b32!
    beacon_id:id active:bool=true`),
  table("BeaconRecorded", "draw:ref! round:u64 signature:b48!"),
  table("DigitsRecorded", "draw:ref! source:id! issue:id digits:id!"),
  table("VrfKeyShared", "key:b32! commitments:b32*! holders:b32*!"),
  table("VrfShareConfirmed", "key:b32!"),
  table("TeamNamed", "draw:ref! visit:u64 inspectors:[id]! reason:text"),
  table("ConflictEnded", "commitment:b32! reason:text!"),
].map((each) => ({ name: each.name, table: each }));

export const payloads: readonly Member[] = members;

export const intentTable: Table = table("Intent", `origin:ref! id:b16! stream:ref! expected_version:u64=null
  authors:b32*! seen_size:u64 seen_root:b32! expires:u64`);
(intentTable.fields as Field[]).push({ name: "payload", kind: { of: "union", members, required: true } });

export const entryTable: Table =
  table("Entry", "position:u64 time:u64 previous:b32! intent:bytes! signatures:b64*!");

export function allTables(): readonly Table[] {
  return [...tables.values()];
}
