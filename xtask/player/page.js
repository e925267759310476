// The players of a page: where their data comes from, and which of them the address is about.
//
// A player is a `<section class="player" data-id="ID">`. What stands in it is for readers without
// JavaScript, and goes when the player opens. Its data is zlib in base64: in the page itself, in
// `<script type="application/zlib;base64" id="player-data-ID">`, and then the player opens at once;
// or in a script file, named by `data-src`, that sets `window.playerData["ID"]`, and then the reader
// opens it. A script file can be loaded where `fetch` cannot: from a page that is itself a file.

import { Player, FORMAT } from "./player.js";
import { parseAddress, whyNotOf } from "./token.js";
import { button, h } from "./view.js";

class Slot {
  constructor(section) {
    this.section = section;
    this.id = section.dataset.id;
    this.inline = document.getElementById(`player-data-${this.id}`);
    if (this.inline) return;
    this.opener = button("Be the scheduler: open the player", async () => {
      const player = await this.open();
      player?.element.querySelector("button.go")?.focus({ preventScroll: true });
    }, { class: "opener" });
    section.prepend(this.opener);
  }

  /** The player, opened; null where it cannot be, and then the page says why. */
  async open() {
    try {
      const data = await this.load();
      this.player ??= new Player(this.section, data, setAddress);
      return this.player;
    } catch (error) {
      // The reader may press the button again, for instance with the network back.
      this.data = null;
      this.say(`The player does not open: ${error.message}.`);
      return null;
    }
  }

  /** The data, which is read once. */
  load() {
    this.data ??= this.read();
    return this.data;
  }

  async read() {
    if (!this.inline) await loadScript(this.section.dataset.src);
    const text = this.inline?.textContent ?? window.playerData?.[this.id];
    if (!text) throw new Error("its data is missing");
    if (!window.DecompressionStream) throw new Error("this browser is too old to read its data");
    const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const data = await new Response(stream).json();
    if (data.format !== FORMAT) throw new Error(`its data has form ${data.format}, and it reads form ${FORMAT}`);
    return data;
  }

  say(words) {
    if (this.player) {
      this.player.say(words);
      return;
    }
    this.message ??= h("p", { class: "said", role: "status" });
    this.section.prepend(this.message);
    this.message.textContent = words;
  }
}

function loadScript(src) {
  window.playerData ??= {};
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Error(`${src} cannot be read`));
    document.head.append(h("script", { src, onload: resolve, onerror: failed }));
  });
}

/** Keeps the address up to date, without a step of the browser's history for each of the reader's. */
function setAddress(address) {
  try {
    history.replaceState(history.state, "", `#${address}`);
  } catch {
    // Browsers refuse if it changes too often; the next step writes it.
  }
}

/** Opens the schedule that the address names, in the player that it belongs to. */
async function readAddress(slots) {
  const address = parseAddress(location.hash);
  if (!address || slots.length === 0) return;
  if (!address.token) {
    slots[0].say("The address looks like a replay token, but it is none: a part may be missing.");
    return;
  }
  const problems = [];
  for (const slot of slots) {
    const data = await slot.load().catch(() => null);
    const problem = data && whyNotOf(data, address.token);
    if (data && !problem) {
      const player = await slot.open();
      player.read(address.token, address.step);
      if (slots.length > 1) slot.section.scrollIntoView();
      return;
    }
    problems.push(problem ?? "The data of the player cannot be read.");
  }
  const why = slots.length > 1 ? "It belongs to no program on this page, or to another version of one." : problems[0];
  slots[0].say(`The schedule in the address is not shown. ${why}`);
}

async function start() {
  const slots = [...document.querySelectorAll("section.player")].map((section) => new Slot(section));
  await Promise.all(slots.filter((slot) => slot.inline).map((slot) => slot.open()));
  await readAddress(slots);
  addEventListener("hashchange", () => readAddress(slots));
}

start();
