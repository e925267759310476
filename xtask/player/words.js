// What the player says, in sentences. The live region speaks them, so they hold no sign that a
// screen reader would skip.

/** Text without the marks of code. */
export function plain(text) {
  return text.replaceAll("`", "");
}

export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a thread did, with what came of it: `load COUNTER ➜ 0`, or a remark, `recv (timed out)`. */
export function operation({ does, value }) {
  if (!value) return does ?? "";
  return /^[\p{L}\p{N}]/u.test(value) ? `${does} (${value})` : `${does} ${value}`;
}

/** The same in words. */
function spoken(step) {
  return plain(operation(step))
    .replaceAll("➜", "gives")
    .replaceAll("✓", "succeeds")
    .replaceAll("✗", "fails");
}

/** A step in one sentence: who did what, what that preempted, printed and ended. */
export function stepSentence(data, step) {
  const before = data.states[step.from];
  const after = data.states[step.to];
  const parts = [`Step ${step.number}, ${step.name}: ${spoken(step)}`];
  if (step.preempted !== null) {
    const other = before.threads.find((thread) => thread.id === step.preempted);
    parts.push(`${other.name} is preempted`);
  }
  const [line, ...more] = step.prints.map(([, text]) => text.trim()).filter(Boolean);
  if (line) parts.push(`it prints “${line}”${more.length > 0 ? ` and ${counted(more.length, "more line")}` : ""}`);
  const self = after.threads.find((thread) => thread.id === step.thread);
  if (self?.status === "waits") {
    parts.push(`now it waits${self.waits_for ? ` for ${plain(self.waits_for)}` : ""}`);
  }
  if (after.ending) parts.push(`the program is over: ${plain(after.ending)}`);
  else if (after.next.length === 0) parts.push("this page ends here");
  return `${parts.join("; ")}.`;
}

/** The goal, and how the reader stands to it. */
export function goalSentence(data, reached, used) {
  const { text, par } = data.goal;
  if (leadsThereAlways(data)) {
    return `${reached ? "Goal reached" : "Goal"}: ${text}. Every schedule leads there.`;
  }
  if (!reached) {
    return `Goal: ${text}. Par is ${counted(par, "preemption")}, and you have used ${used} so far.`;
  }
  const [own, title] = [counted(reached.preemptions, "preemption"), `Goal reached: ${text}`];
  if (reached.preemptions > par) {
    return `${title}, with ${own}. Par is ${par}: can you do it with fewer?`;
  }
  return `${title}, with ${own}, which is par: no schedule on this page needs fewer.`;
}

/** Whether no schedule misses the goal, as far as the page has all of them. */
function leadsThereAlways({ goal, complete, states }) {
  return complete && states.every(({ ending }, id) => ending === null || goal.states.includes(id));
}

/** How much of the program the page has. */
export function extentSentence(data) {
  if (data.complete) {
    return `This page has every state that the program can reach: ${data.states.length}.`;
  }
  const ends = data.ends ?? "It does not have every state that the program can reach.";
  return `This page has ${counted(data.states.length, "state")}. ${ends}`;
}

/** What is known of a claim: a sign, the verdict, and the rest of its sentence. */
export function claimWords({ verdict, about, broken_in }) {
  const on = about ? `, ${about}.` : ".";
  switch (verdict) {
    case "proved":
      return ["✓", "proved", on];
    case "held":
      return ["✓", "held", on];
    case "broken":
      return ["✗", "broken", broken_in.length > 0 ? on : `${on} This page has no schedule that breaks it.`];
    default:
      return ["?", "real runs only", on];
  }
}

/** The verdicts, explained. */
export const VERDICTS =
  "Proved: it holds on every schedule or, if it need not show in every run, a schedule shows it. " +
  "Held: no schedule that was tried breaks it, which is less than a proof. " +
  "Real runs only: the explorer does not decide it.";

/** How two schedules differ, in sentences; `title` names the other one. */
export function differenceSentences(data, steps, others, { fork, differs }, title) {
  const sentences = [];
  if (fork === null) {
    sentences.push(
      steps.length === others.length
        ? `This schedule is the same as “${title}”.`
        : `So far this schedule is the same as “${title}”.`,
    );
  } else {
    const [here, there] = [steps[fork], others[fork]];
    sentences.push(
      fork === 0 ? "The two differ from the first step on." : `The first ${counted(fork, "step")} are the same.`,
      there
        ? `At step ${fork}, ${here.name} goes on here (${spoken(here)}), and ${there.name} ` +
          `in “${title}” (${spoken(there)}).`
        : `“${title}” has no step ${fork}.`,
    );
  }
  const first = steps.find((step) => differs.get(step.number)?.does === step.does);
  if (first) {
    const other = differs.get(first.number);
    sentences.push(
      `The first result that differs is of ${first.name} at step ${first.number}: ` +
        `${spoken(first)} here, ${spoken(other)} in “${title}”.`,
    );
  }
  const [here, there] = [steps, others].map((all) => data.states[all.at(-1)?.to ?? 0].ending);
  if (here && there) {
    sentences.push(
      here === there
        ? `Both end alike: ${plain(here)}.`
        : `The end is “${plain(here)}” here, and “${plain(there)}” in “${title}”.`,
    );
  }
  return sentences;
}
