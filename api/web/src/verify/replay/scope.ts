// Conditions of scopes: field ∈ values, all of which must hold (docs/formats/events.md).
import type { Decoded } from "../flatbuffer.js";
import { refuse } from "../refusal.js";
import { scopeFields, subjectKinds } from "../schema.js";
import { number, rows, texts } from "./fields.js";

type Scope = ReadonlyMap<string, readonly string[]>;

const forms: Readonly<Record<string, (value: string) => boolean>> = {
  kind: (value) => value !== "unknown" && (subjectKinds as readonly string[]).includes(value),
  division: (value) => /^([0-9]{2}){1,3}$/.test(value),
  section: (value) => /^[A-T]$/.test(value),
  industry: (value) => /^[A-T][0-9]{2}$/.test(value),
};

const isClass = (value: string): boolean => value !== "" && new TextEncoder().encode(value).length <= 24;

/** Refuses with `scope.condition`, and with `scope.restricted` where nothing may speak of what is restricted. */
export function scopeOf(row: Decoded, name: string, restrictedToo = false): Scope {
  const scope = new Map<string, readonly string[]>();
  for (const condition of rows(row, name)) {
    const field = scopeFields[number(condition, "field")] ?? "none";
    const values = texts(condition, "values");
    if (field === "risk_class" && !restrictedToo) {
      refuse("scope.restricted", "风险等级只能用于细则的分层", "only the strata of a rule may speak of the risk class");
    }
    const form = field === "risk_class" ? isClass : forms[field];
    const good = form !== undefined && !scope.has(field) && values.length > 0 &&
      new Set(values).size === values.length && values.every(form);
    if (!good) refuse("scope.condition", "条件有误", "a condition makes no sense");
    scope.set(field, values);
  }
  return scope;
}

const covers = (field: string, wide: string, narrow: string): boolean =>
  field === "division" ? narrow.startsWith(wide) : narrow === wide;

export function narrows(wide: Scope, narrow: Scope): boolean {
  return [...wide].every(([field, values]) => narrow.get(field)?.every(
    (value) => values.some((each) => covers(field, each, value))) ?? false);
}

/** Sections and industries are beginnings of one another, as divisions are. */
const familyOf = (field: string): string => (field === "industry" ? "section" : field);

/** Whether something may be in both, as far as their conditions tell. */
export function overlap(a: Scope, b: Scope): boolean {
  const goWith = (field: string, x: string, y: string): boolean =>
    field === "kind" ? x === y : x.startsWith(y) || y.startsWith(x);
  return [...a].every(([field, values]) => [...b].every(([other, others]) => familyOf(field) !== familyOf(other) ||
    values.some((x) => others.some((y) => goWith(field, x, y)))));
}
