// A replay token: one schedule of one program, short enough to be typed. The form is that of
// xtask/src/explore/token.rs:
//
//     v1.virtual.2@17.0@23.51e07b44.9f3ac1d2
//
// is the schedule under which thread 2 goes on at step 17 and thread 0 at step 23, and the default
// thread at every other step; of the program with the first fingerprint, on the explorer with the
// second. `h3` after the time model is a hash seed other than 0.

const FORM = /^(v\d+)\.([a-z]+)(?:\.h(\d+))?((?:\.\d+@\d+)*)\.([0-9a-f]{8})\.([0-9a-f]{8})$/;

/** A longer token does not fit a command line: it goes to a file, as in the explorer. */
const LONGEST = 200;

/** Reads a token; null if the text is none. A choice is `[step, thread]`. */
export function parseToken(text) {
  const found = FORM.exec(text);
  if (!found) return null;
  const [, version, time_model, seed, list, program, explorer] = found;
  const choices = list.split(".").slice(1).map((choice) => {
    const [thread, step] = choice.split("@").map(Number);
    return [step, thread];
  });
  const ascends = choices.every(([step], n) => n === 0 || choices[n - 1][0] < step);
  if (!ascends) return null;
  return { version, time_model, hash_seed: Number(seed ?? 0), choices, program, explorer };
}

/** The token of these choices, for the program that the data is of. */
export function formatToken(data, choices) {
  const { version, program, explorer } = data.token;
  const seed = data.hash_seed > 0 ? [`h${data.hash_seed}`] : [];
  const list = choices.map(([step, thread]) => `${thread}@${step}`);
  return [version, data.time_model, ...seed, ...list, program, explorer].join(".");
}

/** Why a token is of no use with this data, in a sentence; null if it is of use. */
export function whyNotOf(data, token) {
  const ours = data.token;
  if (token.version !== ours.version) {
    return `The token has the form ${token.version}, and this page reads ${ours.version}.`;
  }
  if (token.program !== ours.program) {
    return `The token is of another program, or of another version of ${data.program}.`;
  }
  if (token.explorer !== ours.explorer) {
    return "The token comes from another version of the explorer or of the compiler, " +
      "so its steps would be others.";
  }
  if (token.time_model !== data.time_model) {
    return `The token is of the time model “${token.time_model}”, ` +
      `and this page has schedules of “${data.time_model}”.`;
  }
  if (token.hash_seed !== data.hash_seed) {
    return `The token has the hash seed ${token.hash_seed}, ` +
      `and this page has schedules of the seed ${data.hash_seed}.`;
  }
  return null;
}

/**
 * Reads a page's address after its `#`: `TOKEN` is a whole schedule, and `TOKEN/7` the state after
 * seven steps of it. Null if it is neither, such as the anchor of a heading. What only looks like
 * a token has `token: null`, because the reader should hear about it.
 */
export function parseAddress(hash) {
  let text = hash.replace(/^#/, "");
  // Some programs write the `@` of a link as `%40`.
  try {
    text = decodeURIComponent(text);
  } catch {
    return null;
  }
  if (!/^v\d+\.[a-z]+\./.test(text)) return null;
  const [token, step, ...rest] = text.trim().split("/");
  const isStep = step === undefined || (/^\d+$/.test(step) && rest.length === 0);
  return {
    token: isStep ? parseToken(token) : null,
    step: step === undefined ? null : Number(step),
  };
}

/** The command that replays a token, and the file that it reads if the token is long. */
export function replayCommand(data, token) {
  if (token.length <= LONGEST) {
    return { command: `${data.command} --replay ${token}`, file: null };
  }
  const file = `${data.program}-${fingerprint(token)}.token`;
  return { command: `${data.command} --replay ${file}`, file };
}

/** FNV-1a in 32 bits: gives each schedule a file name of its own. */
function fingerprint(text) {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
