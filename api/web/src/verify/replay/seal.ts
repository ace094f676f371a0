// Sealed draws (docs/formats/draw.md section 11).
import { type Bytes, equal, toHex } from "../bytes.js";
import type { StratumOutcome } from "../draw/selection.js";
import type { Decoded } from "../flatbuffer.js";
import { sha256 } from "../hash.js";
import { refuse, type Sentence } from "../refusal.js";
import { tuple } from "../tuple.js";
import { big, bytes, flag, hashes, number, rows } from "./fields.js";
import { drawsTeams } from "./form.js";
import type { Draw, Event, Key, State } from "./state.js";

const day = 86_400n;
const sealedPiBytes = 128;

const badSeal = (): never => refuse("draw.sealed", "密封的字段与公告不符", "what is sealed is not as announced, or is where it must not be");

/** H(tuple("liuhen/sealed/v1", announcement leaf hash, S)). */
export function sealedHash(announcement: Bytes, seed: Bytes): Bytes {
  return sha256(tuple("liuhen/sealed/v1", announcement, seed));
}

/** What opens a sealed draw gives the seed that its execution committed to. Refuses with `draw.seed_hash`. */
export function checkSeedHash(announcement: Bytes, seed: Bytes, committed: Bytes): void {
  if (!equal(sealedHash(announcement, seed), committed)) {
    refuse("draw.seed_hash", "种子不是执行时所承诺的", "the seed is not the one committed to at execution");
  }
}

/** Of the announcement. Refuses with `draw.sealed`, `draw.deadlines`, `draw.supervisors`. */
export function checkSealing(state: State, p: Decoded, authors: readonly Key[]): void {
  const named = hashes(p, "supervisors");
  const deadline = big(p, "disclosure_deadline");
  if (!flag(p, "sealed")) {
    const restricted = bytes(p, "pool_key_hash").length > 0;
    if (deadline !== 0n || (named.length > 0 && !restricted)) badSeal();
    if (restricted) checkSupervisors(state, named, authors);
    return;
  }
  const after = big(p, "execute_deadline");
  if (deadline <= after || deadline - after > 30n * day) {
    refuse("draw.deadlines", "公开期限有误", "the deadline for disclosure is not within 30 days after that for execution");
  }
  checkSupervisors(state, named, authors);
}

function checkSupervisors(state: State, named: readonly Bytes[], authors: readonly Key[]): void {
  const keys = named.map((key) => state.keys.get(toHex(key)));
  const sound = keys.length >= 2 && keys.length <= 8 && keys.every((key) => key !== undefined && !key.revoked &&
    key.roles.has("supervisor") && !key.roles.has("platform"));
  const persons = new Set([...authors, ...keys].map((key) => key?.person));
  if (!sound || persons.size !== new Set(authors.map((key) => key.person)).size + keys.length) {
    refuse("draw.supervisors", "监督人人数、资格或身份有误",
      "supervisors: too few or many, not entitled, or one person twice or an author");
  }
}

/** Whether a recorded outcome is that of the strata; `cutoffs` false: none may be given. */
export function sameStrata(strata: readonly StratumOutcome[], recorded: readonly Decoded[], cutoffs: boolean): boolean {
  return recorded.length === strata.length && strata.every((stratum, i) =>
    stratum.eligible === big(recorded[i]!, "eligible") && stratum.drawn === big(recorded[i]!, "drawn") &&
    stratum.restDrawn === big(recorded[i]!, "rest_drawn") && stratum.restWeight === big(recorded[i]!, "rest_weight") &&
    equal((cutoffs ? stratum.cutoff : undefined) ?? new Uint8Array(0), bytes(recorded[i]!, "cutoff")));
}

/** The execution says nothing but what it has to. Refuses with `draw.sealed`. */
export function checkSealedFields(draw: Draw, p: Decoded): void {
  const supervisors = hashes(draw.announced, "supervisors").length;
  const sound = flag(draw.announced, "sealed")
    ? bytes(p, "cutoff_commitments").length === 0 && bytes(p, "pi").length === 0 && big(p, "vacancies") === 0n && bytes(p, "seed_hash").length > 0 &&
      bytes(p, "sealed_pi").length === supervisors * sealedPiBytes
    : bytes(p, "pi").length > 0 && bytes(p, "seed_hash").length === 0 && bytes(p, "sealed_pi").length === 0;
  if (!sound) badSeal();
}

/** A supervisor attests to what he has seen. Refuses with `attest.early`, `attest.unseen`. */
export function checkSealAttestation(draw: Draw, { entry, payload: p, authors }: Event): void {
  const author = authors[0]!;
  const looks = flag(draw.announced, "sealed") || bytes(draw.announced, "pool_key_hash").length > 0;
  if (!looks || !hashes(draw.announced, "supervisors").some((key) => equal(key, author.key))) return;
  if (draw.executed === undefined) {
    refuse("attest.early", "执行之前无从见证", "there is nothing to attest to before the execution");
  }
  if (entry.intent.seenSize <= draw.executed!.position) {
    refuse("attest.unseen", "所见检查点未覆盖执行", "the checkpoint seen does not cover the execution");
  }
  draw.sealChecked.push({ person: author.person, agrees: flag(p, "agrees"), position: entry.position });
}

/** Of the first part of the disclosure. Refuses with `draw.unattested`, `draw.sealed`. */
export function checkOpening(draw: Draw, p: Decoded): void {
  if (!draw.sealChecked.some((each) => each.agrees)) {
    refuse("draw.unattested", "没有监督人核对无误", "no supervisor has attested that it replays");
  }
  if (bytes(p, "pi").length === 0 || rows(p, "strata").length === 0 || number(p, "part") !== 0 ||
    rows(p, "visits").length > 0) badSeal();
}

/** Of every other part. */
export function checkNoOpening(p: Decoded): void {
  if (bytes(p, "pi").length > 0 || rows(p, "strata").length > 0) badSeal();
}

export const isSealed = (draw: Draw): boolean =>
  flag(draw.announced, "sealed") && draw.executed !== undefined && draw.seed === undefined;

export function refuseStillSealed(until: bigint): never {
  return refuse("draw.still_sealed", `仍在密封中（至迟于 ${until} 启封），此前不能核验抽中了谁`,
    `sealed until ${until} at the latest: who was drawn cannot be verified before`);
}

/** What everybody can compute from the seed of an opened draw: conflicts of restricted content have a say in the root. */
const whatFollows = (announced: Decoded): Sentence =>
  big(announced, "conflict_rows") === 0n || !drawsTeams(announced)
    ? { zh: "种子即执行时所承诺的，抽中者与名单根由它重算一致",
      en: "the seed is the one committed to at execution, and who is drawn and the root of the list follow from it" }
    : { zh: "种子即执行时所承诺的，抽中者由它重算一致；有利益冲突在案，派谁去、因而名单根是否也由它得出，须由有权打开者核验",
      en: "the seed is the one committed to at execution, and who is drawn follows from it; conflicts are in force: whether who goes there, and so the root of the list, follows too is for those who may open them" };

/** What a reader is told of the seal; nothing of a draw that is not a sealed one. */
export function sealWords(draw: Draw, people: (key: Bytes) => string): Sentence[] {
  if (!flag(draw.announced, "sealed")) return [];
  const until = big(draw.announced, "disclosure_deadline");
  const all = hashes(draw.announced, "supervisors").map(people).join(", ");
  const agreeing = draw.sealChecked.filter((each) => each.agrees).map((each) => each.person).join(", ");
  const checked = agreeing === ""
    ? { zh: "尚无监督人核对无误", en: "no supervisor has found yet that it replays" }
    : { zh: `监督人 ${agreeing} 已先启封核对无误`, en: `supervisors who opened it before and found that it replays: ${agreeing}` };
  const out: Sentence[] = [];
  if (draw.seed !== undefined) {
    const follows = whatFollows(draw.announced);
    out.push({ zh: `已启封，密封期间未作任何改动：${follows.zh}；${checked.zh}`,
      en: `opened, nothing was altered meanwhile: ${follows.en}; ${checked.en}` });
  } else {
    const executed = draw.executed !== undefined;
    out.push({ zh: `${executed ? "密封中" : "密封抽取"}：名单至迟于 ${until} 启封；可先启封核对的监督人：${all}；${checked.zh}`,
      en: `${executed ? "sealed" : "a sealed draw"}: its list is opened by ${until} at the latest; supervisors who may open it before: ${all}; ${checked.en}` });
  }
  for (const each of draw.sealChecked.filter((said) => !said.agrees)) {
    out.push({ zh: `监督人 ${each.person} 有异议（第 ${each.position} 条）`,
      en: `the supervisor ${each.person} objected (entry ${each.position})` });
  }
  return out;
}
