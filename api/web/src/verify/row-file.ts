// The file of one subject's row, read and written (docs/formats/draw-row.md).
import { type Bytes, fromUtf8, utf8 } from "./bytes.js";
import type { ProvenRow } from "./draw/row-proof.js";
import { type Note, parseNote, writeNote } from "./note.js";
import { Lines, type ProvenEntry, entryLines, hashLines, readEntries } from "./proof-lines.js";

export const maxRowFileBytes = 16 * 1024 * 1024;

export interface RowFile {
  readonly origin: string;
  readonly draw: string; // draw/<plan>/<attempt>
  readonly subject: string;
  readonly entries: readonly ProvenEntry[];
  readonly rows: readonly ProvenRow[]; // the subject's, or its neighbours
  readonly checkpoint: Note;
}

const kind = "liuhen/draw-row/v";

/** Whether the file says that it is one, of whatever version. */
export function isRowFile(bytes: Bytes): boolean {
  const start = utf8("liuhen/draw-row/");
  return start.every((byte, i) => bytes[i] === byte);
}

/** Refuses with `proof.format`, a later version with `proof.version`, and as parseNote. */
export function parseRowFile(bytes: Bytes): RowFile {
  const lines = Lines.of(bytes, maxRowFileBytes);
  lines.heading(kind);
  const origin = lines.words("origin", 1)[0]!;
  const draw = lines.words("draw", 1)[0]!;
  const subject = lines.words("subject", 1)[0]!;
  const entries = readEntries(lines);
  const rows = lines.list("rows", (): ProvenRow => {
    const [index, id, ...numbers] = lines.words("row", 5) as [string, string, string, string, string];
    const [stratum, weight, eligibility] = numbers.map((word) => lines.number64(word)) as [bigint, bigint, bigint];
    return { index: lines.number64(index), row: { id, stratum, weight, eligibility }, path: lines.hashes() };
  });
  if (lines.next() !== "checkpoint") lines.bad();
  return { origin, draw, subject, entries, rows, checkpoint: parseNote(utf8(lines.rest())) };
}

export function writeRowFile(file: RowFile): Bytes {
  const out = [`${kind}1`, `origin ${file.origin}`, `draw ${file.draw}`, `subject ${file.subject}`,
    ...entryLines(file.entries), `rows ${file.rows.length}`];
  for (const { index, row, path } of file.rows) {
    out.push(`row ${index} ${row.id} ${row.stratum} ${row.weight} ${row.eligibility}`, ...hashLines(path));
  }
  return utf8(`${out.join("\n")}\ncheckpoint\n${fromUtf8(writeNote(file.checkpoint))!}`);
}
