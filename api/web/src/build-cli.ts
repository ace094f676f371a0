#!/usr/bin/env node
// Makes a draw's proof file from the static files of a log: node build-cli.js --help
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildProofFile, checkLog, type Log } from "./builder/build-proof.js";
import { parseCheckpoint } from "./verify/checkpoint.js";
import { parseNote } from "./verify/note.js";
import { Refusal, refuse } from "./verify/refusal.js";

const usage = `用法 usage: node build-cli.js DIR draw/PLAN/ATTEMPT --out FILE

只凭日志的静态文件（liuhen export tiles 所写，或其镜像）生成一次抽取的证明文件，不经服务器；与 liuhen 不共用任何代码。
Makes the proof file of a draw from the static files of a log alone, as liuhen export tiles writes them. It shares no
code with liuhen, and asks no server. It judges nothing: verify the file, with either verifier.

  --out FILE   写到此文件  where to write it

退出码 exit code: 0 已写出 written · 1 不能生成 cannot be made · 3 用法有误 usage
名录受限的抽取须用名录密钥，这里不能生成。 Draws of a restricted pool take its key, and cannot be made here.
例 example: node build-cli.js tiles draw/2026-ND/1 --out 2026-ND-1.draw-proof
`;

class Usage extends Error {}

const bundleEntries = 256;

/** Of a bundle: three digits at a time, all but the last with an x before them (docs/formats/tiles.md). */
function pathOf(index: number): string {
  const digits = String(index).padStart(3 * Math.ceil(String(index).length / 3), "0");
  return digits.match(/.../g)!.map((part, i, all) => (i + 1 < all.length ? `x${part}` : part)).join("/");
}

/** A partial bundle, or the full one that came in its place. */
function readBundle(dir: string, index: number, width: number): Buffer {
  const path = join(dir, "tile", "entries", pathOf(index));
  if (width === bundleEntries) return readFileSync(path);
  try {
    return readFileSync(join(`${path}.p`, String(width)));
  } catch {
    return readFileSync(path);
  }
}

function readLog(dir: string): Log {
  const checkpoint = new Uint8Array(readFileSync(join(dir, "checkpoint")));
  const size = Number(parseCheckpoint(parseNote(checkpoint).text).size);
  const entries: Uint8Array[] = [];
  for (let first = 0; first < size; first += bundleEntries) {
    const width = Math.min(bundleEntries, size - first);
    const bundle = readBundle(dir, first / bundleEntries, width);
    let at = 0;
    for (let i = 0; i < width; i++) {
      const end = at + 2 + (at + 2 <= bundle.length ? bundle.readUInt16BE(at) : bundle.length);
      if (end > bundle.length) {
        refuse("tile.size", `第 ${first + i} 条不在包中`, `entry ${first + i} is not in its bundle`);
      }
      entries.push(new Uint8Array(bundle.subarray(at + 2, end)));
      at = end;
    }
  }
  return { entries, checkpoint };
}

function run(words: readonly string[]): void {
  if (words.includes("--help") || words.includes("-h")) return void process.stdout.write(usage);
  let out: string | undefined;
  const plain: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [name, joined] = words[i]!.split(/=(.*)/s) as [string, string | undefined];
    if (!name.startsWith("--")) plain.push(words[i]!);
    else if (name === "--out") out = joined ?? words[++i];
    else throw new Usage(`未知选项 unknown option: ${name}`);
  }
  if (plain.length !== 2 || out === undefined || out === "") {
    throw new Usage("须给出目录、抽取和 --out / say a directory, a draw and --out");
  }
  let log: Log;
  try {
    log = readLog(plain[0]!);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Usage(`文件读不出来 cannot read the files: ${String(error)}`);
  }
  checkLog(log);
  writeFileSync(out, buildProofFile(log, plain[1]!));
}

try {
  run(process.argv.slice(2));
} catch (error) {
  if (error instanceof Refusal) {
    process.stderr.write(`${error.zh} / ${error.en}（${error.code}）\n`);
    process.exitCode = 1;
  } else if (error instanceof Usage) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 3;
  } else throw error;
}
