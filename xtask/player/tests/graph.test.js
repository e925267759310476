// Ways through a graph: what a token says, what goes on by default, and what is found.

import { test } from "node:test";
import assert from "node:assert/strict";
import { choicesOf, compare, defaultThread, easiestPath, follow, goalReached, preemptions, walk } from "../graph.js";
import { counter, crosswise } from "./model.js";

const data = counter();
const [lost, well] = data.schedules.map((schedule) => walk(data, schedule.path));

test("a path is its steps, with what each did and whom it preempted", () => {
  assert.deepEqual(
    lost.map(({ name, does, value }) => [name, does, value].filter(Boolean).join(" ")),
    [
      "main start", "main spawn `worker`", "main load `COUNTER` ➜ 0", "worker start",
      "worker load `COUNTER` ➜ 0", "worker store `COUNTER` = 1", "worker finish",
      "main store `COUNTER` = 1", "main join `worker` ✓", "main expect `COUNTER` ➜ 1",
    ],
  );
  assert.deepEqual(lost.filter((step) => step.preempted !== null).map((step) => step.number), [3]);
});

test("a path that the graph does not have is refused", () => {
  assert.throws(() => walk(data, [1]), /no state of the graph follows step 0 of thread 1/);
});

test("the thread of the last step goes on by default, otherwise the lowest number", () => {
  const state = {
    threads: [{ id: 0, status: "waits" }, { id: 1, status: "ready" }, { id: 2, status: "ready" }],
    next: [{ thread: 1, to: 1 }, { thread: 2, to: 2 }],
  };
  assert.equal(defaultThread(state, 2), 2);
  assert.equal(defaultThread(state, 0), 1);
  assert.equal(defaultThread(state, null), 1);
  assert.equal(defaultThread({ ...state, default: 2 }, 1), 2);
});

test("a thread that spins is no default, and its turn is preempted by nobody", () => {
  const state = {
    threads: [{ id: 0, status: "spins" }, { id: 1, status: "ready" }],
    next: [{ thread: 0, to: 1 }, { thread: 1, to: 2 }],
  };
  const spinning = { states: [state, { threads: [], next: [] }, { threads: [], next: [] }] };
  assert.equal(defaultThread(state, 0), 1);
  assert.equal(defaultThread({ ...state, next: [{ thread: 0, to: 1 }] }, 0), 0);
  assert.deepEqual(follow(spinning, []).path, [1]);
});

test("what a token says of a path leads to the path again, for every state", () => {
  for (const program of [data, crosswise()]) {
    for (const id of program.states.keys()) {
      const path = easiestPath(program, [id]);
      const whole = follow(program, [], path).path;
      assert.deepEqual(follow(program, choicesOf(program, whole)), { path: whole, problem: null });
      assert.equal(walk(program, path).at(-1)?.to ?? 0, id);
    }
  }
});

test("a choice that does not fit is named", () => {
  const problem = (choices) => follow(data, choices).problem;
  assert.equal(problem([[1, 1]]), "there is no thread 1 at step 1");
  assert.equal(problem([[8, 1]]), "worker cannot go on at step 8");
  assert.equal(problem([[40, 1]]), `the program is over after ${follow(data, []).path.length} steps`);
});

test("where the graph ends, the path ends", () => {
  const cut = structuredClone(data);
  cut.states[walk(cut, [0, 0])[1].to].next[0].to = null;
  assert.deepEqual(follow(cut, []), { path: [0, 0], problem: null });
  assert.equal(follow(cut, [[4, 1]]).problem, "this page ends after 2 steps");
  assert.equal(easiestPath(cut, [cut.states.length]), null);
});

test("a circle in the graph is not followed for ever", () => {
  const round = { states: [{ threads: [{ id: 0, status: "ready" }], next: [{ thread: 0, to: 0 }] }] };
  assert.ok(follow(round, [[2, 0]]).path.length >= 2);
});

test("the easiest way has the fewest preemptions, as many as par", () => {
  for (const program of [data, crosswise()]) {
    const steps = walk(program, easiestPath(program, program.goal.states));
    assert.equal(preemptions(steps), program.goal.par);
    assert.deepEqual(goalReached(program, steps), { after: steps.length, preemptions: program.goal.par });
  }
});

test("no way leads there in fewer preemptions or, with as many, in fewer steps", () => {
  // Every path there is, one after another.
  function* paths(id, path) {
    yield [id, path];
    for (const { thread, to } of data.states[id].next) yield* paths(to, [...path, thread]);
  }
  const best = new Map();
  for (const [id, path] of paths(0, [])) {
    const cost = [preemptions(walk(data, path)), path.length];
    const known = best.get(id) ?? [Infinity, 0];
    if (cost[0] < known[0] || (cost[0] === known[0] && cost[1] < known[1])) best.set(id, cost);
  }
  for (const [id, cost] of best) {
    const path = easiestPath(data, [id]);
    assert.deepEqual([preemptions(walk(data, path)), path.length], cost);
  }
});

test("a goal that is not reached, and data without one", () => {
  assert.equal(goalReached(data, well), null);
  assert.equal(goalReached({ ...data, goal: null }, lost), null);
});

test("two schedules differ where another thread goes on, and where a result is another", () => {
  const { fork, differs } = compare(lost, well);
  assert.equal(fork, 3);
  const results = [...differs].map(([number, other]) => [number, lost[number].does, lost[number].value, other?.value]);
  assert.deepEqual(results.slice(0, 2), [
    [4, "load `COUNTER`", "➜ 0", "➜ 1"],
    [5, "store `COUNTER`", "= 1", "= 2"],
  ]);
  assert.deepEqual(compare(lost, lost), { fork: null, differs: new Map() });
});
