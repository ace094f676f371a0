// Salted commitments to restricted fields (docs/formats/restricted.md).
import { type Bytes, equal, utf8 } from "./bytes.js";
import { sha256 } from "./hash.js";

export function commitmentTo(salt: Bytes, content: Bytes): Bytes {
  return sha256(utf8("liuhen/restricted/v1"), salt, content);
}

/** Whether salt and content are the opening of the commitment. */
export function opens(commitment: Bytes, salt: Bytes, content: Bytes): boolean {
  return salt.length === 32 && equal(commitmentTo(salt, content), commitment);
}
