// Ids of subjects and inspectors (docs/formats/draw.md section 2).
import { type PreparedId, prepareId } from "../hash.js";
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

/** Ready to be hashed under many keys. */
export function preparedId(id: string): PreparedId {
  const bytes = new Uint8Array(id.length);
  for (let i = 0; i < id.length; i++) bytes[i] = id.charCodeAt(i);
  return prepareId(bytes);
}
