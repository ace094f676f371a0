// The plain text in which cases of draws and their outcomes are written, as in tests/crypto/draw/data.
import { fromHex } from "../dist/verify/bytes.js";
import { drawnCounts } from "../dist/verify/draw/allocation.js";
import { selectByWeight } from "../dist/verify/draw/pps.js";
import { eligibleByStratum, select } from "../dist/verify/draw/selection.js";
import { subjectPool, inspectorPool } from "../dist/verify/draw/pool.js";
import { match } from "../dist/verify/draw/matching.js";
import { visitsRoot } from "../dist/verify/draw/record.js";
import { substituteSeed } from "../dist/verify/draw/seed.js";
import { substitutesInOrder } from "../dist/verify/draw/substitute.js";
import { toHex } from "../dist/verify/bytes.js";

export const word = (text) => (text === "" ? "~" : text);
const unword = (text) => (text === "~" ? "" : text);
const list = (text) => (text === "~" ? [] : text.split(",").map(unword));

/** Each case's lines, as words. */
export function casesOf(text) {
  const cases = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const words = line.split(" ");
    if (words[0] === "case") cases.push([]);
    cases.at(-1).push(words);
  }
  return cases;
}

const groupFrom = (w) =>
  ({ qualification: unword(w[1]), units: list(w[2]), seats: Number(w[3]), unitLimit: Number(w[4]) });
const inspectorFrom = (w) => ({ id: w[1], unit: w[2], qualifications: list(w[3]),
  capacity: BigInt(w[4]), eligibility: BigInt(w[5]) });
const of = (lines, name) => lines.filter((w) => w[0] === name);

const sharesOf = (lines) =>
  of(lines, "stratum").map((w) => ({ num: BigInt(w[1]), den: BigInt(w[2]), fixed: BigInt(w[3]),
    minimum: BigInt(w[4] ?? 0), maximum: BigInt(w[5] ?? 0) }));

/** The lines that answer the case, from its other lines. */
export const answers = {
  selection(lines) {
    const shares = sharesOf(lines);
    const rows = of(lines, "row").map((w) =>
      ({ id: w[1], stratum: BigInt(w[2]), weight: 1n, eligibility: BigInt(w[3]) }));
    const out = [`root ${toHex(subjectPool(rows).root)}`];
    const { strata, drawn } = select(fromHex(lines[0][1]), shares, BigInt(lines[0][2]), rows);
    strata.forEach((stratum, i) => {
      out.push(`outcome ${stratum.eligible} ${stratum.drawn} ${stratum.cutoff ? toHex(stratum.cutoff) : "~"}`);
      for (const each of drawn) if (each.stratum === i) out.push(`drawn ${each.id} ${toHex(each.ticket)}`);
    });
    return out;
  },
  weighted(lines) {
    const rows = of(lines, "row").map((w) =>
      ({ id: w[1], stratum: BigInt(w[2]), weight: BigInt(w[3]), eligibility: BigInt(w[4]) }));
    const shares = sharesOf(lines);
    const groups = eligibleByStratum(rows, shares.length);
    const counts = drawnCounts(shares, BigInt(lines[0][2]), groups.map((group) => BigInt(group.length)));
    return groups.flatMap((group, i) => {
      const { chosen, restDrawn, restWeight, start } =
        selectByWeight(fromHex(lines[0][1]), BigInt(i), group, counts[i]);
      return [`outcome ${group.length} ${counts[i]} ${restDrawn} ${restWeight} ${start}`,
        ...chosen.map((each) => `drawn ${each.id} ${toHex(each.ticket)}`)];
    });
  },
  matching(lines) {
    const inspectors = of(lines, "inspector").map(inspectorFrom);
    const out = [`inspectors ${toHex(inspectorPool(inspectors).root)}`];
    const tickets = new Map(of(lines, "subject").map((w) => [w[1], fromHex(w[2])]));
    const conflicts = of(lines, "conflict").map((w) => ({ subject: w[1], inspector: w[2] }));
    const visits = match(fromHex(lines[0][1]), of(lines, "group").map(groupFrom), inspectors,
      [...tickets.keys()], conflicts);
    for (const visit of visits) {
      out.push(`visit ${visit.subject} ${visit.taken ? 1 : 0} ${visit.team.map(word).join(",")}`);
    }
    const rows = visits.map((visit) => ({ ...visit, ticket: tickets.get(visit.subject) }));
    out.push(`root ${toHex(visitsRoot(rows))}`);
    return out;
  },
  substitute(lines) {
    const [, announcement, seed, subject, seat, ordinal, outputs, otherUnits] = lines[0];
    const after = substituteSeed(fromHex(announcement), fromHex(seed), subject, BigInt(seat), BigInt(ordinal),
      list(outputs).map(fromHex));
    const now = of(lines, "now");
    const candidates = of(lines, "inspector").map((w, i) => ({ row: inspectorFrom(w), eligible: now[i][1] === "1",
      conflict: now[i][2] === "1", heldSeat: now[i][3] === "1", load: BigInt(now[i][4]) }));
    const chosen = substitutesInOrder(after, subject, of(lines, "group").map(groupFrom), BigInt(seat),
      list(otherUnits), candidates)[0];
    return [`seed ${toHex(after)}`, `chosen ${word(chosen ?? "")}`];
  },
};

/** Which lines of a case are answers. */
export const answered = {
  selection: ["root", "outcome", "drawn"],
  weighted: ["outcome", "drawn"],
  matching: ["inspectors", "visit", "root"],
  substitute: ["seed", "chosen"],
};
