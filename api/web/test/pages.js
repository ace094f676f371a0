// The worked examples of docs/formats, read from the pages; and the project's files.
import { readFileSync } from "node:fs";
import { fromHex } from "../dist/verify/bytes.js";

export const root = new URL("../../../", import.meta.url);

export function file(path) {
  return readFileSync(new URL(path, root));
}

/** `name = value` of a page's code blocks; a value may go on in indented lines. */
export function example(page) {
  const values = new Map();
  for (const block of file(`docs/formats/${page}`).toString().split("```").filter((_, i) => i % 2 === 1)) {
    let name;
    for (const line of block.split("\n").slice(1)) {
      const start = /^([A-Za-z][^=]*?) =(?: (.*))?$/.exec(line);
      if (start) {
        name = start[1];
        values.set(name, start[2] ?? "");
      } else if (name && /^ {2}\S/.test(line)) {
        values.set(name, values.get(name) + line.trim());
      } else {
        name = undefined;
      }
    }
  }
  const text = (name) => {
    if (!values.has(name)) throw new Error(`${page} has no ${name}`);
    return values.get(name);
  };
  return { text, hex: (name) => fromHex(text(name)) ?? (() => { throw new Error(`${name} is not hex`); })() };
}

/** The code of the refusal that `act` throws; undefined if it throws none. */
export function refusalOf(act) {
  try {
    act();
  } catch (error) {
    if (error.code === undefined || error.zh === undefined) throw error;
    return error.code;
  }
  return undefined;
}
