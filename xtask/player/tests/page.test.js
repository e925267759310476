// The modules put together as one script, and the page around them.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { MODULES, page, read, script } from "./page.js";
import { counter } from "./model.js";

test("every module is in the script, after those that it uses", () => {
  const found = readdirSync(new URL("..", import.meta.url)).filter((name) => name.endsWith(".js"));
  assert.deepEqual(found.sort(), [...MODULES].sort());
  MODULES.forEach((name, n) => {
    const imports = [...read(name).matchAll(/^import .* from "\.\/(.*)";$/gm)].map(([, other]) => other);
    const unknown = imports.filter((other) => !MODULES.slice(0, n).includes(other));
    assert.deepEqual(unknown, [], name);
  });
});

test("without its lines of import, the script is one that a browser reads", () => {
  assert.doesNotMatch(script(), /^(import|export)\b/m);
  // Two functions of one name would not do in one scope, and the constructor does not see it.
  const names = [...script().matchAll(/^(?:async )?(?:function|class|const|let) (\w+)/gm)].map(([, name]) => name);
  assert.ok(names.length > 40);
  assert.deepEqual(names.filter((name, n) => names.indexOf(name) < n), []);
  assert.doesNotThrow(() => new Function(`"use strict"; ${script()}`));
});

test("what is put into a page cannot end an element or be taken for a placeholder", () => {
  for (const text of [script(), read("player.css")]) assert.doesNotMatch(text, /<\/|<!--|\{\{/);
});

test("a page is complete, holds the data, and asks for nothing from elsewhere", () => {
  const data = counter();
  const text = page(data);
  assert.doesNotMatch(text, /\{\{\w+\}\}/);
  assert.doesNotMatch(text, /\b(?:src|href)="|url\(|@import|https?:/);
  const [, packed] = /id="player-data-counter">([A-Za-z0-9+/=]+)</.exec(text);
  assert.deepEqual(JSON.parse(inflateSync(Buffer.from(packed, "base64"))), data);
});

test("the player is small", () => {
  const size = [...MODULES, "player.css", "page.html"].reduce((sum, name) => sum + Buffer.byteLength(read(name)), 0);
  assert.ok(size < 100_000, `${size} bytes`);
});
