// Departments, items, rules, plans, imports and conflicts (docs/formats/events.md).
import type { Decoded } from "../flatbuffer.js";
import { refuse } from "../refusal.js";
import { inspectorStatuses } from "../schema.js";
import { big, bytes, flag, hex, number, rows, text, texts } from "./fields.js";
import { scopeOf } from "./scope.js";
import { type Conflict, type Event, type Item, type State, isWithin } from "./state.js";

function checkNamed(p: Decoded): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(text(p, "id"))) refuse("catalogue.id", "编号不合规", "not an id");
  if (text(p, "name") === "") refuse("catalogue.name", "没有名称", "there is no name");
}

function checkDepartment(state: State, id: string): void {
  const department = state.departments.get(id) ??
    refuse("department.unknown", `没有该部门：${id}`, `there is no such department: ${id}`);
  if (!department.active) refuse("department.inactive", `部门已停用：${id}`, `the department is not active: ${id}`);
}

function checkRevision(p: Decoded, before: number): void {
  if (number(p, "revision") !== before + 1) refuse("catalogue.revision", "不是下一版", "not the next revision");
}

export function admitDepartment(state: State, { payload: p }: Event): void {
  checkNamed(p);
  if (!/^[0-9]{6}$/.test(text(p, "division"))) {
    refuse("department.division", "行政区划不是六位数字", "the division is not six digits");
  }
  const superior = text(p, "superior");
  if (superior !== "") {
    checkDepartment(state, superior);
    if (superior === text(p, "id") || isWithin(state, superior, text(p, "id"))) {
      refuse("department.cycle", "隶属成环", "the department would be below itself");
    }
  }
  state.departments.set(text(p, "id"), { superior, active: flag(p, "active") });
}

export function admitItemListed(state: State, { payload: p, authors }: Event): void {
  checkNamed(p);
  const before = state.items.get(text(p, "id"));
  if (before?.withdrawn) refuse("item.withdrawn", "事项已撤销", "the item is withdrawn");
  checkRevision(p, before?.revision ?? 0);
  checkDepartment(state, text(p, "department"));
  if (["basis", "object", "content"].some((name) => text(p, name) === "")) {
    refuse("item.incomplete", "缺依据、对象或内容", "basis, object or content is missing");
  }
  state.items.set(text(p, "id"), { department: text(p, "department"), inForce: before?.inForce ?? "", revision: number(p, "revision"),
    lister: authors[0]!.person, stage: "listed", published: before?.published ?? false, withdrawn: false });
}

function newest(state: State, p: Decoded, stage: Item["stage"]): Item {
  const item = state.items.get(text(p, "id")) ?? refuse("item.unknown", "没有该事项", "there is no such item");
  if (item.revision !== number(p, "revision") || item.stage !== stage || item.withdrawn) {
    refuse("item.stage", "不是最新一版，或不在这一步", "not the newest revision, or not at this step");
  }
  return item;
}

export function admitItemReviewed(state: State, { payload: p, authors }: Event): void {
  const item = newest(state, p, "listed");
  if (item.lister === authors[0]!.person) {
    refuse("item.reviewer", "列入者本人审核", "reviewed by the person who listed it");
  }
  item.stage = flag(p, "approved") ? "approved" : "rejected";
}

export function admitItemPublished(state: State, { payload: p }: Event): void {
  const item = newest(state, p, "approved");
  item.stage = "published";
  item.inForce = item.department;
  item.published = true;
}

export function admitItemWithdrawn(state: State, { payload: p }: Event): void {
  const item = state.items.get(text(p, "id")) ?? refuse("item.unknown", "没有该事项", "there is no such item");
  if (item.withdrawn) refuse("item.withdrawn", "事项已撤销", "the item is withdrawn");
  item.withdrawn = true;
}

export function isInForce(state: State, id: string): boolean {
  const item = state.items.get(id);
  return item !== undefined && item.published && !item.withdrawn;
}

export function admitRule(state: State, { payload: p }: Event): void {
  checkNamed(p);
  const before = state.rules.get(text(p, "id"));
  checkRevision(p, before === undefined ? 0 : number(before, "revision"));
  checkDepartment(state, text(p, "department"));
  const strata = rows(p, "strata");
  const labels = new Set(strata.map((row) => text(row, "label")));
  if (strata.length < 1 || strata.length > 256 || labels.size !== strata.length || labels.has("")) {
    refuse("rule.strata", "分层数量或名称有误", "the number or the labels of strata are wrong");
  }
  for (const row of strata) {
    const [low, lowOf, high, highOf] = [big(row, "min_num"), big(row, "min_den"), big(row, "max_num"), big(row, "max_den")];
    if (lowOf < 1n || highOf < 1n || low > lowOf || high > highOf || low * highOf > high * lowOf) {
      refuse("rule.rate", "比例界限不成立", "the bounds make no sense");
    }
    scopeOf(row, "conditions", true);
  }
  const capacities = [number(p, "default_capacity"), ...rows(p, "capacities").map((row) => number(row, "capacity"))];
  const units = rows(p, "capacities").map((row) => text(row, "unit"));
  const known = new Set(units).size === units.length && units.every((unit) => state.departments.has(unit));
  if (capacities.some((capacity) => capacity < 1) || !known) {
    refuse("rule.capacity", "任务上限有误", "the capacities make no sense");
  }
  if (number(p, "margin_s") < 60) refuse("rule.margin", "时间裕量不足 60 秒", "the margin is below 60 seconds");
  if (number(p, "rest_days") > 3660) refuse("rule.rest_days", "间隔超过 3660 天", "the rest is above 3660 days");
  const weights = rows(p, "weights");
  for (const row of weights) scopeOf(row, "conditions");
  if (weights.length > 64 || weights.some((row) => big(row, "weight") < 1n || big(row, "weight") > 1_000_000n)) {
    refuse("rule.weights", "权重的条数或大小有误", "weights: too many, or one out of bounds");
  }
  state.rules.set(text(p, "id"), p);
}

export function admitPlan(state: State, { payload: p }: Event): void {
  checkNamed(p);
  const before = state.plans.get(text(p, "id"));
  checkRevision(p, before === undefined ? 0 : number(before, "revision"));
  checkDepartment(state, text(p, "department"));
  const items = texts(p, "items");
  for (const id of items) {
    if (!isInForce(state, id)) refuse("item.unlisted", `未在现行清单中公布：${id}`, `not in the list in force: ${id}`);
  }
  const owned = items.every((id) => isWithin(state, state.items.get(id)!.inForce, text(p, "department")));
  if (items.length === 0 || new Set(items).size !== items.length || !owned) {
    refuse("plan.item", "没有事项、重复，或不属于该部门", "no items, one twice, or not of the department");
  }
  const rule = state.rules.get(text(p, "rule"));
  if (rule === undefined || !isWithin(state, text(p, "department"), text(rule, "department"))) {
    return refuse("plan.rule", "没有该细则，或不适用于该部门", "there is no such rule, or it is not for the department");
  }
  if (number(p, "year") < 2000 || number(p, "year") > 2200) refuse("plan.year", "年度不合理", "the year is odd");
  scopeOf(p, "scope");
  const strata = rows(rule, "strata");
  const rates = rows(p, "rates");
  const numbers = new Set(rates.map((row) => number(row, "stratum")));
  const sound = rates.length > 0 && numbers.size === rates.length && rates.every((row) =>
    number(row, "stratum") < strata.length && big(row, "den") > 0n && big(row, "num") <= big(row, "den") &&
    (big(row, "fixed") === 0n || (big(row, "num") === 0n && big(row, "minimum") === 0n && big(row, "maximum") === 0n)) &&
    (big(row, "maximum") === 0n || big(row, "minimum") <= big(row, "maximum")));
  if (!sound) refuse("plan.rates", "分层或比例有误", "a stratum or a rate makes no sense");
  const shared = rates.every((row) => big(row, "num") === 0n && big(row, "fixed") === 0n);
  for (const row of rates) {
    const bounds = strata[number(row, "stratum")]!;
    const [num, den] = [big(row, "num"), big(row, "den")];
    const within = num * big(bounds, "min_den") >= big(bounds, "min_num") * den &&
      num * big(bounds, "max_den") <= big(bounds, "max_num") * den;
    if (!shared && big(row, "fixed") === 0n && !within) {
      refuse("plan.bounds", "比例超出细则界限", "a rate is outside the rule's bounds");
    }
  }
  state.plans.set(text(p, "id"), p);
}

/** Who an inspector is, the last row that names him counting. Whether the part is as it must be, only the whole log shows. */
export function admitInspectorsImported(state: State, { entry, payload: p }: Event): void {
  for (const row of rows(p, "rows")) {
    const id = text(row, "id");
    const changes = state.inspectors.get(id) ?? [];
    state.inspectors.set(id, changes);
    const active = inspectorStatuses[number(row, "status")] === "active";
    changes.push({ position: entry.position, unit: text(row, "unit"),
      qualifications: texts(row, "qualifications"), active });
  }
}

export function admitConflictDeclared(state: State, { payload: p, authors }: Event): void {
  checkDepartment(state, text(p, "unit"));
  if (state.conflicts.has(hex(p, "commitment"))) refuse("conflict.known", "已申报过", "declared before");
  state.conflicts.set(hex(p, "commitment"), { commitment: bytes(p, "commitment"), unit: text(p, "unit"),
    declarer: authors[0]!.person, decided: false, inForceFrom: undefined, endedAt: undefined });
}

const declared = (state: State, p: Decoded): Conflict =>
  state.conflicts.get(hex(p, "commitment")) ?? refuse("conflict.unknown", "没有申报过", "not declared");

function checkNotOwn(conflict: Conflict, authors: Event["authors"]): void {
  if (conflict.declarer === authors[0]!.person) {
    refuse("conflict.own", "由申报人决定", "decided by the person who declared it");
  }
}

export function admitConflictDecided(state: State, { entry, payload: p, authors }: Event): void {
  const conflict = declared(state, p);
  if (conflict.decided) refuse("conflict.decided", "已决定", "decided before");
  checkNotOwn(conflict, authors);
  conflict.decided = true;
  if (flag(p, "approved")) conflict.inForceFrom = entry.position;
}

export function admitConflictEnded(state: State, { entry, payload: p, authors }: Event): void {
  const conflict = declared(state, p);
  if (conflict.inForceFrom === undefined) refuse("conflict.not_in_force", "未获批准", "not approved");
  if (conflict.endedAt !== undefined) refuse("conflict.ended", "已终止", "ended before");
  if (text(p, "reason") === "") refuse("conflict.reason", "没有理由", "there is no reason");
  checkNotOwn(conflict, authors);
  conflict.endedAt = entry.position;
}
