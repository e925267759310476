// The site, as a reader uses it.

import assert from "node:assert/strict";
import { KEY } from "./browser.js";
import { SITE, browser, letGoOn, onEachScreen, said } from "./given.js";

async function openPlayer(page, width) {
  await browser.visit(SITE + page, { width });
  await browser.press("Be the scheduler");
  await browser.shows(".player", /who goes on/);
}

onEachScreen("the deadlock is reached by letting threads go on", async (width) => {
  await openPlayer("deadlock-demo/deadlock-crosswise.html", width);
  await browser.shows(".goal", /Goal: reach the deadlock/);
  while (await browser.js(() => document.querySelector("button.go:not([hidden], :disabled)") !== null)) {
    await browser.press("Let ");
  }
  await browser.shows(".end", /The program is over: deadlock/);
  await browser.shows(".goal", /Goal reached: reach the deadlock/);
  await browser.shows(".threads", /waits for.*which .* holds/);
});

onEachScreen("a schedule that breaks a claim is found and played", async (width) => {
  await openPlayer("race-condition-demo/race-condition-load-then-store.html", width);
  await browser.press("Find a schedule that breaks this", ".panel-claims li:nth-child(2)");
  await browser.shows(".said", /^Playing a schedule that breaks the claim “the adders count every increment”/);
  // A topic's name begins so, too.
  await browser.press("Pause", ".player");
  await browser.focus(".player input[type=range]");
  await browser.type(KEY.end);
  await browser.shows(".end", /Broken claim: “the adders count every increment”/);
});

onEachScreen("a claim that is proved has no schedule to be found", async (width) => {
  await openPlayer("deadlock-demo.html", width);
  const claims = await browser.js(() => [...document.querySelectorAll(".player .claims li")].map((item) => item.innerText));
  assert.ok(claims.some((claim) => claim.includes("proved")), claims.join("\n"));
  assert.ok(claims.every((claim) => !/proved|held/.test(claim) || !claim.includes("Find a schedule")), claims.join("\n"));
});

onEachScreen("a schedule of the site is a page's address too", async (width) => {
  await openPlayer("deadlock-demo/deadlock-crosswise.html", width);
  await letGoOn("main");
  const before = [await browser.text(".threads"), await browser.text(".panel-schedule")];
  await browser.visit(await browser.address(), { width });
  await browser.shows(".player", /who goes on/);
  assert.deepEqual([await browser.text(".threads"), await browser.text(".panel-schedule")], before);
});

onEachScreen("the search finds how to limit how many threads run at once", async (width) => {
  await browser.visit(`${SITE}index.html`, { width });
  await browser.press("Toggle Searchbar");
  await browser.type("limit how many run at once");
  await browser.press("Semaphores: at most so many threads at once", "#mdbook-searchresults");
  await browser.shows("main h1", /^Semaphores: at most so many threads at once$/);
});

onEachScreen("the page of questions leads to how many threads do something at once", async (width) => {
  await browser.visit(`${SITE}how-do-i.html`, { width });
  await browser.press("limit how many threads do something at once?");
  await browser.shows("main h1", /^Semaphores/);
});

onEachScreen("a program is copied without the numbers of its lines", async (width) => {
  await browser.visit(`${SITE}mutex-demo.html`, { width });
  await browser.press("Copy to clipboard", ".listing");
  await browser.press("Toggle Searchbar");
  const copied = await browser.pasteInto("#mdbook-searchbar");
  assert.match(copied, /^use std::.*fn main\(\) \{/);
  assert.doesNotMatch(copied, /\b\d+\s*use std/);
});

onEachScreen("the lines that show a claim are lit when it is chosen", async (width) => {
  await browser.visit(`${SITE}mutex-demo.html`, { width });
  const lit = () => browser.js(() => [...document.querySelectorAll(".run tbody tr")]
    .filter((row) => getComputedStyle(row.querySelector("th"), "::before").visibility === "visible").length);
  await browser.press("No claim");
  assert.equal(await lit(), 0);
  await browser.press("no increment is lost");
  assert.ok(await lit() > 0);
});

onEachScreen("the sidebar opens and closes by keyboard", async (width) => {
  await browser.visit(`${SITE}index.html`, { width });
  const isOpen = () => browser.js(() => document.querySelector(".left-buttons button").getAttribute("aria-expanded"));
  assert.equal(await isOpen(), String(width > 1000));
  await browser.focus(".left-buttons button");
  await browser.type(KEY.enter);
  assert.equal(await isOpen(), String(width <= 1000));
});

onEachScreen("an arrow key belongs to what has the focus, and turns no page", async (width) => {
  await openPlayer("deadlock-demo/deadlock-crosswise.html", width);
  const page = await browser.js(() => location.pathname);
  await browser.focus(".player input[type=range]");
  await browser.type(KEY.right);
  assert.match(await said(), /step 0/);
  await browser.focus(".listing code");
  await browser.type(KEY.right);
  assert.equal(await browser.js(() => location.pathname), page);
});

onEachScreen("without JavaScript runs, claims, schedules and refusals can be read", async (width) => {
  const pages = [
    ["mutex-demo.html", [/Run 1/, /Worker \d: made/, /no increment is lost/, /lines? \d/, /E0/, /Repair:/]],
    ["deadlock-demo/deadlock-crosswise.html", [/The schedule, without a preemption/, /lock /, /waits/, /--replay v1\./]],
  ];
  for (const [page, parts] of pages) {
    await browser.visit(SITE + page, { width, scripts: false });
    const text = await browser.text("main");
    for (const part of parts) assert.match(text, part);
  }
});
