// What a visit's team is made of (docs/formats/draw.md section 7.1).
import { refuse } from "../refusal.js";
import type { InspectorRow } from "./pool.js";

export interface SeatGroup {
  readonly qualification: string; // empty: any
  readonly units: readonly string[];
  readonly seats: number;
  readonly unitLimit: number; // members of one unit in this group of one visit; 0: no limit
}

export const maxSeats = 64;

export function seatsOf(groups: readonly SeatGroup[]): number {
  return groups.reduce((sum, group) => sum + group.seats, 0);
}

/** Refuses with `draw.team`. */
export function checkGroups(groups: readonly SeatGroup[]): void {
  const good = groups.length > 0 && groups[0]!.seats >= 2 && seatsOf(groups) <= maxSeats &&
    groups.every((group) => group.seats >= 1 && group.units.length >= 1);
  if (!good) refuse("draw.team", "席位分组不合规", "the groups of seats are not as they must be");
}

/** The group of a seat, seats being numbered from 0 through all groups; undefined if there is none. */
export function groupOfSeat(groups: readonly SeatGroup[], seat: bigint): number | undefined {
  let first = 0n;
  for (const [number, group] of groups.entries()) {
    first += BigInt(group.seats);
    if (seat < first) return number;
  }
  return undefined;
}

/** The first group he fits; undefined if none. Eligibility plays no part. */
export function groupOfInspector(
  groups: readonly SeatGroup[], inspector: Pick<InspectorRow, "unit" | "qualifications">): number | undefined {
  const found = groups.findIndex((group) => group.units.includes(inspector.unit) &&
    (group.qualification === "" || inspector.qualifications.includes(group.qualification)));
  return found < 0 ? undefined : found;
}
