// A browser to test with: Chromium or Chrome, driven through chromedriver by the WebDriver protocol,
// without a package. It finds and presses things as a person does, by the words that are on them.
//
// Nothing here waits for a fixed time: `until` asks again until a condition is true.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after } from "node:test";

/** How long a condition may take, in milliseconds. On an idle machine all take less than a second. */
const PATIENCE = 30_000;

/**
 * Starts chromedriver, which ends with this process, however this process ends: the shell reads a
 * pipe that closes then. Chromium ends with chromedriver, since they talk through a pipe, too.
 */
function startDriver() {
  const shell = "{ cat <&3; kill $$; } >/dev/null & exec chromedriver --port=0 3<&-";
  const driver = spawn("sh", ["-c", shell], { stdio: ["ignore", "pipe", "inherit", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    driver.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      const port = /successfully on port (\d+)/.exec(said)?.[1];
      if (port) resolve({ driver, port });
    });
    driver.on("exit", () => reject(new Error(`chromedriver does not start; ci/browser.sh installs it\n${said}`)));
  });
}

/** Keys that no letter stands for, as WebDriver has them. */
export const KEY = { tab: "\uE004", enter: "\uE007", control: "\uE009", end: "\uE010", right: "\uE014" };

export class Browser {
  /** A browser that ends after the last test of the file. */
  static async start() {
    const { driver, port } = await startDriver();
    const browser = new Browser(driver, `http://127.0.0.1:${port}/session`);
    after(() => browser.quit());
    const capabilities = {
      browserName: "chrome",
      "goog:loggingPrefs": { browser: "ALL" },
      // As root there is no sandbox. The pages are our own.
      "goog:chromeOptions": { args: ["--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-pipe"] },
    };
    const { sessionId } = await browser.send("POST", "", { capabilities: { alwaysMatch: capabilities } });
    browser.session += `/${sessionId}`;
    return browser;
  }

  constructor(driver, session) {
    this.driver = driver;
    this.session = session;
  }

  async quit() {
    await this.send("DELETE", "");
    this.driver.stdio[3].end();
  }

  async send(method, path, body) {
    const answer = await fetch(this.session + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  /** A command of Chromium's own protocol. */
  devtools(cmd, params = {}) {
    return this.send("POST", "/goog/cdp/execute", { cmd, params });
  }

  /** Opens a page anew, on a screen of this width. */
  async visit(address, { width = 1280, dark = false, scripts = true } = {}) {
    this.width = width;
    // An address that differs in its end alone would not load the page again.
    await this.go("about:blank");
    await this.log();
    const screen = { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 };
    await this.devtools("Emulation.setDeviceMetricsOverride", screen);
    const scheme = { name: "prefers-color-scheme", value: dark ? "dark" : "light" };
    const motion = { name: "prefers-reduced-motion", value: "reduce" };
    await this.devtools("Emulation.setEmulatedMedia", { features: [scheme, motion] });
    await this.devtools("Emulation.setScriptExecutionDisabled", { value: !scripts });
    await this.go(address);
  }

  go(url) {
    return this.send("POST", "/url", { url });
  }

  address() {
    return this.send("GET", "/url");
  }

  /** What the page has written to the console since the last time, faults among it. */
  async log() {
    const entries = await this.send("POST", "/se/log", { type: "browser" });
    return entries.map(({ message }) => message);
  }

  /** What a function gives that runs in the page. */
  js(run, ...args) {
    return this.send("POST", "/execute/sync", { script: `return (${run})(...arguments)`, args });
  }

  /** Waits until a function that runs in the page gives something that is true. */
  async until(what, run, ...args) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const value = await this.js(run, ...args);
      if (value) return value;
      if (Date.now() > end) throw new Error(`${what}: it did not come to that`);
    }
  }

  /** Waits until an element shows words that match. */
  async shows(selector, words) {
    await this.until(`${selector} shows ${words}`, (css, pattern) => {
      const elements = [...document.querySelectorAll(css)];
      return elements.some((element) => element.checkVisibility() && new RegExp(pattern, "s").test(element.innerText));
    }, selector, words.source);
  }

  /** The words that can be seen of an element. */
  text(selector) {
    return this.js((css) => document.querySelector(css).innerText, selector);
  }

  /**
   * Presses the first of what can be seen that has a name beginning with these words. It is
   * scrolled into view first, and it must not be covered.
   */
  async press(words, within = "body") {
    const element = await this.until(`there is something to press: ${words}`, (name, css) => {
      const all = document.querySelector(css)?.querySelectorAll("button, a, label, summary, option, input") ?? [];
      const named = [...all].filter((element) =>
        (element.getAttribute("aria-label") ?? element.innerText).trim().startsWith(name));
      return named.find((element) => !element.disabled && element.closest("select, :not(option)").checkVisibility({ visibilityProperty: true }));
    }, words, within);
    await this.send("POST", `/element/${Object.values(element)[0]}/click`, {});
  }

  /** Moves the focus to an element, as the tabulator would in the end. */
  focus(selector) {
    return this.js((css) => document.querySelector(css).focus(), selector);
  }

  /** Presses keys one after the other, where the focus is. */
  type(keys) {
    return this.keys([...keys].flatMap((value) => [["keyDown", value], ["keyUp", value]]));
  }

  /** Replaces what stands in a field by what was copied, and gives what stands there then. */
  async pasteInto(selector) {
    await this.focus(selector);
    for (const letter of "av") {
      await this.keys([["keyDown", KEY.control], ["keyDown", letter], ["keyUp", letter], ["keyUp", KEY.control]]);
    }
    return this.js((css) => document.querySelector(css).value, selector);
  }

  keys(actions) {
    const moves = actions.map(([type, value]) => ({ type, value }));
    return this.send("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: moves }] });
  }

  /** What axe says against the page as it is now: for each rule, the first places. */
  async faults(axe) {
    await this.send("POST", "/execute/sync", { script: readFileSync(axe, "utf8"), args: [] });
    // What `preload` would load is that which a page that is a file must not.
    const script = "axe.run({ resultTypes: ['violations'], preload: false }).then(arguments[0])";
    const { violations } = await this.send("POST", "/execute/async", { script, args: [] });
    return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)].join("\n  "));
  }

  /** Writes a picture of a part of the page, or of its beginning, as PNG; gives the bytes of that. */
  async picture(file, { selector = "body", around = 0, height = 4000 } = {}) {
    const box = await this.js((css, around) => {
      // What sticks to the window's edge is at its place then.
      scrollTo({ top: 0, behavior: "instant" });
      const { x, y, width, height } = document.querySelector(css).getBoundingClientRect();
      return { x: x + scrollX - around, y: y + scrollY - around, width: width + 2 * around, height: height + 2 * around };
    }, selector, around);
    const clip = { ...box, height: Math.min(box.height, height), scale: 1 };
    const { data } = await this.devtools("Page.captureScreenshot", { captureBeyondViewport: true, clip });
    const png = Buffer.from(data, "base64");
    writeFileSync(file, png);
    return png.length;
  }
}
