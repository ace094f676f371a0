// What the texts of proof files have in common: lines of words, and entries with their inclusion proofs
// (docs/formats/draw-proof.md).
import { type Bytes, decimal, fromBase64, fromUtf8, toBase64 } from "./bytes.js";
import { refuse } from "./refusal.js";

export interface ProvenEntry {
  readonly position: bigint;
  readonly bytes: Bytes;
  readonly proof: readonly Bytes[]; // from the leaf's sibling upward
}

/** Refuses with `proof.format` whatever is not as it is asked for. */
export class Lines {
  private at = 0;
  private number = 0;

  private constructor(private readonly whole: string) {}

  static of(bytes: Bytes, max: number): Lines {
    const text = bytes.length <= max ? fromUtf8(bytes) : undefined;
    if (text === undefined || text.startsWith("\uFEFF")) {
      return refuse("proof.format", "证明文件过大或不是 UTF-8", "the file is too large, or not UTF-8");
    }
    return new Lines(text);
  }

  bad(): never {
    return refuse("proof.format", `证明文件第 ${this.number} 行的格式不对`,
      `line ${this.number} is not in the form of a proof file`);
  }

  /** Takes the first line, `kind` and the version: 1 or, of a restricted pool, 2. Refuses a later one with `proof.version`. */
  heading(kind: string): 1 | 2 {
    const line = this.next();
    if (line === `${kind}1`) return 1;
    if (line === `${kind}2`) return 2;
    const version = line.startsWith(kind) ? line.slice(kind.length) : "";
    if (!/^[1-9][0-9]{0,8}$/.test(version)) this.bad();
    return refuse("proof.version", `证明文件是第 ${version} 版，本程序只认识第 1、2 版：请用更新的程序核验`,
      `the proof file is of version ${version}, and this program knows versions 1 and 2: verify it with a newer one`);
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

  /** Lines `hash <base64>`, as many as there are. */
  hashes(): Bytes[] {
    const hashes: Bytes[] = [];
    while (this.startsWith("hash")) hashes.push(this.hash(this.words("hash", 1)[0]!));
    return hashes;
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

export const hashLines = (hashes: readonly Bytes[]): string[] => hashes.map((hash) => `hash ${toBase64(hash)}`);

export function readEntries(lines: Lines): ProvenEntry[] {
  return lines.list("entries", (): ProvenEntry => {
    const [position, entry] = lines.words("entry", 2) as [string, string];
    return { position: lines.number64(position), bytes: lines.base64(entry), proof: lines.hashes() };
  });
}

export function entryLines(entries: readonly ProvenEntry[]): string[] {
  return [`entries ${entries.length}`, ...entries.flatMap(({ position, bytes, proof }) =>
    [`entry ${position} ${toBase64(bytes)}`, ...hashLines(proof)])];
}
