// The tree over a log's entries, held whole (docs/formats/merkle.md).
import type { Bytes } from "../verify/bytes.js";
import { emptyRoot, leafHash, nodeHash } from "../verify/merkle.js";

export class Tree {
  /** levels[l][i]: the root over the leaves [i·2^l, (i+1)·2^l), where there are so many. */
  private readonly levels: Bytes[][];

  constructor(entries: readonly Bytes[]) {
    this.levels = [entries.map(leafHash)];
    for (let below = this.levels[0]!; below.length > 1; below = this.levels.at(-1)!) {
      const level: Bytes[] = [];
      for (let i = 0; i + 1 < below.length; i += 2) level.push(nodeHash(below[i]!, below[i + 1]!));
      this.levels.push(level);
    }
  }

  get size(): number {
    return this.levels[0]!.length;
  }

  root(): Bytes {
    return this.size === 0 ? emptyRoot() : this.rootOf(0, this.size);
  }

  /** Of one leaf in the whole tree, from its sibling upward. */
  inclusion(index: number): Bytes[] {
    const proof: Bytes[] = [];
    let [first, end] = [0, this.size];
    while (end - first > 1) {
      const middle = first + splitOf(end - first);
      proof.push(index < middle ? this.rootOf(middle, end) : this.rootOf(first, middle));
      if (index < middle) end = middle;
      else first = middle;
    }
    return proof.reverse();
  }

  private rootOf(first: number, end: number): Bytes {
    const count = end - first;
    const level = Math.log2(count);
    if (Number.isInteger(level) && first % count === 0) return this.levels[level]![first / count]!;
    const middle = first + splitOf(count);
    return nodeHash(this.rootOf(first, middle), this.rootOf(middle, end));
  }
}

/** The greatest power of two below `count`, which is at least 2. */
const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));
