// Makes the proof file of a draw from nothing but a log's entries and its checkpoint (docs/formats/draw-proof.md). Of the
// verifier it uses the reading of entries and the writing of the file, and none of its rules: it judges nothing.
import { type Bytes, equal } from "../verify/bytes.js";
import { parseCheckpoint } from "../verify/checkpoint.js";
import { decodeEntry, type Entry } from "../verify/entry.js";
import { parseNote } from "../verify/note.js";
import { writeProofFile } from "../verify/proof-file.js";
import { refuse } from "../verify/refusal.js";
import { big, bytes } from "../verify/replay/fields.js";
import { isKeyChange } from "../verify/replay/envelope.js";
import { citations } from "./citations.js";
import { type FoldedDraw, Registry } from "./registry.js";
import { Tree } from "./tree.js";

export interface Log {
  readonly entries: readonly Bytes[]; // by position
  readonly checkpoint: Bytes; // the signed note
}

/** Refuses with `tile.size` unless there are as many as the checkpoint says, and `checkpoint.root` unless they give its root. */
export function checkLog({ entries, checkpoint }: Log): void {
  const { size, root } = parseCheckpoint(parseNote(checkpoint).text);
  if (BigInt(entries.length) !== size) {
    refuse("tile.size", `检查点有 ${size} 条，只有 ${entries.length} 条可读`,
      `the checkpoint is of ${size} entries, and there are ${entries.length}`);
  }
  if (!equal(new Tree(entries).root(), root)) {
    refuse("checkpoint.root", "条目算不出检查点的根：账本的文件被改动或损坏",
      "the entries do not give the checkpoint's root: files of the log are changed or damaged");
  }
}

class Gathering {
  readonly taken = new Set<number>();
  end = 0; // others are taken up to here
  private readonly done = new Set<string>();
  private readonly todo: string[] = [];

  constructor(private readonly entries: readonly Entry[], private readonly streams: ReadonlyMap<string, readonly number[]>) {}

  positions(stream: string): readonly number[] {
    return this.streams.get(stream) ?? [];
  }

  take(position: number): void {
    if (this.taken.has(position)) return;
    this.taken.add(position);
    this.todo.push(...citations(this.entries[position]!));
  }

  /** All of it; the last of what is taken so says how far the rest is needed. */
  takeOwn(positions: readonly number[]): void {
    for (const position of positions) {
      this.end = Math.max(this.end, position + 1);
      this.take(position);
    }
  }

  takeStream(stream: string): void {
    this.takeOwn(this.positions(stream));
    this.done.add(stream);
  }

  need(stream: string): void {
    this.todo.push(stream);
  }

  complete(): void {
    for (let stream = this.todo.pop(); stream !== undefined; stream = this.todo.pop()) {
      if (this.done.has(stream)) continue;
      this.done.add(stream);
      for (const position of this.positions(stream)) if (position < this.end) this.take(position);
    }
  }
}

function gather(draw: FoldedDraw, registry: Registry, entries: readonly Entry[], inspectors: readonly string[]): number[] {
  const streams = new Map<string, number[]>();
  entries.forEach(({ intent: { stream } }, position) => {
    if (!streams.has(stream)) streams.set(stream, []);
    streams.get(stream)!.push(position);
  });
  const out = new Gathering(entries, streams);
  out.takeStream(draw.stream);
  out.takeOwn(out.positions("genesis").filter((position) => {
    const { kind, payload } = entries[position]!.intent;
    return isKeyChange(kind, payload);
  }));
  draw.seats.forEach((_, visit) => out.takeStream(`task/${draw.stream.slice("draw/".length)}/${visit}`));
  for (const [key, inspector] of registry.keys) if (draw.recused.has(inspector)) out.need(`key/${key}`);
  for (const stream of ["genesis", "permissions", "vrf"]) out.need(stream);
  for (const [commitment, { approvedAt }] of registry.conflicts) {
    if (approvedAt !== undefined && approvedAt < BigInt(out.end)) out.need(`conflict/${commitment}`);
  }
  const pooled = big(draw.announced, "pool_position");
  for (const id of inspectors) {
    for (const { position } of registry.inspectors.get(id)!) {
      if (position > pooled && position < BigInt(out.end)) out.take(Number(position));
    }
  }
  out.complete();
  return [...out.taken].sort((a, b) => a - b);
}

/**
 * The file's bytes. Refuses with `proof.draw`, `pool.unopened`, `payload.unknown`, and as Registry.poolOf and the readers
 * of notes, checkpoints and entries. Whether the entries are those of the checkpoint is for checkLog.
 */
export function buildProofFile({ entries, checkpoint }: Log, stream: string): Bytes {
  const note = parseNote(checkpoint);
  const { origin } = parseCheckpoint(note.text);
  const registry = new Registry();
  const decoded = entries.map((each) => {
    const entry = decodeEntry(each);
    if (entry.intent.unknown !== undefined) {
      refuse("payload.unknown", `第 ${entry.position} 条含有本程序不认识的内容，须升级`,
        `entry ${entry.position} holds something that this program does not know; upgrade it`);
    }
    registry.add(entry);
    return entry;
  });
  const draw = registry.draws.get(stream) ?? refuse("proof.draw", `账本中没有 ${stream}`, `${stream} is not in the log`);
  if (bytes(draw.announced, "pool_key_hash").length > 0) {
    refuse("pool.unopened", "名录受限：其各行须以名录密钥打开，公开的账本不够",
      "the pool is restricted: its rows take the pool's key, which is not public");
  }
  const pool = registry.poolOf(draw);
  const tree = new Tree(entries);
  return writeProofFile({ origin, draw: stream, ...pool, checkpoint: note,
    entries: gather(draw, registry, decoded, pool.inspectors.map(({ id }) => id)).map((position) =>
      ({ position: BigInt(position), bytes: entries[position]!, proof: tree.inclusion(position) })) });
}
