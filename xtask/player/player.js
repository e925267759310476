// The player: the reader is the scheduler of one program. This module keeps where the reader is in
// which schedule, the page's address, the keyboard and the clock; view.js has what is seen, and
// graph.js all that is computed.
//
// At any time there is one whole schedule, up to the end of the program or of the graph, and a
// number of its steps that have been taken. What the reader has not chosen goes on by default, as
// it would in the engine; so a token and a number always say all.

import { choicesOf, compare, follow, moveOf, preemptions, walk } from "./graph.js";
import { formatToken, parseAddress, replayCommand, whyNotOf } from "./token.js";
import { stepSentence } from "./words.js";
import { button, claimsPart, differencePart, endPart, goalPart, h, helpPart, objectsPart, outputPart, recordedPart, schedulePart, scroller, sourcePart, threadsPart } from "./view.js";

/** The form of data that this player reads. */
export const FORMAT = 1;

/** Milliseconds between two steps, by the name of the speed. */
const SPEEDS = { slow: 1600, normal: 800, fast: 250 };
/** A schedule of more steps plays in the time of so many: a few hundred would take minutes. */
const UNHURRIED = 40;

export class Player {
  /** `setAddress` is called with what the page's address should say. */
  constructor(section, data, setAddress) {
    this.data = data;
    this.setAddress = setAddress;
    /** The level of the headings inside: one below the heading that stands over the player. */
    this.level = Number(section.dataset.level ?? 3);
    this.path = follow(data, []).path;
    this.taken = 0;
    this.compared = null;
    this.timer = null;
    this.element = section;
    this.build();
    section.addEventListener("keydown", (event) => this.key(event));
    this.render();
    this.say("No step is taken yet: let a thread go on, or play a schedule.");
  }

  build() {
    const { data } = this;
    const make = (part) => part(data, this);
    const [help, goal, recorded, end] = [helpPart, goalPart, recordedPart, endPart].map(make);
    const [threads, difference, schedule] = [threadsPart, differencePart, schedulePart].map(make);
    const [objects, output, source, claims] = [objectsPart, outputPart, sourcePart, claimsPart].map(make);
    const [transport, command] = [this.transport(), this.command()];
    this.parts = [
      help, goal, recorded, transport, end, threads, difference, schedule, objects, output, source, claims, command,
    ];
    /** Says each step in one sentence, to be seen and to be heard. */
    this.status = h("p", { class: "said", role: "status", "aria-live": "polite" });
    this.element.setAttribute("aria-label", `Player of ${data.program}`);
    const side = (...parts) => h("div", {}, parts.map((part) => part.element));
    this.element.replaceChildren(
      help.element, goal.element, recorded.element, this.status, transport.element, end.element,
      h("div", { class: "columns" }, side(threads, difference, schedule), side(objects, output, source)),
      claims.element, command.element,
    );
  }

  /** Brings every part to where the reader is. */
  render() {
    const { data, path, taken } = this;
    const steps = walk(data, path.slice(0, taken));
    const id = steps.at(-1)?.to ?? 0;
    // What shares a schedule's steps up to the one that decided it, is decided by that step too.
    const recorded = data.schedules.find(({ path: other, decided_at }) =>
      Number.isInteger(decided_at) && other.slice(0, decided_at + 1).every((thread, n) => thread === path[n]));
    const others = this.compared && walk(data, this.compared.path);
    const now = {
      path,
      steps,
      id,
      state: data.states[id],
      used: preemptions(steps),
      compared: others && { schedule: this.compared, others, ...compare(steps, others) },
      decided: recorded?.decided_at ?? null,
    };
    const focused = document.activeElement;
    for (const part of this.parts) part.update(now);
    this.keepFocus(focused);
  }

  /**
   * A button that has gone takes the focus with it, and the keyboard would start again at the top
   * of the page. The thread that can go on now gets it, or else what cannot do harm.
   */
  keepFocus(focused) {
    if (!this.element.contains(focused)) return;
    if (!focused.disabled && focused.checkVisibility()) return;
    const next = this.element.querySelector("button.go:not([hidden], :disabled)") ?? this.undoButton;
    (next.disabled ? this.restartButton : next).focus({ preventScroll: true });
  }

  // ---- what the reader does ----

  /** Lets a thread go on. What was loaded stays loaded as long as the reader follows it. */
  choose(thread) {
    const state = this.state();
    if (!Number.isInteger(moveOf(state, thread)?.to)) return;
    this.pause();
    if (this.path[this.taken] !== thread) {
      this.path = follow(this.data, [], [...this.path.slice(0, this.taken), thread]).path;
    }
    this.forward();
  }

  /** Takes the next step of the schedule. */
  forward() {
    if (this.taken < this.path.length) {
      this.taken += 1;
      this.say(this.lastStep());
    }
    this.moved();
  }

  undo() {
    this.pause();
    this.go(this.taken - 1);
  }

  /** Goes to where so many steps have been taken. */
  go(taken) {
    this.taken = Math.max(0, Math.min(taken, this.path.length));
    const last = this.taken > 0 && this.lastStep();
    this.say(last ? `The last step is now s${last.slice(1)}` : "Back at the start: no step is taken.");
    this.moved();
  }

  restart() {
    this.pause();
    this.path = follow(this.data, []).path;
    this.go(0);
  }

  /**
   * Loads a schedule, at one of its steps. The focus goes to where the reader goes on from there,
   * and the page scrolls with it, because what was pressed may be far below.
   */
  open(path, taken, words) {
    this.load(path, taken, words);
    (this.nextButton.disabled ? this.undoButton : this.nextButton).focus();
  }

  load(path, taken, words) {
    this.pause();
    this.path = follow(this.data, [], path).path;
    this.taken = Math.min(taken, this.path.length);
    this.say(words);
    this.moved();
  }

  /** Plays a schedule from its start. */
  play(path, title) {
    this.load(path, 0, `Playing ${title}.`);
    this.start();
    this.playButton.focus();
  }

  compare(schedule) {
    this.compared = this.compared === schedule ? null : schedule;
    this.say(this.compared ? `Compared with “${schedule.name}”: what differs is marked.` : "Nothing is compared any more.");
    this.render();
  }

  start() {
    const pace = Math.min(1, UNHURRIED / this.path.length);
    const later = () => {
      this.timer = setTimeout(tick, SPEEDS[this.speed.value] * pace);
    };
    const tick = () => {
      this.forward();
      if (this.taken < this.path.length) later();
      else this.pause();
    };
    later();
    this.render();
  }

  pause() {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.moved();
  }

  /** Number keys choose a thread, only inside the player, and not where something is typed. */
  key(event) {
    const types = event.target.closest("input, select, textarea");
    if (types || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    this.choose(Number(event.key));
  }

  // ---- where the reader is ----

  state() {
    return this.data.states[walk(this.data, this.path.slice(0, this.taken)).at(-1)?.to ?? 0];
  }

  lastStep() {
    return stepSentence(this.data, walk(this.data, this.path.slice(0, this.taken)).at(-1));
  }

  say(words) {
    this.status.textContent = words;
  }

  token() {
    return formatToken(this.data, choicesOf(this.data, this.path));
  }

  /**
   * The reader is elsewhere. While a schedule plays, the address waits, because browsers limit how
   * often it may change.
   */
  moved() {
    this.render();
    if (this.timer !== null) return;
    const isWhole = this.taken === this.path.length;
    this.setAddress(isWhole ? this.token() : `${this.token()}/${this.taken}`);
  }

  /** Opens a token that is this program's. */
  read({ choices }, step) {
    const { path, problem } = follow(this.data, choices);
    const taken = Math.min(step ?? path.length, path.length);
    const words = problem
      ? `The token's schedule cannot be followed to its end here: ${problem}.`
      : taken === 0 ? "The token's schedule is loaded." : `The token's schedule is loaded, with ${taken} of ${path.length} steps taken.`;
    this.load(path, taken, words);
  }

  // ---- controls ----

  transport() {
    this.restartButton = button("Restart", () => this.restart());
    this.undoButton = button("Undo", () => this.undo());
    this.nextButton = button("Next step", () => {
      this.pause();
      this.forward();
    });
    this.playButton = button("Play", () => (this.timer === null ? this.start() : this.pause()));
    const count = h("span", {});
    const slider = h("input", { type: "range", min: 0, "aria-label": "Steps taken", oninput: () => {
      this.pause();
      this.go(Number(slider.value));
    } });
    const options = Object.keys(SPEEDS).map((name) => h("option", { selected: name === "normal" }, name));
    this.speed = h("select", {}, options);
    const element = h("div", { class: "transport", role: "group", "aria-label": "Steps" },
      this.restartButton, this.undoButton, this.nextButton, this.playButton,
      h("label", {}, "Speed ", this.speed), slider, count);
    return {
      element,
      update: ({ path, steps, used }) => {
        const isOver = steps.length === path.length;
        this.restartButton.disabled = this.undoButton.disabled = steps.length === 0;
        this.nextButton.disabled = this.playButton.disabled = isOver;
        this.playButton.textContent = this.timer === null ? "Play" : "Pause";
        slider.max = path.length;
        slider.value = steps.length;
        slider.setAttribute("aria-valuetext", `${steps.length} of ${path.length} steps`);
        count.textContent = `${steps.length} of ${path.length} steps, preemptions: ${used}`;
      },
    };
  }

  /** The schedule as a token: to copy, and to paste another. */
  command() {
    const shown = h("code", {});
    const copy = button("Copy the command", async () => {
      try {
        await navigator.clipboard.writeText(shown.textContent);
        this.say("The command is copied.");
      } catch {
        getSelection().selectAllChildren(shown);
        this.say("The browser does not let this page copy. The command is selected: copy it yourself.");
      }
    });
    const download = h("a", { class: "button" }, "Download the token's file");
    const file = h("p", {}, "The token is too long for a command, which reads it from a file instead. ", download);
    const field = h("input", { type: "text", spellcheck: "false", autocomplete: "off" });
    const paste = h("form", { onsubmit: (event) => {
      event.preventDefault();
      // A whole address or a whole command has the token at its end.
      const text = field.value.trim().split(/[\s#]/).at(-1);
      const { token = null, step = null } = parseAddress(text) ?? {};
      const problem = token ? whyNotOf(this.data, token) : `“${text}” is no replay token.`;
      if (problem) this.say(problem);
      else this.read(token, step);
    } }, h("label", {}, "Token ", field), h("button", {}, "Open this token"));
    const element = h("div", { class: "panel panel-command" },
      h(`h${this.level}`, {}, "This schedule in the explorer"), scroller("The command", h("pre", {}, shown)), copy, file, paste);
    return {
      element,
      update: () => {
        const token = this.token();
        const replay = replayCommand(this.data, token);
        shown.textContent = replay.command;
        file.hidden = replay.file === null;
        if (replay.file) {
          download.download = replay.file;
          download.href = `data:text/plain,${encodeURIComponent(`${token}\n`)}`;
        }
        field.value = token;
      },
    };
  }
}
