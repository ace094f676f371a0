// docs/formats/tuple.md
import { type Bytes, utf8 } from "./bytes.js";

/** Bytes, text, an integer (u64), or a list of these, which is preceded by its count. */
export type Item = Bytes | string | bigint | readonly Item[];

export function tuple(...items: readonly Item[]): Bytes {
  const flat: Bytes[] = [];
  let size = 0;
  const add = (item: Item): void => {
    if (typeof item === "bigint") {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, item);
      flat.push(bytes);
      size += 12;
    } else if (typeof item === "string" || item instanceof Uint8Array) {
      const bytes = typeof item === "string" ? utf8(item) : item;
      flat.push(bytes);
      size += 4 + bytes.length;
    } else {
      add(BigInt(item.length));
      item.forEach(add);
    }
  };
  items.forEach(add);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const bytes of flat) {
    view.setUint32(at, bytes.length);
    out.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return out;
}
