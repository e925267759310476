// The states of a program as a graph, and ways through it. Nothing here knows a page: tests call it
// in node. README.md describes the data.
//
// A path is a list of thread numbers, one for each step from state 0 on.

/** The threads that can go on without waiting for something to change. */
function awake(state) {
  const spins = new Set(
    state.threads.filter((thread) => thread.status === "spins").map((thread) => thread.id),
  );
  return state.next.map((move) => move.thread).filter((thread) => !spins.has(thread));
}

/**
 * The thread that goes on where a token says nothing, by the engine's own rule: the thread that
 * took the last step if it can go on, otherwise the one with the lowest number.
 */
export function defaultThread(state, last) {
  if (Number.isInteger(state.default)) return state.default;
  const threads = awake(state);
  return threads.includes(last) ? last : (threads[0] ?? state.next[0]?.thread ?? null);
}

/** Whether it preempts the thread of the last step that this one goes on in its place. */
export function preempts(state, last, thread) {
  return thread !== last && awake(state).includes(last);
}

/** The edge along which a thread leaves a state, if it can go on there. */
export function moveOf(state, thread) {
  return state.next.find((move) => move.thread === thread);
}

export function threadOf(state, id) {
  return state.threads.find((thread) => thread.id === id);
}

/**
 * The steps of a path: of each its number, thread and edge, the states on both sides of it, what
 * the thread did and where, and the thread that it preempts, if any.
 */
export function walk(data, path) {
  let from = 0;
  let last = null;
  return path.map((thread, number) => {
    const state = data.states[from];
    const move = moveOf(state, thread);
    if (!Number.isInteger(move?.to)) {
      throw new Error(`no state of the graph follows step ${number} of thread ${thread}`);
    }
    const { name, at, does } = threadOf(state, thread);
    const step = {
      number,
      thread,
      name,
      at,
      does,
      value: move.value ?? null,
      prints: move.prints ?? [],
      from,
      to: move.to,
      last,
      preempted: preempts(state, last, thread) ? last : null,
    };
    from = move.to;
    last = thread;
    return step;
  });
}

export function preemptions(steps) {
  return steps.filter((step) => step.preempted !== null).length;
}

/** What a token has to say of a path: the steps at which the default thread does not go on. */
export function choicesOf(data, path) {
  return walk(data, path)
    .filter((step) => step.thread !== defaultThread(data.states[step.from], step.last))
    .map((step) => [step.number, step.thread]);
}

/**
 * The path that begins with these steps and then takes the choices, by step, and the default
 * elsewhere, up to the end of the program or of the graph. `problem` says why a choice could not be
 * taken, and is null if all were.
 */
export function follow(data, choices, path = []) {
  const chosen = new Map(choices);
  const lastChoice = Math.max(-1, ...chosen.keys());
  const begun = walk(data, path).at(-1);
  const whole = [...path];
  let id = begun?.to ?? 0;
  let last = begun?.thread ?? null;
  const ends = (problem) => ({ path: whole, problem });
  // A run of defaults that is longer than there are states goes round in a circle.
  const longest = Math.max(lastChoice, path.length) + data.states.length;
  while (whole.length <= longest) {
    const step = whole.length;
    const state = data.states[id];
    const wanted = chosen.get(step);
    if (state.next.length === 0) {
      const over = state.ending ? "the program is over" : "this page ends";
      return ends(step <= lastChoice ? `${over} after ${step} steps` : null);
    }
    const thread = wanted ?? defaultThread(state, last);
    const move = moveOf(state, thread);
    if (!move) {
      const name = threadOf(state, thread)?.name;
      return ends(
        name ? `${name} cannot go on at step ${step}` : `there is no thread ${thread} at step ${step}`,
      );
    }
    if (!Number.isInteger(move.to)) {
      return ends(step <= lastChoice ? `this page ends after ${step} steps` : null);
    }
    whole.push(thread);
    id = move.to;
    last = thread;
  }
  return ends(null);
}

/**
 * The path to one of these states with the fewest preemptions, and among those the shortest; null
 * if none leads there. Preemptions come first, because they are what makes a schedule hard to
 * follow.
 *
 * Breadth-first in two dimensions: `levels[p][n]` are the nodes that p preemptions and n steps
 * reach. A node is a state together with the thread of the last step, on which it depends what is a
 * preemption.
 */
export function easiestPath(data, targets) {
  if (targets.length === 0) return null;
  const wanted = new Set(targets);
  const settled = new Set();
  const levels = [[[{ id: 0, last: null, before: null }]]];
  for (let p = 0; p < levels.length; p += 1) {
    const level = levels[p] ?? [];
    for (let n = 0; n < level.length; n += 1) {
      for (const node of level[n] ?? []) {
        const key = `${node.id} ${node.last}`;
        if (settled.has(key)) continue;
        settled.add(key);
        if (wanted.has(node.id)) return pathTo(node);
        const state = data.states[node.id];
        for (const { thread, to } of state.next) {
          if (!Number.isInteger(to)) continue;
          const cost = p + (preempts(state, node.last, thread) ? 1 : 0);
          ((levels[cost] ??= [])[n + 1] ??= []).push({ id: to, last: thread, before: node });
        }
      }
    }
  }
  return null;
}

function pathTo(node) {
  const path = [];
  for (; node.before; node = node.before) path.push(node.last);
  return path.reverse();
}

/** Where the steps first reach the goal: after how many, and with how many preemptions. */
export function goalReached(data, steps) {
  const states = new Set(data.goal?.states ?? []);
  if (states.has(0)) return { after: 0, preemptions: 0 };
  const first = steps.findIndex((step) => states.has(step.to));
  if (first < 0) return null;
  return { after: first + 1, preemptions: preemptions(steps.slice(0, first + 1)) };
}

/**
 * What differs between some steps and another schedule. `fork` is the first step at which another
 * thread goes on, if there is one. `differs` has, by step number, what the same thread did there
 * instead: its operation of the same rank, or null if it never came so far. Steps are compared by
 * their rank within the thread, because after the fork their numbers say nothing.
 */
export function compare(steps, others) {
  const fork = steps.findIndex((step, n) => step.thread !== others[n]?.thread);
  const ranked = new Map();
  for (const other of others) {
    if (!ranked.has(other.thread)) ranked.set(other.thread, []);
    ranked.get(other.thread).push(other);
  }
  const ranks = new Map();
  const differs = new Map();
  for (const step of steps) {
    const rank = ranks.get(step.thread) ?? 0;
    ranks.set(step.thread, rank + 1);
    const other = ranked.get(step.thread)?.[rank] ?? null;
    if (other?.does !== step.does || other?.value !== step.value) differs.set(step.number, other);
  }
  return { fork: fork < 0 ? null : fork, differs };
}
