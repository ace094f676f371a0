// From the commitments of a draw to its disclosure (docs/formats/events.md, "Draws").
import { type Bytes, compare, equal, toHex } from "../bytes.js";
import { digitBits, digitItem } from "../draw/digits.js";
import { match } from "../draw/matching.js";
import { selectWeighted } from "../draw/pps.js";
import { type VisitRecord, vacanciesOf, visitsRoot } from "../draw/record.js";
import { alphaOf, contributionCommitment, visitOrder } from "../draw/seed.js";
import { type Selection, select } from "../draw/selection.js";
import { groupOfInspector, groupOfSeat, seatsOf } from "../draw/team.js";
import type { Decoded } from "../flatbuffer.js";
import { Refusal, refuse } from "../refusal.js";
import { verifyVrf } from "../vrf.js";
import { big, bytes, flag, hashes, hex, number, rows, text, texts } from "./fields.js";
import { drawsTeams } from "./form.js";
import { isKeyChange, isLoss } from "./envelope.js";
import { checkExecutor, checkTwoTrustees } from "./keys.js";
import { checkKeyChange } from "./log-keys.js";
import { checkListed, checkListedTeams, checkPoolAttestation, checkRestrictedExecution, isRestricted } from "./restricted.js";
import { checkNoOpening, checkOpening, checkSeedHash, checkSealAttestation, checkSealedFields, isSealed, sameStrata } from "./seal.js";
import { type Draw, type Event, type Phase, type State, versionOf } from "./state.js";

export function drawOf(state: State, p: Decoded): Draw {
  return state.draws.get(text(p, "draw")) ?? refuse("draw.unknown", "没有该次抽取", "there is no such draw");
}

export function drawInPhase(state: State, p: Decoded, phase: Phase): Draw {
  const draw = drawOf(state, p);
  if (draw.ended) refuse("draw.ended", "抽取已作废或失败", "the draw was voided or has failed");
  if (draw.phase !== phase) refuse("draw.phase", "抽取不在此步骤的阶段", "the draw is in another phase");
  return draw;
}

const listWithin = 86_400n; // seconds after the deadline of the execution (docs/formats/events.md, "DrawDisclosed")

/** When the last part of the list of visits is due. */
export const disclosureDue = (draw: Draw): bigint => flag(draw.announced, "sealed")
  ? big(draw.announced, "disclosure_deadline")
  : big(draw.announced, "execute_deadline") + listWithin;

const isSubject = (state: State, draw: Draw): boolean => draw.stream === state.subject;

function contributorOf(draw: Draw, key: Bytes): string {
  if (!draw.contributors.some((each) => equal(each, key))) {
    refuse("draw.contributor", "不是公告的贡献人", "not an announced contributor");
  }
  return toHex(key);
}

export function admitCommitted(state: State, { entry, payload: p, authors }: Event): void {
  const draw = drawInPhase(state, p, "committing");
  if (!isSubject(state, draw)) return;
  const name = contributorOf(draw, authors[0]!.key);
  const commitment = bytes(p, "commitment");
  if (draw.committed.has(name)) refuse("draw.committed", "已经承诺过", "committed already");
  if (entry.time > big(draw.announced, "commit_deadline")) refuse("draw.late", "已过期限", "the deadline has passed");
  if (entry.intent.seenSize <= draw.position) {
    refuse("draw.unseen", "所见检查点未覆盖公告", "the checkpoint seen does not cover the announcement");
  }
  if ([...draw.committed.values()].some((other) => equal(other, commitment))) {
    refuse("draw.copied", "与他人的承诺相同", "the same commitment as another's");
  }
  draw.committed.set(name, commitment);
}

const mostDigits = 16; // recordings in one draw

export function admitDigits(state: State, { entry, payload: p }: Event): void {
  const draw = drawInPhase(state, p, "committing");
  if (!isSubject(state, draw)) return;
  if (entry.time > big(draw.announced, "commit_deadline")) refuse("draw.late", "已过期限", "the deadline has passed");
  if (entry.intent.seenSize <= draw.position) {
    refuse("draw.unseen", "所见检查点未覆盖公告", "the checkpoint seen does not cover the announcement");
  }
  const [source, issue, digits] = [text(p, "source"), text(p, "issue"), text(p, "digits")];
  const bits = digitBits(source, issue, digits);
  if (draw.digits.length >= mostDigits) refuse("digits.many", "记录次数过多", "digits were recorded too often");
  if (issue !== "" && draw.digits.some((other) => other.source === source && other.issue === issue)) {
    refuse("digits.repeated", "该期已经记录过", "the issue is recorded already");
  }
  draw.digits.push({ source, issue, digits, bits });
}

export function admitCommitmentsClosed(state: State, { entry, payload: p }: Event): void {
  const draw = drawInPhase(state, p, "committing");
  draw.phase = "revealing";
  draw.closedAt = entry.position + 1n;
  if (!isSubject(state, draw)) return;
  const committed = draw.contributors.filter((key) => draw.committed.has(toHex(key)));
  if (committed.length < draw.contributors.length && entry.time <= big(draw.announced, "commit_deadline")) {
    refuse("draw.early", "尚未到期", "too early");
  }
  if (committed.length === 0 && draw.beacon === undefined) refuse("draw.nothing_committed", "无人承诺，只能记为失败", "nobody committed: it can only fail");
  const listed = hashes(p, "committed");
  if (listed.length !== committed.length || listed.some((key, i) => !equal(key, committed[i]!))) {
    refuse("draw.commitments", "所列不是全部已承诺者", "not exactly those who committed");
  }
}

export function admitRevealed(state: State, { entry, payload: p, authors }: Event): void {
  const draw = drawInPhase(state, p, "revealing");
  if (!isSubject(state, draw)) return;
  const key = authors[0]!.key;
  const name = contributorOf(draw, key);
  const commitment = draw.committed.get(name) ?? refuse("draw.not_committed", "未曾承诺", "did not commit");
  if (draw.revealed.has(name)) refuse("draw.revealed", "已经揭示过", "revealed already");
  if (entry.time > big(draw.announced, "reveal_deadline")) refuse("draw.late", "已过期限", "the deadline has passed");
  if (entry.intent.seenSize < draw.closedAt) {
    refuse("draw.unseen", "所见检查点未覆盖承诺截止", "the checkpoint seen does not cover the closing of commitments");
  }
  const nonce = bytes(p, "nonce");
  if (!equal(contributionCommitment(draw.leaf, key, nonce), commitment)) {
    refuse("draw.reveal_mismatch", "随机数与承诺不符", "the nonce is not the one committed to");
  }
  draw.revealed.set(name, nonce);
}

export function admitRevealsClosed(state: State, { entry, payload: p }: Event): void {
  const draw = drawInPhase(state, p, "revealing");
  draw.phase = "ready";
  if (!isSubject(state, draw)) return;
  if (draw.revealed.size < draw.committed.size && entry.time <= big(draw.announced, "reveal_deadline")) {
    refuse("draw.early", "尚未到期", "too early");
  }
  draw.contributions = draw.contributors.map((key) => draw.revealed.get(toHex(key)) ?? new Uint8Array(0));
  const listed = rows(p, "nonces").map((row) => bytes(row, "nonce"));
  if (listed.length !== draw.contributions.length || listed.some((each, i) => !equal(each, draw.contributions[i]!))) {
    refuse("draw.reveals", "所列与已揭示的不符", "not exactly what was revealed");
  }
}

export function admitExecuted(state: State, { entry, payload: p, authors }: Event): void {
  const draw = drawInPhase(state, p, "ready");
  draw.phase = "executed";
  draw.executed = { position: entry.position, time: entry.time, root: bytes(p, "visits_root"), visits: big(p, "visits"),
    vacancies: big(p, "vacancies"), seedHash: bytes(p, "seed_hash") };
  const a = draw.announced;
  if (draw.beacon !== undefined && draw.output === undefined) {
    refuse("draw.beacon_awaited", "尚未记录信标，不能执行", "the beacon is not recorded yet: it cannot be executed");
  }
  checkExecutor(state, authors[0]!, hex(a, "vrf_key"));
  if (!isSubject(state, draw)) return;
  checkSealedFields(draw, p);
  checkRestrictedExecution(draw, p);
  if (flag(a, "sealed")) {
    const { strata, drawn } = selectionOf(state, draw, new Uint8Array(64)); // the counts are the same for any seed
    if (!sameStrata(strata, rows(p, "strata"), false) || BigInt(drawn.length) !== big(p, "visits")) {
      refuse("draw.selection", "各层数目与名录不符，或列出了截止号", "the counts are not what the pool gives, or a cut-off is given");
    }
  } else {
    makeKnown(state, draw, p);
  }
  if (entry.time > big(a, "execute_deadline")) {
    state.late = { position: entry.position, deadline: big(a, "execute_deadline") };
  }
}

function selectionOf(state: State, draw: Draw, seed: Bytes): Selection {
  const a = draw.announced;
  const shares = rows(a, "strata").map((row) => ({ num: big(row, "num"), den: big(row, "den"),
    fixed: big(row, "fixed"), minimum: big(row, "minimum"), maximum: big(row, "maximum") }));
  const choose = flag(a, "weighted") ? selectWeighted : select;
  return choose(seed, shares, big(a, "total"), state.pool.subjects);
}

const conflictsNote = { zh: "有利益冲突在案，配对是否避开须由有权打开者核验",
  en: "conflicts are in force: whether the matching heeds them is for those who may open them" };

/** What `pi` and `strata` of an execution, or of what opens a sealed one, give. */
function makeKnown(state: State, draw: Draw, p: Decoded): void {
  const a = draw.announced;
  const executed = draw.executed!;
  const outputs = draw.output === undefined ? [] : [draw.output];
  const contributions = [...draw.contributions, ...draw.digits.map((each) => digitItem(each.source, each.issue, each.digits))];
  try {
    draw.seed = verifyVrf(bytes(a, "vrf_key"), alphaOf(draw.leaf, contributions, outputs), bytes(p, "pi"));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse("draw.vrf", "随机证明不成立", "the VRF proof fails");
  }
  const seed = draw.seed!;
  if (flag(a, "sealed")) checkSeedHash(draw.leaf, seed, executed.seedHash);
  if (isRestricted(a)) {
    state.notes.push({ zh: "名录受限：各行、抽签号、截止号的承诺没有打开，分层、可抽与否、由种子应抽中谁没有重算",
      en: "its pool is restricted: the commitments to rows, tickets and cut-offs are not opened; strata, who could be drawn and whom the seed draws were not computed again" });
    if (big(a, "conflict_rows") > 0n) state.notes.push(conflictsNote);
    return; // who is drawn is known by the list alone
  }
  draw.selection = selectionOf(state, draw, seed);
  if (!sameStrata(draw.selection.strata, rows(p, "strata"), true) ||
    BigInt(draw.selection.drawn.length) !== executed.visits) {
    refuse("draw.selection", "抽选结果与重算不符", "the selection is not what the seed gives");
  }
  const tickets = new Map(draw.selection.drawn.map((each) => [each.id, each.ticket]));
  const inOrder = (): { subject: string; ticket: Bytes; order: Bytes }[] => [...tickets]
    .map(([subject, ticket]) => ({ subject, ticket, order: visitOrder(seed, subject) }))
    .sort((x, y) => compare(x.order, y.order) || (x.subject < y.subject ? -1 : 1));
  const named = !drawsTeams(a);
  if (named || big(a, "conflict_rows") === 0n) {
    const empty = Array.from({ length: seatsOf(draw.groups) }, () => "");
    const visits = named ? inOrder().map(({ subject }) => ({ subject, team: empty })) :
      match(seed, draw.groups, state.pool.inspectors, [...tickets.keys()], []);
    const records = visits.map((visit): VisitRecord => ({ ...visit, ticket: tickets.get(visit.subject)! }));
    draw.expected = records;
    const counted = flag(a, "sealed") || vacanciesOf(records) === executed.vacancies;
    if (!equal(visitsRoot(records), executed.root) || !counted) {
      refuse("draw.visits_root", "名单根或空缺数与重算不符", "root or vacancies are not what the seed gives");
    }
  } else {
    state.notes.push(conflictsNote);
    draw.expected = inOrder().map((visit) => ({ ...visit, team: undefined }));
  }
}

/** Of the visits listed, from the first that is new: what those before amount to is in `loads`. */
export function checkTeams(state: Pick<State, "inspectorRows">, draw: Pick<Draw, "visits" | "groups" | "loads">, from: number): void {
  const { loads } = draw;
  const bad = (subject: string): never => refuse("draw.disclosed_visit",
    `对 ${subject} 的检查与种子或公告不符`, `the visit to ${subject} is not what the seed or the announcement gives`);
  for (const visit of draw.visits.slice(from)) {
    if (visit.team.length !== seatsOf(draw.groups)) bad(visit.subject);
    const officers = visit.team.slice(0, draw.groups[0]!.seats);
    if (officers.includes("") && visit.team.some((id) => id !== "")) bad(visit.subject);
    const seen = new Set<string>();
    const units = new Map<string, number>();
    visit.team.forEach((id, seat) => {
      if (id === "") return;
      const row = state.inspectorRows.get(id) ?? bad(visit.subject);
      const group = groupOfSeat(draw.groups, BigInt(seat))!;
      const load = (loads.get(id) ?? 0n) + 1n;
      const place = `${group} ${row.unit}`;
      const unit = (units.get(place) ?? 0) + 1;
      const limit = draw.groups[group]!.unitLimit;
      if (row.eligibility !== 0n || seen.has(id) || groupOfInspector(draw.groups, row) !== group ||
        load > row.capacity || (limit !== 0 && unit > limit)) {
        bad(visit.subject);
      }
      seen.add(id);
      loads.set(id, load);
      units.set(place, unit);
    });
  }
}

export function admitDisclosed(state: State, { entry, payload: p, authors }: Event): void {
  const draw = drawInPhase(state, p, "executed");
  checkExecutor(state, authors[0]!, hex(draw.announced, "vrf_key"));
  const listed = rows(p, "visits").map((row) =>
    ({ subject: text(row, "subject"), ticket: bytes(row, "ticket"), team: texts(row, "team") }));
  if (!isSubject(state, draw)) {
    if (flag(p, "last")) draw.phase = "disclosed";
    return;
  }
  const opening = isSealed(draw);
  if (opening) {
    checkOpening(draw, p);
    makeKnown(state, draw, p);
  } else {
    checkNoOpening(p);
  }
  const before = draw.visits.length;
  const restricted = isRestricted(draw.announced);
  const all = restricted ? Number(draw.executed!.visits) : draw.expected.length;
  const complete = before + listed.length === all;
  const empty = !opening && listed.length === 0 && all > 0;
  if (number(p, "part") !== draw.parts || empty || flag(p, "last") !== complete || before + listed.length > all) {
    refuse("draw.part", "名单部分的次序或数量有误", "parts of the list out of order or number");
  }
  draw.parts++;
  if (restricted) {
    draw.visits.push(...listed);
    checkListed(state, draw, draw.visits, before);
  }
  if (!restricted) listed.forEach((visit, i) => {
    const expected = draw.expected[before + i]!;
    const same = visit.subject === expected.subject && equal(visit.ticket, expected.ticket) &&
      (expected.team === undefined || (expected.team.length === visit.team.length &&
        expected.team.every((id, seat) => id === visit.team[seat])));
    if (!same) {
      refuse("draw.disclosed_visit", `第 ${before + i + 1} 次检查与种子不符`,
        `visit ${before + i} is not what the seed gives`);
    }
    draw.visits.push(visit);
  });
  checkTeams(state, draw, before);
  if (!complete) return;
  if (restricted) checkListedTeams(state, draw, draw.visits);
  const executed = draw.executed!;
  const sealed = flag(draw.announced, "sealed");
  const counted = sealed || vacanciesOf(draw.visits) === executed.vacancies;
  if (!equal(visitsRoot(draw.visits), executed.root) || !counted) {
    refuse("draw.disclosed_root", "列示与执行时的记录不符", "the list is not what was recorded at execution");
  }
  draw.phase = "disclosed";
  const due = disclosureDue(draw);
  if (isSubject(state, draw) && entry.time > due) state.disclosedLate = { position: entry.position, deadline: due, sealed };
  const decision = sealed ? entry : executed; // before it nobody knows a seat of a sealed draw to be vacant
  draw.tasks = draw.visits.map((visit) => ({
    subject: visit.subject,
    seats: visit.team.map((inspector) => ({ inspector, ordinal: 0, noneLeft: false, recusal: undefined,
      vacated: inspector === "" && drawsTeams(draw.announced) ? { position: decision.position, time: decision.time, by: "" } : undefined })),
    held: new Set(visit.team.filter((id) => id !== "")), hasResult: false, published: false,
    everPublished: false, withheld: false, objection: false,
  }));
  if (entry.position <= executed.position) throw new Error("disclosed before it was executed");
}

export function admitVoided(state: State, { entry, payload: p, authors }: Event): void {
  const draw = drawOf(state, p);
  if (draw.voided || draw.ended) refuse("draw.ended", "抽取已作废或失败", "the draw was voided or has failed");
  if (text(p, "reason") === "") refuse("draw.reason", "没有理由", "no reason is given");
  const executed = draw.phase === "executed" || draw.phase === "disclosed";
  if (executed && !authors.some((author) => author.roles.has("supervisor"))) {
    refuse("draw.void_supervisor", "执行后作废须有监督人签名", "a void after execution takes a supervisor");
  }
  draw.voided = true;
  draw.voidedIn = draw.phase;
  draw.voidedAwaiting = draw.revealed.size < draw.committed.size;
  draw.voidedTime = entry.time;
  draw.ended = draw.phase === "committing" && draw.beacon === undefined;
}

export function admitFailed(state: State, { entry, payload: p }: Event): void {
  const draw = drawInPhase(state, p, "committing");
  if (draw.beacon !== undefined) refuse("draw.has_beacon", "有信标，不能记为失败", "there is a beacon: it cannot fail");
  if (draw.committed.size > 0) refuse("draw.has_commitments", "已有承诺，不能记为失败", "there are commitments: it cannot fail");
  if (entry.time <= big(draw.announced, "commit_deadline")) refuse("draw.early", "尚未到期", "too early");
  draw.phase = "failed";
  draw.ended = true;
}

export function admitAttested(state: State, event: Event): void {
  const { payload: p, authors } = event;
  const draw = drawOf(state, p);
  if (flag(p, "pool")) return checkPoolAttestation(draw, event);
  const name = toHex(authors[0]!.key);
  if (draw.attested.has(name)) refuse("attest.repeated", "已作过见证", "attested already");
  checkSealAttestation(draw, event);
  draw.attested.add(name);
}

export function admitEvidence(state: State, { entry, payload: p, authors }: Event): void {
  if (versionOf(state, text(p, "about")) === 0n) refuse("evidence.about", "所指不存在", "it is about nothing there is");
  const length = new TextEncoder().encode(text(p, "kind")).length;
  if (length < 1 || length > 64) refuse("evidence.kind", "证据种类有误", "the kind of evidence is empty or too long");
  if (isKeyChange(entry.intent.kind, p)) {
    checkTwoTrustees(authors);
    const key = checkKeyChange(state.origin, state.logKeys, p);
    if (state.keys.has(toHex(key))) refuse("log_key.known", "新的日志密钥是某人的密钥", "the log's new key is somebody's own");
    state.logKeys.push(key);
  }
  if (isLoss(entry.intent.kind, p) && !authors.some((author) => author.outside && author.roles.has("trustee"))) {
    refuse("role.outside", "签名的受托人都在运营方内部", "every trustee who signed is inside the operator");
  }
}
