// How long the verifier takes in a browser: one draw of 100,000 firms, and one firm's own row in it.
//
//   LIUHEN_BIN=build/release/bin node api/web/test/browser-speed.js [--subjects 100000] [--untimed]
//
// Makes a demonstration's ledger, its draw's proof file and a row of it, has headless Chromium verify
// both, and prints the first time (nothing compiled yet, as a visitor meets it) and the median of five.
// api/web/dist has to be there (npm run build). Exit codes: 0 verified, within the limits; 1 above one,
// but for --untimed; 2 not verified, or it could not be measured; 77 there is no Chromium.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("..", import.meta.url));
const program = `${process.env.LIUHEN_BIN}/liuhen`;
const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
const draw = "2026-ND/1";
const limitsMs = { draw: 3000, row: 100 };
const asked = process.argv.indexOf("--subjects");
const untimed = process.argv.includes("--untimed");
const subjects = asked < 0 ? 100_000 : Number(process.argv[asked + 1]);

const page = `<!doctype html><meta charset="utf-8"><title>speed</title>
<script type="importmap">{"imports": {"@noble/curves/": "/node_modules/@noble/curves/esm/",
  "@noble/hashes/": "/node_modules/@noble/hashes/esm/",
  "@noble/hashes/crypto": "/node_modules/@noble/hashes/esm/crypto.js",
  "@noble/hashes/utils": "/node_modules/@noble/hashes/esm/utils.js"}}</script>
<script>
const say = (said) => fetch("/said", { method: "POST", body: JSON.stringify(said) });
addEventListener("error", (event) => say({ error: event.message || "a script could not be loaded" }), true);
</script>
<script type="module">
import { verifyProofFile } from "/dist/verify/verify-proof.js";
import { verifyRowFile } from "/dist/verify/verify-row.js";
const read = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const now = BigInt(Math.floor(Date.now() / 1000));
const whole = await read("/draw"), row = await read("/row");
const timed = (check) => {
  const times = [];
  for (let i = 0; i < 6; ++i) {
    const begun = performance.now();
    const report = check();
    times.push(performance.now() - begun);
    if (report.wrong !== undefined) throw new Error(report.wrong.code + " " + report.wrong.en);
  }
  return times;
};
let said;
try {
  said = { row: timed(() => verifyRowFile(row, undefined)), draw: timed(() => verifyProofFile(whole, { now, policy: undefined })),
    bytes: { row: row.length, draw: whole.length }, browser: navigator.userAgent };
} catch (error) {
  said = { error: String(error) };
}
await say(said);
</script>`;

const types = { ".js": "text/javascript", ".json": "application/json" };

/** Answers with the page, the verifier, and the two files; what the page says settles `said`. */
function serve(files) {
  let settle;
  const said = new Promise((resolve) => { settle = resolve; });
  const server = createServer((request, response) => {
    const answer = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
    if (request.method === "POST") {
      let body = "";
      request.on("data", (part) => { body += part; });
      request.on("end", () => { answer("text/plain", ""); settle(JSON.parse(body)); });
    } else if (request.url === "/") {
      answer("text/html", page);
    } else if (files[request.url] !== undefined) {
      answer("application/octet-stream", files[request.url]);
    } else {
      const path = normalize(request.url);
      if (!/^\/(dist|node_modules\/@noble)\//.test(path) || !existsSync(join(web, path)))
        return response.writeHead(404).end();
      answer(types[extname(path)] ?? "application/octet-stream", readFileSync(join(web, path)));
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, said })));
}

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

function made(home) {
  const dir = join(home, "ledger");
  const run = (...words) => execFileSync(program, words,
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, LIUHEN_DIR: dir } });
  console.error(`演示账本，${subjects} 户 / a demonstration's ledger of ${subjects} firms`);
  execFileSync(program, ["demo", "--dir", dir, "--subjects", String(subjects)], { stdio: "ignore" });
  run("draw", "proof", draw, "--out", join(home, "draw"));
  const whole = readFileSync(join(home, "draw"));
  const firm = /^subject (\S+) /m.exec(whole.toString("utf8"))?.[1];
  if (firm === undefined) throw new Error("the proof file lists no subject");
  run("draw", "row", draw, firm, "--out", join(home, "row"));
  return { "/draw": whole, "/row": readFileSync(join(home, "row")) };
}

if (chromium === undefined) {
  console.error("没有 Chromium：tools/setup.sh browser 可安装 / no Chromium: tools/setup.sh browser installs it");
  process.exit(77);
}
const home = mkdtempSync(join(tmpdir(), "liuhen-browser-speed-"));
let browser;
try {
  const { server, said } = await serve(made(home));
  console.error("浏览器核验 / verifying in the browser");
  browser = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", `--user-data-dir=${join(home, "profile")}`,
    `http://127.0.0.1:${server.address().port}/`], { stdio: "ignore", detached: true });
  const failed = new Promise((_, reject) => {
    browser.on("error", reject);
    setTimeout(() => reject(new Error("the browser said nothing for 80 s")), 80_000).unref();
  });
  const result = await Promise.race([said, failed]);
  server.close();
  if (result.error) throw new Error(result.error);
  console.log(`${result.browser}`);
  console.log("| what 项目 | file 文件 | first 首次 | median of 5 中位数 | must reach 须达到 |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  let met = true;
  for (const [what, name] of [["draw", `one draw of ${subjects} firms`], ["row", "one firm's own row"]]) {
    const [first, ...rest] = result[what];
    met &&= first <= limitsMs[what];
    console.log(`| ${name} | ${result.bytes[what]} B | ${first.toFixed(0)} ms | ${median(rest).toFixed(0)} ms | ${limitsMs[what]} ms |`);
  }
  process.exitCode = met || untimed ? 0 : 1;
} catch (error) {
  console.error(String(error));
  process.exitCode = 2;
} finally {
  if (browser?.pid !== undefined) process.kill(-browser.pid); // all of its processes
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  rmSync(home, { recursive: true, force: true });
}
process.exit();
