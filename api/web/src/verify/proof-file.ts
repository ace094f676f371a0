// The proof file of a draw, read and written (docs/formats/draw-proof.md).
import { type Bytes, fromUtf8, toBase64, utf8 } from "./bytes.js";
import type { InspectorRow, SubjectRow } from "./draw/pool.js";
import type { CommittedRow } from "./draw/restricted-pool.js";
import { type Note, parseNote, writeNote } from "./note.js";
import { Lines, type ProvenEntry, entryLines, readEntries } from "./proof-lines.js";

export const maxProofFileBytes = 1024 * 1024 * 1024;

export interface ProofFile {
  readonly origin: string;
  readonly draw: string; // draw/<plan>/<attempt>
  readonly entries: readonly ProvenEntry[];
  readonly subjects: readonly SubjectRow[];
  readonly committed?: readonly CommittedRow[] | undefined; // of a restricted pool, in their place
  readonly inspectors: readonly InspectorRow[];
  readonly conflicts: readonly Bytes[];
  readonly checkpoint: Note;
}

const kind = "liuhen/draw-proof/v";

/** Whether the file says that it is one, of whatever version. */
export function isProofFile(bytes: Bytes): boolean {
  const start = utf8("liuhen/draw-proof/");
  return start.every((byte, i) => bytes[i] === byte);
}

function escaped(text: string): string {
  if (text === "-") return "%2D";
  return text.replace(/[\x00-\x20\x7f%,]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function unescaped(word: string): string | undefined {
  const text = word.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return escaped(text) === word ? text : undefined;
}

/** Refuses with `proof.format`, a later version with `proof.version`, and as parseNote. */
export function parseProofFile(bytes: Bytes): ProofFile {
  const lines = Lines.of(bytes, maxProofFileBytes);
  const restricted = lines.heading(kind) === 2;
  const origin = lines.words("origin", 1)[0]!;
  const draw = lines.words("draw", 1)[0]!;
  const entries = readEntries(lines);
  const committed = restricted ? lines.list("subjects", (): CommittedRow => {
    const [id, commitment] = lines.words("subject", 2) as [string, string];
    return { id, commitment: lines.hash(commitment) };
  }) : undefined;
  const subjects = restricted ? [] : lines.list("subjects", (): SubjectRow => {
    const [id, stratum, weight, eligibility] = lines.words("subject", 4) as [string, string, string, string];
    return { id, stratum: lines.number64(stratum), weight: lines.number64(weight),
      eligibility: lines.number64(eligibility) };
  });
  const inspectors = lines.list("inspectors", (): InspectorRow => {
    const [id, unit, capacity, eligibility, qualifications] =
      lines.words("inspector", 5) as [string, string, string, string, string];
    return { id, unit: unescaped(unit) ?? lines.bad(), capacity: lines.number64(capacity),
      eligibility: lines.number64(eligibility),
      qualifications: qualifications === "-" ? []
        : qualifications.split(",").map((word) => unescaped(word) ?? lines.bad()) };
  });
  const conflicts = lines.list("conflicts", () => lines.hash(lines.words("conflict", 1)[0]!));
  if (lines.next() !== "checkpoint") lines.bad();
  const checkpoint = parseNote(utf8(lines.rest()));
  return { origin, draw, entries, subjects, committed, inspectors, conflicts, checkpoint };
}

export function writeProofFile(file: ProofFile): Bytes {
  const { committed } = file;
  const out = [`${kind}${committed === undefined ? 1 : 2}`, `origin ${file.origin}`, `draw ${file.draw}`, ...entryLines(file.entries)];
  out.push(`subjects ${(committed ?? file.subjects).length}`);
  for (const row of committed ?? []) out.push(`subject ${row.id} ${toBase64(row.commitment)}`);
  for (const row of file.subjects) out.push(`subject ${row.id} ${row.stratum} ${row.weight} ${row.eligibility}`);
  out.push(`inspectors ${file.inspectors.length}`);
  for (const row of file.inspectors) {
    const qualifications = row.qualifications.map(escaped).join(",") || "-";
    out.push(`inspector ${row.id} ${escaped(row.unit)} ${row.capacity} ${row.eligibility} ${qualifications}`);
  }
  out.push(`conflicts ${file.conflicts.length}`);
  for (const commitment of file.conflicts) out.push(`conflict ${toBase64(commitment)}`);
  return utf8(`${out.join("\n")}\ncheckpoint\n${fromUtf8(writeNote(file.checkpoint))!}`);
}
