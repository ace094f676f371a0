// The file of one subject's row, read and written (docs/formats/draw-row.md).
import { type Bytes, fromUtf8, toBase64, utf8 } from "./bytes.js";
import type { CommittedRow, Opening, RowContent } from "./draw/restricted-pool.js";
import type { ProvenRow } from "./draw/row-proof.js";
import { type Note, parseNote, writeNote } from "./note.js";
import { Lines, type ProvenEntry, entryLines, hashLines, readEntries } from "./proof-lines.js";

export const maxRowFileBytes = 16 * 1024 * 1024;

/** The subject's own row of a restricted pool, opened. */
export interface OpenedRow {
  readonly index: bigint;
  readonly row: CommittedRow;
  readonly path: readonly Bytes[];
  readonly content: RowContent;
  readonly salt: Bytes;
  readonly cutoff: Opening | undefined; // once executed: of its stratum, no bytes where none is drawn
}

export interface RowFile {
  readonly origin: string;
  readonly draw: string; // draw/<plan>/<attempt>
  readonly subject: string;
  readonly entries: readonly ProvenEntry[];
  readonly rows: readonly ProvenRow[]; // the subject's, or its neighbours
  readonly opened?: OpenedRow | undefined; // in place of rows, of a restricted pool
  readonly checkpoint: Note;
}

const kind = "liuhen/draw-row/v";

/** Whether the file says that it is one, of whatever version. */
export function isRowFile(bytes: Bytes): boolean {
  const start = utf8("liuhen/draw-row/");
  return start.every((byte, i) => bytes[i] === byte);
}

function readOpened(lines: Lines): OpenedRow {
  if (lines.number64(lines.words("rows", 1)[0]!) !== 1n) lines.bad();
  const [index, id, commitment] = lines.words("row", 3) as [string, string, string];
  const row = { id, commitment: lines.hash(commitment) };
  const path = lines.hashes();
  const [stratum, weight, eligibility, blind, salt] = lines.words("opened", 5) as [string, string, string, string, string];
  const content = { stratum: lines.number64(stratum), weight: lines.number64(weight),
    eligibility: lines.number64(eligibility), blind: lines.hash(blind) };
  const opened = { index: lines.number64(index), row, path, content, salt: lines.hash(salt) };
  if (!lines.startsWith("cutoff")) return { ...opened, cutoff: undefined };
  const [cutoffSalt, cutoff] = lines.words("cutoff", 2) as [string, string];
  return { ...opened, cutoff: { salt: lines.hash(cutoffSalt), content: cutoff === "-" ? new Uint8Array(0) : lines.hash(cutoff) } };
}

function openedLines({ index, row, path, content, salt, cutoff }: OpenedRow): string[] {
  const out = [`row ${index} ${row.id} ${toBase64(row.commitment)}`, ...hashLines(path),
    `opened ${content.stratum} ${content.weight} ${content.eligibility} ${toBase64(content.blind)} ${toBase64(salt)}`];
  if (cutoff !== undefined) {
    out.push(`cutoff ${toBase64(cutoff.salt)} ${cutoff.content.length === 0 ? "-" : toBase64(cutoff.content)}`);
  }
  return out;
}

/** Refuses with `proof.format`, a later version with `proof.version`, and as parseNote. */
export function parseRowFile(bytes: Bytes): RowFile {
  const lines = Lines.of(bytes, maxRowFileBytes);
  const restricted = lines.heading(kind) === 2;
  const origin = lines.words("origin", 1)[0]!;
  const draw = lines.words("draw", 1)[0]!;
  const subject = lines.words("subject", 1)[0]!;
  const entries = readEntries(lines);
  const opened = restricted ? readOpened(lines) : undefined;
  const rows = restricted ? [] : lines.list("rows", (): ProvenRow => {
    const [index, id, ...numbers] = lines.words("row", 5) as [string, string, string, string, string];
    const [stratum, weight, eligibility] = numbers.map((word) => lines.number64(word)) as [bigint, bigint, bigint];
    return { index: lines.number64(index), row: { id, stratum, weight, eligibility }, path: lines.hashes() };
  });
  if (lines.next() !== "checkpoint") lines.bad();
  return { origin, draw, subject, entries, rows, opened, checkpoint: parseNote(utf8(lines.rest())) };
}

export function writeRowFile(file: RowFile): Bytes {
  const { opened } = file;
  const out = [`${kind}${opened === undefined ? 1 : 2}`, `origin ${file.origin}`, `draw ${file.draw}`, `subject ${file.subject}`,
    ...entryLines(file.entries), `rows ${opened === undefined ? file.rows.length : 1}`];
  if (opened !== undefined) out.push(...openedLines(opened));
  for (const { index, row, path } of file.rows) {
    out.push(`row ${index} ${row.id} ${row.stratum} ${row.weight} ${row.eligibility}`, ...hashLines(path));
  }
  return utf8(`${out.join("\n")}\ncheckpoint\n${fromUtf8(writeNote(file.checkpoint))!}`);
}
