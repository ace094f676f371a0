// The verifier itself runs in a browser as it is: it asks for nothing that only Node has, and no bundler.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const folder = fileURLToPath(new URL("../dist/verify", import.meta.url));
const files = readdirSync(folder).concat(...["draw", "replay"].map((sub) =>
  readdirSync(join(folder, sub)).map((name) => join(sub, name)))).filter((name) => name.endsWith(".js"));

test("imports are relative, with their extension, or of @noble", () => {
  assert.ok(files.length > 30);
  for (const name of files) {
    const source = readFileSync(join(folder, name), "utf8");
    for (const [, from] of source.matchAll(/^(?:import|export) .*from "([^"]+)";$/gm)) {
      assert.match(from, /^(\.\.?\/[\w/-]+\.js|@noble\/(curves|hashes)\/[\w-]+\.js)$/, name);
    }
    assert.doesNotMatch(source.replace(/\/\/.*/g, ""), /\b(require|process|Buffer|__dirname)\b|import\(/, name);
  }
});
