// Two sites of one commit differ in nothing but runs and times: what was explored is the same.
//
// `ci/book.sh` makes the two, and names their folders in BOOK_SITES.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const SITES = process.env.BOOK_SITES?.split(" ");
if (SITES?.length !== 2) throw new Error("BOOK_SITES does not name two folders: ci/book.sh does that, and makes them");

/** The parts of a page that are of runs: those that are recorded, and those that real figures are of. */
const OF_RUNS = [
  /<figure class="run">.*?<\/figure>/gs,
  /<p>Recorded as this page was made.*?<\/p>/gs,
  /<p class="shown-by">.*?<\/p>/gs,
  // Wide runs stand below each other.
  /<div class="runs[^"]*">/g,
  /<h2 id="measured-as-this-page-was-made">.*?<\/main>/gs,
];
/** mdBook names a file by what is in it, and the index of the search has the words of the runs. */
const INDEX = /searchindex-[0-9a-f]+\.js/g;

/** What a site has that is not of runs, by the names of its files. */
function fixed(site) {
  const files = readdirSync(site, { recursive: true }).filter((file) => statSync(join(site, file)).isFile());
  const texts = files.filter((file) => /\.(html|js|css)$/.test(file) && !INDEX.test(file)).map((file) => {
    const text = readFileSync(join(site, file), "utf8").replace(INDEX, "searchindex.js");
    return [file, OF_RUNS.reduce((text, part) => text.replace(part, ""), text)];
  });
  return new Map(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [one, other] = SITES.map(fixed);

test("two sites of one commit have the same files", () => {
  assert.deepEqual([...one.keys()], [...other.keys()]);
  assert.ok([...one.keys()].some((file) => /^player\/.*\.js$/.test(file)), "no program has states");
});

test("two sites of one commit differ in runs and times alone", () => {
  for (const [file, text] of one) {
    const theirs = other.get(file);
    if (text === theirs) continue;
    const at = [...text].findIndex((letter, at) => letter !== theirs[at]);
    const part = (of) => of.slice(Math.max(0, at - 200), at + 200);
    assert.fail(`${file} differs:\n${part(text)}\n\nand\n\n${part(theirs)}`);
  }
});
