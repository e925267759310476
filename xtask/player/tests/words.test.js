// What the player says.

import { test } from "node:test";
import assert from "node:assert/strict";
import { compare, walk } from "../graph.js";
import { claimWords, counted, differenceSentences, extentSentence, goalSentence, operation, stepSentence } from "../words.js";
import { counter, crosswise } from "./model.js";

const data = counter();
const [lost, well] = data.schedules.map((schedule) => walk(data, schedule.path));

test("a step is one sentence, without signs", () => {
  const said = lost.map((step) => stepSentence(data, step));
  assert.equal(said[2], "Step 2, main: load COUNTER gives 0.");
  assert.equal(said[3], "Step 3, worker: start; main is preempted.");
  assert.equal(said[8], "Step 8, main: join worker succeeds.");
  assert.equal(
    said[9],
    "Step 9, main: expect COUNTER gives 1; it prints “thread 'main' panicked at counter.rs:10:5”; " +
      "the program is over: panics.",
  );
});

test("of a long output, a step says the first line that is not empty", () => {
  const prints = ["", "thread 'main' panicked", "  left: 1", " right: 2"].map((text) => ["stderr", text]);
  assert.equal(
    stepSentence(data, { ...lost[2], prints }),
    "Step 2, main: load COUNTER gives 0; it prints “thread 'main' panicked” and 2 more lines.",
  );
});

test("a remark stands in parentheses, and a value has its sign", () => {
  assert.equal(operation({ does: "recv_timeout jobs", value: "timed out" }), "recv_timeout jobs (timed out)");
  assert.equal(operation({ does: "recv jobs", value: '➜ "alpha"' }), 'recv jobs ➜ "alpha"');
  assert.equal(operation({ does: "start", value: null }), "start");
});

test("a step says what its thread waits for then, and that the page ends", () => {
  const program = crosswise();
  const path = [0, 0, 0, 1, 1, 1, 2, 2, 2];
  assert.equal(
    stepSentence(program, walk(program, path).at(-1)),
    "Step 8, worker 2: print; it prints “worker 2: locked B”; now it waits for A, which worker 1 holds; " +
      "the program is over: deadlock.",
  );
  const cut = structuredClone(data);
  cut.states[lost[1].to].next = [];
  assert.equal(stepSentence(cut, lost[1]), "Step 1, main: spawn worker; this page ends here.");
});

test("the goal, below par and above", () => {
  assert.equal(goalSentence(data, null, 0), "Goal: lose an update. Par is 1 preemption, and you have used 0 so far.");
  assert.equal(
    goalSentence(data, { after: 10, preemptions: 1 }, 1),
    "Goal reached: lose an update, with 1 preemption, which is par: no schedule on this page needs fewer.",
  );
  assert.equal(
    goalSentence(data, { after: 10, preemptions: 3 }, 3),
    "Goal reached: lose an update, with 3 preemptions. Par is 1: can you do it with fewer?",
  );
});

test("a goal that no schedule misses takes no skill", () => {
  const ended = data.states.flatMap(({ ending }, id) => (ending === null ? [] : [id]));
  const forced = { ...data, goal: { ...data.goal, par: 0, states: ended } };
  assert.equal(goalSentence(forced, null, 0), "Goal: lose an update. Every schedule leads there.");
  assert.equal(
    goalSentence({ ...forced, complete: false }, null, 0),
    "Goal: lose an update. Par is 0 preemptions, and you have used 0 so far.",
  );
});

test("a claim is proved only where the data says so", () => {
  const words = (verdict, about, broken_in) => claimWords({ verdict, about, broken_in }).slice(1).join("");
  assert.equal(words("proved", "on all 84 schedules", []), "proved, on all 84 schedules.");
  assert.equal(words("held", "on 84 schedules", []), "held, on 84 schedules.");
  assert.equal(words("broken", null, [3]), "broken.");
  assert.equal(words("broken", null, []), "broken. This page has no schedule that breaks it.");
  assert.equal(words("real runs only", null, []), "real runs only.");
});

test("what differs is said in words", () => {
  assert.deepEqual(differenceSentences(data, lost, well, compare(lost, well), "goes well"), [
    "The first 3 steps are the same.",
    "At step 3, worker goes on here (start), and main in “goes well” (store COUNTER = 1).",
    "The first result that differs is of worker at step 4: load COUNTER gives 0 here, load COUNTER gives 1 in “goes well”.",
    "The end is “panics” here, and “exits with 0” in “goes well”.",
  ]);
  const said = (steps) => differenceSentences(data, steps, well, compare(steps, well), "goes well");
  assert.deepEqual(said(well.slice(0, 2)), ["So far this schedule is the same as “goes well”."]);
  assert.deepEqual(said(well), ["This schedule is the same as “goes well”.", "Both end alike: exits with 0."]);
});

test("how much of the program a page has", () => {
  assert.equal(extentSentence(data), `This page has every state that the program can reach: ${data.states.length}.`);
  const cut = { ...data, complete: false };
  assert.equal(
    extentSentence({ ...cut, ends: "It ends after 3,000 states." }),
    `This page has ${data.states.length} states. It ends after 3,000 states.`,
  );
  assert.match(extentSentence({ ...cut, ends: null }), /does not have every state/);
});

test("a number and its noun", () => {
  assert.deepEqual([0, 1, 2].map((n) => counted(n, "step")), ["0 steps", "1 step", "2 steps"]);
});
