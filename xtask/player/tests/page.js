// Puts the player and a graph into one page, as the runner does: to look at it while it is changed.
//
//     node xtask/player/tests/page.js counter > /tmp/counter.html
//     node xtask/player/tests/page.js FILE.json > /tmp/page.html
//
// FILE.json is what `cargo xtask explore … --tree FILE.json` writes.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import * as programs from "./model.js";

/** The modules in the order in which they are put together: each uses only those before it. */
export const MODULES = ["token.js", "graph.js", "words.js", "view.js", "player.js", "page.js"];

export function read(name) {
  return readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
}

/** All modules as one script. */
export function script() {
  const lines = MODULES.flatMap((name) => read(name).split("\n"));
  return lines.filter((line) => !line.startsWith("import ")).map((line) => line.replace(/^export /, "")).join("\n");
}

export function page(data) {
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const parts = {
    title: escape(data.title),
    story: `<p>${escape(data.command)}</p>`,
    id: data.program,
    static: "<p>Without JavaScript, the schedule stands here.</p>",
    data: deflateSync(JSON.stringify(data)).toString("base64"),
    css: read("player.css"),
    script: script(),
  };
  return read("page.html").replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = process.argv[2] ?? "counter";
  const data = name in programs ? programs[name]() : JSON.parse(readFileSync(name, "utf8"));
  process.stdout.write(page(data));
}
