// docs/formats/merkle.md (RFC 6962 section 2.1)
import { type Bytes, equal } from "./bytes.js";
import { sha256, sha256OfShort } from "./hash.js";
import { refuse } from "./refusal.js";

const nothing = new Uint8Array(0);

export function leafHash(entry: Bytes): Bytes {
  return sha256OfShort(0, entry, nothing);
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  return sha256OfShort(1, left, right);
}

export function emptyRoot(): Bytes {
  return sha256(nothing);
}

/** The root over entries given one after the other; holds one hash for each level. */
export class RootBuilder {
  private readonly levels: (Bytes | undefined)[] = [];
  size = 0;

  add(entry: Bytes): void {
    this.addLeaf(leafHash(entry));
  }

  addLeaf(leaf: Bytes): void {
    this.size++;
    let hash = leaf;
    let level = 0;
    for (; this.levels[level] !== undefined; level++) {
      hash = nodeHash(this.levels[level]!, hash);
      this.levels[level] = undefined;
    }
    this.levels[level] = hash;
  }

  root(): Bytes {
    let root: Bytes | undefined;
    for (const hash of this.levels) {
      if (hash !== undefined) root = root === undefined ? hash : nodeHash(hash, root);
    }
    return root ?? emptyRoot();
  }
}

export function rootOf(entries: Iterable<Bytes>): Bytes {
  const builder = new RootBuilder();
  for (const entry of entries) builder.add(entry);
  return builder.root();
}

const halve = (value: bigint): bigint => value >> 1n;

/** Refuses with `merkle.inclusion`. */
export function checkInclusion(
  index: bigint, size: bigint, leaf: Bytes, proof: readonly Bytes[], root: Bytes): void {
  const bad = (): never => refuse("merkle.inclusion", "包含证明不成立", "the inclusion proof fails");
  if (index >= size) bad();
  let first = index;
  let last = size - 1n;
  let hash = leaf;
  for (const next of proof) {
    if (last === 0n) bad();
    if ((first & 1n) === 1n || first === last) {
      hash = nodeHash(next, hash);
      while ((first & 1n) === 0n && first !== 0n) {
        first = halve(first);
        last = halve(last);
      }
    } else {
      hash = nodeHash(hash, next);
    }
    first = halve(first);
    last = halve(last);
  }
  if (last !== 0n || !equal(hash, root)) bad();
}

/** Refuses with `merkle.consistency`. */
export function checkConsistency(
  oldSize: bigint, newSize: bigint, proof: readonly Bytes[], oldRoot: Bytes, newRoot: Bytes): void {
  const bad = (): never =>
    refuse("merkle.consistency", "一致性证明不成立", "the consistency proof fails");
  if (oldSize > newSize) bad();
  if (oldSize === newSize || oldSize === 0n) {
    if (proof.length !== 0) bad();
    if (!equal(oldRoot, oldSize === 0n ? emptyRoot() : newRoot)) bad();
    if (newSize === 0n && !equal(newRoot, emptyRoot())) bad();
    return;
  }
  let first = oldSize - 1n;
  let last = newSize - 1n;
  while ((first & 1n) === 1n) {
    first = halve(first);
    last = halve(last);
  }
  const rest = [...proof];
  const start = first === 0n ? oldRoot : (rest.shift() ?? bad());
  let oldHash = start;
  let newHash = start;
  for (const next of rest) {
    if (last === 0n) bad();
    if ((first & 1n) === 1n || first === last) {
      oldHash = nodeHash(next, oldHash);
      newHash = nodeHash(next, newHash);
      while ((first & 1n) === 0n && first !== 0n) {
        first = halve(first);
        last = halve(last);
      }
    } else {
      newHash = nodeHash(newHash, next);
    }
    first = halve(first);
    last = halve(last);
  }
  if (last !== 0n || !equal(oldHash, oldRoot) || !equal(newHash, newRoot)) bad();
}

/** The proof of RFC 6962 section 2.1.1, from the leaf's sibling upward; for tests and small trees. */
export function inclusionProof(index: number, leaves: readonly Bytes[]): Bytes[] {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const rootOfLeaves = (part: readonly Bytes[]): Bytes => {
    const builder = new RootBuilder();
    part.forEach((leaf) => builder.addLeaf(leaf));
    return builder.root();
  };
  return index < split
    ? [...inclusionProof(index, leaves.slice(0, split)), rootOfLeaves(leaves.slice(split))]
    : [...inclusionProof(index - split, leaves.slice(split)), rootOfLeaves(leaves.slice(0, split))];
}

