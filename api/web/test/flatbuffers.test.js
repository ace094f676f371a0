// The schemas are those of ledger/schema, and whatever bytes come are either read or refused.
import assert from "node:assert/strict";
import test from "node:test";
import { decodeEntry } from "../dist/verify/entry.js";
import { decodeIntent } from "../dist/verify/intent.js";
import * as schema from "../dist/verify/schema.js";
import { example, file, refusalOf } from "./pages.js";
import { Random } from "./random-cases.js";

const text = ["payload", "intent", "entry"].map((name) => file(`ledger/schema/${name}.fbs`).toString()).join("\n")
  .replace(/\/\/.*/g, "");

const enums = new Map([...text.matchAll(/enum (\w+) : ubyte \{([^}]*)\}/g)].map(([, name, body]) =>
  [name, [...body.matchAll(/(\w+) = (\d+)/g)].map(([, value]) => value)]));

test("enums are those of the schema", () => {
  assert.deepEqual([...schema.roles], enums.get("Role"));
  assert.deepEqual([...schema.subjectKinds], enums.get("SubjectKind"));
  assert.deepEqual([...schema.subjectStatuses], enums.get("SubjectStatus"));
  assert.deepEqual([...schema.inspectorStatuses], enums.get("InspectorStatus"));
  assert.deepEqual([...schema.scopeFields], enums.get("Field"));
});

test("tables and fields are those of the schema, in its order", () => {
  const ours = new Map(schema.allTables().map((table) => [table.name, table]));
  const scalars = { u8: "ubyte", u32: "uint", u64: "ulong", bool: "bool" };
  let seen = 0;
  for (const [, name, body] of text.matchAll(/table (\w+) \{([^}]*)\}/g)) {
    const table = ours.get(name);
    assert.ok(table, name);
    const fields = body.split(";").map((each) => each.trim()).filter((each) => each !== "");
    assert.equal(table.fields.length, fields.length, name);
    fields.forEach((field, i) => {
      const [, label, type, otherwise, required] = /^(\w+): ([\w[\]]+)(?: = (\w+))?( \(required\))?$/.exec(field);
      const { name: ourLabel, kind } = table.fields[i];
      const where = `${name}.${label}`;
      assert.equal(ourLabel, label, where);
      assert.equal(kind.required === true, required !== undefined, where);
      const spelled = kind.of === "bytes" ? "[ubyte]" : kind.of === "strings" ? "[string]"
        : kind.of === "table" ? kind.table.name : kind.of === "tables" ? `[${kind.table.name}]`
          : kind.of === "union" ? "Payload" : scalars[kind.of] ?? kind.of;
      const number = otherwise === undefined ? 0 : otherwise === "null" ? null : otherwise === "true" ? 1 : Number(otherwise);
      if (enums.has(type)) {
        assert.deepEqual([kind.of, kind.below], ["u8", enums.get(type).length], where);
      } else {
        assert.equal(spelled, type, where);
        if (kind.of in scalars) assert.equal(kind.otherwise, number, where);
      }
    });
    seen++;
  }
  assert.equal(seen, ours.size);
  const union = /union Payload \{([^}]*)\}/.exec(text)[1].split(",").map((each) => each.trim());
  assert.deepEqual(schema.payloads.map((member) => member.name), union);
  const [payload] = ours.get("Permission").fields; // a number in the schema, and a kind of payload by what it means
  assert.deepEqual([payload.name, payload.kind.below], ["payload", union.length + 1]);
});

test("damaged buffers are refused, and nothing worse", () => {
  const entries = ["entry 0", "entry 1"].map((name) => example("entry.md").hex(name));
  const random = new Random(process.env.LIUHEN_SEED ?? "buffers");
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    const bytes = entries[i % 2].slice(0, random.oneIn(4) ? random.below(entries[i % 2].length) : undefined);
    for (let changes = 1 + random.below(3); changes > 0 && bytes.length > 0; changes--) {
      bytes[random.below(bytes.length)] = random.oneIn(3) ? 255 : random.byte();
    }
    const code = refusalOf(() => decodeEntry(bytes)); // rethrows whatever is no refusal
    if (code !== undefined) {
      assert.match(code, /^(entry|intent)\.(malformed|oversized)$/);
      refused++;
    }
  }
  assert.ok(refused > 1500);
});

test("limits of intents", () => {
  const bytes = example("intent.md").hex("intent");
  assert.equal(refusalOf(() => decodeIntent(new Uint8Array(64_001))), "intent.oversized");
  const changed = (find, replacement) => {
    const at = bytes.findIndex((_, i) => find.every((byte, j) => bytes[i + j] === byte));
    assert.ok(at >= 0);
    const copy = bytes.slice();
    copy.set(replacement, at);
    return refusalOf(() => decodeIntent(copy));
  };
  const ascii = (word) => [...new TextEncoder().encode(word)];
  assert.equal(changed(ascii("item/QD-001"), ascii("item QD-001")), "intent.malformed"); // a stream has no spaces
  assert.equal(changed(ascii("liuhen.example"), ascii("liuhen+example")), "intent.malformed");
  assert.equal(changed(ascii("QD-001\0"), ascii("QD-0\x011\0")), "intent.malformed");
  assert.equal(changed([16, 0, 0, 0, 0x11, 0x11], [15, 0, 0, 0, 0x11, 0x11]), "intent.malformed"); // id of 15
  assert.equal(changed([...ascii("LHI1")], ascii("LHI2")), "intent.malformed");
});
