// Recusals, substitutes, results and publication (docs/formats/events.md, "Tasks").
import { substituteSeed } from "../draw/seed.js";
import { type Candidate, substitutesInOrder } from "../draw/substitute.js";
import { groupOfInspector, groupOfSeat } from "../draw/team.js";
import type { Decoded } from "../flatbuffer.js";
import { substituteOutputs } from "./beacon.js";
import { refuse } from "../refusal.js";
import { drawsTeams } from "./form.js";
import { big, bytes, flag, number, rows, text, texts } from "./fields.js";
import { drawOf } from "./draw.js";
import {
  type Draw, type Event, type Key, type Seat, type State, type Task, conflictsOfDraw, inspectorAt, isWithin,
} from "./state.js";

function openDraw(state: State, p: Decoded): Draw {
  const draw = drawOf(state, p);
  if (draw.phase !== "disclosed" || draw.voided) {
    refuse("task.closed", "任务未开放或抽取已作废", "tasks are not open, or the draw was voided");
  }
  return draw;
}

function taskOf(draw: Draw, p: Decoded): Task {
  const visit = big(p, "visit");
  return (visit < BigInt(draw.tasks.length) ? draw.tasks[Number(visit)] : undefined) ??
    refuse("task.visit", "没有该次检查", "there is no such visit");
}

function seatOf(task: Task, p: Decoded): Seat {
  return task.seats[number(p, "seat")] ?? refuse("task.seat", "没有该席位", "there is no such seat");
}

// ---- recusal and substitution ---------------------------------------------------------------------

const grounds = ["kinship", "employment", "shareholding", "same_address", "party_request", "absence", "other"];

export function admitRecusalFiled(state: State, { entry, payload: p, authors }: Event): void {
  const draw = openDraw(state, p);
  const task = taskOf(draw, p);
  const seat = seatOf(task, p);
  if (task.hasResult) refuse("recusal.late", "已有结果", "the visit has its result");
  if (seat.inspector === "") refuse("recusal.vacant", "席位空缺", "the seat is vacant");
  if (seat.recusal !== undefined) refuse("recusal.pending", "已有申请待决定", "one awaits its decision");
  const ground = text(p, "ground");
  if (!grounds.includes(ground)) refuse("recusal.ground", "理由不在字典中", "the ground is not in the dictionary");
  const author = authors[0]!;
  const himself = author.roles.has("inspector") && author.inspector === seat.inspector;
  const unit = inspectorAt(state, seat.inspector, entry.position)!.unit;
  const clerk = author.roles.has("clerk") && (ground === "absence" || ground === "party_request") &&
    (isWithin(state, draw.department, author.department) || isWithin(state, unit, author.department));
  if (!himself && !clerk) refuse("recusal.filer", "无权提出", "not for this person to file");
  seat.recusal = { filer: author.person, ground };
}

const mostSuperiors = 16; // that are asked for a head, the unit itself included

export function admitRecusalDecided(state: State, { entry, payload: p, authors }: Event): void {
  const draw = openDraw(state, p);
  const seat = seatOf(taskOf(draw, p), p);
  const recusal = seat.recusal ?? refuse("recusal.none", "没有待决定的申请", "none awaits a decision");
  const keys = [...state.keys.values()];
  const concerned = new Set([recusal.filer,
    ...keys.filter((key) => key.inspector === seat.inspector).map((key) => key.person)]);
  const mayDecide = (key: Key, department: string): boolean =>
    !key.revoked && key.roles.has("head") && key.department === department && !concerned.has(key.person);
  // Heads whose keys are not in the file cannot be taken into account: a superior may have been entitled.
  const decider = authors[0]!;
  let department = inspectorAt(state, seat.inspector, entry.position)!.unit;
  for (let asked = 0; department !== "" && !keys.some((key) => mayDecide(key, department)); asked++) {
    department = asked + 1 < mostSuperiors ? state.departments.get(department)?.superior ?? "" : "";
  }
  if (!mayDecide(decider, department)) refuse("recusal.decider", "无权决定", "not for this person to decide");
  seat.recusal = undefined;
  if (!flag(p, "approved")) return;
  if (drawsTeams(draw.announced)) seat.vacated = { position: entry.position, time: entry.time, by: seat.inspector };
  seat.inspector = "";
  seat.noneLeft = false;
}

interface Due {
  readonly visit: number;
  readonly seat: number;
  readonly since: bigint;
}

function nextDue(draw: Draw): Due | undefined {
  let first: Due | undefined;
  draw.tasks.forEach((task, visit) => {
    task.seats.forEach((each, seat) => {
      if (each.vacated === undefined) return;
      if (first === undefined || each.vacated.position < first.since) first = { visit, seat, since: each.vacated.position };
    });
  });
  return first;
}

/** Who sits there for a substitute of that decision: whoever left by a later one has not left. */
function sitterAt(seat: Seat, decision: bigint): string {
  if (seat.vacated === undefined || seat.vacated.position <= decision) return seat.inspector;
  return seat.vacated.by;
}

export function admitSubstitute(state: State, event: Event): void {
  const { entry, payload: p } = event;
  const draw = openDraw(state, p);
  const task = taskOf(draw, p);
  const seat = seatOf(task, p);
  const decision = seat.vacated;
  if (decision === undefined) {
    return refuse("substitute.not_due", "席位无需递补", "no substitute is due");
  }
  const due = nextDue(draw)!;
  if (BigInt(due.visit) !== big(p, "visit") || due.seat !== number(p, "seat")) {
    refuse("substitute.order", "未按空出的先后", "not in the order in which seats were vacated");
  }
  if (number(p, "ordinal") !== seat.ordinal + 1) refuse("substitute.ordinal", "次数有误", "not the seat's next number");
  if (entry.time < decision.time + BigInt(number(draw.announced, "substitute_delay_s"))) {
    refuse("substitute.early", "等候时间未到", "the delay has not passed");
  }
  const outputs = substituteOutputs(draw, decision.time, event);

  const number_ = number(p, "seat");
  const group = groupOfSeat(draw.groups, BigInt(number_))!;
  const loads = new Map<string, bigint>();
  for (const other of draw.tasks) {
    for (const each of other.seats) {
      const sitter = sitterAt(each, decision.position);
      loads.set(sitter, (loads.get(sitter) ?? 0n) + 1n);
    }
  }
  const others = task.seats
    .filter((_, i) => i !== number_ && groupOfSeat(draw.groups, BigInt(i)) === group)
    .map((each) => sitterAt(each, decision.position))
    .filter((sitter) => sitter !== "")
    .map((sitter) => state.inspectorRows.get(sitter)!.unit);
  const isEligible = (id: string): boolean => {
    const then = inspectorAt(state, id, decision.position)!;
    return then.active && groupOfInspector(draw.groups, then) === group;
  };
  const candidates = state.pool.inspectors.map((row): Candidate => ({
    row, eligible: isEligible(row.id), conflict: false,
    heldSeat: task.held.has(row.id), load: loads.get(row.id) ?? 0n }));
  const after = substituteSeed(draw.leaf, draw.seed!, task.subject, BigInt(number_), BigInt(number(p, "ordinal")), outputs);
  const able = substitutesInOrder(after, task.subject, draw.groups, BigInt(number_), others, candidates);
  const hidden = conflictsOfDraw(state, big(draw.announced, "pool_position"), decision.position).length;
  const inspector = text(p, "inspector");
  const sound = inspector === "" ? able.length <= hidden : able.slice(0, hidden + 1).includes(inspector);
  if (!sound) refuse("substitute.candidate", "不是应递补的人", "not whom the rule gives");

  seat.ordinal++;
  seat.inspector = inspector;
  seat.noneLeft = inspector === "";
  seat.vacated = undefined;
  if (inspector !== "") task.held.add(inspector);
}

export function admitUnitsAdded(state: State, { entry, payload: p, authors }: Event): void {
  const draw = openDraw(state, p);
  if (draw.stream !== state.subject) return;
  const number_ = number(p, "group");
  const group = draw.groups[number_] ?? refuse("units.group", "没有该组", "there is no such group");
  const open = draw.tasks.filter((task) => !task.hasResult);
  const ofGroup = open.flatMap((task) => task.seats.filter((_, i) => groupOfSeat(draw.groups, BigInt(i)) === number_));
  if (ofGroup.some((seat) => seat.vacated !== undefined)) {
    refuse("units.substitute_due", "该组尚有席位待递补", "a substitute of the group is due");
  }
  if (!ofGroup.some((seat) => seat.noneLeft)) {
    refuse("units.not_needed", "该组没有无人可递补的席位", "no seat of the group is left without candidates");
  }
  const units = texts(p, "units");
  const taken = new Set(draw.groups.flatMap((each) => each.units));
  const good = units.length > 0 && new Set(units).size === units.length &&
    units.every((unit) => state.departments.has(unit) && !taken.has(unit));
  if (!good) {
    refuse("units.units", "单位没有列出、不存在、重复或已在组中", "no units, or one that does not exist, is twice, or is in a group");
  }
  if (!units.every((unit) => isWithin(state, unit, authors[1]!.department))) {
    refuse("units.head", "单位不归第二签名人管理", "a unit is not of the second author's department");
  }
  draw.groups[number_] = { ...group, units: [...group.units, ...units] };
  for (const seat of ofGroup) { // of a visit that has its result nobody is looked for any more
    if (!seat.noneLeft) continue;
    seat.noneLeft = false;
    seat.vacated = { position: entry.position, time: entry.time, by: "" };
  }
}

const namedBesideConflicts = { zh: "有利益冲突在案，指派的人员是否避开须由有权打开者核验",
  en: "conflicts are in force: whether those named heed them is for those who may open them" };

/** Who goes where the draw drew subjects only: filled seats stay, officers' seats are filled, somebody is new. */
export function admitTeamNamed(state: State, { entry, payload: p }: Event): void {
  const draw = openDraw(state, p);
  const task = taskOf(draw, p);
  if (drawsTeams(draw.announced)) refuse("team.form", "检查人员由抽取产生，不得指派", "the teams are drawn, and not named");
  if (task.hasResult) refuse("team.late", "已有结果", "the visit has its result");
  const names = texts(p, "inspectors");
  const filled = names.filter((id) => id !== "");
  const fits = names.length === task.seats.length && new Set(filled).size === filled.length &&
    task.seats.every((seat, i) => seat.inspector === "" || seat.inspector === names[i]) &&
    names.slice(0, draw.groups[0]!.seats).every((id) => id !== "") &&
    task.seats.some((seat, i) => seat.inspector !== names[i]);
  if (!fits) refuse("team.seats", "所列与席位不符", "the list does not fit the seats");
  const units = new Map<string, number>();
  names.forEach((id, i) => {
    if (id === "") return;
    const bad = (): never => refuse("team.inspector", `不能指派 ${id}`, `${id} cannot go`);
    const row = state.inspectorRows.get(id) ?? bad();
    const group = groupOfSeat(draw.groups, BigInt(i))!;
    const now = inspectorAt(state, id, entry.position)!;
    const able = now.active && groupOfInspector(draw.groups, now) === group && !task.held.has(id);
    if (task.seats[i]!.inspector === "" && !able) bad();
    const place = `${group} ${row.unit}`;
    units.set(place, (units.get(place) ?? 0) + 1);
    const limit = draw.groups[group]!.unitLimit;
    if (limit !== 0 && units.get(place)! > limit) bad();
  });
  const hidden = conflictsOfDraw(state, big(draw.announced, "pool_position"), entry.position).length > 0;
  if (hidden && !state.notes.includes(namedBesideConflicts)) state.notes.push(namedBesideConflicts);
  task.seats.forEach((seat, i) => {
    seat.inspector = names[i]!;
    if (seat.inspector !== "") task.held.add(seat.inspector);
  });
}

// ---- results --------------------------------------------------------------------------------------

function checkRows(draw: Draw, p: Decoded): void {
  const listed = rows(p, "rows").map((row) => text(row, "item")).sort();
  if (listed.join("\n") !== [...texts(draw.announced, "items")].sort().join("\n")) {
    refuse("result.items", "事项不全、重复或未公告", "an item is missing, twice or not announced");
  }
  if (rows(p, "rows").some((row) => number(row, "category") < 1 || number(row, "category") > 13)) {
    refuse("result.category", "结果不在字典中", "not a category; there is no default");
  }
}

export function admitResult(state: State, { entry, payload: p, authors }: Event): void {
  const draw = openDraw(state, p);
  const task = taskOf(draw, p);
  if (task.hasResult) refuse("result.recorded", "已有结果", "there is a result already");
  if (task.seats.some((seat) => seat.recusal !== undefined || seat.vacated !== undefined)) {
    refuse("result.team", "回避或递补尚未完成", "a recusal or a substitute is outstanding");
  }
  const officers = task.seats.slice(0, draw.groups[0]!.seats);
  if (!drawsTeams(draw.announced) && officers.some((seat) => seat.inspector === "")) {
    refuse("result.team", "执法人员尚未指派齐", "the officers are not all named yet");
  }
  const who = authors.map((author) => author.inspector);
  if (who.length !== 2 || who[0] === who[1] ||
    !who.every((id) => id !== "" && officers.some((seat) => seat.inspector === id))) {
    refuse("result.officers", "须由两名在席执法人员签名", "two officers of the visit have to sign");
  }
  if (number(p, "method") < 1 || number(p, "method") > 3) refuse("result.method", "检查方式有误", "not a method");
  if (big(p, "visited_at") < draw.executed!.time || big(p, "visited_at") > entry.time) {
    refuse("result.visited_at", "检查时间有误", "the time of the visit makes no sense");
  }
  if (bytes(p, "evidence").length % 32 !== 0) refuse("result.evidence", "证据哈希有误", "evidence is not hashes");
  checkRows(draw, p);
  task.hasResult = true;
}

function taskWithResult(state: State, p: Decoded): { draw: Draw; task: Task } {
  const draw = openDraw(state, p);
  const task = taskOf(draw, p);
  if (!task.hasResult) refuse("result.none", "还没有结果", "there is no result");
  return { draw, task };
}

export function admitResultCorrected(state: State, { payload: p, authors }: Event): void {
  const { draw, task } = taskWithResult(state, p);
  for (const author of authors) {
    const sits = author.inspector !== "" && task.seats.some((seat) => seat.inspector === author.inspector);
    const acts = author.inspector === "" && isWithin(state, draw.department, author.department);
    if (!sits && !acts) refuse("result.concern", "与签名人无关", "not the signer's affair");
  }
  if (text(p, "reason") === "") refuse("result.reason", "没有理由", "no reason is given");
  checkRows(draw, p);
  task.published = false;
}

export function admitFollowedUp(state: State, { payload: p }: Event): void {
  taskWithResult(state, p);
  if (number(p, "kind") < 1 || number(p, "kind") > 4) refuse("result.follow_up", "处理种类有误", "not a kind of follow-up");
}

export function admitPublished(state: State, { payload: p }: Event): void {
  const { task } = taskWithResult(state, p);
  if (task.withheld) refuse("publication.withheld", "已不予公示", "withheld");
  if (task.published) refuse("publication.published", "已公示", "published already");
  task.published = true;
  task.everPublished = true;
}

export function admitWithheld(state: State, { payload: p }: Event): void {
  const { task } = taskWithResult(state, p);
  if (task.withheld) refuse("publication.withheld", "已不予公示", "withheld");
  if (task.everPublished) refuse("publication.published", "已公示", "published already");
  if (!["trade_secret", "privacy", "state_secret", "law"].includes(text(p, "ground"))) {
    refuse("publication.ground", "依据不在字典中", "the ground is not in the dictionary");
  }
  task.withheld = true;
}

export function admitObjection(state: State, { payload: p }: Event): void {
  const { task } = taskWithResult(state, p);
  if (!task.everPublished) refuse("objection.unpublished", "尚未公示", "not published");
  if (task.objection) refuse("objection.open", "已有异议待决定", "one awaits its decision");
  task.objection = true;
}

export function admitObjectionDecided(state: State, { payload: p }: Event): void {
  const { task } = taskWithResult(state, p);
  if (!task.objection) refuse("objection.none", "没有待决定的异议", "none awaits a decision");
  if (text(p, "reason") === "") refuse("result.reason", "没有理由", "no reason is given");
  task.objection = false;
}
