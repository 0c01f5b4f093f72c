/** The review desk: work folds as on the chat page; J and K walk the rows, arrows the sessions. */

import { markDays } from "./times.js";
import { groupWork } from "./work-groups.js";

const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]");

function arrange() {
  const transcript = document.getElementById("transcript");
  if (!transcript) return;
  groupWork(transcript);
  markDays(transcript, ".turn-line");
}

/** Move the focus to the next or previous row's link. Enter then opens it: it is a link. */
function walk(step) {
  const links = [...document.querySelectorAll("[data-review-rows] .review-row a:first-child")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const follow = (name) => document.querySelector(`[data-review="${name}"]`)?.click();

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  ArrowLeft: () => follow("prev"),
  ArrowRight: () => follow("next"),
  u: () => follow("list"),
};

document.addEventListener("keydown", (event) => {
  const off = document.documentElement.dataset.singleKeys === "off";
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = KEYS[event.key];
  if (!run || isTyping(event.target)) return;
  event.preventDefault();
  run();
});
document.addEventListener("htmx:afterSettle", arrange);
arrange();
