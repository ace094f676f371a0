// The proof file of a draw, read and written (docs/formats/draw-proof.md).
import { type Bytes, decimal, fromBase64, fromUtf8, toBase64, utf8 } from "./bytes.js";
import type { InspectorRow, SubjectRow } from "./draw/pool.js";
import { type Note, parseNote, writeNote } from "./note.js";
import { refuse } from "./refusal.js";

export const maxProofFileBytes = 1024 * 1024 * 1024;

export interface ProvenEntry {
  readonly position: bigint;
  readonly bytes: Bytes;
  readonly proof: readonly Bytes[]; // from the leaf's sibling upward
}

export interface ProofFile {
  readonly origin: string;
  readonly draw: string; // draw/<plan>/<attempt>
  readonly entries: readonly ProvenEntry[];
  readonly subjects: readonly SubjectRow[];
  readonly inspectors: readonly InspectorRow[];
  readonly conflicts: readonly Bytes[];
  readonly checkpoint: Note;
}

const heading = "liuhen/draw-proof/v1";

function escaped(text: string): string {
  if (text === "-") return "%2D";
  return text.replace(/[\x00-\x20\x7f%,]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function unescaped(word: string): string | undefined {
  const text = word.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return escaped(text) === word ? text : undefined;
}

class Lines {
  private at = 0;
  private number = 0;

  constructor(private readonly whole: string) {}

  bad(): never {
    return refuse("proof.format", `证明文件第 ${this.number} 行的格式不对`,
      `line ${this.number} is not in the form of a proof file`);
  }

  next(): string {
    this.number++;
    const end = this.whole.indexOf("\n", this.at);
    if (end < 0) this.bad();
    const line = this.whole.slice(this.at, end);
    this.at = end + 1;
    return line;
  }

  /** The words after the first, which has to be `first`. */
  words(first: string, count: number): string[] {
    const words = this.next().split(" ");
    if (words[0] !== first || words.length !== count + 1 || words.includes("")) this.bad();
    return words.slice(1);
  }

  startsWith(word: string): boolean {
    return this.whole.startsWith(`${word} `, this.at);
  }

  number64(word: string): bigint {
    return decimal(word) ?? this.bad();
  }

  base64(word: string): Bytes {
    return fromBase64(word) ?? this.bad();
  }

  hash(word: string): Bytes {
    const bytes = this.base64(word);
    return bytes.length === 32 ? bytes : this.bad();
  }

  list<T>(name: string, read: () => T): T[] {
    const count = this.number64(this.words(name, 1)[0]!);
    const rows: T[] = [];
    for (let i = 0n; i < count; i++) rows.push(read());
    return rows;
  }

  rest(): string {
    return this.whole.slice(this.at);
  }
}

/** Refuses with `proof.format`, and as parseNote. */
export function parseProofFile(bytes: Bytes): ProofFile {
  const text = bytes.length <= maxProofFileBytes ? fromUtf8(bytes) : undefined;
  if (text === undefined || text.startsWith("\uFEFF")) {
    return refuse("proof.format", "证明文件过大或不是 UTF-8", "the file is too large, or not UTF-8");
  }
  const lines = new Lines(text);
  if (lines.next() !== heading) lines.bad();
  const origin = lines.words("origin", 1)[0]!;
  const draw = lines.words("draw", 1)[0]!;
  const entries = lines.list("entries", (): ProvenEntry => {
    const [position, entry] = lines.words("entry", 2) as [string, string];
    const proof: Bytes[] = [];
    while (lines.startsWith("hash")) proof.push(lines.hash(lines.words("hash", 1)[0]!));
    return { position: lines.number64(position), bytes: lines.base64(entry), proof };
  });
  const subjects = lines.list("subjects", (): SubjectRow => {
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
  return { origin, draw, entries, subjects, inspectors, conflicts, checkpoint };
}

export function writeProofFile(file: ProofFile): Bytes {
  const out = [heading, `origin ${file.origin}`, `draw ${file.draw}`, `entries ${file.entries.length}`];
  for (const entry of file.entries) {
    out.push(`entry ${entry.position} ${toBase64(entry.bytes)}`, ...entry.proof.map((hash) => `hash ${toBase64(hash)}`));
  }
  out.push(`subjects ${file.subjects.length}`);
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
