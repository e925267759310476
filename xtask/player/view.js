// The parts of the player. Each function makes one part once, and gives its element and an
// `update` that brings it to a moment of a schedule; so a control that has the focus keeps it.
//
// `now` is such a moment: { path, steps, id, state, used, compared, decided }. Of the path, `steps`
// have been taken; `id` is the state after them, `used` their preemptions, `compared` how they
// differ from another schedule, and `decided` the number of the step that decided this one. `act` is
// the player, which does what a control asks for.
//
// The data's texts only ever become text nodes, so that no text of a program is read as HTML.

import { defaultThread, easiestPath, goalReached, moveOf, preemptions, preempts, threadOf, walk } from "./graph.js";
import { VERDICTS, claimWords, counted, differenceSentences, extentSentence, goalSentence, operation, plain } from "./words.js";

/** Makes an element. `on…` is a listener; an attribute that is null or false is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** Text as nodes: what stands between backticks is code. */
function rich(text) {
  return text.split("`").map((part, n) => (n % 2 === 1 ? h("code", {}, part) : part));
}

/** A sign beside words that say the same; it is not read out. */
function sign(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}

export function button(words, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, words);
}

function panel(act, kind, title, ...children) {
  return h("div", { class: `panel ${kind}` }, h(`h${act.level}`, {}, title), ...children);
}

/** What scrolls by itself has to be reached by keyboard, and so it has a name. */
export function scroller(label, ...children) {
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, ...children);
}

/** The file of a line; nothing for the program's own. */
function fileOf(data, [source]) {
  return source === 0 ? "" : fileName(data.sources[source].path);
}

function fileName(path) {
  return path.split("/").at(-1);
}

function lineName(data, at) {
  return at ? `${fileOf(data, at)} line ${at[1]}` : "";
}

function lineText(data, [source, line]) {
  return linesOf(data.sources[source])[line - 1]?.trim() ?? "";
}

function linesOf(source) {
  return source.text.replace(/\n$/, "").split("\n");
}

/** Each thread has a colour, which stands beside its name and never in place of it. */
function hue(thread) {
  return `--hue: ${(210 + thread * 137) % 360}`;
}

/** The goal, and how far the reader is from it. */
export function goalPart(data, act) {
  const element = h("div", { class: "goal", hidden: !data.goal });
  if (!data.goal) return { element, update() {} };
  const text = h("p", {});
  const path = easiestPath(data, data.goal.states);
  element.append(text, path ? button("Show me a way", () => act.play(path, "the way to the goal")) : "");
  return {
    element,
    update({ steps, used }) {
      const reached = goalReached(data, steps);
      element.classList.toggle("reached", reached !== null);
      text.replaceChildren(sign(reached ? "★ " : "☆ "), ...rich(goalSentence(data, reached, used)));
    },
  };
}

/** What the program came to, where it is over; and where the page ends. */
export function endPart(data) {
  const element = h("div", { class: "end", hidden: true });
  return {
    element,
    update({ id, state }) {
      const { ending, fault } = state;
      const broken = data.claims.filter((claim) => claim.broken_in.includes(id));
      const lines = [];
      if (ending) lines.push(`The program is over: ${ending}.`);
      if (fault?.story) lines.push(`What is wrong: ${fault.story}`);
      for (const { claim } of broken) lines.push(`Broken claim: “${claim}”.`);
      if (!ending && !state.next.some((move) => Number.isInteger(move.to))) {
        lines.push(`This page ends here. ${data.ends ?? "What comes next was not explored."}`);
        lines.push("Undo steps, and choose otherwise: what goes on by default was explored first.");
      }
      const isBad = Boolean(fault) || broken.length > 0;
      element.hidden = lines.length === 0;
      element.classList.toggle("bad", isBad);
      const paragraphs = lines.map((line) => h("p", {}, rich(line)));
      paragraphs[0]?.prepend(sign(isBad ? "✗ " : "■ "));
      element.replaceChildren(...paragraphs);
    },
  };
}

/** A card for each thread, with the button that lets it go on. */
export function threadsPart(data, act) {
  const cards = new Map();
  const list = h("ul", { class: "threads", role: "list" });
  return {
    element: panel(act, "panel-threads", "Threads: who goes on?", list),
    update(now) {
      const { threads } = now.state;
      for (const [id, card] of cards) card.element.hidden = !threadOf(now.state, id);
      for (const { id } of threads) {
        if (!cards.has(id)) {
          cards.set(id, threadCard(data, act, id));
          list.append(cards.get(id).element);
        }
        cards.get(id).update(now);
      }
    },
  };
}

function threadCard(data, act, id) {
  const name = h("span", { class: "name" });
  const status = h("span", { class: "status" });
  const facts = h("dl", {});
  const words = h("span", {});
  const key = id < 10 ? h("kbd", { "aria-hidden": "true" }, String(id)) : null;
  const go = button([words, key ?? ""], () => act.choose(id), {
    class: "go",
    "data-thread": id,
    "aria-keyshortcuts": key && String(id),
  });
  const note = h("p", { class: "note" });
  const head = h("p", { class: "head" }, name, " ", status);
  return {
    element: h("li", { class: "thread", style: hue(id) }, head, facts, go, note),
    update({ state, steps }) {
      const thread = threadOf(state, id);
      const move = moveOf(state, id);
      const isKnown = Number.isInteger(move?.to);
      name.textContent = thread.name;
      status.replaceChildren(...statusOf(state, thread));
      facts.replaceChildren(
        ...fact(lineName(data, thread.at), thread.at && h("code", {}, lineText(data, thread.at))),
        // A thread's button says what comes next.
        ...fact("next", !move && thread.does && rich(thread.does)),
        ...fact("waits for", thread.waits_for && rich(thread.waits_for)),
      );
      go.hidden = !move;
      go.disabled = !isKnown;
      words.replaceChildren(
        ...rich(
          isKnown
            ? `Let ${thread.name} go on: ${thread.does ?? "its next step"}`
            : `${thread.name} can go on, but that was not explored from here`,
        ),
      );
      note.textContent = isKnown ? noteOn(state, steps.at(-1)?.thread ?? null, id) : "";
    },
  };
}

function fact(name, value) {
  return value ? [h("dt", {}, name), h("dd", {}, value)] : [];
}

function statusOf(state, { id, status }) {
  const [mark, words] =
    status === "ended" ? ["■", "has ended"]
    : status === "spins" ? ["↻", "goes round a loop until something changes"]
    : moveOf(state, id) ? ["▶", "can go on"]
    : status === "waits" ? ["‖", "waits"]
    : state.ending ? ["□", "stopped, since the program is over"]
    : ["□", "not known: this page ends here"];
  return [sign(`${mark} `), words];
}

/** What it means that this thread goes on, where there is a choice. */
function noteOn(state, last, thread) {
  if (state.next.length < 2) return "the only one that can go on";
  if (preempts(state, last, thread)) return `preempts ${threadOf(state, last).name}`;
  return thread === defaultThread(state, last) ? "goes on by default" : "";
}

/** The schedule so far: a row for each step, a column for each thread. */
export function schedulePart(data, act) {
  const head = h("thead");
  const body = h("tbody");
  const box = scroller("The schedule so far", h("table", {}, head, body));
  return {
    element: panel(act, "panel-schedule", "The schedule so far", box),
    update(now) {
      const { threads } = now.state;
      const columns = ["step", "line"].map((name) => h("th", { scope: "col" }, name));
      for (const { id, name } of threads) columns.push(h("th", { scope: "col", style: hue(id) }, name));
      head.replaceChildren(h("tr", {}, columns));
      const rows = now.steps.map((step, n) => scheduleRow(data, now, threads, step, now.steps[n - 1]));
      const empty = h("tr", {}, h("td", { colspan: threads.length + 2 }, "No step yet: let a thread go on."));
      body.replaceChildren(...(rows.length > 0 ? rows : [empty]));
      box.scrollTop = box.scrollHeight;
      const newest = body.lastChild.querySelector(".op");
      if (newest) box.scrollLeft = newest.offsetLeft + newest.offsetWidth - box.clientWidth;
    },
  };
}

function scheduleRow(data, now, threads, step, before) {
  const isNewest = step.number === now.steps.length - 1;
  const cells = threads.map(({ id }) => {
    if (id === step.thread) return h("td", { style: hue(id), class: "op" }, operationCell(now, step));
    const why = id === before?.thread ? whyNot(data.states[step.from], step, id) : null;
    return h("td", { class: "why" }, why && [sign("↷ "), ...rich(why)]);
  });
  const attributes = { class: isNewest ? "newest" : null, "aria-current": isNewest ? "step" : null };
  return h("tr", attributes, h("th", { scope: "row" }, step.number), h("td", {}, step.at ? `${fileOf(data, step.at)}:${step.at[1]}` : ""), cells);
}

function operationCell({ compared, decided }, step) {
  const cell = rich(operation(step));
  for (const [stream, text] of named(step.prints.filter(([, text]) => text !== ""))) {
    cell.push(h("span", { class: "printed" }, stream && h("span", { class: "stream" }, stream), text));
  }
  if (step.number === decided) cell.push(h("span", { class: "remark" }, sign("◆ "), "after this step it cannot go well"));
  if (step.number === compared?.fork) {
    const other = compared.others[step.number];
    cell.push(h("mark", {}, sign("⇄ "), other ? `other schedule: ${other.name} goes on` : "other schedule: over"));
  }
  if (compared?.differs.has(step.number)) {
    const other = compared.differs.get(step.number);
    const there = !other ? "does not happen"
      : other.does === step.does ? (other.value ?? "no result") : operation(other);
    cell.push(h("mark", {}, sign("≠ "), "other schedule: ", ...rich(there)));
  }
  return cell;
}

/** Why the thread of the step before this one does not go on. */
function whyNot(state, step, id) {
  const thread = threadOf(state, id);
  if (step.preempted === id) return "preempted";
  if (thread.status === "ended") return "has ended";
  if (thread.status === "waits") return `waits${thread.waits_for ? ` for ${thread.waits_for}` : ""}`;
  return thread.status === "spins" ? "goes round its loop" : null;
}

/** The objects with their values. */
export function objectsPart(data, act) {
  const body = h("tbody");
  const columns = ["object", "kind", "value"].map((name) => h("th", { scope: "col" }, name));
  const table = h("table", {}, h("thead", {}, h("tr", {}, columns)), body);
  const clock = h("p", { class: "note" });
  const hasTime = data.states.some((state) => state.now_us > 0);
  return {
    element: panel(act, "panel-objects", "Objects", scroller("Objects", table), hasTime ? clock : ""),
    update({ state, steps }) {
      clock.textContent = `The program's clock shows ${state.now_us / 1000} ms.`;
      const before = data.states[steps.at(-1)?.from ?? 0].objects;
      const rows = state.objects.map((object) => {
        const old = before.find((other) => other.id === object.id);
        const isNew = old && old.value !== object.value;
        return h(
          "tr",
          { class: isNew ? "newest" : null },
          h("th", { scope: "row" }, rich(object.name)),
          h("td", {}, object.kind),
          h("td", {}, valueOf(object), isNew ? h("span", { class: "remark" }, "was ", valueOf(old)) : ""),
        );
      });
      const empty = h("tr", {}, h("td", { colspan: 3 }, "No thread has used an object yet."));
      body.replaceChildren(...(rows.length > 0 ? rows : [empty]));
    },
  };
}

function valueOf({ value }) {
  return value === null ? "not known" : rich(value);
}

/** Lines with the name of their stream where another one than before begins, stdout being the first. */
function named(prints) {
  return prints.map(([stream, text], n) => [stream === (prints[n - 1]?.[0] ?? "stdout") ? null : stream, text]);
}

/** The output as it comes. */
export function outputPart(data, act) {
  const list = h("ol", { class: "lines", role: "list" });
  const box = scroller("Output", list);
  return {
    element: panel(act, "panel-output", "Output", box),
    update({ steps }) {
      const lines = named(steps.flatMap((step) => step.prints)).map(([stream, text]) =>
        h("li", {}, stream && h("span", { class: "stream" }, stream), text || "\u00a0"));
      list.replaceChildren(...(lines.length > 0 ? lines : [h("li", { class: "note" }, "Nothing is printed yet.")]));
      box.scrollTop = box.scrollHeight;
    },
  };
}

/** The sources, with each thread at its line. */
export function sourcePart(data, act) {
  const files = data.sources.map((source, n) => {
    const lines = linesOf(source).map((text, at) => {
      const number = h("span", { class: "number" }, at + 1);
      return { text, element: h("div", { class: "line" }, number, h("code", {}, text), h("span", { class: "here" })) };
    });
    const box = scroller(fileName(source.path), ...lines.map((line) => line.element));
    box.classList.add("source");
    const here = h("span", { class: "remark" });
    const summary = h("summary", {}, source.path, " ", here);
    return { element: h("details", { open: n === 0 }, summary, box), here, box, lines };
  });
  return {
    element: panel(act, "panel-source", "Source", ...files.map((file) => file.element)),
    update({ state, steps }) {
      const mover = steps.at(-1)?.thread ?? 0;
      files.forEach(({ here, box, lines }, n) => {
        const standing = state.threads.filter(({ at, status }) => at?.[0] === n && status !== "ended");
        here.textContent = standing.length > 0 ? `${counted(standing.length, "thread")} here` : "";
        lines.forEach(({ element }, at) => {
          const threads = standing.filter((thread) => thread.at[1] === at + 1);
          element.classList.toggle("standing", threads.length > 0);
          const names = threads.map(({ id, name }) => h("span", { style: hue(id) }, sign("◀ "), name));
          element.lastChild.replaceChildren(...names);
        });
        const shown = standing.find(({ id }) => id === mover) ?? standing[0];
        const line = shown && lines[shown.at[1] - 1]?.element;
        // The box scrolls and the page does not: nothing moves under the reader's hand.
        if (line) box.scrollTop = line.offsetTop - box.clientHeight / 2;
      });
    },
  };
}

/** The claims, and a schedule that breaks each that can be broken. */
export function claimsPart(data, act) {
  const items = data.claims.map((claim) => {
    const path = easiestPath(data, claim.broken_in);
    const [mark, verdict, rest] = claimWords(claim);
    const title = `a schedule that breaks the claim “${plain(claim.claim)}”`;
    const element = h(
      "li",
      {},
      h("p", {}, rich(claim.claim)),
      h("p", {}, h("strong", { class: `verdict ${claim.verdict}` }, sign(`${mark} `), verdict), rest),
      claim.why ? h("p", { class: "note" }, rich(claim.why)) : "",
      path ? button("Find a schedule that breaks this", () => act.play(path, title)) : "",
    );
    return { element, claim };
  });
  const list = h("ul", { class: "claims", role: "list" }, items.map((item) => item.element));
  const element = panel(act, "panel-claims", "Claims", list, h("p", { class: "note" }, VERDICTS));
  element.hidden = items.length === 0;
  return {
    element,
    update({ id }) {
      for (const item of items) item.element.classList.toggle("bad", item.claim.broken_in.includes(id));
    },
  };
}

/** The recorded schedules: to play, to load, to compare with. */
export function recordedPart(data, act) {
  const items = data.schedules.map((schedule) => {
    const title = `“${plain(schedule.name)}”`;
    const steps = walk(data, schedule.path);
    const { ending } = data.states[steps.at(-1)?.to ?? 0];
    const facts = [counted(steps.length, "step"), counted(preemptions(steps), "preemption"), ending];
    const decided = schedule.decided_at ?? null;
    const named = (words, onclick) => button(words, onclick, { "aria-label": `${words} ${title}` });
    const compare = named("Compare with", () => act.compare(schedule));
    const element = h(
      "li",
      {},
      h("p", {}, h("strong", {}, rich(schedule.name)), h("span", { class: "remark" }, rich(facts.filter(Boolean).join(", ")))),
      named("Play", () => act.play(schedule.path, title)),
      named("Load", () => act.open(schedule.path, 0, `${title} is loaded: take it step by step.`)),
      decided === null ? "" : named("Show what decided", () =>
        act.open(schedule.path, decided + 1, `Step ${decided} decided ${title}: after it, no schedule goes well.`)),
      compare,
    );
    return { element, schedule, compare };
  });
  const list = h("ul", { class: "recorded", role: "list" }, items.map((item) => item.element));
  const element = panel(act, "panel-recorded", "Recorded schedules", list);
  element.hidden = items.length === 0;
  return {
    element,
    update({ compared }) {
      for (const { compare, schedule } of items) {
        compare.setAttribute("aria-pressed", String(compared?.schedule === schedule));
      }
    },
  };
}

/** How the schedule differs from the one that it is compared with, in words. */
export function differencePart(data) {
  const element = h("div", { class: "difference", hidden: true });
  return {
    element,
    update({ steps, compared }) {
      element.hidden = !compared;
      const sentences = compared
        ? differenceSentences(data, steps, compared.others, compared, plain(compared.schedule.name))
        : [];
      element.replaceChildren(...sentences.map((sentence) => h("p", {}, sentence)));
    },
  };
}

/** How to play, and how much of the program is here. */
export function helpPart(data) {
  const paragraphs = [
    "You are the scheduler. At each step you choose the thread that goes on. A number key does the same as " +
      "a thread's button, as long as the focus is inside the player.",
    "“Next step” follows the schedule that is loaded. Without one, the thread that took the last step goes on " +
      "if it can, otherwise the thread with the lowest number.",
    "A preemption is a step of another thread although the last one could have gone on. Schedules with few " +
      "preemptions are the easiest to understand.",
    "The explorer recorded every state that you see. The page's address always names the schedule and the step: " +
      "keep it, or send it to someone.",
  ];
  const element = h(
    "details",
    { class: "help" },
    h("summary", {}, "How to play"),
    paragraphs.map((text) => h("p", {}, text)),
    h("p", {}, extentSentence(data)),
  );
  return { element, update() {} };
}
