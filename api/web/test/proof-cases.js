// Cases of proof files that the C++ makes (tests/web/proof_cases.cc), and what liuhen-verify says of them.
import { assertNamedAlike, made as madeBy } from "./both-verifiers.js";

export { theirs } from "./both-verifiers.js";

export const skip = process.env.LIUHEN_BIN ? false : "LIUHEN_BIN is not set: run ctest -R web";

export function made(name) {
  const { bytes, words: [chain, now] } = madeBy("proof_cases", name);
  return { bytes, chain, now: BigInt(now) };
}

/** Both verifiers name each of the cases by its code, at the same entry. */
export function namedAlike(home, codes) {
  for (const [name, code] of Object.entries(codes)) assertNamedAlike(home, name, made(name), code);
}
