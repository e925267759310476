// Small programs as graphs of the player's form, made by hand: a model of a few operations, of
// which every interleaving is followed. The explorer makes the graphs that readers see; these are
// only for tests of the player, which need no build of it.
//
// A thread is a list of operations `[verb, object, line, …]`; it starts before them, and finishes
// after them. `main` is thread 0, and its end is the program's.

const token = { version: "v1", program: "51e07b44", explorer: "9f3ac1d2" };

/** The README's counter: two threads read and write it, and an update can be lost. */
export function counter() {
  const source = [
    "use std::sync::atomic::{AtomicU32, Ordering};",
    "use std::thread;",
    "",
    "static COUNTER: AtomicU32 = AtomicU32::new(0);",
    "",
    "fn main() {",
    "    let worker = thread::spawn(increment);",
    "    increment();",
    "    worker.join().unwrap();",
    '    assert_eq!(COUNTER.load(Ordering::SeqCst), 2, "an update was lost");',
    "}",
    "",
    "fn increment() {",
    "    let seen = COUNTER.load(Ordering::SeqCst);",
    "    COUNTER.store(seen + 1, Ordering::SeqCst);",
    "}",
    "",
  ];
  const increment = [["load", "COUNTER", 14], ["store", "COUNTER", 15]];
  const data = graph({
    program: "counter",
    title: "Two threads increment one counter",
    command: "cargo xtask explore counter.rs",
    source: { path: "counter.rs", text: source.join("\n") },
    objects: { COUNTER: { kind: "AtomicU32", line: 4, value: 0 } },
    threads: {
      main: [["spawn", "worker", 7], ...increment, ["join", "worker", 9], ["expect", "COUNTER", 10, 2]],
      worker: increment,
    },
  });
  const lost = data.states.flatMap(({ fault }, id) => (fault ? [id] : []));
  data.claims = [
    {
      claim: "no update is lost",
      why: "Each thread adds one, so that `COUNTER` is 2 at the end.",
      verdict: "broken",
      about: "on 2 of all 4 distinguishable schedules",
      broken_in: lost,
    },
    {
      claim: "`main` waits for the worker to end",
      why: null,
      verdict: "proved",
      about: "on all 4 distinguishable schedules",
      broken_in: [],
    },
  ];
  data.goal = { text: "lose an update", states: lost, par: 1 };
  data.schedules = [
    { name: "loses an update", path: [0, 0, 0, 1, 1, 1, 1, 0, 0, 0], decided_at: 3, good: false },
    { name: "goes well", path: [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0], decided_at: null, good: true },
  ];
  return data;
}

/** Two threads that take two locks in opposite order. */
export function crosswise() {
  const careless = (first, second) => [
    ["lock", first, 8], ["print", null, 9, `locked ${first}`], ["lock", second, 10],
    ["unlock", second, 12], ["unlock", first, 13],
  ];
  const data = graph({
    program: "crosswise",
    title: "Two workers lock the same two accounts in opposite order",
    command: "cargo xtask explore crosswise.rs",
    source: { path: "src/bin/crosswise.rs", text: Array.from({ length: 20 }, (_, n) => `// line ${n + 1}`).join("\n") },
    objects: { A: { kind: "mutex", line: 2, value: null }, B: { kind: "mutex", line: 3, value: null } },
    threads: {
      main: [["spawn", "worker 1", 5], ["spawn", "worker 2", 6], ["join", "worker 1", 16], ["join", "worker 2", 17]],
      "worker 1": careless("A", "B"),
      "worker 2": careless("B", "A"),
    },
  });
  const stuck = data.states.flatMap(({ ending }, id) => (ending === "deadlock" ? [id] : []));
  data.goal = { text: "reach the deadlock", states: stuck, par: 1 };
  return data;
}

/** Follows every interleaving of a program. */
export function graph({ program, title, command, source, objects, threads }) {
  const names = Object.keys(threads);
  const scripts = names.map((name, n) => [
    ["start", null, null],
    ...threads[name],
    [n === 0 ? "exit" : "finish", null, null],
  ]);
  const start = {
    at: names.map((_, n) => (n === 0 ? 0 : null)),
    seen: names.map(() => null),
    values: Object.fromEntries(Object.entries(objects).map(([name, { value }]) => [name, value])),
    ending: null,
  };
  const states = [];
  const ids = new Map();

  function idOf(model) {
    const key = JSON.stringify(model);
    if (ids.has(key)) return ids.get(key);
    const id = states.length;
    ids.set(key, id);
    states.push(null);
    states[id] = shown(model);
    return id;
  }

  const operation = (model, n) => scripts[n][model.at[n]];
  const hasEnded = (model, name) => model.at[names.indexOf(name)] === scripts[names.indexOf(name)].length;

  function isOpen(model, n) {
    const [verb, object] = operation(model, n);
    if (verb === "lock") return model.values[object] === null;
    return verb !== "join" || hasEnded(model, object);
  }

  /** What a thread does, on the model after it. */
  function perform(before, n) {
    const model = structuredClone(before);
    const [verb, object, line, more] = operation(model, n);
    model.at[n] += 1;
    const { values } = model;
    switch (verb) {
      case "spawn":
        model.at[names.indexOf(object)] = 0;
        return { model };
      case "load":
        model.seen[n] = values[object];
        return { model, value: `➜ ${values[object]}` };
      case "store":
        values[object] = model.seen[n] + 1;
        return { model, value: `= ${values[object]}` };
      case "lock":
        values[object] = names[n];
        return { model };
      case "unlock":
        values[object] = null;
        return { model };
      case "join":
        return { model, value: "✓" };
      case "print":
        return { model, prints: [["stdout", `${names[n]}: ${more}`]] };
      case "expect":
        if (values[object] === more) return { model, value: `➜ ${values[object]}` };
        model.ending = "panics";
        return { model, value: `➜ ${values[object]}`, prints: [["stderr", `thread 'main' panicked at ${source.path}:${line}:5`]] };
      case "exit":
        model.ending = "exits with 0";
        return { model };
      default:
        return { model };
    }
  }

  function shown(model) {
    const living = names.map((_, n) => n).filter((n) => model.at[n] !== null);
    const open = living.filter((n) => operation(model, n) && isOpen(model, n));
    const ended = living.every((n) => !operation(model, n));
    const ending = model.ending ?? (open.length === 0 && !ended ? "deadlock" : null);
    const next = ending ? [] : open.map((n) => {
      const { model: after, value = null, prints = [] } = perform(model, n);
      return { thread: n, to: idOf(after), value, prints };
    });
    const story = { deadlock: "Each of two workers waits for the lock that the other one holds.", panics: "An update was lost." }[ending];
    return {
      threads: living.map((n) => {
        const [verb, object, line] = operation(model, n) ?? [];
        const isReady = verb && isOpen(model, n);
        const holder = model.values[object];
        return {
          id: n,
          name: names[n],
          at: line ? [0, line] : null,
          does: verb ? [verb, object && `\`${object}\``].filter(Boolean).join(" ") : null,
          status: !verb ? "ended" : isReady ? "ready" : "waits",
          waits_for: !verb || isReady ? null : verb === "lock" ? `\`${object}\`, which ${holder} holds` : `\`${object}\` to end`,
        };
      }),
      objects: Object.entries(objects).map(([name, { kind, line }], id) => ({
        id,
        name,
        kind,
        at: [0, line],
        value: kind !== "mutex" ? String(model.values[name]) : model.values[name] ? `held by ${model.values[name]}` : "free",
      })),
      now_us: 0,
      ending,
      fault: story ? { kind: ending === "panics" ? "panic" : ending, story, claim: null } : null,
      next,
    };
  }

  idOf(start);
  return {
    format: 1, program, title, command, token, time_model: "virtual", hash_seed: 0, sources: [source], claims: [],
    complete: true, ends: null, states, schedules: [], goal: null,
  };
}
