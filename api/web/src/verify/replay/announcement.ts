// DrawAnnounced (docs/formats/events.md, "Draws").
import { compare, toHex } from "../bytes.js";
import { type Pool, type SubjectRow, conflictPool, inspectorPool, subjectPool } from "../draw/pool.js";
import { committedRoot } from "../draw/restricted-pool.js";
import { groupOfInspector, type SeatGroup } from "../draw/team.js";
import type { Decoded } from "../flatbuffer.js";
import { refuse } from "../refusal.js";
import { announcedBeacon, checkRoundTime } from "./beacon.js";
import { isInForce } from "./catalogue.js";
import { checkForm } from "./form.js";
import { big, bytes, flag, hashes, hex, number, rows, text, texts } from "./fields.js";
import { checkRestriction, isRestricted } from "./restricted.js";
import { checkSealing } from "./seal.js";
import { narrows, overlap, scopeOf } from "./scope.js";
import { type Draw, type Event, type State, conflictsOfDraw, isOpen, isWithin, timeAt } from "./state.js";

const day = 86_400n;

function capacitiesOf(row: Decoded): string {
  const units = rows(row, "capacities").map((each) => `${text(each, "unit")} ${number(each, "capacity")}`).sort();
  return [number(row, "default_capacity"), ...units].join("\n");
}

function checkPlan(state: State, p: Decoded, plan: Decoded): void {
  const rule = state.rules.get(text(plan, "rule")) ??
    refuse("draw.rule", "计划所据细则不存在", "the plan's rule does not exist");
  if (number(rule, "revision") !== number(p, "rule_revision")) {
    refuse("draw.rule_revision", "不是细则的现行版本", "not the rule's newest revision");
  }
  if (flag(p, "weighted") !== rows(rule, "weights").length > 0) {
    refuse("draw.weighted", "是否按权重抽取与细则不符", "whether it draws by weight is not what the rule says");
  }
  const items = texts(p, "items");
  const planned = texts(plan, "items");
  const listed = items.every((id) => planned.includes(id) && isInForce(state, id));
  if (items.length === 0 || new Set(items).size !== items.length || !listed) {
    refuse("item.unlisted", "事项不在计划或现行清单中", "an item is not the plan's or not in the list in force");
  }
  if (!narrows(scopeOf(plan, "scope"), scopeOf(p, "scope"))) {
    refuse("draw.scope", "范围超出计划", "the scope goes beyond the plan's");
  }
  const strata = rows(p, "strata");
  const numbers = new Set(strata.map((row) => number(row, "rule_stratum")));
  const rates = new Map(rows(plan, "rates").map((row) => [number(row, "stratum"), row]));
  const known = [...numbers].every((each) => rates.has(each) && each < rows(rule, "strata").length);
  if (strata.length < 1 || strata.length > 256 || numbers.size !== strata.length || !known) {
    refuse("draw.strata", "分层数量有误、不在计划中或重复", "strata: too many or none, not planned, or twice");
  }
  for (const row of strata) {
    const rate = rates.get(number(row, "rule_stratum"))!;
    if (["num", "den", "fixed", "minimum", "maximum"].some((name) => big(row, name) !== big(rate, name))) {
      refuse("draw.rate", "比例、数量或其上下限与计划不一致", "the rate or count, or its minimum or maximum, is not the planned one");
    }
  }
  const shared = [...rates.values()].every((row) => big(row, "num") === 0n && big(row, "fixed") === 0n);
  if (shared !== big(p, "total") > 0n) {
    refuse("draw.total", "总数与计划不相容", "a total where the plan gives rates, or none where it does not");
  }
  if (capacitiesOf(p) !== capacitiesOf(rule) || number(p, "default_capacity") < 1) {
    refuse("draw.capacity", "任务上限与细则不一致", "the capacities are not the rule's");
  }
}

function groupsOf(state: State, p: Decoded, department: string): SeatGroup[] {
  const groups = rows(p, "groups").map((row): SeatGroup => ({
    qualification: text(row, "qualification"), units: [...texts(row, "units")], seats: number(row, "seats"),
    unitLimit: number(row, "unit_limit") }));
  const seats = groups.reduce((sum, group) => sum + group.seats, 0);
  const sound = groups.length >= 1 && groups.length <= 8 && seats <= 16 && groups[0]!.seats >= 2 &&
    groups.every((group) => group.seats >= 1 && group.units.length >= 1);
  if (!sound) refuse("draw.groups", "席位分组不合规", "the groups of seats are not as they must be");
  groups.forEach((group, i) => {
    const good = new Set(group.units).size === group.units.length && group.units.every((unit) =>
      state.departments.has(unit) && (i > 0 || isWithin(state, unit, department)));
    if (!good) {
      refuse("draw.units", "单位不存在、重复或不属于该部门",
        "a unit does not exist, is there twice, or is not of the department");
    }
  });
  return groups;
}

function checkContributors(state: State, p: Decoded): void {
  const keys = hashes(p, "contributors").map((key) => state.keys.get(toHex(key)));
  const good = keys.length >= 2 && keys.length <= 16 &&
    keys.every((key) => key !== undefined && !key.revoked && key.roles.has("contributor")) &&
    new Set(keys.map((key) => key!.person)).size === keys.length;
  if (!good) {
    refuse("draw.contributors", "贡献人人数、资格或身份有误", "contributors: too few or many, not entitled, or one person twice");
  }
}

function checkTimes(state: State, p: Decoded, position: bigint, time: bigint): void {
  const deadlines = [time, big(p, "commit_deadline"), big(p, "reveal_deadline"), big(p, "execute_deadline")];
  const ascend = deadlines.every((each, i) => i === 0 || deadlines[i - 1]! < each);
  if (!ascend || deadlines[3]! > time + 30n * day || number(p, "substitute_deadline_s") === 0) {
    refuse("draw.deadlines", "期限次序或长度有误", "deadlines do not ascend or go too far");
  }
  const pool = big(p, "pool_position");
  if (pool >= position || timeAt(state, pool, time) + day < time) {
    refuse("draw.pool_stale", "名录位置不在公告前一天之内", "the pool is not of the day before");
  }
}

/** The reasons and weights that the rule can give; that they hold is for who has the registry. */
function checkSubjects(p: Decoded, rule: Decoded, subjects: readonly SubjectRow[]): void {
  const strata = BigInt(rows(p, "strata").length);
  const reasons = new Set([0n, 1n, 3n]);
  if (number(rule, "yearly_cap") > 0) reasons.add(2n);
  if (number(rule, "rest_days") > 0) reasons.add(4n);
  if (flag(rule, "suspended_apart")) reasons.add(5n);
  const odd = subjects.find((row) => row.stratum >= strata || !reasons.has(row.eligibility));
  if (odd !== undefined) {
    refuse("proof.rows", `对象 ${odd.id} 的分层或理由有误`, `stratum or reason of subject ${odd.id} makes no sense`);
  }
  const weights = new Set([1n, ...rows(rule, "weights").map((row) => big(row, "weight"))]);
  const heavy = subjects.find((row) => !weights.has(row.weight));
  if (heavy !== undefined) {
    refuse("proof.rows", `对象 ${heavy.id} 的权重是细则所没有的`, `the weight of subject ${heavy.id} is none of the rule's`);
  }
}

/** Of a restricted pool who could be drawn is among what is hidden. */
function subjectsOf(state: State, p: Decoded): Pool {
  const { subjects, committed } = state.pool;
  if ((committed !== undefined) !== isRestricted(p)) {
    refuse("proof.rows", "名录受限与否，文件与公告不一致", "the file's rows are commitments where the announcement's are not, or the reverse");
  }
  if (committed === undefined) return subjectPool(subjects, flag(p, "weighted"));
  return { root: committedRoot(committed), rows: BigInt(committed.length), eligible: big(p, "subject_eligible") };
}

function checkPool(state: State, p: Decoded, rule: Decoded, groups: readonly SeatGroup[]): void {
  const { subjects, inspectors, conflicts } = state.pool;
  const pools = [["subject", subjectsOf(state, p)], ["inspector", inspectorPool(inspectors)],
    ["conflict", conflictPool(conflicts)]] as const;
  for (const [name, pool] of pools) {
    const counted = pool.rows === big(p, `${name}_rows`) &&
      (name === "conflict" || pool.eligible === big(p, `${name}_eligible`));
    if (!counted || compare(pool.root, bytes(p, `${name}_root`)) !== 0) {
      refuse("proof.rows", `名录行（${name}）与公告的根值不符`, `the ${name} rows are not those of the announced root`);
    }
  }
  const early = [...state.inspectors.values()].some((changes) => changes.some(
    (change) => change.position <= big(p, "pool_position")));
  if (early) {
    refuse("proof.rows", "文件中有名录取定之前的检查人员登记", "inspectors are registered by an entry before the pool was taken");
  }
  const inForce = conflictsOfDraw(state, big(p, "pool_position"), big(p, "pool_position"));
  if (inForce.length !== conflicts.length || inForce.some((each, i) => compare(each.commitment, conflicts[i]!) !== 0)) {
    refuse("proof.rows", "利益冲突与所批准的不符", "the conflicts are not those that were approved");
  }
  const units = new Map(rows(p, "capacities").map((row) => [text(row, "unit"), BigInt(number(row, "capacity"))]));
  const standard = BigInt(number(p, "default_capacity"));
  for (const row of inspectors) {
    const fits = groupOfInspector(groups, row) !== undefined;
    const sound = row.capacity === (units.get(row.unit) ?? standard) && row.eligibility <= 2n &&
      (row.eligibility === 1n || (row.eligibility === 0n) === fits);
    if (!sound) {
      refuse("proof.rows", `检查员 ${row.id} 的上限或资格与公告不符`,
        `capacity or eligibility of inspector ${row.id} is not what the announcement gives`);
    }
  }
  checkSubjects(p, rule, subjects);
  if (big(p, "subject_eligible") === 0n) refuse("draw.pool_empty", "没有可抽的对象", "no subject can be drawn");
  if (big(p, "inspector_eligible") < 2n) {
    refuse("draw.inspectors_few", "可派人员不足两名", "fewer than two inspectors can be sent");
  }
}

/** Draws before a position that share an item and part of the scope, the newest last; of other plans' few are in the file. */
function earlierOver(state: State, p: Decoded, position: bigint): Draw[] {
  const scope = scopeOf(p, "scope");
  const items = new Set(texts(p, "items"));
  return [...state.draws.values()].filter((draw) => draw.position < position &&
    overlap(scope, scopeOf(draw.announced, "scope")) &&
    texts(draw.announced, "items").some((id) => items.has(id)));
}

/**
 * Those of them that were executed and are voided, by now, so that it is not ruled out that somebody knew their
 * outcomes at the void: no proof that it came in time is looked at.
 */
export function discardedBefore(state: State, draw: Draw): Draw[] {
  return earlierOver(state, draw.announced, draw.position)
    .filter((earlier) => earlier.executed !== undefined && earlier.voided);
}

function checkEarlier(state: State, p: Decoded, position: bigint): void {
  const earlier = earlierOver(state, p, position);
  if (earlier.some(isOpen)) {
    refuse("draw.overlap", "同事项同范围的抽取尚未结束", "another draw on the item and scope has not ended");
  }
  // Whatever was drawn in between, and stands. The one named is in the file, and so is all that is newer.
  const fruitless = earlier.filter((draw) => draw.voided || draw.phase === "failed").at(-1);
  if (text(p, "previous") !== (fruitless?.stream ?? "")) {
    refuse("draw.previous", "未写明最近一次作废或失败的抽取，或写的不是它",
      "it does not name the newest earlier draw that was voided or has failed, or names another");
  }
}

export function admitAnnounced(state: State, { entry, payload: p, authors }: Event): void {
  const plan = state.plans.get(text(p, "plan")) ?? refuse("draw.plan", "没有该计划", "there is no such plan");
  const attempts = [...state.draws.values()].filter((draw) => draw.plan === text(p, "plan")).length;
  if (number(p, "attempt") !== attempts + 1) {
    refuse("draw.attempt", "不是计划的下一次抽取", "not the plan's next attempt");
  }
  const department = text(plan, "department");
  const mine = entry.intent.stream === state.subject;
  const beacon = announcedBeacon(state, p, mine);
  const rule = state.rules.get(text(plan, "rule"));
  const margin = rule === undefined ? 0n : BigInt(number(rule, "margin_s"));
  let groups: SeatGroup[] = [];
  if (mine) { // of earlier attempts only how they ended is looked at
    checkPlan(state, p, plan);
    checkRestriction(p, rule!);
    checkForm(p);
    groups = groupsOf(state, p, department);
    if (hex(p, "vrf_key") !== state.vrfKey || state.vrfKeys.get(state.vrfKey)?.retired === true) {
      refuse("draw.vrf_key", "不是现行的可验证随机函数公钥", "not the VRF key in force");
    }
    checkContributors(state, p);
    checkTimes(state, p, entry.position, entry.time);
    checkSealing(state, p, authors);
    if (beacon !== undefined) checkRoundTime(p, beacon, margin);
    checkPool(state, p, rule!, groups);
    checkEarlier(state, p, entry.position);
  }
  state.draws.set(entry.intent.stream, {
    stream: entry.intent.stream, plan: text(p, "plan"), attempt: number(p, "attempt"), announced: p,
    position: entry.position, leaf: entry.leaf, department, beacon, margin, phase: "committing", voided: false,
    voidedTime: 0n, voidedIn: undefined, voidedAwaiting: false, ended: false, output: undefined, digits: [],
    groups, contributors: hashes(p, "contributors"), committed: new Map(), revealed: new Map(), closedAt: 0n,
    contributions: [], seed: undefined, selection: undefined, expected: [], executed: undefined, sealChecked: [],
    poolChecked: [], parts: 0,
    loads: new Map(), visits: [], tasks: [], attested: new Set(),
  });
}
