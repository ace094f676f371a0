#!/usr/bin/env node
// The second verifier as a program: node verify-cli.js --help
import { readFileSync } from "node:fs";
import { parseVkey } from "./verify/note.js";
import { type Policy, parsePolicy, policyOfKey } from "./verify/policy.js";
import { isProofFile } from "./verify/proof-file.js";
import { Refusal } from "./verify/refusal.js";
import { reportJson, reportText } from "./verify/report-text.js";
import { isRowFile } from "./verify/row-file.js";
import { rowReportJson, rowReportText } from "./verify/row-report.js";
import { exitCodes, verifyProofFile } from "./verify/verify-proof.js";
import { verifyRowFile } from "./verify/verify-row.js";

const usage = `用法 usage: node verify-cli.js file X.draw-proof|X.draw-row [--policy FILE | --vkey VKEY] [选项 options]

离线核验一次抽取、或其中一户的证明文件；与 liuhen-verify 不共用任何代码。
Verifies the proof file of a draw, or of one subject in it, offline. It shares no code with liuhen-verify.

  --policy FILE   所信任的账本与见证人  the logs and witnesses you trust
  --vkey VKEY     只信任这一个账本公钥  trust this one key of a log
  --at UNIXTIME   以此时刻判断期限      judge deadlines as of then
  --lang zh|en    语言                  language
  --json          以 JSON 输出          print JSON

退出码 exit code: 0 已核验 verified · 1 发现违背 violated · 2 无法判定 inconclusive · 3 用法有误 usage
没有 --policy 或 --vkey 时，公钥取自文件本身，只能说明前后一致。
Without --policy or --vkey the key is the file's own: that shows consistency, not who made it.
例 example: node verify-cli.js file 2026-ND-1.draw-proof --policy policy.txt
`;

class Usage extends Error {}

function run(words: readonly string[]): number {
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(usage);
    return 0;
  }
  const values = new Map<string, string>();
  const plain: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [name, joined] = words[i]!.split(/=(.*)/s) as [string, string | undefined];
    if (!name.startsWith("--")) plain.push(words[i]!);
    else if (name === "--json") values.set(name, "");
    else if (["--policy", "--vkey", "--at", "--lang"].includes(name)) {
      values.set(name, joined ?? words[++i] ?? (() => { throw new Usage(`${name} 后面要有值 / needs a value`); })());
    } else throw new Usage(`未知选项 unknown option: ${name}`);
  }
  if (plain.length !== 2 || plain[0] !== "file") throw new Usage("须为 file 加一个文件 / say file and one file");
  const language = values.get("--lang") ?? "zh";
  if (language !== "zh" && language !== "en") throw new Usage("--lang 只能是 zh 或 en / must be zh or en");
  const at = values.get("--at");
  if (at !== undefined && !/^[0-9]{1,18}$/.test(at)) throw new Usage("--at 须为 Unix 秒 / takes Unix seconds");
  if (values.has("--policy") && values.has("--vkey")) throw new Usage("--policy 与 --vkey 只能给一个 / give one of them");
  let policy: Policy | undefined;
  try {
    if (values.has("--policy")) policy = parsePolicy(readFileSync(values.get("--policy")!));
    if (values.has("--vkey")) policy = policyOfKey(parseVkey(values.get("--vkey")!));
  } catch (error) {
    if (error instanceof Refusal) throw new Usage(`${error.zh} / ${error.en}（${error.code}）`);
    throw new Usage(String(error));
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(plain[1]!);
  } catch (error) {
    throw new Usage(`文件读不出来 cannot read the file: ${String(error)}`);
  }
  let shown = Date.now();
  const onProgress = (done: number, of: number): void => {
    if (!process.stderr.isTTY || Date.now() - shown < 500) return;
    shown = Date.now();
    process.stderr.write(`\r${done}/${of}`);
  };
  const now = at === undefined ? BigInt(Math.floor(Date.now() / 1000)) : BigInt(at);
  const print = (json: () => unknown, text: () => string): void => {
    process.stdout.write(values.has("--json") ? `${JSON.stringify(json(), null, 2)}\n` : text());
  };
  if (isRowFile(bytes)) {
    const report = verifyRowFile(bytes, policy);
    print(() => rowReportJson(report), () => rowReportText(report, language));
    return exitCodes[report.verdict];
  }
  if (!isProofFile(bytes)) {
    throw new Usage(`${plain[1]} 不是抽取或单户的证明文件 / is no proof file of a draw or of one subject in it (verify.file)`);
  }
  const report = verifyProofFile(bytes, { policy, now, onProgress });
  print(() => reportJson(report), () => reportText(report, language));
  return exitCodes[report.verdict];
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Usage)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 3;
}
