// The rows and the root of the record of a draw (docs/formats/draw.md section 8).
import type { Bytes } from "../bytes.js";
import { rootOf } from "../merkle.js";
import { tuple } from "../tuple.js";

export interface VisitRecord {
  readonly subject: string;
  readonly ticket: Bytes;
  readonly team: readonly string[]; // an inspector for each seat, "" if it is vacant
}

export function encodeVisit(visit: VisitRecord): Bytes {
  return tuple(visit.subject, visit.ticket, visit.team);
}

/** `visits` in visit order, those put aside included. */
export function visitsRoot(visits: readonly VisitRecord[]): Bytes {
  return rootOf(visits.map(encodeVisit));
}

export function vacanciesOf(visits: readonly VisitRecord[]): bigint {
  return BigInt(visits.reduce((sum, visit) => sum + visit.team.filter((member) => member === "").length, 0));
}
