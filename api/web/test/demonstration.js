// Ledgers made by the C++ program: its demonstration, and the same town again without declared conflicts, so that
// matchings and substitutes are recomputed from public facts alone.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = `${process.env.LIUHEN_BIN}/liuhen`;
const run = (words, dir) => execFileSync(program, words,
  { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...(dir && { LIUHEN_DIR: dir }) } });

/** A folder that is removed after the test. */
export function scratch(t) {
  const home = mkdtempSync(join(tmpdir(), "liuhen-web-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** The commands that the demonstration showed. */
export function demonstrate(dir, subjects) {
  const shown = run(["demo", "--dir", dir, "--subjects", String(subjects)]);
  return shown.split("\n").filter((line) => line.startsWith("$ liuhen ")).map((line) => line.slice(9).split(" "));
}

export function proofOf(dir, draw) {
  const out = join(dir, "proof");
  run(["draw", "proof", draw, "--out", out], dir);
  return readFileSync(out);
}

/** The log changes its key, and the one before is put away: the new verifier key. */
export function rotateLogKey(dir) {
  const key = (person) => ["--key", join(`${dir}.demo`, "people", `${person}.key`)];
  run(["key", "rotate-log", "--dir", dir, "--reason", "轮换", ...key("trustee-1"), ...key("trustee-2")]);
  rmSync(join(dir, "keys", "log-old.key"));
  run(["department", "370298-TEST", "--name", "试", "--division", "370200", ...key("office-1")], dir);
  return run(["state", "vkey"], dir).trim();
}

/**
 * The demonstration's town without conflicts, up to a draw's list and one substitute: the draw's proof
 * file when commitments had been closed, and at the end. */
export function withoutConflicts(commands, from, dir) {
  const key = (person) => ["--key", join(`${from}.demo`, "people", `${person}.key`)];
  run(["init", "--dir", dir, ...key("trustee-1"), ...key("trustee-2"), "--origin", "qingdao.example/liuhen",
    "--city", "青岛市", "--division", "370200", "--no-passphrase"]);
  const town = commands.filter(([what, how, name]) => what === "department" || what === "item" || what === "rule" ||
    (what === "key" && how === "grant" && !name.includes("ZF")) || (what === "import" && how !== "conflicts"));
  for (const words of town) run(words, dir);
  const plan = commands.find(([what, , file]) => what === "plan" && file.endsWith("annual.json"))[2];
  run(["plan", "publish", plan, ...key("clerk-1"), ...key("approver-1")], dir);
  const announce = commands.find(([what, how, name]) => what === "draw" && how === "announce" && name === "2026-ND");
  run(announce, dir);
  const people = join(`${from}.demo`, "people"); // nonces of the draw of this name in the other ledger
  for (const file of readdirSync(people)) if (file.endsWith(".nonce")) rmSync(join(people, file));
  let unfinished;
  const contributors = ["contributor-1", "contributor-2", "observer-1"];
  for (const step of ["commit", "reveal"]) {
    for (const person of contributors) run(["draw", step, "2026-ND/1", "--without-witnesses", ...key(person)], dir);
    run(["draw", "advance"], dir);
    unfinished ??= proofOf(dir, "draw/2026-ND/1");
  }
  const leave = `${dir}.leave`; // what shows the absence
  writeFileSync(leave, "病假单");
  run(["recuse", "file", "2026-ND/1", "0", "--seat", "1", "--ground", "absence", "--evidence", leave, ...key("clerk-1")], dir);
  const heads = readdirSync(people).filter((file) => /^head-\d+\.key$/.test(file)).map((file) => file.slice(0, -4));
  const decided = heads.some((head) => spawnSync(program, ["recuse", "decide", "2026-ND/1", "0", "--seat", "1",
    "--reason", "病假", ...key(head)], { stdio: "ignore", env: { ...process.env, LIUHEN_DIR: dir } }).status === 0);
  if (!decided) throw new Error("no head could decide the recusal");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2100); // the announced delay of a second
  run(["draw", "advance"], dir);
  return { unfinished, finished: proofOf(dir, "draw/2026-ND/1") };
}
