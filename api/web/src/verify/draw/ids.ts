// Ids of subjects and inspectors (docs/formats/draw.md section 2).
import type { Bytes } from "../bytes.js";
import { refuse } from "../refusal.js";

const idForm = /^[A-Z0-9._-]{1,23}$/;

export function isId(text: string): boolean {
  return idForm.test(text);
}

/** Refuses with `draw.id`. */
export function checkId(text: string): void {
  if (!isId(text)) refuse("draw.id", `编号不合规：${text}`, `not an id: ${text}`);
}

/** Ids are ASCII, so that comparing their characters is comparing their bytes. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The bytes of an id; fast, since there may be millions. */
export function idBytes(id: string): Bytes {
  const out = new Uint8Array(id.length);
  for (let i = 0; i < id.length; i++) out[i] = id.charCodeAt(i);
  return out;
}
