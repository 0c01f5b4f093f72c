/**
 * Folds what the agent did between two answers: the output of a tool goes inside its call, and
 * several calls become one line, "Used 3 tools · 1 failed · 12 s". Running it again is harmless.
 */

const TOOL = ".event--tool-input, .event--tool-output, .event--image-read";
const THOUGHT = ".event--thinking:not(.event--live)";

export function groupWork(transcript) {
  if (transcript.closest("[data-thinking=open]")) unfold(transcript);
  for (const output of transcript.querySelectorAll(".event--tool-output[data-call]")) {
    nest(output, transcript);
  }
  for (const call of transcript.querySelectorAll(".event--tool-input")) showState(call);
  for (const burst of bursts(transcript)) fold(burst);
}

/** Some agents are set to show their thoughts: each opens once, and stays as the reader leaves it. */
function unfold(transcript) {
  for (const thought of transcript.querySelectorAll(`${THOUGHT} > details:not([data-unfolded])`)) {
    thought.open = true;
    thought.dataset.unfolded = "";
  }
}

/** Put the output of a tool into the call it answers. */
function nest(output, transcript) {
  if (output.parentElement.closest("[data-call-output], .event--hidden")) return;
  const calls = transcript.querySelectorAll(
    `.event--tool-input[data-call="${CSS.escape(output.dataset.call)}"]`,
  );
  const slot = calls[calls.length - 1]?.querySelector("[data-call-output]");
  if (!slot || slot.childElementCount) return;
  output.querySelector("details").open = true;
  slot.append(output);
  if ("error" in output.dataset) slot.closest("details").open = true;
}

function showState(call) {
  if (call.closest(".event--hidden")) return;
  const output = call.querySelector(".event--tool-output");
  const state = call.querySelector("[data-call-state]");
  const name = !output ? "running" : "error" in output.dataset ? "failed" : "done";
  const time = output?.dataset.duration ? ` · ${seconds(Number(output.dataset.duration))}` : "";
  state.dataset.state = name;
  state.textContent = state.dataset[name] + time;
}

/** Neighbours that are tools, from the first to the last, with the thoughts between them. */
function* bursts(transcript) {
  let burst = [];
  for (const element of [...transcript.children, null]) {
    if (element?.hidden) continue;
    if (element?.matches(`${TOOL}, ${THOUGHT}, .work`)) {
      if (burst.length || !element.matches(THOUGHT)) burst.push(element);
      continue;
    }
    while (burst.at(-1)?.matches(THOUGHT)) burst.pop();
    if (burst.length > 1) yield burst;
    else if (burst[0]?.matches(".work")) label(burst[0]);
    burst = [];
  }
}

function fold(burst) {
  const group = burst.find((element) => element.matches(".work")) ?? newGroup();
  if (!group.isConnected) burst[0].before(group);
  const events = group.querySelector(".work__events");
  const place = burst.indexOf(group);
  events.prepend(...burst.slice(0, Math.max(place, 0)));
  for (const element of burst.slice(place + 1)) {
    if (element.matches(".work")) {
      events.append(...element.querySelector(".work__events").children);
      element.remove();
    } else {
      events.append(element);
    }
  }
  label(group);
}

function newGroup() {
  return document.getElementById("work-group").content.firstElementChild.cloneNode(true);
}

function label(group) {
  const { usedLabel, usingLabel, failedLabel } = group.dataset;
  const calls = group.querySelectorAll(".event--tool-input, .event--image-read").length;
  const outputs = [...group.querySelectorAll(".event--tool-output")].map(({ dataset }) => dataset);
  const failed = outputs.filter((output) => "error" in output).length;
  const total = outputs.reduce((sum, { duration }) => sum + Number(duration || 0), 0);
  const isRunning = group.querySelector("[data-state=running]");
  const parts = [(isRunning ? usingLabel : usedLabel).replace("{n}", calls)];
  if (failed) parts.push(failedLabel.replace("{n}", failed));
  if (total && !isRunning) parts.push(seconds(total));
  group.querySelector(".work__label").textContent = parts.join(" · ");
}

function seconds(milliseconds) {
  const whole = Math.round(milliseconds / 1000);
  if (whole < 1) return `${Math.max(0.1, milliseconds / 1000).toFixed(1)} s`;
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
