// One program to play with: the page that `explore --html` writes of the README's counter, whose two
// threads load and store in two steps.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { KEY } from "./browser.js";
import { COUNTER, browser, letGoOn, onEachScreen, said } from "./given.js";

/** What can be seen of where the reader is. */
async function seen() {
  const parts = [".threads", ".panel-schedule", ".panel-objects", ".panel-output", ".transport", ".goal"];
  return Promise.all(parts.map((part) => browser.text(`.player ${part}`)));
}

async function open(width, address = COUNTER) {
  await browser.visit(address, { width });
  await browser.shows(".player", /who goes on/);
}

onEachScreen("an update is lost by letting the threads go on one after the other", async (width) => {
  await open(width);
  await letGoOn("main", /^store/);
  await letGoOn("worker");
  await letGoOn("main");
  await browser.shows(".end", /The program is over: exits with 101.*an update was lost/);
  await browser.shows(".goal", /Goal reached: .*, with 1 preemption, which is par/);
  await browser.shows(".panel-objects", /COUNTER.*1/);
});

onEachScreen("one press shows how the update is lost", async (width) => {
  await open(width);
  await browser.press("fast", ".transport");
  await browser.press("Play “goes wrong”");
  await browser.shows(".end", /an update was lost/);
});

onEachScreen("undo takes steps back, down to the start", async (width) => {
  await open(width);
  const start = await seen();
  await browser.press("Let main go on");
  const one = await seen();
  await browser.press("Let main go on");
  await browser.press("Undo");
  assert.deepEqual(await seen(), one);
  assert.equal(await said(), "The last step is now step 0, main: start.");
  await browser.press("Undo");
  assert.deepEqual(await seen(), start);
});

onEachScreen("the address opens the same state again", async (width) => {
  await open(width);
  await letGoOn("main", /^store/);
  await letGoOn("worker", /^store/);
  const before = await seen();
  const address = await browser.address();
  assert.match(address, /#v1\.virtual\.1@3\.\w+\.\w+\/5$/);
  await open(width, address);
  assert.deepEqual(await seen(), before);
});

onEachScreen("an address of another program is refused with the reason", async (width) => {
  await open(width, `${COUNTER}#v1.virtual.1@3.00000000.00000000/5`);
  await browser.shows(".said", /not shown.*another program, or of another version/);
});

onEachScreen("the command is copied, and what was copied is a token to open", async (width) => {
  await open(width);
  await letGoOn("main", /^store/);
  await letGoOn("worker");
  const before = await seen();
  await browser.press("Copy the command");
  await browser.shows(".said", /The command is copied/);
  await browser.press("Restart");
  assert.match(await browser.pasteInto(".player form input"), /^cargo xtask explore counter.rs --replay v1\./);
  await browser.press("Open this token");
  await browser.shows(".said", /The token's schedule is loaded/);
  await browser.press("Restart");
  await letGoOn("main", /^store/);
  await letGoOn("worker");
  assert.deepEqual(await seen(), before);
});

onEachScreen("what differs from a schedule that goes well is marked, and said in words", async (width) => {
  await open(width);
  await browser.press("Show what decided");
  await browser.press("Compare with “goes well”");
  await browser.shows(".difference", /The first 3 steps are the same.*load COUNTER gives 0 here, load COUNTER gives 1/);
  await browser.shows(".panel-schedule mark", /other schedule: ➜ 1/);
  await browser.shows(".panel-schedule", /after this step it cannot go well/);
});

onEachScreen("keys let a thread go on, and only inside the player", async (width) => {
  await open(width);
  await browser.type("0");
  assert.match(await said(), /No step is taken yet/);
  await browser.focus(".player button.go");
  await browser.type(`0${KEY.enter}`);
  assert.equal(await said(), "Step 1, main: spawn worker.");
  await browser.type("1");
  assert.match(await said(), /^Step 2, worker: start; main is preempted/);
});

onEachScreen("without JavaScript the page has the schedule and the output", async (width) => {
  await browser.visit(COUNTER, { width, scripts: false });
  const text = await browser.text("main");
  for (const words of ["an update was lost", "load COUNTER ➜ 0", "preempted", "--replay v1.virtual.1@3"]) {
    assert.ok(text.includes(words), `${words}\nin\n${text}`);
  }
});

test("the page is small enough to send", () => {
  const { size } = statSync(fileURLToPath(COUNTER));
  assert.ok(size < 150_000, `${size} bytes`);
});
