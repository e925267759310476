// How the pages look: what axe says of them, whether they fit, and pictures of them to look at.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AXE, COUNTER, SCREENSHOTS, SITE, WIDTHS, browser, letGoOn } from "./given.js";

mkdirSync(SCREENSHOTS, { recursive: true });

/** The picture in the README, and beside it the words that are in it: fonts differ between machines,
 * and so two pictures cannot be compared. */
const PICTURE = fileURLToPath(new URL("../../../player/player", import.meta.url));

/** Pages of each kind, and what a reader has done there. */
const PAGES = [
  ["start", `${SITE}index.html`, async () => {}],
  ["search", `${SITE}index.html`, async () => {
    await browser.press("Toggle Searchbar");
    await browser.type("limit");
    await browser.shows("#mdbook-searchresults", /Semaphores/);
  }],
  ["how-do-i", `${SITE}how-do-i.html`, async () => {}],
  ["topic", `${SITE}mutex-demo.html`, async () => browser.press("no increment is lost")],
  ["pitfall", `${SITE}deadlock-demo/deadlock-crosswise.html`, async () => {
    await browser.press("Be the scheduler");
    await browser.shows(".player", /who goes on/);
    await letGoOn("main");
    await browser.press("Let ");
  }],
  ["proof", `${SITE}send-sync-demo.html`, async () => {}],
  ["counter", COUNTER, async () => {
    await browser.shows(".player", /who goes on/);
    await browser.press("Show what decided");
    await browser.press("Compare with “goes well”");
  }],
];

for (const [name, address, play] of PAGES) {
  for (const width of WIDTHS) {
    for (const dark of [false, true]) {
      const title = `${name}-${width}${dark ? "-dark" : ""}`;
      test(`nothing is wrong with the page ${title}`, async () => {
        await browser.visit(address, { width, dark });
        await play();
        await browser.picture(`${SCREENSHOTS}/${title}.png`);
        assert.deepEqual(await browser.log(), []);
        assert.equal(await browser.js(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(await browser.faults(AXE), []);
      });
    }
  }
}

test("the README's picture shows what the player shows", async () => {
  await browser.visit(COUNTER, { width: 960 });
  await browser.shows(".player", /who goes on/);
  await browser.press("Show what decided");
  // What moves with the versions of the program and of the explorer, its token, is not in it.
  const words = `${await browser.text(".player .columns")}\n`;
  if (process.env.UPDATE_EXPECTED) {
    const bytes = await browser.picture(`${PICTURE}.png`, { selector: ".player .columns", around: 12 });
    assert.ok(bytes < 150_000, `${bytes} bytes`);
    writeFileSync(`${PICTURE}.txt`, words);
  }
  const hint = "UPDATE_EXPECTED=1 ci/browser.sh DIR makes the picture again, and writes the words in it";
  assert.equal(words, readFileSync(`${PICTURE}.txt`, "utf8"), hint);
});

test("nothing is wrong with the colours of mdBook's other themes", async () => {
  for (const theme of ["rust", "coal", "ayu"]) {
    for (const page of ["rules.html", "mutex-demo/mutex-let-underscore.html"]) {
      await browser.visit(SITE + page);
      await browser.press("Change theme");
      await browser.press(theme[0].toUpperCase() + theme.slice(1), "#mdbook-theme-list");
      assert.deepEqual(await browser.faults(AXE), [], `${theme}, ${page}`);
    }
  }
});
