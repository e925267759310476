// What `ci/browser.sh` gives the tests, by variables of the environment, and what all of them need.

import { test } from "node:test";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { Browser } from "./browser.js";

function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: ci/browser.sh does that, and makes what it names`);
  return value;
}

/** The folder of the site, as an address. */
export const SITE = `${pathToFileURL(given("BOOK_SITE"))}/`;
/** The page of the README's counter, which `explore --html` has written, as an address. */
export const COUNTER = pathToFileURL(given("BOOK_COUNTER")).href;
/** The file `axe.min.js` of the package axe-core. */
export const AXE = given("BOOK_AXE");
/** The folder for pictures of pages. */
export const SCREENSHOTS = given("BOOK_SCREENSHOTS");

/** A phone's width and a desk's, in pixels. */
export const WIDTHS = [360, 1280];

/** The browser of this file's tests. */
export const browser = await Browser.start();

/** A test at each width. Its pages must have nothing to complain of in the console. */
export function onEachScreen(name, run) {
  for (const width of WIDTHS) {
    test(`${name}, ${width} pixels wide`, async () => {
      await run(width);
      assert.deepEqual(await browser.log(), []);
    });
  }
}

/** What a thread's button says that it would do next; null if the thread cannot go on. */
function next(thread) {
  return browser.js((name) => {
    const buttons = [...document.querySelectorAll("button.go:not([hidden])")];
    const words = buttons.map((button) => button.innerText).find((text) => text.startsWith(`Let ${name} go on: `));
    return words?.split(": ")[1] ?? null;
  }, thread);
}

/** Lets a thread go on until it would do this next, or cannot go on. */
export async function letGoOn(thread, until) {
  for (;;) {
    const does = await next(thread);
    if (does === null || until?.test(does)) return;
    await browser.press(`Let ${thread} go on`);
  }
}

/** What the player says of the last step. */
export function said() {
  return browser.text(".player .said");
}
