// Tokens and addresses, in the form that the explorer reads and writes.

import { test } from "node:test";
import assert from "node:assert/strict";
import { formatToken, parseAddress, parseToken, replayCommand, whyNotOf } from "../token.js";
import { counter } from "./model.js";

const data = counter();

test("a token is read and written", () => {
  for (const text of [
    "v1.virtual.51e07b44.9f3ac1d2",
    "v1.virtual.1@3.51e07b44.9f3ac1d2",
    "v1.adversarial.h7.2@17.0@23.51e07b44.9f3ac1d2",
  ]) {
    const token = parseToken(text);
    const { time_model, hash_seed, choices } = token;
    assert.equal(formatToken({ ...data, time_model, hash_seed }, choices), text);
  }
  assert.deepEqual(parseToken("v1.virtual.h2.2@17.0@23.51e07b44.9f3ac1d2"), {
    version: "v1",
    time_model: "virtual",
    hash_seed: 2,
    choices: [[17, 2], [23, 0]],
    program: "51e07b44",
    explorer: "9f3ac1d2",
  });
});

test("what is no token is none", () => {
  for (const text of [
    "", "v1", "v1.virtual", "v1.virtual.51e07b44", "virtual.51e07b44.9f3ac1d2",
    "v1.virtual.2@.51e07b44.9f3ac1d2", "v1.virtual.2@9.0@9.51e07b44.9f3ac1d2",
    "v1.virtual.2@9.0@8.51e07b44.9f3ac1d2", "v1.virtual.51e07b44.9f3ac1d2 ",
  ]) {
    assert.equal(parseToken(text), null, text);
  }
});

test("a token of something else is refused with the reason", () => {
  const why = (text) => whyNotOf(data, parseToken(text));
  assert.equal(why("v1.virtual.1@3.51e07b44.9f3ac1d2"), null);
  assert.match(why("v2.virtual.51e07b44.9f3ac1d2"), /form v2.*reads v1/);
  assert.match(why("v1.virtual.51e07b45.9f3ac1d2"), /another program, or of another version of counter/);
  assert.match(why("v1.virtual.51e07b44.9f3ac1d3"), /another version of the explorer/);
  assert.match(why("v1.spurious.51e07b44.9f3ac1d2"), /time model “spurious”.*“virtual”/);
  assert.match(why("v1.virtual.h3.51e07b44.9f3ac1d2"), /hash seed 3.*seed 0/);
});

test("an address is a token, with a step or without", () => {
  const token = parseToken("v1.virtual.1@3.51e07b44.9f3ac1d2");
  assert.deepEqual(parseAddress("#v1.virtual.1@3.51e07b44.9f3ac1d2"), { token, step: null });
  assert.deepEqual(parseAddress("#v1.virtual.1@3.51e07b44.9f3ac1d2/7"), { token, step: 7 });
  assert.deepEqual(parseAddress("#v1.virtual.1%403.51e07b44.9f3ac1d2/0"), { token, step: 0 });
});

test("the anchor of a heading is no address, and a token with a part missing is a bad one", () => {
  for (const hash of ["", "#", "#what-to-look-for", "#v1", "#%E0%A4%A"]) assert.equal(parseAddress(hash), null, hash);
  for (const hash of ["#v1.virtual.1@3.51e07b44", "#v1.virtual.51e07b44.9f3ac1d2/x", "#v1.virtual.51e07b44.9f3ac1d2/1/2"]) {
    assert.equal(parseAddress(hash).token, null, hash);
  }
});

test("a long token goes to a file, whose name tells schedules apart", () => {
  const short = formatToken(data, [[3, 1]]);
  assert.deepEqual(replayCommand(data, short), {
    command: `cargo xtask explore counter.rs --replay ${short}`,
    file: null,
  });
  const long = (thread) => formatToken(data, Array.from({ length: 60 }, (_, n) => [n, thread]));
  const { command, file } = replayCommand(data, long(1));
  assert.match(file, /^counter-[0-9a-f]{8}\.token$/);
  assert.equal(command, `cargo xtask explore counter.rs --replay ${file}`);
  assert.notEqual(replayCommand(data, long(2)).file, file);
});
