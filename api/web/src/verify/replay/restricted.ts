// Draws of restricted pools, as far as the log alone goes (docs/formats/draw.md, "Restricted pools").
import { type Bytes, compare, equal } from "../bytes.js";
import { match } from "../draw/matching.js";
import { visitOrder } from "../draw/seed.js";
import type { Decoded } from "../flatbuffer.js";
import { refuse, type Sentence } from "../refusal.js";
import { scopeFields } from "../schema.js";
import { big, bytes, flag, hashes, number, rows } from "./fields.js";
import type { Draw, Event, State } from "./state.js";

const sealedKeyBytes = 80;

export const isRestricted = (announced: Decoded): boolean => bytes(announced, "pool_key_hash").length > 0;

const badRestriction = (): never => refuse("draw.restricted", "受限名录的字段与细则或公告不符",
  "what is said of a restricted pool is not as the rule or the announcement has it");

/** Of the announcement. Refuses with `draw.restricted`. */
export function checkRestriction(p: Decoded, rule: Decoded): void {
  const strata = rows(rule, "strata");
  const asked = rows(p, "strata").some((stratum) => rows(strata[number(stratum, "rule_stratum")]!, "conditions")
    .some((condition) => scopeFields[number(condition, "field")] === "risk_class"));
  const sealed = bytes(p, "pool_key_sealed").length;
  if (asked !== isRestricted(p) || (!asked && sealed > 0)) badRestriction();
  if (!asked) return;
  if (flag(p, "sealed") || flag(p, "weighted") || number(p, "form") !== 0 ||
    sealed !== hashes(p, "supervisors").length * sealedKeyBytes) badRestriction();
}

/** Of a supervisor's word on the pool. Refuses with `attest.pool`, `attest.repeated`, `attest.late`, `attest.unseen`. */
export function checkPoolAttestation(draw: Draw, { entry, payload: p, authors }: Event): void {
  const author = authors[0]!;
  if (!isRestricted(draw.announced) || !hashes(draw.announced, "supervisors").some((key) => equal(key, author.key))) {
    refuse("attest.pool", "不是受限名录所指定的监督人", "not a supervisor that the announcement of a restricted pool names");
  }
  if (draw.poolChecked.some((each) => equal(each.key, author.key))) {
    refuse("attest.repeated", "已作过见证", "attested already");
  }
  if (draw.phase !== "committing" || draw.voided) {
    refuse("attest.late", "承诺已截止，见证过迟", "the commitments are closed: too late to attest to the pool");
  }
  if (entry.intent.seenSize <= draw.position) {
    refuse("attest.unseen", "所见检查点未覆盖公告", "the checkpoint seen does not cover the announcement");
  }
  draw.poolChecked.push({ key: author.key, person: author.person, agrees: flag(p, "agrees"), position: entry.position });
}

/** Of the execution. Refuses with `draw.restricted`, `draw.selection`. */
export function checkRestrictedExecution(draw: Draw, p: Decoded): void {
  if (!isRestricted(draw.announced)) {
    if (bytes(p, "cutoff_commitments").length > 0) badRestriction();
    return;
  }
  const strata = rows(draw.announced, "strata").length;
  if (rows(p, "strata").length > 0 || bytes(p, "cutoff_commitments").length !== 32 * strata) badRestriction();
  if (big(p, "visits") > big(draw.announced, "subject_eligible")) {
    refuse("draw.selection", "检查总数超过可抽数", "there are more visits than subjects that could be drawn");
  }
}

export interface Listed {
  readonly subject: string;
  readonly team: readonly string[];
}

const badVisit = (number: number): never =>
  refuse("draw.disclosed_visit", `第 ${number + 1} 次检查的对象不在名录中、次序不对或检查人员与种子不符`,
    `visit ${number}: its subject is not in the pool or out of order, or its team is not what the seed gives`);

/** That those listed are in the pool, in the order that the seed gives; `from`: the first that is new. */
export function checkListed(
  state: Pick<State, "committedIds">, draw: Pick<Draw, "seed">, visits: readonly Listed[], from: number): void {
  const orderOf = (i: number): Bytes => visitOrder(draw.seed!, visits[i]!.subject);
  let before = from === 0 ? undefined : orderOf(from - 1);
  for (let i = from; i < visits.length; i++) {
    const order = orderOf(i);
    const ascends = before === undefined || compare(before, order) < 0;
    if (!state.committedIds.has(visits[i]!.subject) || !ascends) badVisit(i);
    before = order;
  }
}

/** The teams of the whole list, where no conflict is in force. */
export function checkListedTeams(state: State, draw: Draw, visits: readonly Listed[]): void {
  if (big(draw.announced, "conflict_rows") > 0n) return;
  const teams = match(draw.seed!, draw.groups, state.pool.inspectors, visits.map((visit) => visit.subject), []);
  teams.forEach(({ subject, team }, i) => {
    const listed = visits[i]!;
    const same = listed.subject === subject && listed.team.length === team.length &&
      team.every((id, seat) => id === listed.team[seat]);
    if (!same) badVisit(i);
  });
}

/** What a reader is told; nothing of a pool that is not restricted. */
export function poolWords(draw: Draw, people: (key: Bytes) => string): Sentence[] {
  if (!isRestricted(draw.announced)) return [];
  const names = (list: readonly string[]): Sentence =>
    list.length === 0 ? { zh: "无", en: "nobody" } : { zh: list.join(", "), en: list.join(", ") };
  const agreeing = (said: readonly { readonly person: string; readonly agrees: boolean }[]): Sentence =>
    names(said.filter((each) => each.agrees).map((each) => each.person));
  const all = names(hashes(draw.announced, "supervisors").map(people));
  const [checked, replayed] = [agreeing(draw.poolChecked), agreeing(draw.sealChecked)];
  const executed = draw.executed !== undefined;
  const out: Sentence[] = [{
    zh: `名录受限：按风险等级分层，各户的分层、抽签号和各层的数目、截止号不公开，只列承诺；持有名录密钥的监督人：${all.zh}；承诺截止之前核对名录无误的：${checked.zh}${executed ? `；执行后重算无误的：${replayed.zh}` : ""}`,
    en: `its pool is restricted: strata are by risk class, and each one's stratum and ticket, and the counts and cut-offs of strata, are not public but committed to; supervisors who have the pool's key: ${all.en}; who found before the commitments were closed that it opens the pool: ${checked.en}${executed ? `; who found after the execution that it replays: ${replayed.en}` : ""}` }];
  const objections = [...draw.poolChecked.map((each) => ({ ...each, zh: "名录", en: "the pool" })),
    ...draw.sealChecked.map((each) => ({ ...each, zh: "执行", en: "the execution" }))].filter((each) => !each.agrees);
  for (const { person, position, zh, en } of objections) {
    out.push({ zh: `监督人 ${person} 对${zh}有异议（第 ${position} 条）`, en: `the supervisor ${person} objected to ${en} (entry ${position})` });
  }
  return out;
}
