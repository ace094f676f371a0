// Who goes instead (docs/formats/draw.md section 9).
import { type Bytes, compare } from "../bytes.js";
import { KeyedHash } from "../hash.js";
import { refuse } from "../refusal.js";
import { checkId, compareIds, preparedId } from "./ids.js";
import type { InspectorRow } from "./pool.js";
import { pairKey } from "./seed.js";
import { type SeatGroup, checkGroups, groupOfInspector, groupOfSeat } from "./team.js";

/** An inspector of the announced pool, as things stood at the decision. */
export interface Candidate {
  readonly row: InspectorRow; // as announced; its eligibility is not looked at
  readonly eligible: boolean;
  readonly conflict: boolean;
  readonly heldSeat: boolean; // holds a seat of this visit, or ever did
  readonly load: bigint; // seats of this draw whose sitter he is
}

/**
 * All who may take the seat, the chosen one first. `otherUnits` are of the sitters of the other seats of the
 * same group of this visit, one for each. Refuses with `draw.team`, `draw.seat`, `draw.id`.
 */
export function substitutesInOrder(
  seedOfSubstitute: Bytes, subject: string, groups: readonly SeatGroup[], seat: bigint,
  otherUnits: readonly string[], candidates: readonly Candidate[]): string[] {
  checkGroups(groups);
  const number = groupOfSeat(groups, seat) ??
    refuse("draw.seat", "没有该席位", "there is no such seat");
  const limit = groups[number]!.unitLimit;
  const hash = new KeyedHash(pairKey(seedOfSubstitute, subject));
  const able: { id: string; order: Bytes }[] = [];
  for (const candidate of candidates) {
    const { id, unit } = candidate.row;
    checkId(id);
    if (!candidate.eligible || candidate.conflict || candidate.heldSeat) continue;
    if (groupOfInspector(groups, candidate.row) !== number) continue;
    if (candidate.load >= candidate.row.capacity) continue;
    if (limit !== 0 && otherUnits.filter((other) => other === unit).length >= limit) continue;
    able.push({ id, order: hash.of(preparedId(id)) });
  }
  able.sort((a, b) => compare(a.order, b.order) || compareIds(a.id, b.id));
  return able.map((each) => each.id);
}
